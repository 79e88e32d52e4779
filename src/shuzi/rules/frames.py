"""Ink -> the printed boxes and cells that hold a whole number, and where their borders are."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.result import Box
from shuzi.rules.boxes import SQUARE, Hole, is_beside
from shuzi.rules.paper import Mask

NARROWEST, WIDEST = 0.55, 12.0
"""Width over height of a box for a number, or for a digit if it stands alone."""
GRID = 20
"""More squares than this are a grid."""
CORNERED = 0.87
"""Of its upright box that a square takes, be it a little askew."""
LARGEST = 0.95
"""Of the picture that such a box takes at most."""
WRITTEN = 0.3
"""Of a box's height that digits in it take, at least."""
THICK = 8
"""A border is as thick as its box is high over this, at most."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A box: the paper within its border, and the outline of that, int32 (n, 1, 2), convex."""

    box: Box
    outline: NDArray[np.int32]


def find_frames(holes: list[Hole], dark: Mask) -> list[Frame]:
    """The closed boxes; none in a grid of squares, as of a sudoku, where two may look like one.

    Args:
        holes: as `shuzi.boxes.find_holes` gives them.
        dark: where ink and print are.
    """
    boxes = [box for _, box in holes]
    if sum(box.width < SQUARE * box.height for box in boxes) > GRID:
        return []
    frames = [Frame(box, np.asarray(cv2.convexHull(hole), np.int32)) for hole, box in holes]
    return [
        frame
        for frame in frames
        if _is_field(frame, boxes, dark.shape) and _is_written_in(frame.box, dark)
    ]


def draw_borders(frames: list[Frame], dark: Mask) -> Mask:
    """Where the frames' borders are, 1."""
    drawn = np.zeros_like(dark)
    for frame in frames:
        box, most = frame.box, _thickest(frame.box)
        left, top = max(0, box.x - most - 1), max(0, box.y - most - 1)
        window = slice(top, box.bottom + most + 1), slice(left, box.right + most + 1)
        within = np.zeros(drawn[window].shape, np.uint8)
        cv2.fillConvexPoly(within, frame.outline - [left, top], 1)
        away = cv2.distanceTransform(1 - within, cv2.DIST_C, 3).astype(np.intp)
        inner = np.asarray(cv2.erode(within, np.ones((3, 3), np.uint8)), np.uint8)
        drawn[window] |= (away <= _thickness(away, dark[window], most)) & ~inner
    return drawn


def _is_field(frame: Frame, boxes: list[Box], shape: tuple[int, ...]) -> bool:
    """Whether it may hold a number; squares beside each other hold a digit each."""
    box = frame.box
    area = box.width * box.height
    if box.width < SQUARE * box.height:
        # An 8 may hold ink too, but it is round.
        round_off = cv2.contourArea(frame.outline) < CORNERED * area
        if round_off or any(is_beside(box, other) for other in boxes):
            return False
    wide = NARROWEST <= box.width / box.height <= WIDEST
    return wide and area < LARGEST * shape[0] * shape[1]


def _is_written_in(box: Box, dark: Mask) -> bool:
    """Whether there is ink within, as high as digits; a square of squared paper holds none."""
    edge = max(1, box.height // THICK)
    inner = dark[box.y + edge : box.bottom - edge, box.x + edge : box.right - edge]
    return bool(inner.any(axis=1).mean() > WRITTEN)


def _thickest(box: Box) -> int:
    """Pixels of its border, at most."""
    return max(2, box.height // THICK)


def _thickness(away: NDArray[np.intp], dark: Mask, most: int) -> int:
    """Pixels of the border, where most of what lies so far away is dark, and its soft edge."""
    lying = np.bincount(away.ravel(), minlength=most + 1)
    inked = np.bincount(away.ravel(), weights=dark.ravel(), minlength=most + 1)
    return 1 + max(1, int((2 * inked > lying)[1 : most + 1].sum()))
