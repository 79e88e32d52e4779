"""Regions that join the printed boxes of several numbers -> a region for each number."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shuzi.page.image import MARGIN, Flat, PageImage, quad_size
from shuzi.page.order import as_one
from shuzi.page.regions import Region
from shuzi.recognise.boxes import FEWEST, LEAST, Inside, Row, find_boxes

WIDE = 1.8
"""Heights of a region that may hold the boxes of two numbers, at least."""
WIDER, OFTEN = 0.55, 0.35
"""By how much of the usual one a line or gap is wider that parts numbers; and where there are
several on a page, while one alone may be one number. Of 1,152 rows of three and more boxes none is
parted that is one number; with 0.35 for one alone 2 are, and with 0.55 throughout five cells of
sixteen that `parted` of `tools/sweep_forms.py` has are read at 0.12 to 0.9 instead of 0.57 to 1."""
CLEARLY = 2.5
"""Pixels by which one of the two lines of three boxes is wider, at least: of three that a browser
drew one is two pixels wider, in each row of a page, and the parts of 428 and 718 are accepted
without it. Where there are more boxes it loses 0.06 of `parted`."""
FURTHER = 1.5
"""Heights between two regions in which one row of boxes may go on, at most: of rows of boxes of a
composer that nothing learns from 6 of 324 that are accepted are parts of a number, 15 of 346
without it."""
ROOMY = 0.6
"""Of a region's height, the paper around it in which boxes are looked for once more, as digits may
be half as high: of 308 crops of two groups of such boxes, of a composer that nothing learns from,
26 are accepted as one number, 44 without it; of the 1,152 rows 2 are for review."""


def as_boxed(picture: PageImage, regions: Sequence[Region]) -> list[Region]:
    """The regions, those that join the boxes of several numbers parted; the same ones where there
    are none of these.

    Of 672 numbers in tables of such groups (`tools/measure_forms.py`, 12 pages of each part) 0.914
    are right so and 1 of 282 that are accepted is wrong, without 0.585 and 49 of 231; of photos of
    tables on desks 0.940 instead of 0.464 are right. In pictures that nobody composed, `pages/`, 30
    photos of sudokus and 598 crops, there are no such groups, and nothing is parted.
    """
    found = [_row(picture, region) for region in regions]
    parted = [row is not None and len(row.groups(OFTEN)) > 1 for _, row in found]
    wider = OFTEN if sum(parted) > 1 else WIDER
    goes_on = _going_on(picture, regions, [row for _, row in found])
    boxed = []
    for i, (region, (flat, row)) in enumerate(zip(regions, found, strict=True)):
        few = row is not None and len(row.boxes) == FEWEST
        groups = row.groups(wider, CLEARLY if few else LEAST) if row and parted[i] else []
        if flat and len(groups) > 1:
            boxed += _parts(region, flat, groups)
        else:
            in_doubt = parted[i] or i in goes_on or (row is not None and row.has_sign())
            boxed.append(replace(region, apart=False) if in_doubt else region)
    return boxed


def _going_on(
    picture: PageImage, regions: Sequence[Region], rows: Sequence[Row | None]
) -> set[int]:
    """Which regions have a part of a row of boxes: it goes on, evenly, in another region."""
    found: set[int] = set()
    boxes = [region.box for region in regions]
    for i, row in enumerate(rows):
        if row is None or len(row.boxes) < 2:
            continue
        near, middle = FURTHER * boxes[i].height, boxes[i].y + boxes[i].height / 2
        for j, box in enumerate(boxes):
            gap = max(box.x - boxes[i].right, boxes[i].x - box.right)
            if j == i or gap > near or not box.y < middle < box.bottom or {i, j} <= found:
                continue
            quads = np.array([regions[i].quad, regions[j].quad])
            both = find_boxes(picture.flat(as_one(quads, 0, FURTHER), MARGIN).grey)
            if both and len(both.boxes) > len(row.boxes) and len(both.groups(OFTEN)) == 1:
                found |= {i, j}
    return found


def _row(picture: PageImage, region: Region) -> tuple[Flat | None, Row | None]:
    """A region laid flat, and its boxes, if it may have those of two numbers."""
    wide, high = quad_size(region.quad)
    if wide < WIDE * high:
        return None, None
    for margin in (MARGIN, ROOMY):
        flat = picture.flat(region.quad, margin)
        if row := find_boxes(flat.grey):
            return flat, row
    return None, None


def _parts(region: Region, flat: Flat, groups: Sequence[Sequence[Inside]]) -> list[Region]:
    ends = np.array([(boxes[0][0], boxes[-1][0] + boxes[-1][2]) for boxes in groups], np.float64)
    # What lies beyond the first and the last box that was found is of the region, too.
    ends[0, 0], ends[-1, 1] = min(ends[0, 0], flat.inner[0]), max(ends[-1, 1], flat.inner[1])
    top = flat.inner[0]
    quads = [flat.part(left, top, right, len(flat.grey) - top) for left, right in ends]
    return [replace(region, quad=quad) for quad in quads]
