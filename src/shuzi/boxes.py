"""Ink -> the printed boxes that take one digit each, in rows that are one number each."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.page import Box
from shuzi.paper import Mask

LEAST = 12
"""Pixels of the lowest box."""
CLEAR = 0.5
"""Of a box's area that is not cut off by a digit that touches its border."""
NARROWEST, WIDEST = 0.55, 1.6
"""Width over height of a box for one digit."""
PITCH = 1.7
"""Boxes of one row follow each other within so many widths."""

Row = tuple[Box, ...]


def find_rows(dark: Mask) -> list[Row]:
    """The rows of boxes, each from left to right; a box is the paper within its border.

    A row of one box is none. Neither is a row of a grid, as of a sudoku or a table, whose upright
    lines go on above or below.

    Args:
        dark: where ink and print are.
    """
    boxes = _with_split_ones(_boxes(dark), dark)
    if len(boxes) < 2:
        return []
    places = (sorted(row, key=lambda i: boxes[i].x) for row in _joined(_beside(boxes)))
    rows = [tuple(boxes[i] for i in row) for row in places if len(row) > 1]
    return [row for row in rows if not _goes_on(row, dark)]


def _boxes(dark: Mask) -> list[Box]:
    contours, hierarchy = cv2.findContours(dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if hierarchy is None:
        return []
    holes = [c for c, (_, _, _, outer) in zip(contours, hierarchy[0], strict=True) if outer >= 0]
    found = ((hole, Box(*cv2.boundingRect(hole))) for hole in holes)
    return [box for hole, box in found if _is_upright(box) and _is_box(hole, box)]


def _is_upright(box: Box) -> bool:
    return box.height >= LEAST and NARROWEST <= box.width / box.height <= WIDEST


def _is_box(hole: cv2.typing.MatLike, box: Box) -> bool:
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
    found = list(boxes)
    for box in found:
        beside = [b for b in found if _is_beside(box, b)]
        pitch = min(
            (abs(b.x - box.x) for b in beside), default=box.width + max(3, box.height // 12)
        )
        for x in (box.x - pitch, box.x + pitch):
            taken = any(abs(b.x - x) < box.width / 2 for b in beside)
            new = Box(x, box.y, box.width, box.height)
            if not taken and _is_bordered(new, dark):
                found.append(new)
    return found


def _is_beside(box: Box, other: Box) -> bool:
    level = abs(other.y - box.y) < 0.3 * box.height
    return level and 0.5 * box.width < abs(other.x - box.x) < PITCH * box.width


def _is_bordered(box: Box, dark: Mask) -> bool:
    """Whether a line runs along each of the box's sides."""
    near = max(2, box.height // 10)
    if box.x < near or box.y < near:
        return False
    rows, columns = slice(box.y, box.bottom), slice(box.x, box.right)
    sides = [dark[y - near : y + near, columns].any(axis=0) for y in (box.y, box.bottom)]
    sides += [dark[rows, x - near : x + near].any(axis=1) for x in (box.x, box.right)]
    return all(side.size > 0 and side.mean() > 0.85 for side in sides)


def _beside(boxes: list[Box]) -> NDArray[np.bool_]:
    """Which boxes, of one size, lie close beside each other."""
    left, top, width, height = np.array([box.to_list() for box in boxes], np.float32).T
    high, wide = np.minimum(height[:, None], height), np.minimum(width[:, None], width)
    alike = (high > 0.75 * np.maximum(height[:, None], height)) & (
        wide > 0.6 * np.maximum(width[:, None], width)
    )
    across = np.abs((left + width / 2)[:, None] - (left + width / 2))
    down = np.abs((top + height / 2)[:, None] - (top + height / 2))
    return np.asarray(alike & (down < 0.3 * high) & (across < PITCH * wide))


def _joined(linked: NDArray[np.bool_]) -> list[list[int]]:
    """The sets of places that are linked, over others too."""
    left, found = set(range(len(linked))), []
    while left:
        reached, fresh = set[int](), {left.pop()}
        while fresh:
            reached |= fresh
            fresh = set(np.flatnonzero(linked[list(fresh)].any(axis=0)).tolist()) - reached
        left -= reached
        found.append(sorted(reached))
    return found


def _goes_on(row: Row, dark: Mask) -> bool:
    """Whether most lines between the row's boxes go on above it, or below."""
    height = max(box.height for box in row)
    above = slice(max(0, row[0].y - height // 2), max(0, row[0].y - height // 5))
    below = slice(row[0].bottom + height // 5, row[0].bottom + height // 2)
    places = [(a.right + b.x) // 2 for a, b in pairwise(row)]
    reach = max(2, height // 6)
    lines = [slice(max(0, x - reach), x + reach + 1) for x in places]
    return any(
        np.mean([_is_line(dark[rows, columns]) for columns in lines]) > 0.3
        for rows in (above, below)
    )


def _is_line(part: Mask) -> bool:
    return part.size > 0 and bool(part.any(axis=1).mean() > 0.7)
