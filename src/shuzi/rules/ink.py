"""Grey picture -> where the handwriting is."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.result import Box

WORKING_SIDE = 1200
"""Larger pictures are shrunk to this, for speed; a digit is legible at a hundredth of it."""
MIN_CONTRAST = 14.0
"""Grey levels (of 255) between paper and the faintest stroke that counts as ink."""
NOISE_FACTOR = 6.0
"""A stroke stands out of the paper's noise by so many of its standard deviations."""
MIN_SIDE = 0.015
"""Of the picture's longer side: what is smaller than this is a speck."""
SOFT_EDGE = 30
"""Of 255: fainter ink at a stroke's edge does not widen the digit's box."""
FIT_SIDE = 32
"""The light's fall-off is fitted to the picture shrunk to this."""
UNEVEN = 6.0
"""Grey levels between the paper and the fitted fall-off, at most, in the middle of the pixels."""
NEAR = 0.3
"""Parts of one digit lie within this share of its longer side from each other."""


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """A digit's ink: `box` in pixels of the picture, `values` uint8 of that part of it.

    Values are 0 for paper to 255 for full ink; of a large picture they are shrunk.
    """

    box: Box
    values: NDArray[np.uint8]


def find_digit(grey: NDArray[np.uint8]) -> Ink | None:
    """The one digit of the picture, dark on light or light on dark; None if it is blank.

    Args:
        grey: uint8 (height, width).
    """
    small, shrink = _working_size(grey)
    contrast = ink_contrast(small)
    full, inked = _inked(small, contrast)
    digit = _main_part(inked)
    if digit is None:
        return None
    # Strokes end in a soft edge outside of the mask; other parts of the page do not belong.
    around = cv2.dilate(digit.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    values = np.where(around, (contrast / full * 255).clip(0, 255), 0).astype(np.uint8)
    left, top, width, height = cv2.boundingRect((values > SOFT_EDGE).astype(np.uint8))
    box = Box(*(round(side * shrink) for side in (left, top, width, height)))
    return Ink(box, values[top : top + height, left : left + width])


def find_ink(grey: NDArray[np.uint8]) -> Box | None:
    """The box around all ink but specks, in pixels of the picture; None if it is blank.

    Args:
        grey: uint8 (height, width).
    """
    small, shrink = _working_size(grey)
    _, inked = _inked(small, ink_contrast(small))
    _, _, stats, _ = cv2.connectedComponentsWithStats(inked.astype(np.uint8))
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    x, y, width, height, _ = stats[1:][sides[1:] >= _speck(inked.shape)].T
    if len(x) == 0:
        return None
    left, top = round(x.min() * shrink), round(y.min() * shrink)
    right, bottom = round((x + width).max() * shrink), round((y + height).max() * shrink)
    return Box(left, top, right - left, bottom - top)


def ink_contrast(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How much each pixel differs from the paper around it, in grey levels, 0 where it is paper.

    What fills most of the picture and of its edge is paper, so light ink on dark works as well;
    uneven light is followed and taken away.
    """
    even = _evenly_lit(grey)
    levels = _levels(even)
    threshold, light = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    share = cv2.countNonZero(light) / levels.size
    edge = np.concatenate([levels[0], levels[-1], levels[:, 0], levels[:, -1]])
    # A frame may fill the edge, and a tight crop of a bold digit half of the picture.
    dark_paper = 0.4 * (edge > threshold).mean() + 0.6 * share < 0.5
    dark_ink = -even if dark_paper else even
    return np.asarray(np.maximum(_paper(dark_ink) - dark_ink, 0), np.float32)


def _levels(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The values stretched over 0 to 255."""
    low, high = float(values.min()), float(values.max())
    stretched = (values - low) * np.float32(255 / max(high - low, 1e-6))
    return np.asarray(stretched, np.uint8)


def _evenly_lit(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The picture less the light's fall-off: the quadratic surface that most pixels lie on.

    Fitted by least absolute deviations (as reweighted least squares), which the ink, being fewer
    pixels, does not pull. Where most pixels lie on no such surface, as in a tight crop of a bold
    digit, the picture stays as it is.
    """
    size = min(FIT_SIDE, grey.shape[1]), min(FIT_SIDE, grey.shape[0])
    coarse = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float64).ravel()
    terms = _quadratic(size[1], size[0])
    # A picture of a line or two does not determine all terms; this takes the small ones.
    ridge = 1e-9 * coarse.size * np.eye(6)
    surface: NDArray[np.float64] = np.zeros(6)
    off: NDArray[np.float64] = np.ones(coarse.shape)
    for _ in range(10):
        weighted = terms / np.maximum(off, 1)
        surface = np.asarray(np.linalg.solve(weighted @ terms.T + ridge, weighted @ coarse))
        off = np.abs(coarse - surface @ terms)
    if np.median(off) > UNEVEN:
        return grey.astype(np.float32)
    return np.asarray(grey - _surface(surface, *grey.shape), np.float32)


def _surface(weights: NDArray[np.float64], height: int, width: int) -> NDArray[np.float32]:
    """The weighted sum of the terms of `_quadratic`, row by row, without making each."""
    one, x1, y1, x2, xy, y2 = weights.astype(np.float32)
    x = np.linspace(-1, 1, width, dtype=np.float32)
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    return np.asarray(one + y1 * y + y2 * y * y + (x1 * x + x2 * x * x) + xy * y * x)


@lru_cache
def _quadratic(height: int, width: int) -> NDArray[np.float64]:
    """The terms 1, x, y, x², xy, y² over the picture, (6, height * width), x and y in [-1, 1]."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].reshape(2, -1)
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])


def _working_size(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    shrink = max(grey.shape) / WORKING_SIDE
    if shrink <= 1:
        return grey, 1.0
    size = max(1, round(grey.shape[1] / shrink)), max(1, round(grey.shape[0] / shrink))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8), shrink


def _paper(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """The paper's grey level at each pixel: what is left when dark strokes are closed."""
    height, width = light.shape
    scale = min(1.0, 64 / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    coarse = cv2.resize(light, size, interpolation=cv2.INTER_AREA)
    side = max(3, round(max(size) * 0.4)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    smooth = cv2.GaussianBlur(closed, (0, 0), side / 6, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR))


def _noise(grey: NDArray[np.uint8]) -> float:
    """Standard deviation of the paper's noise, in grey levels.

    By Immerkær's mask (1996), at the quarter of the pixels where it answers least: those are
    paper, however much ink there is.
    """
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = cv2.filter2D(grey, cv2.CV_32F, kernel).ravel()
    some = response[:: 1 + response.size // 20_000]
    return float(np.percentile(np.abs(some), 25)) / 0.3186 / 6


def _inked(
    grey: NDArray[np.uint8], contrast: NDArray[np.float32]
) -> tuple[float, NDArray[np.bool_]]:
    """The contrast of full ink, and the pixels that are ink, none on blank paper."""
    floor = max(MIN_CONTRAST, NOISE_FACTOR * _noise(grey))
    strong = contrast[contrast > floor]
    full = float(np.percentile(strong, 90)) if len(strong) else 255.0
    return full, contrast > max(floor, 0.35 * full)


def _speck(shape: tuple[int, ...]) -> float:
    """Pixels of the longer side below which ink in a picture of that shape is a speck."""
    return max(5, MIN_SIDE * max(shape))


def _main_part(mask: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """The largest connected part with the parts that lie close to it; None if all are specks.

    A part at the picture's edge is more likely a frame or a neighbour, and counts a tenth.
    """
    count, labels, found, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    stats = np.asarray(found, np.int32)
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    at_edge = touches_edge(stats, mask.shape)
    weights = stats[:, cv2.CC_STAT_AREA] * np.where(at_edge, 0.1, 1.0)
    weights[sides < _speck(mask.shape)] = 0
    weights[0] = 0
    main = int(weights.argmax())
    if weights[main] == 0:
        return None
    reach = round(NEAR * sides[main])
    chosen = [main]
    for part in range(1, count):
        belongs = stats[part, cv2.CC_STAT_AREA] >= 0.04 * stats[main, cv2.CC_STAT_AREA]
        belongs &= at_edge[main] or not at_edge[part]
        if part != main and belongs and _gap(stats[part], stats[main]) <= reach:
            chosen.append(part)
    table = np.zeros(count, bool)
    table[chosen] = True
    return np.asarray(table[labels])


def touches_edge(stats: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which parts reach the edge of a picture of that shape.

    Args:
        stats: int32 (n, 5), as OpenCV gives them: left, top, width, height, area.
    """
    left, top, width, height = stats[:, :4].T
    ends = (left + width == shape[1]) | (top + height == shape[0])
    return np.asarray((left == 0) | (top == 0) | ends)


def _gap(a: NDArray[np.int32], b: NDArray[np.int32]) -> int:
    """Pixels between two boxes (x, y, width, height, ...): the larger of both directions."""
    gaps = (max(a[i], b[i]) - min(a[i] + a[i + 2], b[i] + b[i + 2]) for i in (0, 1))
    return int(max(gaps))
