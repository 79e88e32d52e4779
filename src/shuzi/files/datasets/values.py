"""Numbers of any usual type and shape -> pixels and digits as uint8."""

from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shuzi.errors import DataError

LEAST_SIDE = 8
"""Of an image that is stored as one row of numbers."""
_CHUNK = 4096
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Of red, green and blue in grey. Source: ITU-R BT.601, as Pillow has it."""


def as_array(values: ArrayLike, name: str, source: str) -> NDArray[Any]:
    """Arrays of any library, or lists, as an array of NumPy's.

    Raises:
        DataError: they do not fit together in one.
    """
    try:
        return np.atleast_1d(np.asarray(values))
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{source}: {name} do not make an array: {error}.",
            "Give an array, or lists that are as long as each other.",
        ) from error


def as_pixels(array: NDArray[Any], name: str, source: str) -> NDArray[np.uint8]:
    """Images as uint8 (n, height, width), 0 to 255.

    Args:
        array: (n, height, width), with a last or second axis of 1, or a last one of 3 (RGB); or
            (n, height * width) of square images. Whole numbers 0 to 255, truth values, floats 0 to
            1, -1 to 1 or 0 to 255; where all are 0 or 1, 1 is 255.
        name: what messages call it.
        source: the file, for messages.

    Raises:
        DataError: it has another shape or range, or no image.
    """
    if array.dtype.kind not in "buif":
        raise DataError(
            f"{source}: {name} are {array.dtype}; pixels must be numbers.", "Give 0 to 255."
        )
    images = _in_rows(array)
    if images is None:
        raise DataError(
            f"{source}: {name} have the shape {array.shape}; it must be (n, height, width), "
            "(n, height, width, 1 or 3), or (n, height * width) of square images.",
            "Reshape them, for 28 x 28 pixels with array.reshape(-1, 28, 28).",
        )
    if images.size == 0:
        raise DataError(f"{source}: {name} are empty.", "Give one image or more.")
    if images.dtype == np.uint8 and images.ndim == 3 and images.max() > 1:
        return np.ascontiguousarray(images)
    low, scale = _range(images, name, source)
    pixels = np.empty(images.shape[:3], np.uint8)
    for first in range(0, len(images), _CHUNK):
        some = (images[first : first + _CHUNK].astype(np.float32) - low) * scale
        pixels[first : first + _CHUNK] = (some @ _LUMA if some.ndim == 4 else some).round()
    return pixels


def as_digits(array: NDArray[Any], name: str, source: str) -> NDArray[np.uint8]:
    """Labels as uint8 (n,), 0 to 9.

    Args:
        array: whole numbers, also as floats or text, (n,) or (n, 1); or one-hot (n, 10).
        name: what messages call it.
        source: the file, for messages.

    Raises:
        DataError: it is something else.
    """
    labels = array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array
    if labels.ndim == 2 and labels.shape[1] == 10 and labels.dtype.kind in "buif":
        labels = _from_one_hot(labels, name, source)
    if labels.dtype.kind in "US":
        labels = _from_text(labels, name, source)
    if labels.dtype.kind == "f":
        labels = _from_floats(labels, name, source)
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise DataError(
            f"{source}: {name} are {array.dtype} {array.shape}; they must be whole numbers (n,), "
            "or one-hot (n, 10).",
            "Give one whole number, 0 to 9, for each image.",
        )
    wrong = np.flatnonzero((labels < 0) | (labels > 9))
    if len(wrong):
        raise DataError(
            f"{source}: {name} must be 0 to 9; number {wrong[0]} is {labels[wrong[0]]}.",
            f"Correct or leave out the {len(wrong)} of them that are not.",
        )
    return np.ascontiguousarray(labels, np.uint8)


def square(size: int) -> int | None:
    """The side of a square of so many pixels; None if it is too small or not a square."""
    side = isqrt(size) if size >= 0 else 0
    return side if side * side == size and side >= LEAST_SIDE else None


def _in_rows(array: NDArray[Any]) -> NDArray[Any] | None:
    """(n, height, width) or (n, height, width, 3); None if it cannot be seen so."""
    if array.ndim == 2 and (side := square(array.shape[1])):
        return array.reshape(len(array), side, side)
    if array.ndim == 4 and 1 in (array.shape[3], array.shape[1]):
        return array[..., 0] if array.shape[3] == 1 else array[:, 0]
    fits = array.ndim == 3 or (array.ndim == 4 and array.shape[3] == 3)
    return array if fits else None


def _range(images: NDArray[Any], name: str, source: str) -> tuple[float, float]:
    """What is taken from each value, and what the rest is multiplied by, for 0 to 255."""
    low, high = images.min(), images.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise DataError(
            f"{source}: {name} hold NaN or infinity.", "Give pixels 0 to 255, or floats 0 to 1."
        )
    if low >= 0 and high <= 1:
        return 0.0, 255.0
    if low >= -1 and high <= 1 and images.dtype.kind == "f":
        return -1.0, 127.5
    if low >= 0 and high <= 255:
        return 0.0, 1.0
    raise DataError(
        f"{source}: {name} go from {low:g} to {high:g}; pixels must be 0 to 255, or floats 0 to 1.",
        "Scale them, and undo a normalisation by mean and deviation.",
    )


def _from_one_hot(rows: NDArray[Any], name: str, source: str) -> NDArray[np.intp]:
    wrong = np.flatnonzero((np.count_nonzero(rows, axis=1) != 1) | (rows.sum(axis=1) != 1))
    if len(wrong):
        raise DataError(
            f"{source}: {name} are (n, 10), but number {wrong[0]} is not one-hot.",
            "Give one whole number, 0 to 9, for each image.",
        )
    return np.asarray(rows.argmax(axis=1), np.intp)


def _from_text(labels: NDArray[Any], name: str, source: str) -> NDArray[np.float64]:
    try:
        return labels.astype(np.float64)
    except ValueError:
        texts = labels.ravel().tolist()
        number, text = next((i, t) for i, t in enumerate(texts) if not is_number(t))
        raise DataError(
            f"{source}: {name} must be 0 to 9; number {number} is {str(text)[:30]!r}.",
            "Write each as a number.",
        ) from None


def is_number(text: str | bytes) -> bool:
    """Whether a text is one; `nan` and `inf` are."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _from_floats(labels: NDArray[Any], name: str, source: str) -> NDArray[np.int64]:
    wrong = np.flatnonzero(~np.isfinite(labels) | (labels != np.floor(labels)))
    if len(wrong):
        value = labels.ravel()[wrong[0]]
        raise DataError(
            f"{source}: {name} must be whole numbers; number {wrong[0]} is "
            f"{'NaN' if np.isnan(value) else value}.",
            "Give one whole number, 0 to 9, for each image.",
        )
    # Beyond these is not a digit in any case, and might be beyond int64.
    return labels.clip(-1e9, 1e9).astype(np.int64)
