"""Grey page -> the numbers on it, in lines, each cut out."""

from dataclasses import dataclass
from functools import cached_property
from itertools import compress, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.paper import dilated
from shuzi.result import Box
from shuzi.rules.boxes import Hole, filled, find_closed, find_holes, inside, place_of_inside
from shuzi.rules.cells import parted
from shuzi.rules.combs import find_combs
from shuzi.rules.frames import draw_borders, find_frames
from shuzi.rules.groups import (
    Group,
    alike,
    find_groups,
    highest,
    in_fields,
    in_lines,
    marked,
    of_parts,
    of_rows,
    outside_rows,
    with_marks,
    with_rows,
)
from shuzi.rules.paper import MIN_CONTRAST, Grey, Mask, faint_ink, find_ink, page_contrast, shrunk
from shuzi.rules.parts import LOWEST, Stats, characters, find_parts, strong
from shuzi.rules.rings import draw_rings, find_bubbles, find_rings
from shuzi.rules.rows import find_rows
from shuzi.rules.rulings import find_rulings, without

WORKING_SIDE = 2400
"""Larger pages are shrunk to this; a digit is legible at a two-hundredth of it."""
SPAN, ALL = 0.5, 0.9
"""Of a crop's width that a row of boxes takes if it is the number; or of its ink."""
BESIDE, SLIM = 0.4, 0.25
"""Of a box's height that a digit beside the row has, at least; its width over its height."""
NEXT = 1.5
"""Of a box's width between boxes of a number one of which was not found."""
AROUND, AROUND_BOXES = (0.3, 0.6), (0.2, 0.2)
"""Heights of paper above and beside a group; a 1 near a crop's end looks like a border."""
MAX_POINTS = 20_000
"""Of the ink, that the angle is told from."""
STEEPEST = 5.0
"""Degrees that a page is levelled by, at most."""


@dataclass(frozen=True, eq=False)
class Layout:
    """A page with its groups of ink, found at a working size and levelled.

    `contrast` is uint8, 0 paper to 255 black; `labels` int32 numbers its parts, 0 for none, and
    `stats` says where they are; `ruled` is where rulings and boxes are.
    """

    contrast: Grey
    labels: NDArray[np.int32]
    stats: Stats
    ruled: Mask
    groups: tuple[Group, ...]
    shrink: float
    turn: NDArray[np.float64]
    """From the working page before levelling to the one after, as OpenCV's 2 x 3 matrices."""
    fields: tuple[Box, ...] = ()
    """Closed boxes for a number each."""

    def is_of_one_field(self) -> bool:
        """Whether a box for a number, or a row of boxes, takes most of the picture."""
        height, width = self.contrast.shape
        boxes = [group.box for group in self.groups if group.boxes]
        return any(box.width > SPAN * width and box.height > SPAN * height for box in boxes)

    @cached_property
    def _back(self) -> NDArray[np.float64]:
        return np.asarray(cv2.invertAffineTransform(self.turn), np.float64)

    def crop(self, group: Group) -> Grey:
        """The group with a margin, dark on white, without the ink of its neighbours."""
        window = _window(group, self.contrast.shape)
        own = np.isin(self.labels[window], group.parts).astype(np.uint8)
        other = ((self.labels[window] > 0) | (self.ruled[window] > 0)).astype(np.uint8)
        foreign = dilated(other, 3, 3) & ~dilated(own, 5, 5)
        kept = np.where(foreign > 0, 0, self.contrast[window])
        return np.asarray(255 - kept, np.uint8)

    def with_borders(self, group: Group) -> Grey:
        """A row of boxes with its borders and a little around, dark on white."""
        window = _window(group, self.contrast.shape)
        return np.asarray(255 - self.contrast[window], np.uint8)

    def marked(self, group: Group) -> Group:
        """The group, the marks beside and between its digits among its parts."""
        return marked(group, self.stats)

    def ink(self, group: Group) -> Grey:
        """The group's own ink, cut to its box, bright on 0."""
        box = group.box
        window = slice(box.y, box.bottom), slice(box.x, box.right)
        own = dilated(np.isin(self.labels[window], group.parts).astype(np.uint8), 3, 3)
        values = self.contrast[window].astype(np.float32)
        full = max(float(np.percentile(values[own > 0], 75)), 1.0)
        return np.asarray((values * own * (255 / full)).clip(0, 255), np.uint8)

    def paper_in(self, box: Box) -> Grey:
        """What one of a group's boxes holds, dark on white, without the box's border."""
        return np.asarray(255 - inside(self.contrast, box), np.uint8)

    def paper_box(self, box: Box) -> Box:
        """Where that lies on the working page."""
        return place_of_inside(box)

    def crop_box(self, group: Group) -> Box:
        """Where the crop lies on the working page."""
        rows, columns = _window(group, self.contrast.shape)
        return Box(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)

    def on_picture(self, box: Box) -> Box:
        """A box of the working page in pixels of the picture, before it was levelled."""
        centre = np.array([box.x + box.width / 2, box.y + box.height / 2, 1])
        x, y = self._back @ centre * self.shrink
        width, height = box.width * self.shrink, box.height * self.shrink
        return Box(round(x - width / 2), round(y - height / 2), round(width), round(height))


