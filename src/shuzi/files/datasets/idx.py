"""MNIST's, EMNIST's and QMNIST's IDX files, by their names."""

import re
from collections import defaultdict
from dataclasses import replace
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

TURNED = "EMNIST stores rows as columns; the images are turned upright."
"""What is said of EMNIST's files."""

Files = dict[str, dict[str, Path]]
"""Of one set: by part, and by role, images or labels."""


def find_sets(folder: Path) -> dict[str, Files]:
    """The sets in a folder, by what their files' names begin with."""
    found: dict[str, Files] = defaultdict(lambda: defaultdict(dict))
    for path in sorted(folder.iterdir(), reverse=True):
        # Plain before gzipped, as the later one stays.
        if is_idx_name(path):
            name, part, role = _meaning(path.name)
            found[name][part][role] = path
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
        name = _meaning(chosen)[0]
    else:
        name = next((known for known in _ORDER if known in sets), min(sets))
    parts = {}
    for part, files in sets[name].items():
        for role, other, dimensions in (("images", "labels", 3), ("labels", "images", 1)):
            if role not in files:
                missing = files[other].name.removesuffix(".gz").replace(other, role)
                missing = re.sub(r"idx\d", f"idx{dimensions}", missing)
                raise DataError(f"{folder} lacks {missing} (plain or .gz).")
        parts[part] = _read_part(files, name, part)
    stored = _stored(name, parts)
    if others := sorted(other or "MNIST's own names" for other in sets if other != name):
        note = f"{folder} also has {', '.join(others)}: give a file of those to take them."
        return replace(stored, notes=(*stored.notes, note))
    return stored


def read_part(path: Path) -> Stored:
    """The images of one file, with their labels if these lie beside it.

    Raises:
        DataError: it holds labels, or cannot be used.
    """
    name, part, role = _meaning(path.name)
    if role == "labels":
        raise DataError(f"{path} holds labels, not images.", "Give the file of the images.")
    files = find_sets(path.parent)[name][part] | {"images": path}
    return _stored(name, {part: _read_part(files, name, part)})


def _meaning(name: str) -> tuple[str, str, str]:
    """What a file's name says: its set, its part, its role."""
    matched = _NAME.fullmatch(name)
    assert matched is not None
    return matched["set"], part_of(matched["part"]) or "train", matched["role"]


def _stored(name: str, parts: dict[str, Part]) -> Stored:
    called = name.rstrip("-_.")
    if called.startswith(("emnist", "qmnist")):
        called = called.upper().replace("-", " ", 1)
    is_emnist = name.startswith("emnist")
    return Stored(
        form=f"IDX files, {called or 'by the names of MNIST'}",
        parts=parts,
        notes=(TURNED,) if is_emnist else (),
        transposed=is_emnist,
    )


def _read_part(files: dict[str, Path], name: str, part: str) -> Part:
    images = as_pixels(read_idx(files["images"]), f"{part} images", str(files["images"]))
    if "labels" not in files:
        return Part(images)
    labels = read_idx(files["labels"])
    # QMNIST's rows are digit, source, writer and so on.
    if name.startswith("qmnist") and labels.ndim == 2:
        labels = labels[:, 0]
    digits = as_digits(labels, f"{part} labels", str(files["labels"]))
    if len(images) != len(digits):
        raise DataError(
            f"{files['images']}: {part} has {len(images)} images but {len(digits)} labels.",
            "Give one label for each image.",
        )
    return Part(images, digits)
