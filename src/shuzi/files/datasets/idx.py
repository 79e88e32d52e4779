"""MNIST's, EMNIST's and QMNIST's IDX files, by their names."""

import re
from collections import defaultdict
from pathlib import Path

from shuzi.errors import DataError
from shuzi.files.arrays import read_idx
from shuzi.files.datasets.named import part_of
from shuzi.files.datasets.stored import Part, Stored
from shuzi.files.datasets.values import as_digits, as_pixels

_NAME = re.compile(
    r"(?P<set>.*?)(?P<part>train|test|t10k)-(?P<role>images|labels)[-.]idx\d-(?:ubyte|int)"
    r"(?:\.gz)?"
)
_ORDER = ("", "emnist-digits-", "emnist-mnist-", "qmnist-")
"""Sets of which one is taken where several lie in a folder, the first that is there."""
_ROOTS = (".", "raw", "MNIST/raw", "EMNIST/raw", "QMNIST/raw")
"""Where torchvision has them below its root."""

Files = dict[str, dict[str, Path]]
"""Of one set: by part, and by role, images or labels."""


def find_sets(folder: Path) -> dict[str, Files]:
    """The sets in a folder, by what their files' names begin with."""
    found: dict[str, Files] = defaultdict(lambda: defaultdict(dict))
    for path in sorted(folder.iterdir(), reverse=True):
        # Plain before gzipped, as the later one stays.
        if matched := _NAME.fullmatch(path.name):
            part = part_of(matched["part"]) or "train"
            found[matched["set"]][part][matched["role"]] = path
    return found


def read_root(folder: Path) -> Stored | None:
    """One set of a folder, or of where torchvision has it below; None if there is none.

    Raises:
        DataError: a file is missing or cannot be used.
    """
    places = [folder / root for root in _ROOTS]
    found = next((place for place in places if place.is_dir() and find_sets(place)), None)
    return None if found is None else read_sets(found)


def is_idx_name(path: Path) -> bool:
    """Whether a file is one of a set, for all of which it stands."""
    return _NAME.fullmatch(path.name) is not None


def read_sets(folder: Path, chosen: str | None = None) -> Stored:
    """One set of a folder; `chosen` is the name of a file of it.

    Raises:
        DataError: a file is missing or cannot be used.
    """
    sets = find_sets(folder)
    if chosen is not None:
        matched = _NAME.fullmatch(chosen)
        name = matched["set"] if matched else ""
    else:
        name = next((known for known in _ORDER if known in sets), min(sets))
    others = sorted(other or "MNIST's own names" for other in sets if other != name)
    notes = [f"{folder} also has {', '.join(others)}: give a file of those to take them."]
    is_emnist = name.startswith("emnist")
    if is_emnist:
        notes.append("EMNIST stores rows as columns; the images are turned upright.")
    return Stored(
        form=f"IDX files, {_called(name)}",
        parts={part: _read_part(folder, name, part, files) for part, files in sets[name].items()},
        notes=tuple(notes if others else notes[1:]),
        transposed=is_emnist,
    )


def _called(name: str) -> str:
    called = name.rstrip("-_.")
    return {"": "by MNIST's names", "qmnist": "QMNIST"}.get(
        called, called.upper().replace("-", " ", 1) if called.startswith("emnist") else called
    )


def _read_part(folder: Path, name: str, part: str, files: dict[str, Path]) -> Part:
    if "images" not in files:
        label = files["labels"].name
        missing = label.replace("labels-idx1", "images-idx3").replace("labels.idx1", "images.idx3")
        raise DataError(f"{folder} lacks {missing} (plain or .gz).")
    images = as_pixels(read_idx(files["images"]), f"{part} images", str(files["images"]))
    if "labels" not in files:
        missing = files["images"].name.removesuffix(".gz")
        missing = missing.replace("images", "labels").replace("idx3", "idx1")
        raise DataError(f"{folder} lacks {missing} (plain or .gz).")
    labels = read_idx(files["labels"])
    # QMNIST's rows are digit, source, writer and so on.
    if name.startswith("qmnist") and labels.ndim == 2:
        labels = labels[:, 0]
    digits = as_digits(labels, f"{part} labels", str(files["labels"]))
    if len(images) != len(digits):
        raise DataError(
            f"{folder}: {part} has {len(images)} images but {len(digits)} labels.",
            "Give one label for each image.",
        )
    return Part(images, digits)
