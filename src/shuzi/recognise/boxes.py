"""A crop of a number in printed boxes -> the same without their lines, what is written in each box,
and the numbers it has.

To a model that reads digits a box's line is a 1, or a straight 1 is a line. What has lines on all
four sides can be told by its form.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.glyph import FAINTEST, with_paper
from shuzi.recognise.paper import dilated, opened
from shuzi.recognise.strip import Strip, make_strip

Grey = NDArray[np.uint8]
Mask = NDArray[np.uint8]
"""uint8 (height, width), 1 where it is."""
Inside = tuple[int, int, int, int]
"""What a box's lines enclose: its left column, top row, width and height."""

LOW, NARROW = 0.35, 0.3
"""Of the crop's height that a box has at least, and of its height that its width has."""
FILLED = 0.5
"""Of a box, the paper in it, at least: what is left of it around a line is none. Of 1,488 numbers
in boxes, of a composer that nothing learns from and half of them worn, 1,356 are right by shuzi's
models alone and 6 accepted wrongly, without it 1,351 and 8."""
STRAIGHT, NEAR = 0.7, 0.08
"""Share of each side along which paper reaches to within so many of its heights."""
ALIKE = 0.25
"""By how much the boxes of a number differ in width and height, at most: halves of a box that a 1
parts do by more."""
THICK = 0.4
"""Of a box's height that its lines have at most: with 0.3 one less is right of the 1,488 numbers
below, as many are accepted wrongly, and small boxes of one page at 100 dpi are not seen."""
DRAWN = 0.75
"""Share of a side along which there is a line, where a stroke hides the paper's form."""
DARK = 0.6
"""Of Otsu's threshold between ink and paper, from which a pixel may be a line's, which is often
paler than what is written."""
LEAST_CONTRAST = 8
"""Grey levels between lines and paper, at least."""
FEWEST, LEAST = 3, 1.5
"""Boxes that a wider line or gap may part, at least, and by how many pixels it is wider."""
WIDER, OFTEN = 0.55, 0.35
"""By how much of the usual one a line or gap is wider that parts numbers; and where there are
several on a page, while one alone may be one number. Of 1,152 rows of three and more boxes none is
parted that is one number; with 0.35 for one alone 2 are."""
SHARED = 1.6
"""Pixels that the pale edges of a line which boxes share are wide, at most."""
CORNER, FREE = 0.08, 0.15
"""Of the height of such a line, what a corner takes at most, and the share of the rest along which
no stroke lies, at least."""
FINER, STEP = 0.2, 3.0
"""By how much of the usual one such a line is wider, at least, that parts numbers where several do
so, and this step in terms of what lines differ by besides."""
EVEN, SAME = 0.07, 0.15
"""Of the usual width of boxes, by how much two differ that a wider gap parts, and by how much any
is wider, at most."""
WRITTEN = 0.01
"""Share of the boxes' paper that is written on, at least: a square 0 or 8 holds nothing."""
ANOTHER = 0.6
"""Of a box's width that is left before or after the boxes that were found, where another may be
written in, at least: of the same numbers 1,353 are right without it, 7 accepted wrongly."""
STROKE = 0.6
"""Of a box's width that a stroke is wide, at most, where it leaves the box: of the same 1,352 are
right without it, 7 accepted wrongly."""
BEYOND = 0.25
"""Heights of a box above and below it in which a digit may end, as people's do; of the same
numbers, which stay in their boxes, as many are right without it, within three."""
FOOT = 0.35
"""Heights of a box from the line or gap between two, and below them, in which a comma or a point
is; of 60 with one on a line (`tools/measure_marks.py`) 10 are accepted with 0.25, 2 with this."""
SIGN = 0.07
"""Of a box's height, the side of the square that a comma or a point has the ink of, at least; with
0.085 47 plain ones and 13 of 120 with a comma are accepted, with this 42 and 6, and 47 and 71 of
what has no such rule. Real pictures have few boxes: it holds back none of `pages/`."""