def find_numbers(grey: Grey) -> Layout:
    """What may be numbers on a page, dark on light or light on dark, in reading order.

    Args:
        grey: uint8 (height, width).
    """
    small, shrink = _working_size(grey)
    contrast, floor = page_contrast(small)
    contrast, turn = _levelled(contrast)
    ink, faint = find_ink(contrast, floor), faint_ink(contrast, floor)
    closed = find_closed(np.asarray(ink | faint, np.uint8))
    holes = parted(filled(closed), contrast)
    rows = _take_rows(holes, contrast, ink, faint)
    dark = np.asarray(ink | faint, np.uint8)
    outside = outside_rows([box for _, box in holes], rows)
    frames = find_frames(list(compress(holes, outside)), dark)
    rings = find_rings(closed, dark, contrast) + find_bubbles(closed, dark)
    ruled = (
        find_rulings(ink, faint, contrast) | draw_borders(frames, dark) | draw_rings(rings, dark)
    )
    labels, stats = find_parts(without(ink, ruled))
    inked = strong(contrast, floor, labels, stats)
    chosen = characters(stats, ruled, contrast, inked, LOWEST)
    fields = tuple(frame.box for frame in frames)
    groups = highest(of_parts(alike(find_groups(stats, ruled, chosen), stats), stats))
    free = in_fields(with_marks(groups, stats, ruled, chosen), fields, ink.size)
    lines = in_lines(highest(with_rows(of_rows(rows), free)))
    return Layout(contrast, labels, stats, ruled, lines, shrink, turn, fields)


def find_boxed(grey: Grey) -> Layout | None:
    """The rows of printed boxes with a digit each, or the box, in a crop of a number; else None.

    Args:
        grey: uint8 (height, width), level within a few degrees.
    """
    small, shrink = _working_size(grey)
    contrast, floor = page_contrast(small)
    dark = find_ink(contrast, floor) | faint_ink(contrast, floor)
    holes = parted(find_holes(dark), contrast)
    rows = _in_a_line(find_rows(holes, dark, contrast)) or find_combs(dark)
    rows = rows or [(frame.box,) for frame in find_frames(holes, dark)]
    wide = [row for row in rows if row[-1].right - row[0].x > SPAN * len(contrast[0])]
    if len(rows) == 1 and _is_all(rows[0], dark):
        wide = rows
    if not wide or any(_goes_on_beside(row, dark) for row in wide):
        return None
    labels, ruled = np.zeros(contrast.shape, np.int32), np.zeros(contrast.shape, np.uint8)
    stats = np.zeros((1, 5), np.int32)
    return Layout(contrast, labels, stats, ruled, in_lines(of_rows(wide)), shrink, np.eye(2, 3))


def _in_a_line(rows: list[tuple[Box, ...]]) -> list[tuple[Box, ...]]:
    """The rows as one, if they follow each other in a line: between them a box was not found."""
    boxes = sorted((box for row in rows for box in row), key=lambda box: box.x)
    level = all(a.y < b.y + b.height / 2 < a.bottom for a, b in pairwise(boxes))
    near = all(b.x - a.right < NEXT * a.width for a, b in pairwise(boxes))
    return [tuple(boxes)] if rows and level and near else rows


def _goes_on_beside(row: tuple[Box, ...], dark: Mask) -> bool:
    """Whether a digit stands before or after the row, whose box was not found."""
    rows, columns = _around(row)
    lowest = BESIDE * row[0].height
    for part in (dark[rows, : columns.start], dark[rows, columns.stop :]):
        if part.size:
            _, stats = find_parts(part)
            left, top, width, height, _ = stats[1:].T
            whole = (left > 0) & (left + width < part.shape[1]) & (top > 0)
            whole &= top + height < len(part)
            if (whole & (height >= lowest) & (width >= SLIM * height)).any():
                return True
    return False


