"""Regions that join the printed boxes or cells of several numbers -> a region for each number."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import NamedTuple

import cv2
import numpy as np

from shuzi.page.image import Flat, PageImage, Quad, quad_size
from shuzi.page.network import Maps
from shuzi.page.regions import WHOLE, Region
from shuzi.page.tables import find_cells
from shuzi.recognise.boxes import (
    ANOTHER,
    FEWEST,
    FOOT,
    LEAST,
    WRITTEN,
    Inside,
    Mask,
    Row,
    find_boxes,
)

WIDE = 1.8
"""Heights of a region that may hold the boxes of two numbers, at least."""
CLEARLY = 2.5
"""Pixels by which one of the two lines of three boxes is wider, at least: of three that a browser
drew one is two pixels wider, in each row of a page, and the parts of 428 and 718 are accepted
without it. Where there are more boxes it loses 0.06 of `parted`."""
REACH = 2.4
"""Boxes on each side of a number in which more may be written that belongs to it, and heights, in
which there is other writing then: with 1.4 56 of 60 with a blank box are accepted in parts, with
2.4 only 2."""
NARROWER = 1.2
"""Of its height, the width of a box for one digit, at most: cells of the tables of `pages/` have
1.5, with a dash or print beside two of the 38 numbers that are accepted of one of them."""
DASH = 2.0
"""Width over height of a dash, at least: with 1, of a browser's vote forms, whose crosses are as
wide as high, 15 instead of 18 of 24 numbers are accepted."""
ROOMY = 0.6
"""Of a region's height, the paper around it in which boxes are looked for once more, as digits may
be half as high: of 308 crops of two groups of such boxes, of a composer that nothing learns from,
26 are accepted as one number, 44 without it; of the 1,152 rows 2 are for review."""


def as_boxed(picture: PageImage, maps: Maps, regions: Sequence[Region]) -> list[Region]:
    """The regions, those that join the boxes of several numbers parted; the same ones where there
    are none of these.

    Of 672 numbers in tables of such groups (`tools/measure_forms.py`, 12 pages of each part) 0.914
    are right so and 1 of 282 that are accepted is wrong, without 0.585 and 49 of 231; of photos of
    tables on desks 0.940 instead of 0.464 are right. In pictures that nobody composed, `pages/`, 30
    photos of sudokus and 598 crops, there are no such groups, and nothing is parted.
    """
    found = [_row(picture, maps, region) for region in regions]
    unclear = {i for i, (_, row) in enumerate(found) if row and len(row.groups(often=True)) > 1}
    longer = {
        i: seen
        for i, (flat, row) in enumerate(found)
        if flat and row and len(_groups(row, often=True)) == 1
        if (seen := _longer_row(picture, flat, row))
    }
    often = len(unclear | {i for i, seen in longer.items() if len(seen.groups) > 1}) > 1
    cells = find_cells({i: (seen.flat, seen.row.mask, seen.own) for i, seen in longer.items()})
    in_doubt = unclear.union(*(_more_in_row(maps, regions, *item) for item in longer.items()))
    boxed = []
    for i, (region, (flat, row)) in enumerate(zip(regions, found, strict=True)):
        parts = [region]
        if flat and row and len(groups := _groups(row, often=often)) > 1:
            parts = _parts(region, flat, row, groups, top=flat.inner[0])
        elif often and i in longer and len(own := longer[i].own) > 1:
            # The region alone shows too little of its row.
            parts = _parts(region, longer[i].flat, longer[i].row, own, top=longer[i].top)
        elif i in cells:
            # A date or a card's number may have boxes of several digits, too.
            seen, whole = longer[i], replace(region, apart=False)
            parts = _parts(whole, seen.flat, seen.row, [[box] for box in cells[i]], top=seen.top)
        elif i in in_doubt:
            parts = [replace(region, apart=False)]
        boxed += parts
    return boxed


class _Longer(NamedTuple):
    """The row of boxes that a region's are of, as far as it could be looked at.

    Args:
        flat: the row laid flat; what of it is the region's is its inner part.
        groups: the boxes of each of its numbers.
        own: those that are the region's, by the number.
        top: rows above the region, and below it.
    """

    flat: Flat
    row: Row
    groups: list[list[Inside]]
    own: list[list[Inside]]
    top: float


def _longer_row(picture: PageImage, flat: Flat, row: Row) -> _Longer | None:
    """The row of the boxes of a region, which was laid flat; None where none is seen."""
    (start, _, wide, high), *others = row.boxes
    end, _, end_wide, _ = row.boxes[-1]
    far = REACH * (others[0][0] - start if others else wide + int(row.lines[2]))
    left, right = min(start, flat.inner[0]) - far, max(end + end_wide, flat.inner[1]) + far
    laid = picture.flat(flat.part(left, -FOOT * high, right, len(flat.grey) + FOOT * high))
    seen = find_boxes(laid.grey, is_light=row.is_light)
    if seen is None:
        return None
    scale = laid.grey.shape[1] / (right - left)
    first, top = far * scale, (FOOT * high + flat.inner[0]) * scale
    last = laid.grey.shape[1] - first
    groups = _groups(seen, often=True)
    own = [[box for box in group if first < box[0] + box[2] / 2 < last] for group in groups]
    inner = replace(laid, inner=(first, last))
    return _Longer(inner, seen, groups, [boxes for boxes in own if boxes], top)


def _more_in_row(maps: Maps, regions: Sequence[Region], i: int, longer: _Longer) -> set[int]:
    """Region i, if more is written in its row of boxes than it holds, and the regions that hold
    the rest; or if a sign stands between its boxes.

    Of 60 numbers each with a minus in the first box, a comma on the line of two, a blank box or a
    letter in one (`tools/measure_marks.py`) 3, 2, 2 and 3 are accepted, without it 36, 35, 10 and
    5; of plain ones 42 instead of 44, of the 1,056 of `Transcriber._are_marked` 865 instead of 869.
    In pictures that nobody composed nothing is held back: of `pages/` 230 are accepted, of 128
    photos of sudokus 4,416. Of 24 numbers of vote forms that a browser drew, where dashes and
    crosses fill unused boxes, three with one dash before them are for review.
    """
    if not longer.own:
        return set()
    flat, seen, own = longer.flat, longer.row, longer.own[0]
    boxes = next(group for group in longer.groups if own[0] in group)
    if seen._replace(boxes=own).has_sign():
        return {i}
    place = boxes.index(own[0])
    sides = [
        [flat.part(x + w / 8, y + h / 8, x + w - w / 8, y + h - h / 8) for x, y, w, h in side]
        for side in (boxes[:place][:-3:-1], boxes[place + len(own) :][:2])
    ]
    before, after = ([_has_other(maps, quad) for quad in side] for side in sides)
    held = [
        {j for j, other in enumerate(regions) if j != i and other.holds(quad)}
        for quad in chain(*sides)
    ]
    if len(own) > 1 and any(held):
        return {i}.union(*held)
    # A single box may be a table's cell.
    if len(own) == 1 and own[0][2] > NARROWER * own[0][3]:
        return set()
    # A dash before a number may be its minus; crosses, and dashes in two boxes, fill these.
    is_marked = before in ([True], [True, False])
    is_more = is_marked and (any(held[1 : len(before)]) or _is_dash(seen.mask, boxes[place - 1]))
    return {i} if is_more or after[:1] == [True] else set()


def _groups(row: Row, *, often: bool) -> list[list[Inside]]:
    """The boxes of each of its numbers."""
    least = CLEARLY if len(row.boxes) == FEWEST else LEAST
    return row.groups(often=often, least=least)


def _has_other(maps: Maps, quad: Quad) -> bool:
    """Whether there is other writing in the upright rectangle around a quadrilateral."""
    first = np.maximum(quad.min(axis=0) / maps.scale, 0).astype(int)
    last = np.maximum(quad.max(axis=0) / maps.scale + 1, 0).astype(int)
    return bool((maps.other[first[1] : last[1], first[0] : last[0]] > WHOLE).any())


def _is_dash(mask: Mask, box: Inside) -> bool:
    """Whether the most ink in a box is a level stroke."""
    x, y, w, h = box
    inside = mask[y + 1 : y + h - 1, x + 1 : x + w - 1]
    # OpenCV cannot be asked for the pieces of nothing.
    if not inside.size:
        return False
    _, _, found, _ = cv2.connectedComponentsWithStats(inside)
    _, _, wide, high, _ = max(found[1:], key=lambda piece: piece[4], default=(0,) * 5)
    return bool(wide >= DASH * high)


def _row(picture: PageImage, maps: Maps, region: Region) -> tuple[Flat | None, Row | None]:
    """A region laid flat, and its boxes, if it may have those of two numbers or other writing
    stands beside it."""
    wide, high = quad_size(region.quad)
    ways = np.array([[-1, 0], [1, 0], [1, 0], [-1, 0]], np.float32)
    if wide < WIDE * high and not _has_other(maps, region.quad + REACH * high * ways):
        return None, None
    flat = picture.crop(region.quad)
    if flat.row is None:
        flat = picture.flat(region.quad, ROOMY)
    return flat, flat.row


def _parts(
    region: Region, flat: Flat, row: Row, groups: Sequence[Sequence[Inside]], top: float
) -> list[Region]:
    """A region for each of the groups, so many rows from the top and the bottom. What is written
    between two of them, where boxes are that were not found, as digits cross their lines, may
    belong to both: it is a region, too, and all three are in doubt. On a tester's 8 bank slips 2
    parts of a number are accepted without this."""
    width = float(np.median([box[2] for box in row.boxes]))
    (_, y, _, h), (*_, line, end_line) = row.boxes[0], (row.lines + 1).tolist()
    missed, in_doubt = [], set[int]()
    for i, (before, after) in enumerate(pairwise(groups)):
        first, last = before[-1][0] + before[-1][2], after[0][0]
        written = row.mask[y + 1 : y + h - 1, first + end_line : last - line]
        if last - first >= ANOTHER * width and written.size and written.mean() >= WRITTEN:
            missed.append((first, last))
            in_doubt |= {i, i + 1}
    ends = [(float(boxes[0][0]), float(boxes[-1][0] + boxes[-1][2])) for boxes in groups]
    # What lies beyond the first and the last box that was found is of the region, too.
    ends[0] = min(ends[0][0], flat.inner[0]), ends[0][1]
    ends[-1] = ends[-1][0], max(ends[-1][1], flat.inner[1])
    return [
        replace(
            region,
            quad=flat.part(left, top, right, len(flat.grey) - top),
            apart=region.apart and i < len(ends) and i not in in_doubt,
            boxed=True,
        )
        for i, (left, right) in enumerate((*ends, *missed))
    ]
