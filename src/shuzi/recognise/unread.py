"""A strip and what was read of it -> whether there is ink that no digit and no sign explains."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.sequence import Reading

Span = tuple[int, int]
INKED = 100
"""Of 255: the least of a component."""
SPECK = 14
"""Pixels of a strip, whose writing is 22 rows high: smaller components are specks. A minus sign has
16 or more."""
SMALLEST, HIGHEST, WIDEST = 6, 20, 30
"""Pixels of ink that may be a sign: at least, and its rows and columns at most."""
SLASH = 2.0, 1.5
"""Rows of a strip that a slash reaches above and below the digits beside it: all 5 of `pages/` do,
and 2 of 44 ones within numbers of the logbooks, registers and cheques."""
NEAR = 2
"""Columns between a digit and a piece that broke off."""


def has_unread_ink(
    strip: NDArray[np.uint8], reading: Reading, signs: Sequence[Span], region: Span
) -> bool:
    """Whether a number says more than its digits and signs: a lost stroke, `%`, a letter, an `x`;
    or a slash among them, which was read as a 1.

    Each digit's largest connected component was read, and what lies above, below or close beside
    one is a piece of it. What reaches to the strip's edges comes from elsewhere: rulings, borders,
    neighbours.

    Args:
        strip: uint8 (32, w), ink bright.
        reading: of the digits on it.
        signs: the columns of each sign, first and one after its last.
        region: the columns that the network takes for the number.
    """
    mask = (strip > INKED).astype(np.uint8)
    _, found, boxes, _ = cv2.connectedComponentsWithStats(mask)
    labels, stats = np.asarray(found, np.int32), np.asarray(boxes, np.int32)
    height, width = strip.shape
    left, top, wide, high, area = stats.T
    right, bottom = left + wide, top + high
    elsewhere = (left == 0) | (top == 0) | (right == width) | (bottom == height)
    digits = [_largest(labels[:, first:end], ~elsewhere) for first, end in reading.spans]
    read = sorted(set(digits) - {0})
    if _has_slash(reading.text, stats[digits]):
        return True
    middle = left + wide / 2
    marks = ~elsewhere & (area >= SPECK) & (region[0] <= middle) & (middle <= region[1])
    marks[[0, *read]] = False
    for i in np.flatnonzero(marks):
        of_sign = any(first - 1 <= middle[i] <= end + 1 for first, end in signs)
        shared = np.minimum(right[i], right[read]) - np.maximum(left[i], left[read])
        if not of_sign and not (shared >= -NEAR).any():
            return True
    return False


def has_small_ink(strip: NDArray[np.uint8], reading: Reading, region: Span) -> bool:
    """Whether there is ink beside the digits that may be a sign: of 711 composed numbers with signs
    that were read as digits alone it is in most, of 2,000 without signs in one of eighteen.

    Args as of `has_unread_ink`.
    """
    mask = (strip > INKED).astype(np.uint8)
    _, found, boxes, _ = cv2.connectedComponentsWithStats(mask)
    left, top, wide, high, area = np.asarray(boxes, np.int32).T
    anything = np.ones(len(area), bool)
    labels = np.asarray(found, np.int32)
    digits = [_largest(labels[:, first:end], anything) for first, end in reading.spans]
    middle, bottom = left + wide / 2, top + high
    small = (area >= SMALLEST) & (high < HIGHEST) & (wide < WIDEST)
    small &= (top > 0) & (bottom < len(strip)) & (bottom > len(strip) // 4)
    small &= (region[0] - 1 <= middle) & (middle <= region[1] + 1)
    small[[0, *digits]] = False
    return bool(small.any())


def _largest(labels: NDArray[np.int32], among: NDArray[np.bool_]) -> int:
    """The label, among some, with most pixels; 0 if there is none but paper."""
    inside = np.bincount(labels.ravel(), minlength=len(among)) * among
    inside[0] = 0
    return int(inside.argmax()) if inside.any() else 0


def _has_slash(text: str, components: NDArray[np.int32]) -> bool:
    """Whether a 1 between other digits reaches both higher and lower than they do."""
    others = np.array([digit != "1" for digit in text], bool)
    if len(text) < 3 or not others.any():
        return False
    top = components[:, cv2.CC_STAT_TOP].astype(float)
    bottom = top + components[:, cv2.CC_STAT_HEIGHT]
    above, below = np.median(top[others]) - top, bottom - np.median(bottom[others])
    long = ~others & (above >= SLASH[0]) & (below >= SLASH[1])
    return bool(long[1:-1].any())