def _is_all(row: tuple[Box, ...], dark: Mask) -> bool:
    """Whether there is little ink but in the row and on its borders."""
    return cv2.countNonZero(dark[_around(row)]) > ALL * cv2.countNonZero(dark)


def _take_rows(holes: list[Hole], contrast: Grey, ink: Mask, faint: Mask) -> list[tuple[Box, ...]]:
    """The rows of boxes and the combs, which are cleared from both masks."""
    rows = find_rows(holes, np.asarray(ink | faint, np.uint8), contrast)
    _wipe(rows, ink, faint)
    combs = find_combs(np.asarray(ink | faint, np.uint8))
    _wipe(combs, ink, faint)
    return rows + combs


def _wipe(rows: list[tuple[Box, ...]], *masks: Mask) -> None:
    """Clear the masks where rows of boxes are, with their borders."""
    for row in rows:
        for mask in masks:
            mask[_around(row)] = 0


def _around(row: tuple[Box, ...]) -> tuple[slice, slice]:
    """A row of boxes with its borders."""
    edge = max(3, row[0].height // 6)
    top, bottom = min(box.y for box in row), max(box.bottom for box in row)
    columns = slice(max(0, row[0].x - edge), row[-1].right + edge)
    return slice(max(0, top - edge), bottom + edge), columns


def _working_size(grey: Grey) -> tuple[Grey, float]:
    shrink = max(grey.shape) / WORKING_SIDE
    if shrink <= 1:
        return grey, 1.0
    size = max(1, round(grey.shape[1] / shrink)), max(1, round(grey.shape[0] / shrink))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8), shrink


def _levelled(contrast: Grey) -> tuple[Grey, NDArray[np.float64]]:
    """The page with its lines level, and the turn that makes them so."""
    turn = _levelling(contrast)
    if turn is None:
        return contrast, np.eye(2, 3)
    size = contrast.shape[1], contrast.shape[0]
    return np.asarray(cv2.warpAffine(contrast, turn, size), np.uint8), turn


def _levelling(contrast: Grey) -> NDArray[np.float64] | None:
    """The turn that brings lines and rulings level; None if they are, or none is clearly better.

    The angle whose sums along rows and columns change most from one to the next.
    """
    coarse = shrunk(contrast, 800) > 2 * MIN_CONTRAST
    if min(coarse.shape) < 50 or not coarse.any():
        return None
    points = np.stack(np.nonzero(coarse)).astype(np.float32)
    points = np.ascontiguousarray(points[:, :: 1 + points.shape[1] // MAX_POINTS])
    angles = np.arange(-STEEPEST, STEEPEST + 0.1, 0.5)
    sharp = [_sharpness(points, angle) for angle in angles]
    best = float(angles[int(np.argmax(sharp))])
    finer = best + np.array([-0.25, 0.0, 0.25])
    best = float(finer[int(np.argmax([_sharpness(points, angle) for angle in finer]))])
    if best == 0 or max(sharp) < 1.1 * sharp[len(sharp) // 2]:
        return None
    return _turn(contrast.shape, best)


def _sharpness(points: NDArray[np.float32], angle: float) -> float:
    """How much the sums along the rows and columns of the points, y and x, change."""
    sine, cosine = np.sin(np.radians(angle)), np.cos(np.radians(angle))
    turned = np.array([[cosine, -sine], [sine, cosine]], np.float32) @ points
    turned -= turned.min(axis=1, keepdims=True)
    counts = (np.bincount(along) for along in turned.astype(np.intp))
    return sum(float((np.diff(count) ** 2).sum()) for count in counts)


def _turn(shape: tuple[int, ...], angle: float) -> NDArray[np.float64]:
    centre = shape[1] / 2, shape[0] / 2
    return np.asarray(cv2.getRotationMatrix2D(centre, angle, 1.0), np.float64)


def _window(group: Group, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """The group with a margin, less of it around printed boxes, as other ones lie near."""
    box = group.box
    up, across = (max(3, round(m * box.height)) for m in (AROUND_BOXES if group.boxes else AROUND))
    rows = slice(max(0, box.y - up), min(shape[0], box.bottom + up))
    return rows, slice(max(0, box.x - across), min(shape[1], box.right + across))
