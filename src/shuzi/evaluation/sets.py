"""Pictures by other writers, and of what is not a digit: read as the reader reads, scored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError, paths_of
from shuzi.evaluation import metrics
from shuzi.evaluation.calibration import expected_calibration_error, roc_area
from shuzi.evaluation.coverage import coverage_at
from shuzi.files.arrays import list_names, read_arrays
from shuzi.files.datasets.values import as_digits
from shuzi.recognise.engine import Recogniser
from shuzi.recognise.glyph import find_glyph

LIKE_DIGITS = "OoDIliZzSsBbqg"
"""Letters that are drawn like digits."""
NOT_DIGITS = "not_digits"
"""A file or folder whose name begins so holds no digits, whatever its labels are."""
_LAYOUT = (
    "A set is an .npz with x or images, uint8 (n, height, width), of one digit each, and y or "
    "labels, 0 to 9; without labels, or where the file's or folder's name begins with "
    f"{NOT_DIGITS}, it holds what is not a digit."
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pictures:
    """uint8 (n, height, width), ink dark or bright; labels uint8 (n,), None if they are not digits.

    Raises:
        DataError: the images have another shape or dtype, or there are none.
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        if self.images.dtype != np.uint8 or self.images.ndim != 3:
            raise DataError(
                f"{self.name}: the images are {self.images.dtype} {self.images.shape}; "
                "they must be uint8 (n, height, width).",
                _LAYOUT,
            )
        if self.images.size == 0:
            raise DataError(f"{self.name} is empty: it has no images to measure on.", _LAYOUT)
        if self.labels is not None and len(self.labels) != len(self.images):
            raise DataError(
                f"{self.name} has {len(self.images)} images but {len(self.labels)} labels.",
                "Give one label for each image.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterScore:
    """How digits of other writers are read.

    An image in which no ink is found counts as wrong in `accuracy` and as not answered. `interval`
    is the accuracy's 95 % interval; `answered` and `wrong` are shares of all images where "not a
    digit" is not an answer.
    """

    name: str
    n: int
    accuracy: float
    interval: tuple[float, float]
    calibration_error: float
    answered: float
    wrong: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalScore:
    """How what is not a digit is told from the test digits.

    `roc_area` is of the likeliest digit's probability, test digits being the positives; `refused`
    is the share of images that are likelier no digit than any.
    """

    name: str
    n: int
    roc_area: float
    refused: float


def find_sets(places: Iterable[str | PathLike[str]]) -> list[Pictures]:
    """The sets in files and folders, in the order of their names.

    Raises:
        DataError: there is no such place, nothing in it, or a file of another layout.
        UsageError: the places are no list of paths.
    """
    return [read_set(path) for place in paths_of("sets", places) for path in _files(Path(place))]


def read_set(path: Path) -> Pictures:
    """One set of pictures from an .npz, in the layout that `_LAYOUT` describes.

    Of a set of letters (labels of one character) those that are drawn like digits are left out.

    Raises:
        DataError: the file has another layout or is empty.
    """
    arrays = read_arrays(path)
    images = _first(arrays, "x", "images")
    if images is None:
        raise DataError(f"{path} has no images; its arrays are {list_names(arrays)}.", _LAYOUT)
    labels = _first(arrays, "y", "labels")
    name = f"{path.absolute().parent.name}/{path.stem}"
    if labels is not None and not _holds_no_digits(path):
        return Pictures(name=name, images=images, labels=as_digits(labels, "labels", str(path)))
    if labels is not None and labels.dtype.kind == "U" and labels.shape == images.shape[:1]:
        images = images[~np.isin(labels, list(LIKE_DIGITS))]
    return Pictures(name=name, images=images)


def read_pictures(recogniser: Recogniser, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Probabilities float32 (n, 10) of pictures; zeros where no ink is found.

    Args:
        images: uint8 (n, height, width), ink dark or bright.
    """
    found, where = glyphs(images)
    probabilities = np.zeros((len(images), 10), np.float32)
    probabilities[where] = recogniser.predict(found)
    return probabilities


def glyphs(images: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """The glyphs that the reader finds, uint8 (m, 28, 28), and the images that they come from.

    Args:
        images: uint8 (n, height, width), ink dark or bright.
    """
    found = [(i, glyph) for i, glyph in enumerate(map(find_glyph, images)) if glyph is not None]
    where = np.array([i for i, _ in found], np.intp)
    return np.array([glyph for _, glyph in found], np.uint8).reshape(-1, 28, 28), where


def score_writers(
    name: str, probabilities: NDArray[np.float32], labels: NDArray[np.uint8]
) -> WriterScore:
    """Scores of probabilities float32 (n, 10), zeros where nothing was found.

    Raises:
        DataError: nothing was found in any image, so that no answer can be scored.
    """
    confidences = probabilities.max(axis=1)
    found = confidences > 0
    if not found.any():
        raise DataError(
            f"{name}: no ink is found in its images ({len(labels)}), so nothing can be scored.",
            "Give images whose values go from 0 to 255, with ink that stands out from the paper.",
        )
    right = (probabilities.argmax(axis=1) == labels) & found
    coverage = coverage_at(probabilities, labels, 0)
    accuracy = float(right.mean())
    return WriterScore(
        name=name,
        n=len(labels),
        accuracy=accuracy,
        interval=metrics.wilson_interval(accuracy, len(labels)),
        calibration_error=expected_calibration_error(confidences[found], right[found]),
        answered=coverage.answered,
        wrong=coverage.wrong,
    )


def score_refusal(
    name: str, probabilities: NDArray[np.float32], of_digits: NDArray[np.float32]
) -> RefusalScore:
    """Scores of probabilities float32 (n, 10) beside those of digits.

    Raises:
        DataError: there are no probabilities.
    """
    if len(probabilities) == 0:
        raise DataError(f"{name} is empty: it has no images to measure on.", _LAYOUT)
    best = probabilities.max(axis=1)
    return RefusalScore(
        name=name,
        n=len(probabilities),
        roc_area=roc_area(of_digits.max(axis=1), best),
        refused=float((1 - probabilities.sum(axis=1) > best).mean()),
    )


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise DataError(f"{place}: there is no such file or folder.", _LAYOUT)
    found = sorted(place.rglob("*.npz"))
    if not found:
        raise DataError(f"{place} has no .npz in it.", _LAYOUT)
    return found


def _first(arrays: Mapping[str, NDArray[Any]], *names: str) -> NDArray[Any] | None:
    return next((arrays[name] for name in names if name in arrays), None)


def _holds_no_digits(path: Path) -> bool:
    return any(name.startswith(NOT_DIGITS) for name in (path.name, path.absolute().parent.name))
