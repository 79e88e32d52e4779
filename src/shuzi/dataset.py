"""Where MNIST comes from: a given file, a cache, the mirrors; as NPZ or IDX."""

import hashlib
import os
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shuzi.arrays import idx_header, list_names, read_arrays, read_idx
from shuzi.download import cache_folder, fetch_mnist
from shuzi.errors import DataError, way

MNIST_MD5 = {
    "train_images": "6bbc9ace898e44ae57da46a324031adb",
    "test_images": "2646ac647ad5339dbf082846283269ea",
}
"""md5 of the raw IDX bytes, before any compression."""

_NPZ_KEYS = ("x_train", "y_train", "x_test", "y_test")
_IDX_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
_LABELLED = (("x", "y"), ("images", "labels"), ("x_test", "y_test"), ("array", ""))


class Orientation(NamedTuple):
    """What is done to images to bring them into MNIST's form."""

    invert: bool = False
    transpose: bool = False

    def apply(self, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The images uint8 (n, 28, 28), inverted, transposed, or both."""
        if self.transpose:
            images = images.transpose(0, 2, 1)
        return np.ascontiguousarray(255 - images if self.invert else images)


UPRIGHT = Orientation()


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """Training and test digits.

    Images are uint8 (n, 28, 28), ink bright on 0; labels uint8 (n,), 0 to 9; `not_digits` are
    further training images, uint8 (n, 28, 28), of what a recipe with `marks` shall refuse; `source`
    is the file or folder that all came from, and `orientation` what was done to its images.

    Raises:
        DataError: an array has another shape, dtype or range, or none of its rows.
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]
    not_digits: NDArray[np.uint8] | None = None
    source: str = "memory"
    orientation: Orientation = UPRIGHT

    def __post_init__(self) -> None:
        if self.not_digits is not None:
            check_images(self.not_digits, "images that are not digits", self.source)
        for part in ("train", "test"):
            images = check_images(getattr(self, f"{part}_images"), f"{part} images", self.source)
            labels = check_labels(getattr(self, f"{part}_labels"), f"{part} labels", self.source)
            _check_lengths(images, labels, part, self.source)
            object.__setattr__(self, f"{part}_images", images)
            object.__setattr__(self, f"{part}_labels", labels)

    @cached_property
    def fingerprint(self) -> dict[str, str]:
        """md5 of each array as raw IDX bytes: equal for equal content in any container."""
        names = ("train_images", "train_labels", "test_images", "test_labels", "not_digits")
        arrays = {name: getattr(self, name) for name in names}
        return {name: _md5(array) for name, array in arrays.items() if array is not None}

    @property
    def is_mnist(self) -> bool:
        """Whether the images are those of the original MNIST, in the original order."""
        return MNIST_MD5.items() <= self.fingerprint.items()

    @property
    def name(self) -> str:
        return "MNIST" if self.is_mnist else "not MNIST, but other data in its layout"


def load_mnist(
    path: str | PathLike[str] | None = None,
    *,
    offline: bool = False,
    progress: bool = False,
    invert: bool = False,
    transpose: bool = False,
) -> Dataset:
    """MNIST, or other data in its layout.

    Args:
        path: an .npz in Keras's layout, or a folder (or one file of it) with the four IDX files,
            plain or .gz. If None: $SHUZI_DATA, shuzi's cache, Keras's cache, the mirrors.
        offline: never touch the network.
        progress: show a download's progress on a terminal.
        invert: the images' ink is dark; make it bright.
        transpose: the images' rows are columns, as EMNIST stores them; exchange them.

    Raises:
        DataError: there is no data, or it cannot be used.
        DownloadError: no mirror gave the data.
    """
    found = _find(path, offline, progress)
    orientation = Orientation(invert, transpose)
    if orientation == UPRIGHT:
        return found
    return replace(
        found,
        train_images=orientation.apply(found.train_images),
        test_images=orientation.apply(found.test_images),
        orientation=orientation,
    )


def _find(path: str | PathLike[str] | None, offline: bool, progress: bool) -> Dataset:
    path = path or os.environ.get("SHUZI_DATA")
    if path:
        return _load(Path(path).expanduser())
    refused = []
    for candidate in _caches():
        try:
            return _load(candidate)
        # An interrupted download of Keras's leaves a broken file; the next place may be whole.
        except DataError as error:
            refused.append(str(error.args[0]))
    if offline:
        raise DataError(
            f"MNIST is not on this machine, and {way('offline')} forbids to download it. "
            + " ".join(refused),
            f"Run {way('fetch')} while online, or give the path of a file to {way('data')}.",
        )
    return _load(fetch_mnist(progress=progress))


