"""Printed boxes that run together where the line between them is broken -> each by itself."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.result import Box
from shuzi.rules.boxes import Hole
from shuzi.rules.paper import Grey

LINE = 0.6
"""Of the border's darkness that a line has, at least."""
UNBROKEN, END, MEETS = 0.75, 0.12, 0.85
"""Of the box's height where such a line is seen, at least; and of a piece so high at either end,
where it meets the border."""
SOFT = 0.25
"""Of the border's darkness that a line's soft edge has."""
THICK = 8
"""A line is as thick as its box is high over this, at most."""
Row = NDArray[np.bool_]


def parted(holes: list[Hole], contrast: Grey) -> list[Hole]:
    """The boxes, cut along upright lines that are as dark as their borders.

    Args:
        holes: as `shuzi.boxes.find_holes` gives them.
        contrast: uint8, 0 paper to 255 black.
    """
    return [part for hole in holes for part in _parts(hole, contrast)]


def _parts(hole: Hole, contrast: Grey) -> list[Hole]:
    outline, box = hole
    lines = _lines(box, contrast) if box.width > box.height else []
    if not lines:
        return [hole]
    sides = [(box.x, box.x), *((box.x + a, box.x + b) for a, b in lines), (box.right, box.right)]
    return [_between(outline, box, a, b) for (_, a), (b, _) in pairwise(sides)]


def _between(outline: cv2.typing.MatLike, box: Box, left: int, right: int) -> Hole:
    """What of a box lies between two columns."""
    bottom = box.bottom
    strip = np.array([[left, box.y], [right, box.y], [right, bottom], [left, bottom]], np.float32)
    _, common = cv2.intersectConvexConvex(cv2.convexHull(outline).astype(np.float32), strip)
    part = np.round(common).astype(np.int32)
    return part, Box(*cv2.boundingRect(part))


def _lines(box: Box, contrast: Grey) -> list[tuple[int, int]]:
    """The columns of each line, counted from the box's left, and the one after."""
    window = contrast[box.y : box.bottom, box.x : box.right]
    border, thick = _darkness(box, contrast), max(3, box.height // THICK)
    dark, end = window > LINE * border, max(2, round(END * box.height))
    meets = [part.mean(axis=0) >= MEETS for part in (dark[:end], dark[-end:])]
    line = (dark.mean(axis=0) >= UNBROKEN) & meets[0] & meets[1]
    wide = (window > SOFT * border).mean(axis=0) >= UNBROKEN
    return [
        (a, b)
        for a, b in _runs(wide)
        if line[a:b].any() and thick < a and b < box.width - thick and b - a <= 2 * thick
    ]


def _darkness(box: Box, contrast: Grey) -> float:
    """Of the paler one of its sides."""
    rows = slice(box.y, box.bottom)
    sides = (contrast[rows, max(0, x - 2) : x + 2].max(axis=1) for x in (box.x, box.right - 1))
    return max(1.0, min(float(np.median(side)) for side in sides))


def _runs(row: Row) -> list[tuple[int, int]]:
    """Where the row is true, from and to."""
    edges = np.flatnonzero(np.diff(np.pad(row.astype(np.int8), 1)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
