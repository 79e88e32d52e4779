"""Ink -> the printed boxes that take one digit each."""

from collections.abc import Sequence
from itertools import compress

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.result import Box
from shuzi.rules.paper import MIN_CONTRAST, Grey, Mask

LEAST = 12
"""Pixels of the lowest box."""
CLEAR = 0.5
"""Of a box's area that is not cut off by a digit that touches its border."""
NARROWEST, WIDEST = 0.55, 1.6
"""Width over height of a box for one digit."""
SQUARE = 1.3
"""Width over height of a box that stands alone, up to which it mostly holds one digit."""
OUTSIDE, WITHIN = 6, 8
"""A digit may leave its box by the box's height over this; a border reaches into it by so much."""
BRIDGED = 6
"""Strokes are bridged over a line as high as the box over this, at most."""
ASIDE = 12
"""A digit's middle lies farther from its box's sides than its width over this."""
INKED = 0.3
"""Of a box's darkest ink: what is fainter parts strokes."""
SHARED = 0.3
"""Of the larger of two pieces of a box that a slanted stroke parts, what both take, at least."""
SHIFTED = 0.3
"""Of its width, how far beside its box's side a piece begins."""
ALIKE = 0.75
"""Of the higher box's height that one beside it has."""
PITCH = 1.7
"""Boxes of one row follow each other within so many widths."""
MOST = 3000
"""More boxes are squared paper's, of squares smaller than 5 mm."""


Hole = tuple[cv2.typing.MatLike, Box]
"""The outline of paper within a closed line, int32 (n, 1, 2), and where it lies."""


def find_boxes(holes: list[Hole], dark: Mask) -> list[Box]:
    """The boxes of a digit's form, each the paper within its border.

    Args:
        holes: as `find_holes` gives them.
        dark: where ink and print are.
    """
    boxes = _with_split_ones(_boxes(holes), dark)
    if not boxes:
        return []
    left, _, right, _ = corners(boxes).T
    width = right - left
    same = np.abs(left[:, None] - left) < SHIFTED * width[:, None]
    same &= width[:, None] > ALIKE * width
    return list(compress(boxes, ~(same & _lie_in(boxes)).any(axis=1)))


def corners(boxes: Sequence[Box]) -> NDArray[np.int64]:
    """Of each box its left, top, right and bottom, (n, 4)."""
    ends = [(box.x, box.y, box.right, box.bottom) for box in boxes]
    return np.array(ends, np.int64).reshape(-1, 4)


def inside(contrast: Grey, box: Box) -> Grey:
    """The contrast in a box and a little around it, without the border and what is not the box's.

    Strokes that cross the border stay whole.
    """
    around, reach = box.height // OUTSIDE, box.height // WITHIN
    left, top = max(0, box.x - around), max(0, box.y - around)
    window = contrast[top : box.bottom + around, left : box.right + around].copy()
    own = Box(box.x - left, box.y - top, box.width, box.height)
    _take_levels(window, own.x, own.right, (own.y + reach, own.bottom - reach))
    _take_levels(window.T, own.y, own.bottom, (own.x + reach, own.right - reach))
    return np.pad(_of_box(window, own), around)


def place_of_inside(box: Box) -> Box:
    """Where the picture that `inside` gives lies on the page, unless the page's edge cuts it."""
    around = box.height // OUTSIDE
    left, top = max(0, box.x - around) - around, max(0, box.y - around) - around
    return Box(left, top, box.right + 2 * around - left, box.bottom + 2 * around - top)


def _take_levels(window: Grey, left: int, right: int, ends: tuple[int, int]) -> None:
    """Take away the lines above and below, in place; what crosses them is bridged.

    Args:
        left, right: columns of the box.
        ends: the rows between which there is none.
    """
    dark = np.median(window[:, left:right], axis=1) > MIN_CONTRAST
    dark[ends[0] : ends[1]] = False
    rows = np.flatnonzero(dark)
    for found in (rows[rows < ends[0]], rows[rows >= ends[1]]):
        if len(found):
            # A line has soft edges.
            a, b = max(0, found[0] - 1), min(len(window), found[-1] + 2)
            thin = a > 0 and b < len(window) and b - a <= len(window) // BRIDGED
            window[a:b] = np.minimum(window[a - 1], window[b]) if thin else 0


