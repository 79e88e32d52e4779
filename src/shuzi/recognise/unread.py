"""A strip and what was read of it -> whether there is ink that no digit and no sign explains."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Span = tuple[int, int]
INKED = 100
"""Of 255: the least of a component."""
SPECK = 14
"""Pixels of a strip, whose writing is 22 rows high: smaller components are specks. A minus sign has
16 or more."""
WITHIN = 0.5
"""Of its width, what a component has above, below or in a digit that it is a piece of."""
NEAR = 2
"""Columns between a digit and a piece that broke off."""


def has_unread_ink(
    strip: NDArray[np.uint8], digits: Sequence[Span], signs: Sequence[Span], region: Span
) -> bool:
    """Whether a number says more than its digits and signs: a lost stroke, `%`, a letter, an `x`.

    Each digit's largest connected component was read, and what lies above, below or close beside
    one is a piece of it. What reaches to the strip's edges comes from elsewhere: rulings, borders,
    neighbours.

    Args:
        strip: uint8 (32, w), ink bright.
        digits, signs: the columns of each, first and one after its last.
        region: the columns that the network takes for the number.
    """
    mask = (strip > INKED).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    read: set[int] = set()
    for first, end in digits:
        inside = np.bincount(labels[:, first:end].ravel(), minlength=count)
        inside[0] = 0
        read |= {int(inside.argmax())} if inside.any() else set()
    ends = [(stats[i, 0], stats[i, 0] + stats[i, 2]) for i in read]
    height, width = strip.shape
    for i in range(1, count):
        left, top, wide, high, area = stats[i].tolist()
        right, middle = left + wide, left + wide / 2
        is_mark = area >= SPECK and region[0] <= middle <= region[1]
        from_elsewhere = 0 in {left, top} or right == width or top + high == height
        if i in read or not is_mark or from_elsewhere:
            continue
        of_sign = any(first - 1 <= middle <= end + 1 for first, end in signs)
        shared = max((min(right, end) - max(left, first) for first, end in ends), default=-width)
        if not of_sign and shared < WITHIN * wide and shared < -NEAR:
            return True
    return False
