"""Arrays under any of the usual names -> training, validation and test images and labels."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError
from shuzi.files.arrays import list_names
from shuzi.files.datasets.stored import Part
from shuzi.files.datasets.values import as_digits, as_pixels, square

PARTS = {
    "train": ("train", "training", "tr"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "t10k", "te"),
}
"""Words that say which part something belongs to."""
_IMAGES = {"x", "images", "image", "img", "imgs", "pixels", "features", "data", "array", "inputs"}
_LABELS = {"y", "labels", "label", "lab", "targets", "target", "digits", "digit", "class"}
_WORD = re.compile(r"[a-z]+(?:10k)?|\d+")
_REMEDY = (
    "Name them x_train and y_train, and x_test and y_test where there are some; "
    "or x and y, or images and labels."
)

Arrays = Mapping[str, NDArray[Any]]
Names = dict[str, dict[str, str]]
"""Names of arrays, by part and by role, `images` or `labels`."""


def part_of(words: str) -> str | None:
    """The part that a name speaks of, if it does."""
    found = set(_WORD.findall(words.lower()))
    return next((part for part, names in PARTS.items() if found & set(names)), None)


def sort_arrays(arrays: Arrays, source: str) -> dict[str, Part]:
    """The parts that arrays make; names decide, and where they say nothing, shapes.

    Args:
        arrays: each is read only if its name, or the lack of better ones, asks for it.
        source: the file, for messages.

    Raises:
        DataError: there are no images, or what there is does not fit together.
    """
    by_class = _by_class(arrays, source)
    if by_class:
        return by_class
    names = _by_name(arrays, source) or _by_shape(arrays)
    parts = {}
    for part in PARTS:
        roles = names.get(part, {})
        if not roles:
            continue
        if "images" not in roles:
            raise DataError(
                f"{source} has {roles['labels']} but no images for it; its arrays are "
                f"{list_names(arrays)}.",
                _REMEDY,
            )
        parts[part] = _part(arrays, roles, source)
    if not parts:
        raise DataError(f"{source} has no images; its arrays are {list_names(arrays)}.", _REMEDY)
    return parts


def _part(arrays: Arrays, roles: dict[str, str], source: str) -> Part:
    images = as_pixels(arrays[roles["images"]], roles["images"], source)
    if "labels" not in roles:
        return Part(images)
    labels = as_digits(arrays[roles["labels"]], roles["labels"], source)
    if len(images) != len(labels):
        raise DataError(
            f"{source}: {roles['images']} has {len(images)} images but {roles['labels']} "
            f"{len(labels)} labels.",
            "Give one label for each image.",
        )
    return Part(images, labels)


def _by_name(arrays: Arrays, source: str) -> Names:
    """What the names say. Names without a part count only where no other has one."""
    marked: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    plain: dict[str, list[str]] = defaultdict(list)
    for name in arrays:
        part, role = _meaning(name)
        if role is not None:
            (marked[part] if part else plain)[role].append(name)
    parts = marked or {"train": plain}
    for roles in parts.values():
        for role, names in roles.items():
            if len(names) > 1:
                raise DataError(
                    f"{source} has {len(names)} arrays that may be the {role}: {', '.join(names)}.",
                    _REMEDY,
                )
    chosen = {p: {role: names[0] for role, names in roles.items()} for p, roles in parts.items()}
    return chosen if any("images" in roles for roles in chosen.values()) else {}


def _meaning(name: str) -> tuple[str | None, str | None]:
    """The part and the role that a name says, as far as it does: x_train, trainX, test/labels."""
    words = _WORD.findall(re.sub(r"(?<=[a-z])(?=[XY]\b)|(?<=\b[XY])(?=[a-z])", " ", name).lower())
    part = part_of(" ".join(words))
    for other in words:
        if other in _IMAGES | _LABELS:
            return part, "images" if other in _IMAGES else "labels"
    return part, None


def _by_shape(arrays: Arrays) -> Names:
    """Images and labels told apart by their shapes, those for training first, as arr_0 and so on
    have them."""
    shapes = {name: arrays[name].shape for name in arrays}
    images = [name for name, shape in shapes.items() if _may_be_images(shape)]
    labels = [name for name, shape in shapes.items() if _may_be_labels(shape)]
    found: Names = {}
    for part, name in zip(("train", "test"), images, strict=False):
        found[part] = {"images": name}
        fitting = [one for one in labels if shapes[one][0] == shapes[name][0]]
        if fitting:
            found[part]["labels"] = fitting[0]
            labels.remove(fitting[0])
    return found


def _may_be_images(shape: tuple[int, ...]) -> bool:
    return len(shape) in (3, 4) or (len(shape) == 2 and square(shape[1]) is not None)


def _may_be_labels(shape: tuple[int, ...]) -> bool:
    return len(shape) == 1 or (len(shape) == 2 and shape[1] in (1, 10))


def _by_class(arrays: Arrays, source: str) -> dict[str, Part]:
    """Parts of an array a digit: train0 to train9, test0 to test9."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for name in arrays:
        matched = re.fullmatch(r"(train|test)_?(\d)", name)
        if matched:
            found[matched[1]][int(matched[2])] = name
    return {
        part: _of_classes([(digit, arrays[names[digit]]) for digit in sorted(names)], source)
        for part, names in found.items()
    }


def _of_classes(classes: list[tuple[int, NDArray[Any]]], source: str) -> Part:
    images = [as_pixels(array, f"images of {digit}", source) for digit, array in classes]
    if len({array.shape[1:] for array in images}) > 1:
        raise DataError(f"{source}: its digits' images differ in size.", "Scale them to one size.")
    counts = [len(array) for array in images]
    labels = np.repeat([digit for digit, _ in classes], counts).astype(np.uint8)
    return Part(np.concatenate(images), labels)