class Row(NamedTuple):
    """Boxes beside each other.

    Args:
        paper: the crop, dark on light, without what is narrow and dark.
        ink: by how much it is darker than that.
        mask: where lines and writing are.
        boxes: from left to right.
        lines: how thick those above, below, to the left and to the right usually are, in pixels.
        is_light: whether the crop is dark on light.
    """

    paper: Grey
    ink: Grey
    mask: Mask
    boxes: list[Inside]
    lines: NDArray[np.int_]
    is_light: bool = True

    def groups(self, *, often: bool, least: float = LEAST) -> list[list[Inside]]:
        """The boxes of each number: a line or gap that is wider than the usual one parts them.

        Args:
            often: others of the page are parted, so that it need not be much wider.
            least: by how many pixels it is wider, at least.
        """
        width = np.array(self.boxes)[:, 2]
        usually = np.median(width)
        if len(self.boxes) < FEWEST or width.max() > (1 + SAME) * usually:
            return [self.boxes]
        gaps, are_lines = self._gaps()
        # Of boxes in pairs, half of the gaps are wider.
        usual = np.quantile(gaps, 0.25, method="lower")
        # A stroke along a line makes it thicker, and one of its two boxes narrower.
        uneven = np.abs(np.diff(width))
        more = gaps - np.maximum(0, uneven - 1) - usual
        wider = (OFTEN if often else WIDER) * usual
        clear = (more >= max(least, wider)) & (uneven <= max(1, EVEN * usually))
        parts = np.flatnonzero(clear) + 1
        if often and are_lines and not len(parts):
            parts = _thicker(gaps) + 1
        ends = [0, *parts.tolist(), len(self.boxes)]
        return [self.boxes[first:last] for first, last in pairwise(ends)]

    def _gaps(self) -> tuple[NDArray[np.float64], bool]:
        """How far each box is from the next, in pixels, and whether lines part them that they
        share, which are as thick as they are dark, to fractions of a pixel.

        Of 1,047 rows of boxes that a line parts which is thicker than the others
        (`tools/sweep_forms.py`'s composer) and parts of such rows 753 are parted, all where they
        should be; by whole pixels 714, of these 675. Of 1,441 rows of one number and 366 of tables
        as many as by whole pixels, less two; of `pages/` none, where one of two lines of a box is
        0.75 thicker than the other.
        """
        left, top, width, height = np.array(self.boxes).T
        right, bottom = left + width, top + height
        gaps = (left[1:] - right[:-1]).astype(np.float64)
        corner = 1 + round(CORNER * float(np.median(height)))
        first = np.maximum(top[1:], top[:-1]) + corner
        last = np.minimum(bottom[1:], bottom[:-1]) - corner
        places = zip(first, last, (right[:-1] - 2).clip(0), left[1:] + 2, strict=True)
        between = [self.ink[y:end, x:after].astype(np.float64) for y, end, x, after in places]
        if not all(line.size for line in between):
            return gaps, False
        darkest = max(1.0, *(float(np.median(line, axis=0).max()) for line in between))
        thick = np.array([np.quantile(line.sum(axis=1), FREE) for line in between]) / darkest
        are_lines = bool(np.median(gaps - thick) < SHARED)
        return (np.where(gaps - thick < 2 * SHARED, thick, gaps) if are_lines else gaps), are_lines

    def has_sign(self) -> bool:
        """Whether a comma or a point stands at the foot of the line or gap between two of them: ink
        by itself, less the lines, and more than at their head, where a line may lean as much."""
        above, below, *_ = (self.lines + 1).tolist()
        for box, (after, *_) in pairwise(self.boxes):
            x, y, w, h = box
            foot = self._loose_ink(self.mask, box, after, below)
            head = self._loose_ink(self.mask[::-1], (x, len(self.mask) - y - h, w, h), after, above)
            if foot - head >= (SIGN * h) ** 2:
                return True
        return False

    def _loose_ink(self, mask: Mask, box: Inside, after: int, below: int) -> int:
        """Pixels of the largest piece of ink at the foot of what is between a box and the next,
        which begins at column `after`, less the lines."""
        x, y, w, h = box
        _, _, left, right = (self.lines + 1).tolist()
        near, end = round(FOOT * h), y + h
        top, first = y + h // 2, max(0, x + w - near)
        part = mask[top : end + near, first : after + near].copy()
        part[end - top - 1 : end - top + below] = 0
        part[: end - top, x + w - 1 - first : x + w - first + right] = 0
        part[: end - top, after - first - left : after - first + 1] = 0
        _, _, found, _ = cv2.connectedComponentsWithStats(part)
        # A digit's foot comes from further away, a line of the next row goes on.
        return max(
            (
                int(area)
                for x0, y0, wide, high, area in found[1:]
                if x0 > 0 and y0 > 0 and x0 + wide < part.shape[1] and y0 + high < len(part)
            ),
            default=0,
        )


