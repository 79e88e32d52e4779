"""Regions that join the printed boxes of several numbers -> a region for each number."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shuzi.page.image import MARGIN, Flat, PageImage, quad_size
from shuzi.page.regions import Region
from shuzi.recognise.boxes import Inside, Row, find_boxes

WIDE = 1.8
"""Heights of a region that may hold the boxes of two numbers, at least."""
WIDER, OFTEN = 0.55, 0.35
"""By how much of the usual one a line or gap is wider that parts numbers; and where there are
several on a page. Of 1,152 rows of three and more boxes none is parted that is one number; with
0.35 for one alone 2 are, and with 0.55 throughout five cells of sixteen that `parted` of
`tools/sweep_forms.py` has are read at 0.12 to 0.9 instead of 0.57 to 1."""


def as_boxed(picture: PageImage, regions: Sequence[Region]) -> list[Region]:
    """The regions, those that join the boxes of several numbers parted.

    Of 672 numbers in tables of such groups (`tools/measure_forms.py`, 12 pages of each part) 0.914
    are right so and 1 of 282 that are accepted is wrong, without 0.585 and 49 of 231; of photos of
    tables on desks 0.940 instead of 0.464 are right. In pictures that nobody composed, `pages/`, 30
    photos of sudokus and 598 crops, there are no such groups, and nothing is parted.
    """
    found = [_row(picture, region) for region in regions]
    groups = [row.groups(OFTEN) if row else [] for _, row in found]
    if sum(len(of_one) > 1 for of_one in groups) == 1:
        groups = [row.groups(WIDER) if row else [] for _, row in found]
    return [
        part
        for region, (flat, _), of_one in zip(regions, found, groups, strict=True)
        for part in (_parts(region, flat, of_one) if flat and len(of_one) > 1 else [region])
    ]


def _row(picture: PageImage, region: Region) -> tuple[Flat | None, Row | None]:
    """A region laid flat, and its boxes, if it may have those of two numbers."""
    wide, high = quad_size(region.quad)
    if wide < WIDE * high:
        return None, None
    flat = picture.flat(region.quad, MARGIN)
    return flat, find_boxes(flat.grey)


def _parts(region: Region, flat: Flat, groups: Sequence[Sequence[Inside]]) -> list[Region]:
    ends = np.array([(boxes[0][0], boxes[-1][0] + boxes[-1][2]) for boxes in groups], np.float64)
    # What lies beyond the first and the last box that was found is of the region, too.
    ends[0, 0], ends[-1, 1] = min(ends[0, 0], flat.inner[0]), max(ends[-1, 1], flat.inner[1])
    top = flat.inner[0]
    quads = [flat.part(left, top, right, len(flat.grey) - top) for left, right in ends]
    return [replace(region, quad=quad) for quad in quads]
