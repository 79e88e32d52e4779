"""Ink -> the circles that people draw around a number, and those that are printed to be ticked."""

from itertools import compress

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.paper import dilated
from shuzi.result import Box
from shuzi.rules.boxes import Hole, find_closed
from shuzi.rules.paper import Grey, Mask, find_ink, page_contrast

ROUND = 0.9
"""What a ring and the ellipse nearest to it have in common, of what either takes."""
FEWEST, CORNERED = 8, 0.88
"""Corners of its outline; and what it takes at most of the rectangle around it, an ellipse taking
pi / 4. A square has four corners, if it is printed sharply, and takes all."""
NARROWEST, WIDEST = 0.4, 5.0
"""Width over height."""
OPEN = 0.6
"""Of a ring's inside, the paper that what touches the ring does not cut off."""
WRITTEN = 0.3
"""Of a ring's height that a number in it takes, at least; a 0 and an 8 have nothing in them."""
PALE = 0.5
"""Of its line's contrast that what is written in it has, at least."""
THICK = 8
"""A ring's line is as thick as the ring is high over this, at most."""
BLURRED = 6
"""Pixels that the line of a smaller one may have, up to a quarter of its height."""
LOWEST, LARGEST = 28, 0.5
"""Pixels of its height, at least; and its share of the page's sides, at most."""
CROP = 50, 1000
"""Pixels of a crop's shorter side, at least, and of its longer one, at most."""
GRID = 300
"""More closed places than this, as high as a ring, are those of squared paper."""
SIDES, PIXEL, SAME = 0.08, 1, 0.06
"""How far the sides of a circle to tick differ, in heights or pixels; two circles, in heights."""
UNROUND = 0.045
"""Of its radius, how far on average the corners of its outline lie off a printed circle."""
GRAIN = 0.05
"""Of the paper in one and beside it that specks take, at most; a tick takes more."""
MANY = 4
"""So many alike are on a page that has any."""
FREE = 0.2
"""Heights on both sides of one that are paper; an o stands in a word."""
Outline = NDArray[np.int32]
"""The convex outline of a ring's inside, (n, 1, 2)."""


def without_rings(grey: Grey) -> Grey:
    """A crop, uint8 (height, width), paper where circles around a number were.

    Crops that are too small for that, and large pictures, come back as they are.
    """
    if min(grey.shape) < CROP[0] or max(grey.shape) > CROP[1]:
        return grey
    contrast, floor = page_contrast(grey)
    dark = find_ink(contrast, floor)
    rings = find_rings(find_closed(dark), dark, contrast, largest=1.0)
    if not rings:
        return grey
    return np.asarray(cv2.inpaint(grey, draw_rings(rings, dark), 3, cv2.INPAINT_TELEA), np.uint8)


def find_rings(
    closed: list[Hole], dark: Mask, contrast: Grey, largest: float = LARGEST
) -> list[Outline]:
    """Those closed lines that are round and have writing in them.

    Args:
        closed: as `shuzi.boxes.find_closed` gives them.
        dark: where ink and print are.
        contrast: how much darker than the paper it is.
        largest: share of the picture's sides that a ring takes at most.
    """
    high = [(hole, box) for hole, box in closed if box.height >= LOWEST]
    if len(high) > GRID:
        return []
    found = ((np.asarray(cv2.convexHull(hole), np.int32), hole, box) for hole, box in high)
    return [
        outline
        for outline, hole, box in found
        if max(box.height / dark.shape[0], box.width / dark.shape[1]) <= largest
        if _is_round(outline, hole, box) and _is_written_in(outline, box, dark, contrast)
    ]


def find_bubbles(closed: list[Hole], dark: Mask) -> list[Outline]:
    """The circles to tick: empty ones, as wide as high, several alike, and by themselves.

    Args:
        closed, dark: as in `find_rings`.
    """
    outlines, heights = [], []
    for hole, box in closed:
        if abs(box.width - box.height) > max(PIXEL, SIDES * box.height):
            continue
        outline = np.asarray(cv2.convexHull(hole), np.int32)
        if _is_round(outline, hole, box) and _is_circle(outline) and _is_free(box, dark):
            outlines.append(outline)
            heights.append(box.height)
    high, place, count = np.unique(heights, return_inverse=True, return_counts=True)
    alike = np.abs(high[:, None] - high) <= SAME * high
    many = (alike @ count >= MANY)[place]
    return list(compress(outlines, many))


