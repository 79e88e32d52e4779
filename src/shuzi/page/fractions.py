"""Two numbers over each other with a bar between them: a fraction, which is neither of them."""

from collections.abc import Sequence

import cv2
import numpy as np

from shuzi.page.image import PageImage, level, quad_size
from shuzi.page.order import sizes
from shuzi.page.regions import Region
from shuzi.recognise.paper import dilated, opened
from shuzi.recognise.strip import ink_mask

NEAR, BESIDE = 1.45, 0.5
"""Heights from the middle of one number to that of another one over it, at most; and how far it may
stand beside it, in widths of the wider one. In fractions of `tools/measure_marks.py` they are 0.86
to 1.27 heights apart; over a line to write on, in documents that a browser lays out, 1.58."""
LONG, TOUCHING, ROOM, SLOPE = 0.6, 0.9, 0.8, 0.1
"""Widths of the wider number that a bar is long, at least, as a region is wider than its number,
and one that touches a digit; heights beyond both numbers at each side within which it ends, as a
line of a table does not; and how much it may rise or fall. On 16 of a tester's sheets of fractions
14 of 594 numbers are accepted so, with 0.9 widths for all 96; of 527 underlined numbers of his 2,
with another one under the line, are for review. The others moved by a quarter and more change 3 of
60 fractions at most; of `pages/`, the browser's documents and the examples none has a bar."""


def are_in_fractions(picture: PageImage, regions: Sequence[Region]) -> list[bool]:
    """Which numbers of a page are over or under a bar that has one number on each side of it.

    Of 60 fractions in the hands of writers that are held out 51 are accepted as numbers without it,
    1 with it; of 351 regions of `pages/`, 1,484 of the browser's documents and 792 of composed
    pages, forms, print and desks none is held back.
    """
    found = [False] * len(regions)
    for upper, lower in _pairs(regions):
        if _has_bar(picture, regions[upper], regions[lower]):
            found[upper] = found[lower] = True
    return found


def _pairs(regions: Sequence[Region]) -> list[tuple[int, int]]:
    """The numbers that stand over each other with no third one over or under them."""
    quads = np.array([region.quad for region in regions], np.float64).reshape(-1, 4, 2)
    x, y = quads.mean(axis=1).T
    wide, high = sizes(quads)
    order = np.argsort(y, kind="stable")
    ends = np.searchsorted(y[order], y[order] + NEAR * high[order])
    below: list[tuple[int, int]] = []
    for place, (i, end) in enumerate(zip(order, ends, strict=True)):
        others = order[place + 1 : end]
        away = y[others] - y[i]
        mean = (high[others] + high[i]) / 2
        aside = np.abs(x[others] - x[i]) < BESIDE * np.maximum(wide[others], wide[i])
        near = aside & (away > mean / 2) & (away < NEAR * mean)
        below += [(int(i), int(j)) for j in others[near]]
    count = np.bincount(np.array(below, np.int64).ravel(), minlength=len(regions))
    return [(i, j) for i, j in below if count[i] == count[j] == 1]


def _has_bar(picture: PageImage, upper: Region, lower: Region) -> bool:
    """Whether a bar as long as both numbers, and hardly longer, lies between them."""
    (wide, high), (wide_below, high_below) = quad_size(upper.quad), quad_size(lower.quad)
    turn = level(upper.quad)
    corners = np.concatenate([upper.quad, lower.quad]) @ turn.T
    room = ROOM * max(high, high_below)
    left, right = corners[:, 0].min() - room, corners[:, 0].max() + room
    top, bottom = corners[:4, 1].mean(), corners[4:, 1].mean()
    between = np.array([[left, top], [right, top], [right, bottom], [left, bottom]]) @ turn
    flat = picture.flat(between.astype(np.float32))
    scale = flat.grey.shape[1] / (right - left)
    whole = max(wide, wide_below) * scale
    length = max(3, round(LONG * whole))
    mask = ink_mask(flat.grey)
    runs = opened(dilated(mask, max(3, round(SLOPE * length)), 1), 1, length)
    _, names, found, _ = cv2.connectedComponentsWithStats(runs)
    if len(found) < 2:
        return False
    # A digit's level stroke is shorter, or of a piece that goes on at the numbers' middles.
    bar = 1 + int(found[1:, cv2.CC_STAT_WIDTH].argmax())
    first, _, size, *_ = found[bar].tolist()
    last = first + size - 1
    ends = cv2.connectedComponents(mask)[1]
    digits = np.unique(ends[[0, -1]])
    is_alone = not np.isin(ends[(names == bar) & (mask > 0)], digits).any()
    # A box's lines end at lines that go up and down.
    boxed = opened(mask, len(mask) // 2, 1)[:, [first, last]].any()
    long = is_alone or size >= TOUCHING * whole
    return bool(long and first > 1 and last < runs.shape[1] - 2 and not boxed)
