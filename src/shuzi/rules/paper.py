"""Grey page -> how much darker than its paper each pixel is, and which are ink."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.paper import dilated

PAPER_SIDE = 300
"""The paper's light is followed at this size of the page."""
LARGE, PARTS = 1000, 8
"""Pixels of a page that is looked at in parts, so many across and down, for the ink's colour."""
THICKEST = 50
"""Pixels of the thickest pen's stroke."""
MIN_CONTRAST = 16.0
"""Of 255 for black on the paper around: the faintest ink."""
DARKEST = 40
"""Of 255: darker paper is taken for this dark, as it would only bring out noise."""
NOISE_FACTOR = 3.5
"""Ink stands out of the paper's noise by so many of its standard deviations."""
APART = 3
"""Pixels between those whose noise is compared."""
STROKE_SHARE = 0.45
"""Of the darkest ink close by: what is fainter is a stroke's soft edge."""
FAINT_SIDE, FAINT_SHARE = 17, 0.35
"""A faint ruling is darker than the pixels around, by this share of the faintest ink."""
Grey = NDArray[np.uint8]
Mask = NDArray[np.uint8]
"""uint8 (height, width), 1 where it is."""


def page_contrast(grey: Grey) -> tuple[Grey, Grey]:
    """How much darker than the paper around each pixel is, and how much ink is at least.

    Both uint8, 0 paper to 255 black. Shadows and slow changes of the light are divided away,
    which makes the paper's noise stronger where it is dark. Where the ink is lighter than its
    paper, the page is inverted first.
    """
    if _light_ink(grey):
        grey = np.asarray(255 - grey, np.uint8)
    level = _paper(grey)
    paper = np.maximum(level, np.uint8(DARKEST))
    contrast = cv2.divide(cv2.subtract(level, grey), paper, scale=255)
    least = np.float32(NOISE_FACTOR * _noise(grey) * 255)
    by_paper = (least / np.maximum(np.arange(256), 1)).clip(MIN_CONTRAST, 255).astype(np.uint8)
    return np.asarray(contrast, np.uint8), np.asarray(cv2.LUT(paper, by_paper), np.uint8)


def find_ink(contrast: Grey, floor: Grey) -> Mask:
    """Where ink is, by what `page_contrast` gives: clear of the paper and no stroke's soft edge."""
    darkest = cv2.convertScaleAbs(dilated(contrast, 9, 9), alpha=STROKE_SHARE)
    limit = np.maximum(np.asarray(darkest, np.uint8), floor)
    return (contrast > limit).view(np.uint8)


def faint_ink(contrast: Grey, floor: Grey) -> Mask:
    """Where it is darker than around, be it too little for ink: rulings are often printed so."""
    around = cv2.blur(contrast, (FAINT_SIDE, FAINT_SIDE), borderType=cv2.BORDER_REPLICATE)
    over = cv2.subtract(contrast, around)
    return (np.asarray(over, np.uint8) > cv2.convertScaleAbs(floor, alpha=FAINT_SHARE)).view(
        np.uint8
    )


def shrunk(grey: Grey, side: int) -> Grey:
    """The picture with its longer side at most `side`."""
    while max(grey.shape) >= 2 * side and min(grey.shape) > 1:
        grey = _halved(grey)
    scale = min(1.0, side / max(grey.shape))
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _light_ink(grey: Grey) -> bool:
    """Ink is the lesser part of a page, so it is the longer tail of what the light does not do.

    Of a large page in each part by itself, so that a dark desk around it does not outweigh it.
    """
    coarse = shrunk(grey, 2 * PAPER_SIDE).astype(np.float32)
    side = max(3, max(coarse.shape) // 20) | 1
    rest = coarse - cv2.blur(coarse, (side, side), borderType=cv2.BORDER_REPLICATE)
    parts = PARTS if max(grey.shape) >= LARGE else 1
    size = min(parts, rest.shape[1]), min(parts, rest.shape[0])
    square, cube = (
        cv2.resize(moment, size, interpolation=cv2.INTER_AREA)
        for moment in (rest * rest, rest * rest * rest)
    )
    return float((cube / np.maximum(square, 1)).sum()) > 0


def _halved(grey: Grey) -> Grey:
    """The picture at half its size; an odd last row or column is left out."""
    height, width = len(grey) // 2, grey.shape[1] // 2
    even = grey[: 2 * height, : 2 * width]
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _paper(grey: Grey) -> Grey:
    """The paper's level at each pixel: what is left when dark strokes are closed."""
    # Of small crops at half their size, as blocks as wide as they are take long.
    coarse = shrunk(grey, min(PAPER_SIDE, max(1, max(grey.shape) // 2)))
    # Wider than any stroke.
    across = THICKEST * max(coarse.shape) / max(grey.shape)
    side = max(3, round(across)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    smooth = cv2.blur(closed, (side, side), borderType=cv2.BORDER_REPLICATE)
    size = grey.shape[1], grey.shape[0]
    return np.asarray(cv2.resize(smooth, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _noise(grey: Grey) -> float:
    """Standard deviation of the paper's noise, where it is least, in grey levels.

    The second difference of a row, which answers to noise of deviation 1 with one of sqrt(6);
    of pixels some way apart, as those side by side are noisy together in most pictures.
    """
    rows = grey[:: max(1, len(grey) // 400)]
    kernel = np.zeros((1, 2 * APART + 1), np.float32)
    kernel[0, ::APART] = 1, -2, 1
    response = cv2.filter2D(rows, cv2.CV_32F, kernel).ravel()
    some = response[:: 1 + response.size // 100_000]
    return float(np.percentile(np.abs(some), 40)) / 0.5244 / 6**0.5
