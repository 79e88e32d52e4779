"""A digit's ink, or a picture of one -> the 28x28 convention of MNIST; the only place for it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.paper import paper_level
from shuzi.recognise.strip import make_strip

SIDE, FIT = 28, 20
AROUND = 0.25
"""Of a picture's longer side, the paper that is put around it: ink at the edge of a tight one is
taken for a neighbour's."""
FAINTEST = 14
"""Grey levels between paper and the faintest ink: what varies less is blank."""


def find_glyph(picture: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The glyph of a picture that shows one digit, be its ink dark or light; None if it is blank.

    Args:
        picture: uint8 (height, width).
    """
    if np.ptp(picture) < FAINTEST:
        return None
    return normalise(make_strip(with_paper(picture)).writing)


def with_paper(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture of a digit, uint8 (height, width), with paper around it."""
    margin = round(AROUND * max(picture.shape))
    return np.pad(picture, margin, constant_values=paper_level(picture))


def normalise(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The digit in MNIST's convention, uint8 (28, 28), ink bright.

    Its longer side becomes 20 pixels, the grey levels being those of anti-aliasing, and its
    centre of mass comes to the pixel (14, 14), counted from 0, as it lies in all of MNIST.
    Source: the page of the MNIST database.

    Args:
        ink: uint8 (height, width), cut to the digit, 0 paper to 255 ink.
    """
    digit = _resize(ink, FIT / max(ink.shape))
    height, width = digit.shape
    total = float(digit.sum()) or 1.0
    x = float((digit.sum(axis=0) * np.arange(width)).sum()) / total
    y = float((digit.sum(axis=1) * np.arange(height)).sum()) / total
    left = int(np.clip(round(SIDE / 2 - x), 0, SIDE - width))
    top = int(np.clip(round(SIDE / 2 - y), 0, SIDE - height))
    glyph = np.zeros((SIDE, SIDE), np.uint8)
    glyph[top : top + height, left : left + width] = digit
    return glyph


def _resize(ink: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    height, width = ink.shape
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(ink, size, interpolation=how).astype(np.float32)
    # Thin strokes fade when they shrink; the pen did not.
    peak = max(float(np.percentile(resized, 98)), 1.0)
    return (resized * (255 / peak)).clip(0, 255).astype(np.uint8)
