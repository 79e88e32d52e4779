"""Digits with their labels: of any form, from a given path, a cache, the mirrors."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError, UsageError, check_path, check_paths, way
from shuzi.files import check_ending, check_name, write_atomically
from shuzi.files.arrays import idx_header
from shuzi.files.datasets import Stored, read_dataset
from shuzi.files.datasets.values import as_array, as_digits, as_pixels
from shuzi.files.download import cache_folder, fetch_mnist
from shuzi.form import UPRIGHT, Form, Images, Orientation


class Options(TypedDict, total=False):
    """How images are read, as `load_data` takes it."""

    invert: bool
    transpose: bool
    normalise: bool | None


class UnlabelledError(DataError):
    """A file or a folder has images, but no labels to learn from."""

    def __init__(self, path: Path, form: str) -> None:
        self.path = path
        super().__init__(
            f"{path} ({form}) has images, but no labels to learn from.",
            "Give both, or a folder with a folder of pictures for each digit, 0 to 9. "
            "Images without labels are read by `shuzi predict`.",
        )


MNIST_MD5 = {
    "train_images": "6bbc9ace898e44ae57da46a324031adb",
    "test_images": "2646ac647ad5339dbf082846283269ea",
}
"""md5 of the raw IDX bytes, before any compression."""
OTHER = "data other than MNIST"
"""The name of it."""
PARTS = ("train", "validation", "test")
SIDE = 28


def _no_images() -> NDArray[np.uint8]:
    return np.empty((0, SIDE, SIDE), np.uint8)


def _no_labels() -> NDArray[np.uint8]:
    return np.empty(0, np.uint8)


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """Training digits, and digits to validate and to test with, as far as there are some.

    Images become uint8 (n, 28, 28), ink bright on 0, and labels uint8 (n,), 0 to 9, from whatever
    `shuzi.files.datasets.values` takes, in arrays or lists.

    Args:
        not_digits: further training images, of what a recipe with `marks` shall refuse.
        source: the file or folder that it came from.
        validation_source: that of the validation part, if it is another one.
        orientation: what was done to the images.
        normalise: what was asked for, as `load_data` takes it.
        form: what the source was recognised as.
        notes: what else people should know of it, a sentence each.

    Raises:
        DataError: an array has another shape, type or range, or there is nothing to train on.
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    validation_images: NDArray[np.uint8] = field(default_factory=_no_images)
    validation_labels: NDArray[np.uint8] = field(default_factory=_no_labels)
    test_images: NDArray[np.uint8] = field(default_factory=_no_images)
    test_labels: NDArray[np.uint8] = field(default_factory=_no_labels)
    not_digits: NDArray[np.uint8] | None = None
    source: str = "memory"
    validation_source: str | None = None
    orientation: Orientation = UPRIGHT
    normalise: bool | None = None
    form: str = "arrays"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.not_digits is not None:
            name = "images that are not digits"
            images = as_array(self.not_digits, name, self.source)
            object.__setattr__(self, "not_digits", _check_images(images, name, self.source))
        for part in PARTS:
            images, labels = (
                as_array(getattr(self, f"{part}_{kind}"), f"{part} {kind}", self.source)
                for kind in ("images", "labels")
            )
            if part != "train" and len(images) == len(labels) == 0:
                continue
            images = _check_images(images, f"{part} images", self.source)
            labels = as_digits(labels, f"{part} labels", self.source)
            if len(images) != len(labels):
                raise DataError(
                    f"{self.source}: {part} has {len(images)} images but {len(labels)} labels.",
                    "Give one label for each image.",
                )
            object.__setattr__(self, f"{part}_images", images)
            object.__setattr__(self, f"{part}_labels", labels)

    @property
    def parts(self) -> dict[str, tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
        """Images and labels of each part that is there: train, validation, test."""
        found = {part: self._part(part) for part in PARTS}
        return {part: both for part, both in found.items() if len(both[1])}

    def _part(self, name: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        return getattr(self, f"{name}_images"), getattr(self, f"{name}_labels")

    def counts(self, part: str) -> list[int]:
        """How many images of each digit a part has."""
        return [int((self._part(part)[1] == digit).sum()) for digit in range(10)]

    def lacks(self) -> list[str]:
        """What is to say of what is not there: digits, and test images."""
        said = []
        missing = [str(digit) for digit, n in enumerate(self.counts("train")) if not n]
        if missing:
            said.append(
                f"It has no training images of {', '.join(missing)}: a model that learns from it "
                "will never read these. Add some, or take it as it is."
            )
        if len(self.test_labels) == 0:
            said.append(
                "It has no test images with labels: test with others, "
                "`shuzi evaluate RUN --data PATH`."
            )
        return said

    def repeats(self) -> list[str]:
        """What is to say of images that are there more than once, pixel for pixel."""
        labels: dict[bytes, int] = {}
        again = contradicting = 0
        for image, label in zip(self.train_images, self.train_labels.tolist(), strict=True):
            before = labels.setdefault(image.tobytes(), label)
            contradicting += before != label
            again += 1
        again -= len(labels)
        said = []
        if again:
            said.append(
                f"Training images that are the same as another one: {again}; with another label "
                f"than that one: {contradicting}."
            )
        for name in ("validation", "test"):
            shared = sum(image.tobytes() in labels for image in self._part(name)[0])
            if shared:
                said.append(
                    f"Of the {len(self._part(name)[1])} {name} images, training images too: "
                    f"{shared}. What is measured with these is too good; take them out of one part."
                )
        return said

    def check_test(self) -> None:
        """Refuse to go on without test images.

        Raises:
            DataError: there are none.
        """
        if len(self.test_labels) == 0:
            raise DataError(
                f"{self.source} has no test images with labels to measure on.",
                f"Give data that has some to {way('data')}.",
            )

    @cached_property
    def fingerprint(self) -> dict[str, str]:
        """md5 of each array as raw IDX bytes: equal for equal content in any container."""
        names = [f"{part}_{kind}" for part in PARTS for kind in ("images", "labels")]
        arrays = {name: getattr(self, name) for name in (*names, "not_digits")}
        return {
            name: _md5(array) for name, array in arrays.items() if array is not None and len(array)
        }

    @property
    def is_mnist(self) -> bool:
        """Whether the images are those of the original MNIST, in the original order."""
        return MNIST_MD5.items() <= self.fingerprint.items()

    @property
    def name(self) -> str:
        return "MNIST" if self.is_mnist else OTHER


def load_data(
    path: str | PathLike[str] | None = None,
    *,
    validation: str | PathLike[str] | None = None,
    offline: bool = False,
    progress: bool = False,
    invert: bool = False,
    transpose: bool = False,
    normalise: bool | None = None,
) -> Dataset:
    """Digits to train on, of any form that is known, in MNIST's form; or MNIST itself.

    Args:
        path: a file or a folder of one of the forms that `shuzi.files.datasets.FORMS` lists. If
            None: $SHUZI_DATA, or MNIST from shuzi's cache, Keras's cache or the mirrors.
        validation: a file or a folder whose images are the validation part; of one that has
            several parts its validation part, or else its test part.
        offline: never touch the network.
        progress: show the progress of what takes long on a terminal.
        invert: the images' ink is dark; make it bright.
        transpose: the images' rows are columns; exchange them.
        normalise: find each picture's ink, scale it to 20 pixels and centre it, by the code that
            reads pictures. None does so to what is not 28 x 28, and to pictures (not arrays) with
            dark ink; False scales whole pictures to 28 x 28.

    Raises:
        DataError: there is no data, or it cannot be used.
        DownloadError: no mirror gave MNIST.
        MissingExtraError: its form needs a package that is not installed.
        UsageError: what is given is no path, or its name is not UTF-8.
    """
    check_paths(path=path, validation=validation)
    form = Form(Orientation(invert, transpose), normalise, progress)
    found = _find(path, offline, progress, lambda place: _load(place, form))
    if validation is None:
        return found
    place = Path(validation).expanduser().absolute()
    check_name(place)
    stored = read_dataset(place, alone=True, progress=progress)
    held_out = _images(stored, form, str(place), ("validation", "test", "train"))
    if held_out.labels is None:
        raise DataError(f"{place} has no labels to validate with.", "Give labelled images.")
    notes = [note for note in held_out.notes if note not in found.notes]
    if np.array_equal(held_out.images, found.train_images):
        notes.append("It validates with the images that it trains on: that will look too good.")
    return replace(
        found,
        validation_images=held_out.images,
        validation_labels=held_out.labels,
        validation_source=str(place),
        notes=(*found.notes, *notes),
    )


def check_dataset(value: object) -> None:
    """Refuse what is neither a dataset nor None.

    Raises:
        UsageError: it is something else.
    """
    if not isinstance(value, Dataset | None):
        raise UsageError(
            f"A dataset cannot be of type {type(value).__name__}.",
            "Give what shuzi.load_data(path) returns, or a shuzi.Dataset of your arrays.",
        )


def save_npz(dataset: Dataset | Images, path: Path) -> None:
    """Write an .npz in Keras's layout: x_train, y_train, and x_test and x_val where there are some;
    of images without labels x_test alone.

    Raises:
        UsageError: the path does not end in .npz.
        OutputError: it cannot be written.
    """
    check_ending(path, ".npz")
    names = {"train": "train", "validation": "val", "test": "test"}
    arrays: dict[str, Any] = {}
    if isinstance(dataset, Images):
        arrays["x_test"] = dataset.images
    else:
        for part, (images, labels) in dataset.parts.items():
            arrays |= {f"x_{names[part]}": images, f"y_{names[part]}": labels}
    with write_atomically(path) as temporary:
        np.savez_compressed(temporary, **arrays)


def load_images(
    path: str | PathLike[str],
    *,
    progress: bool = False,
    invert: bool = False,
    transpose: bool = False,
    normalise: bool | None = None,
) -> Images:
    """The images of a file or a folder, and their labels if it has some.

    Of data in several parts, the test part; of an IDX file, its own images. The arguments are those
    of `load_data`.

    Raises:
        DataError: it cannot be used.
        MissingExtraError: its form needs a package that is not installed.
        UsageError: it is no path.
    """
    check_path("path", path)
    form = Form(Orientation(invert, transpose), normalise, progress)
    stored = read_dataset(Path(path), alone=True, progress=progress)
    return _images(stored, form, str(path), ("test", "train", "validation"))


def _find(
    path: str | PathLike[str] | None,
    offline: bool,
    progress: bool,
    load: Callable[[Path], Dataset],
) -> Dataset:
    path = path or os.environ.get("SHUZI_DATA")
    if path:
        return load(Path(path).expanduser().absolute())
    refused = []
    for candidate in _caches():
        try:
            return load(candidate)
        # An interrupted download of Keras's leaves a broken file; the next place may be whole.
        except DataError as error:
            refused.append(str(error.args[0]))
    if offline:
        raise DataError(
            " ".join(
                [
                    f"MNIST is not on this machine, and {way('offline')} forbids downloading it.",
                    *refused,
                ]
            ),
            f"Run {way('fetch')} while online, or give the path of a file to {way('data')}.",
        )
    return load(fetch_mnist(progress=progress))


def _caches() -> list[Path]:
    keras = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    places = [cache_folder() / "mnist.npz", cache_folder() / "mnist", keras / "datasets/mnist.npz"]
    # A download that failed leaves an empty folder.
    return [place for place in places if place.is_file() or any(place.glob("*"))]


def _load(path: Path, form: Form) -> Dataset:
    """The dataset at a path; what has no labels is not used."""
    # A run's record holds it.
    check_name(path)
    stored = read_dataset(path, progress=form.progress)
    notes = list(stored.notes)
    parts = {name: part for name, part in stored.parts.items() if part.labels is not None}
    if not parts:
        raise UnlabelledError(path, stored.form)
    if "train" not in parts:
        name, part = parts.popitem()
        parts["train"] = part
        notes.append(f"It has no training part; the {name} part is taken for one.")
    notes += [
        f"Its {name} images have no labels: `shuzi predict` reads them, training does not."
        for name in stored.parts.keys() - parts.keys()
        if stored.parts[name].labels is None
    ]
    arrays: dict[str, Any] = {}
    not_digits = _no_images()
    for name, part in parts.items():
        found = form.fit(part, str(path), transposed=stored.transposed)
        if found.labels is not None:
            arrays |= {f"{name}_images": found.images, f"{name}_labels": found.labels}
        if name == "train":
            not_digits = found.not_digits
        notes += [note for note in found.notes if note not in notes]
    return Dataset(
        **arrays,
        not_digits=not_digits if len(not_digits) else None,
        source=str(path),
        orientation=form.orientation,
        normalise=form.normalise,
        form=stored.form,
        notes=tuple(notes),
    )


def _images(stored: Stored, form: Form, source: str, order: tuple[str, ...]) -> Images:
    """The first part that is there, in MNIST's form."""
    name = next(name for name in order if name in stored.parts)
    found = form.fit(stored.parts[name], source, transposed=stored.transposed)
    others = [f"Of {source} the {name} images are taken."] if len(stored.parts) > 1 else []
    return replace(found, form=stored.form, notes=(*stored.notes, *found.notes, *others))


def _check_images(array: NDArray[np.generic], name: str, source: str) -> NDArray[np.uint8]:
    images = as_pixels(array, name, source)
    if images.shape[1:] != (SIDE, SIDE):
        raise DataError(
            f"{source}: {name} have the shape {array.shape}; it must be (n, 28, 28).",
            "Scale them to 28x28, or save them and give the file to load_data.",
        )
    return images


def _md5(array: NDArray[np.uint8]) -> str:
    found = hashlib.md5(idx_header(array))
    found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()