def _of_box(window: Grey, box: Box) -> Grey:
    """The window less the parts whose middle lies beyond the box, or at its sides, as teeth do."""
    side = box.width / ASIDE
    limit = max(MIN_CONTRAST, INKED * float(window.max(initial=0)))
    mask = (window > limit).astype(np.uint8)
    _, labels, _, centres = cv2.connectedComponentsWithStats(mask)
    x, y = centres.T
    foreign = (x < box.x + side) | (x >= box.right - side) | (y < box.y) | (y >= box.bottom)
    foreign[0] = False
    other = cv2.dilate(foreign[labels].astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.where(other > 0, 0, window)


def find_holes(dark: Mask) -> list[Hole]:
    """The paper within closed lines, where it fills its box."""
    return filled(find_closed(dark))


def filled(closed: list[Hole]) -> list[Hole]:
    """Those that fill their box."""
    return [(hole, box) for hole, box in closed if _is_filled(hole, box)]


def find_closed(dark: Mask) -> list[Hole]:
    """The paper within closed lines of any form."""
    contours, hierarchy = cv2.findContours(dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if hierarchy is None:
        return []
    holes = [c for c, (_, _, _, outer) in zip(contours, hierarchy[0], strict=True) if outer >= 0]
    found = ((hole, Box(*cv2.boundingRect(hole))) for hole in holes)
    return [(hole, box) for hole, box in found if box.height >= LEAST]


def _boxes(holes: list[Hole]) -> list[Box]:
    found = (box for _, box in holes)
    boxes = [box for box in found if NARROWEST <= box.width / box.height <= WIDEST]
    if not 0 < len(boxes) <= MOST:
        return []
    boxes = _united(boxes)
    alone = np.asarray((~_lie_in(boxes)).all(axis=1), np.bool_)
    return list(compress(boxes, alone))


def _united(boxes: list[Box]) -> list[Box]:
    """The boxes, those that a slanted stroke cuts in two as one."""
    found, kept = corners(boxes), np.zeros(len(boxes), bool)
    for i, own in enumerate(found):
        pieces = np.flatnonzero(kept[:i])
        pieces = pieces[_overlap(own, found[pieces])]
        kept[pieces], kept[i] = False, True
        together = found[[i, *pieces]]
        found[i] = *together[:, :2].min(axis=0), *together[:, 2:].max(axis=0)
    return [Box(x, y, right - x, bottom - y) for x, y, right, bottom in found[kept].tolist()]


def _overlap(own: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which share with a box much of the larger one of both."""
    sides = np.minimum(own[2:], others[:, 2:]) - np.maximum(own[:2], others[:, :2])
    area, areas = np.prod(own[2:] - own[:2]), np.prod(others[:, 2:] - others[:, :2], axis=1)
    shared = np.prod(sides, axis=1) > SHARED * np.maximum(area, areas)
    return np.asarray(shared & (sides > 0).all(axis=1), np.bool_)


def _lie_in(boxes: list[Box]) -> NDArray[np.bool_]:
    """Whether the middle of each box lies within each larger one, as of a piece that a digit cuts
    off, (n, n)."""
    left, top, right, bottom = corners(boxes).T
    x, y, area = (left + right) / 2, (top + bottom) / 2, (right - left) * (bottom - top)
    inside = (left < x[:, None]) & (x[:, None] < right)
    inside &= (top < y[:, None]) & (y[:, None] < bottom)
    inside &= area > area[:, None]
    return np.asarray(inside, np.bool_)


def _is_filled(hole: cv2.typing.MatLike, box: Box) -> bool:
    """Whether the hole fills its box up to at least three corners; that of a 0 fills none."""
    if cv2.contourArea(hole) < CLEAR * box.width * box.height:
        return False
    across, down = 0.12 * box.width, 0.12 * box.height
    corners = [
        (x, y)
        for x in (box.x + across, box.right - across)
        for y in (box.y + down, box.bottom - down)
    ]
    return sum(cv2.pointPolygonTest(hole, corner, False) > 0 for corner in corners) >= 3


def _with_split_ones(boxes: list[Box], dark: Mask) -> list[Box]:
    """The boxes, and those beside them that a digit splits, told by their borders."""
    found, places = list(boxes), corners(boxes)
    for box in found:
        beside = places[_are_beside(box, places), 0]
        pitch = np.abs(beside - box.x).min(initial=10**9)
        if len(beside) == 0:
            pitch = box.width + max(3, box.height // 12)
        for x in (box.x - int(pitch), box.x + int(pitch)):
            new = Box(x, box.y, box.width, box.height)
            if not (np.abs(beside - x) < box.width / 2).any() and is_bordered(new, dark):
                found.append(new)
                places = np.concatenate([places, corners([new])])
    return found


def _are_beside(box: Box, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """As `is_beside`, of many."""
    left, top, _, bottom = places.T
    height = bottom - top
    beside = np.abs(top - box.y) < 0.3 * box.height
    beside &= np.minimum(box.height, height) > ALIKE * np.maximum(box.height, height)
    away = np.abs(left - box.x)
    return np.asarray(beside & (0.5 * box.width < away) & (away < PITCH * box.width), np.bool_)


def is_beside(box: Box, other: Box) -> bool:
    """Whether both may be boxes of one row, next to each other."""
    level = abs(other.y - box.y) < 0.3 * box.height and is_alike(box, other)
    return level and 0.5 * box.width < abs(other.x - box.x) < PITCH * box.width


def is_alike(box: Box, other: Box) -> bool:
    """Whether both are about as high."""
    return min(box.height, other.height) > ALIKE * max(box.height, other.height)


def is_bordered(box: Box, dark: Mask, share: float = 0.85) -> bool:
    """Whether a line runs along more than that share of each of the box's sides."""
    near = max(2, box.height // 10)
    if box.x < near or box.y < near:
        return False
    rows, columns = slice(box.y, box.bottom), slice(box.x, box.right)
    sides = [dark[y - near : y + near, columns].any(axis=0) for y in (box.y, box.bottom)]
    sides += [dark[rows, x - near : x + near].any(axis=1) for x in (box.x, box.right)]
    return all(side.size > 0 and side.mean() > share for side in sides)