def load_images(
    path: str | PathLike[str], *, invert: bool = False, transpose: bool = False
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Images uint8 (n, 28, 28), and their labels uint8 (n,) if the file has them.

    Args:
        path: an .npz with `x` or `images` (and `y` or `labels`), or in Keras's layout, of which
            the test part is taken; an .npy; an IDX file of images.
        invert, transpose: as `load_mnist` takes them.

    Raises:
        DataError: the file cannot be used.
    """
    path = Path(path)
    arrays = read_arrays(path)
    for images_key, labels_key in _LABELLED:
        if images_key in arrays:
            images = check_images(arrays[images_key], images_key, str(path))
            images = Orientation(invert, transpose).apply(images)
            if labels_key not in arrays:
                return images, None
            labels = check_labels(arrays[labels_key], labels_key, str(path))
            _check_lengths(images, labels, images_key, str(path))
            return images, labels
    raise DataError(
        f"{path} has no images; its arrays are {list_names(arrays)}.",
        "Name the images x or images (and their labels y or labels).",
    )


def check_images(array: NDArray[Any], name: str, source: str) -> NDArray[np.uint8]:
    """The array, if it is uint8 (n, 28, 28) with n > 0; DataError otherwise."""
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise DataError(f"{source}: {name} hold NaN.", "Give whole pixels, 0 to 255.")
    if array.dtype != np.uint8:
        raise DataError(
            f"{source}: {name} are {array.dtype}; they must be uint8, 0 to 255, ink bright.",
            "Convert them with array.astype('uint8') after scaling to 0 to 255.",
        )
    if array.ndim != 3 or array.shape[1:] != (28, 28):
        raise DataError(
            f"{source}: {name} have the shape {array.shape}; it must be (n, 28, 28).",
            "Scale them to 28x28; pictures of any size are read by `shuzi read`.",
        )
    if len(array) == 0:
        raise DataError(f"{source}: {name} are empty.", "Give one image or more.")
    return np.ascontiguousarray(array)


def check_labels(array: NDArray[Any], name: str, source: str) -> NDArray[np.uint8]:
    """The array as uint8, if it is whole numbers (n,) from 0 to 9; DataError otherwise."""
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise DataError(f"{source}: {name} hold NaN.", "Give whole numbers, 0 to 9.")
    if array.dtype.kind not in "iu" or array.ndim != 1:
        raise DataError(
            f"{source}: {name} are {array.dtype} {array.shape}; they must be whole numbers (n,).",
            "Give one whole number, 0 to 9, for each image.",
        )
    wrong = np.flatnonzero((array < 0) | (array > 9))
    if len(wrong):
        raise DataError(
            f"{source}: {name} must be 0 to 9; number {wrong[0]} is {array[wrong[0]]}.",
            f"Correct or leave out the {len(wrong)} of them that are not.",
        )
    return np.ascontiguousarray(array, np.uint8)


def _md5(array: NDArray[np.uint8]) -> str:
    found = hashlib.md5(idx_header(array))
    found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()


def _check_lengths(images: NDArray[Any], labels: NDArray[Any], part: str, source: str) -> None:
    if len(images) != len(labels):
        raise DataError(
            f"{source}: {part} has {len(images)} images but {len(labels)} labels.",
            "Give one label for each image.",
        )


def _caches() -> list[Path]:
    keras = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    places = [cache_folder() / "mnist.npz", cache_folder() / "mnist", keras / "datasets/mnist.npz"]
    return [place for place in places if place.exists()]


def _load(path: Path) -> Dataset:
    path = path.absolute()
    try:
        is_folder = path.is_dir()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    if is_folder:
        return _load_folder(path)
    if any(path.name.startswith(name[:-6]) for name in _idx_spellings()):
        return _load_folder(path.parent)
    arrays = read_arrays(path)
    missing = [key for key in _NPZ_KEYS if key not in arrays]
    if missing:
        raise DataError(
            f"{path} lacks {', '.join(missing)}; its arrays are {list_names(arrays)}.",
        )
    return _dataset([arrays[key] for key in _NPZ_KEYS], path)


def _load_folder(folder: Path) -> Dataset:
    npz = folder / "mnist.npz"
    files = [_find_idx(folder, name) for name in _IDX_NAMES]
    missing = [name for name, file in zip(_IDX_NAMES, files, strict=True) if file is None]
    if len(missing) == len(files) and npz.exists():
        return _load(npz)
    if missing:
        raise DataError(f"{folder} lacks {', '.join(missing)} (plain or .gz).")
    return _dataset([read_idx(file) for file in files if file is not None], folder)


def _find_idx(folder: Path, name: str) -> Path | None:
    # Some mirrors write train-images.idx3-ubyte.
    spellings = [n + end for n in (name, name.replace("-idx", ".idx")) for end in ("", ".gz")]
    return next((folder / n for n in spellings if (folder / n).exists()), None)


def _idx_spellings() -> list[str]:
    return [*_IDX_NAMES, *(name.replace("-idx", ".idx") for name in _IDX_NAMES)]


def _dataset(arrays: list[NDArray[Any]], source: Path) -> Dataset:
    train_images, train_labels, test_images, test_labels = arrays
    return Dataset(
        train_images=train_images,
        train_labels=train_labels,
        test_images=test_images,
        test_labels=test_labels,
        source=str(source),
    )