def _is_circle(outline: Outline) -> bool:
    """Whether its corners are equally far from its middle, as no pen draws a nought."""
    moments = cv2.moments(outline)
    middle = np.array([moments["m10"], moments["m01"]]) / moments["m00"]
    radii = np.linalg.norm(outline[:, 0] - middle, axis=1)
    return bool(radii.std() <= UNROUND * radii.mean())


def _is_free(box: Box, dark: Mask) -> bool:
    """Whether nothing is in it, and nothing right beside it."""
    edge, line = max(1, box.height // THICK), 2 + _thickness(box, dark)
    inner = dark[box.y + edge : box.bottom - edge, box.x + edge : box.right - edge]
    # The corners of the square around the inside hold the line.
    middle = inner[inner.shape[0] // 4 : -inner.shape[0] // 4]
    gap = round(FREE * box.height)
    rows = slice(box.y, box.bottom)
    before = dark[rows, max(0, box.x - line - gap) : max(0, box.x - line)]
    after = dark[rows, box.right + line : box.right + line + gap]
    return all(part.mean() <= GRAIN for part in (middle, before, after) if part.size)


def _thickness(box: Box, dark: Mask) -> int:
    """Pixels of the line before it, in its middle; at most a fifth of its height."""
    line = dark[box.y + box.height // 2, max(0, box.x - box.height // 5) : box.x][::-1]
    return int(line.argmin()) if line.size and not line.all() else len(line)


def draw_rings(rings: list[Outline], dark: Mask) -> Mask:
    """Where the lines are, 1."""
    drawn = np.zeros_like(dark)
    for outline in rings:
        box = Box(*cv2.boundingRect(outline))
        most = max(2, box.height // THICK, min(BLURRED, box.height // 4))
        left, top = max(0, box.x - most), max(0, box.y - most)
        window = slice(top, box.bottom + most), slice(left, box.right + most)
        within = _filled(outline - np.array([left, top], np.int32), drawn[window].shape)
        band = dilated(within, 2 * most + 1, 2 * most + 1) & ~within
        line = cv2.countNonZero(band & dark[window]) / cv2.arcLength(outline, closed=True)
        # A line has soft edges.
        side = 2 * (round(line) + 2) + 1
        inner = np.asarray(cv2.erode(within, np.ones((5, 5), np.uint8)), np.uint8)
        drawn[window] |= dilated(within, side, side) & ~inner
    return drawn


def _is_round(outline: Outline, hole: cv2.typing.MatLike, box: Box) -> bool:
    """Whether it is about an ellipse."""
    formed = NARROWEST <= box.width / box.height <= WIDEST
    if not formed or len(outline) < FEWEST:
        return False
    area, (_, sides, _) = cv2.contourArea(outline), cv2.minAreaRect(outline)
    if cv2.contourArea(hole) < OPEN * area or area > CORNERED * sides[0] * sides[1]:
        return False
    outline = outline - np.array([box.x, box.y], np.int32)
    within = _filled(outline, (box.height, box.width))
    ellipse = np.zeros_like(within)
    cv2.ellipse(ellipse, cv2.fitEllipse(outline), 1, -1)
    both, either = cv2.countNonZero(within & ellipse), cv2.countNonZero(within | ellipse)
    return both >= ROUND * either


def _is_written_in(outline: Outline, box: Box, dark: Mask, contrast: Grey) -> bool:
    """Whether there is ink within that is as high as digits, and apart from the line.

    What is pale beside the line is a ruling that runs through a nought.
    """
    corner = max(0, box.x - 1), max(0, box.y - 1)
    place = slice(corner[1], box.bottom + 1), slice(corner[0], box.right + 1)
    window, shade = dark[place], contrast[place]
    _, labels, found, centres = cv2.connectedComponentsWithStats(window)
    left, top, width, height, area = np.asarray(found).T
    shades = np.bincount(labels.ravel(), shade.ravel(), len(found)) / np.maximum(area, 1)
    within = (left > 1) & (top > 1)
    within &= (left + width < window.shape[1] - 1) & (top + height < window.shape[0] - 1)
    # The first is the paper; what reaches the edge is the line, in the corners.
    within[0], edge = False, ~within
    edge[0] = False
    line = shades[edge].max(initial=0)
    high = within & (height > WRITTEN * box.height) & (shades >= PALE * line)
    return any(
        cv2.pointPolygonTest(outline, (float(x), float(y)), measureDist=False) > 0
        for x, y in centres[high] + np.array(corner)
    )


def _filled(outline: Outline, shape: tuple[int, ...]) -> Mask:
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, outline, 1)
    return mask