@dataclass(frozen=True, eq=False)
class Field:
    """A number's boxes opened.

    Args:
        plain: the crop with paper where the boxes' lines are, and before and after these, where ink
            is a neighbour's; strokes that cross a line stay whole.
        cells: of that, each box that is written in, from left to right, with a little above and
            below, where a stroke may end.
    """

    plain: Grey
    cells: list[Grey]

    @cached_property
    def strips(self) -> list[Strip]:
        """What the models read of each cell."""
        return [make_strip(with_paper(cell)) for cell in self.cells]


def open_field(grey: Grey, row: Row) -> Field | None:
    """The field of a crop, as of `find_boxes`, in its boxes; None if they are not written in."""
    lines = _lines(row)
    if lines is None:
        return None
    page = np.where(lines, row.paper, grey if row.is_light else ~grey)
    plain = np.asarray(page if row.is_light else ~page, np.uint8)
    cells = []
    for x, y, w, h in row.boxes:
        beyond = round(BEYOND * h)
        cell = plain[max(0, y - beyond) : y + h + beyond, x : x + w]
        inside = row.mask[y + 1 : y + h - 1, x + 1 : x + w - 1]
        if inside.size and inside.mean() >= WRITTEN and np.ptp(cell) >= FAINTEST:
            cells.append(cell)
    return Field(plain, cells)


def find_boxes(grey: Grey, *, is_light: bool | None = None) -> Row | None:
    """The boxes of a crop, if it has any.

    Args:
        grey: uint8 (height, width), a number with some margin, dark on light or light on dark.
        is_light: whether it is dark on light, where that is known.
    """
    if is_light is not None:
        row = _row(grey if is_light else ~grey)
        return row._replace(is_light=is_light) if row else None
    # Where lines are thick neither the most nor the edge says which shade is the paper's.
    both = [find_boxes(grey, is_light=shade) for shade in (True, False)]
    return max(both, key=lambda row: len(row.boxes) if row else 0)


def _thicker(lines: NDArray[np.float64]) -> NDArray[np.int_]:
    """Which of the lines of a row are a little thicker than the others, so that equally many boxes
    lie between them; the row may begin and end among these."""
    thick = np.sort(lines)
    steps = np.diff(thick)
    place = int(steps.argmax())
    thin, thicker = thick[: place + 1], thick[place + 1 :]
    besides = max(float(np.ptp(thin)), float(np.ptp(thicker)))
    # One line by itself does not tell by how much they differ.
    if len(thin) < 2 or steps[place] < max(FINER * thin[0], STEP * besides):
        return np.zeros(0, np.int_)
    found = np.flatnonzero(lines > thin[-1])
    between = np.diff(found)
    at_end = max(found[0] + 1, len(lines) - found[-1])
    even = not len(between) or (np.ptp(between) == 0 and at_end <= between[0])
    return found if even else found[:0]


def _row(page: Grey) -> Row | None:
    """The boxes of a crop that is dark on light."""
    kernel = np.ones((max(3, len(page) // 2) | 1,) * 2, np.uint8)
    closed = cv2.morphologyEx(page, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    paper = np.asarray(closed, np.uint8)
    ink = paper - page
    level, _ = cv2.threshold(ink, 0, 1, cv2.THRESH_OTSU)
    mask = (ink > max(LEAST_CONTRAST, DARK * level)).view(np.uint8)
    boxes = _enclosed(mask)
    if not boxes or not _are_alike(boxes):
        return None
    lines = np.median([_thickness(mask, box) for box in boxes], axis=0).astype(int)
    if lines.max() > THICK * boxes[0][3]:
        return None
    return Row(paper, ink, mask, _completed(mask, boxes, int(lines[2])), lines)


def _enclosed(mask: Mask) -> list[Inside]:
    """Rectangles of paper, from left to right, that lines close in."""
    # To follow the edges takes a sixth of the time of naming all paper.
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for i, contour in enumerate(contours):
        # A hole's contour lies on the ink around it.
        x, y, w, h = cv2.boundingRect(contour)
        x, y, w, h = x + 1, y + 1, w - 2, h - 2
        is_hole = tree[0, i, 3] >= 0
        if not is_hole or h < LOW * len(mask) or w < NARROW * h:
            continue
        inside = _spanning(1 - mask[y : y + h, x : x + w])
        near = 1 + round(NEAR * h)
        across, up = (inside[:near], inside[-near:]), (inside[:, :near], inside[:, -near:])
        sides = [
            side.any(axis=axis).mean() for axis, pair in enumerate((across, up)) for side in pair
        ]
        if inside.mean() >= FILLED and min(sides) >= STRAIGHT:
            found.append((x, y, w, h))
    return sorted(found)


def _spanning(mask: Mask) -> NDArray[np.bool_]:
    """What of a mask reaches to all four sides."""
    _, names, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    size = stats[1:, [cv2.CC_STAT_HEIGHT, cv2.CC_STAT_WIDTH]]
    return np.asarray(names == 1 + (size == mask.shape).all(axis=1).argmax())


def _are_alike(boxes: list[Inside]) -> bool:
    """Whether they may be a number's: of one size, beside each other."""
    _, y, w, h = np.median(boxes, axis=0)
    return all(
        abs(box[2] - w) <= ALIKE * w and abs(box[3] - h) <= ALIKE * h and abs(box[1] - y) < h / 2
        for box in boxes
    )


def _lines(row: Row) -> Mask | None:
    """Where the boxes' lines are; None if nothing is written in the boxes."""
    lines, insides = np.zeros_like(row.mask), np.zeros_like(row.mask)
    for box in row.boxes:
        x, y, w, h = box
        # What is written close by is thicker than a line; a line's edge is paler.
        above, below, left, right = (
            np.minimum(_thickness(row.mask, box), row.lines * 3 // 2 + 1) + 1
        )
        lines[max(0, y - above) : y + h + below, max(0, x - left) : x + w + right] = 1
        insides[y + 1 : y + h - 1, x + 1 : x + w - 1] = 1
    if np.count_nonzero(row.mask & insides) < WRITTEN * np.count_nonzero(insides):
        return None
    if _goes_on(row, row.boxes[0], 2) or _goes_on(row, row.boxes[-1], 3):
        return None
    first, last = row.boxes[0], row.boxes[-1]
    lines &= 1 - insides
    tall = np.ones((2 * int(row.lines.max()) + 5, 1), np.uint8)
    beside = np.asarray(row.mask & (1 - lines), np.uint8)
    # The lines of the rows above and below are no strokes.
    beside -= opened(beside, 1, max(3, round(STROKE * first[2])))
    crossing = np.asarray(cv2.morphologyEx(beside, cv2.MORPH_CLOSE, tall), np.uint8)
    lines = np.asarray(lines & (1 - (crossing & row.mask)), np.uint8)
    lines[:, : max(0, first[0] - int(row.lines[2]))] = 1
    lines[:, last[0] + last[2] + int(row.lines[3]) :] = 1
    return lines


def _goes_on(row: Row, box: Inside, side: int) -> bool:
    """Whether what is written goes on beyond the first or the last box: there is room and ink for
    another one, or a stroke leads there; `side` 2 is to the left, 3 to the right."""
    x, y, w, h = box
    mask = row.mask[y + h // 8 : y + h - h // 8]
    line = _thickness(row.mask, box)[side] + 1
    outside = mask[:, : max(0, x - line)][:, ::-1] if side == 2 else mask[:, x + w + line :]
    if outside.shape[1] > ANOTHER * w and outside.mean() >= WRITTEN:
        return True
    inside = mask[:, x if side == 2 else x + w - 1]
    return outside.shape[1] > 0 and bool((dilated(outside[:, :1], 3, 1)[:, 0] & inside).any())


def _thickness(mask: Mask, box: Inside) -> tuple[int, int, int, int]:
    """Of the lines above, below, to the left and to the right, in pixels."""
    x, y, w, h = box
    far = round(THICK * h) + 1
    columns, rows = slice(x + w // 5, x + w - w // 5), slice(y + h // 5, y + h - h // 5)
    beside = (
        mask[max(0, y - far) : y, columns][::-1].T,
        mask[y + h : y + h + far, columns].T,
        mask[rows, max(0, x - far) : x][:, ::-1],
        mask[rows, x + w : x + w + far],
    )
    # Each row runs outwards, to the first paper.
    runs = (np.pad(part, ((0, 0), (0, 1))).argmin(axis=1) for part in beside)
    above, below, left, right = (int(np.median(run)) for run in runs)
    return above, below, left, right


def _completed(mask: Mask, boxes: list[Inside], line: int) -> list[Inside]:
    """With those of the row whose paper is no rectangle, as a stroke touches their lines."""
    w, h = np.median([box[2:] for box in boxes], axis=0).astype(int).tolist()
    found = boxes[:1]
    step = min((after[0] - before[0] for before, after in pairwise(boxes)), default=w + line)
    for x, y, *size in boxes[1:]:
        first, top = found[-1][:2]
        gap, rise = x - first, y - top
        for parts in sorted(range(2, gap // (w + 1) + 1), key=lambda n: abs(n - gap / step)):
            places = [(first + gap * j // parts, top + rise * j // parts) for j in range(1, parts)]
            between = [_framed(mask, (*place, w, h)) for place in places]
            if all(between):
                found += [box for box in between if box]
                break
        found.append((x, y, size[0], size[1]))
    step = min((after[0] - before[0] for before, after in pairwise(found)), default=w + line)
    for end, away in ((0, -step), (-1, step)):
        x, y = found[end][:2]
        while (box := _framed(mask, (x + away, y, w, h))) and (box[0] - x) * away > 0:
            found.insert(len(found) if end else 0, box)
            x, y = box[:2]
    overlap = any(after[0] < before[0] + before[2] for before, after in pairwise(found))
    return boxes if overlap else found


def _framed(mask: Mask, box: Inside) -> Inside | None:
    """The box moved to where lines are on all of its sides, if they are about there."""
    x, y, w, h = box
    if x < 1 or y < 1 or x + w >= mask.shape[1] or y + h >= len(mask):
        return None
    rows, columns = mask[:, x : x + w].mean(axis=1), mask[y : y + h].mean(axis=0)
    slack = 1 + round(NEAR * h)
    found = []
    for drawn, at, outwards in (
        (columns, x - 1, -1),
        (rows, y - 1, -1),
        (columns, x + w, 1),
        (rows, y + h, 1),
    ):
        places = [at + outwards * step for step in range(-slack, slack + 1)]
        line = next((p for p in places if 0 <= p < len(drawn) and drawn[p] >= DRAWN), None)
        if line is None:
            return None
        found.append(line)
    left, top, right, bottom = found
    moved = left + 1, top + 1, right - left - 1, bottom - top - 1
    return moved if _are_alike([box, moved]) else None
