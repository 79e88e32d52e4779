"""What makes a number of a page doubtful, whatever it says: it shows through or was rubbed out, or
the edge of the picture cuts it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shuzi.page.image import quad_size
from shuzi.page.orientation import MANY
from shuzi.page.regions import Region
from shuzi.recognise.strip import ink_mask

FAINT = 0.25
"""Contrast, in terms of the median of the page's numbers, below which one is for a person. Of 5,992
numbers that are accepted of 80 photos of sudokus, 1,600 pixels, by the number model alone, three
have less, all of which show through or were rubbed out; those written in pencil beside print have
0.29 and more, those of `pages/` 0.53."""
DARK, BRIGHT = 2, 98
"""Percentiles of a region's grey values that its contrast lies between. On the same photos the
three have at most 0.22 and all others at least 0.29; by all of its grey values 0.26 and 0.31, so
that one of the three is not told; by the middle 80 % 0.22 and 0.27."""
CUT = 0.05
"""Heights between a number and the edge of the picture within which it may be cut. Of pictures of
`pages/` cut through a digit, three numbers a side, 22 of the 123 numbers that are accepted at the
cut are wrong without it, 3 of 9 with it (0.15: 2 of 7, but numbers whole beside the edge are held
back, one of the eight of examples/page.jpg); of 2,215 right ones that are accepted of `pages/`,
desks, composed pages and 32 photos of sudokus 1 is held back."""


def are_faint_or_cut(grey: NDArray[np.uint8], regions: Sequence[Region]) -> list[bool]:
    """Which numbers of a page, uint8 (height, width), are far fainter than the others, or may be
    cut by its edge.

    Where they are few only those whose ink the upper or the lower edge cuts, and not all of them,
    for a picture of one is cut out close to it: they are of the lines over and under it. Of a
    tester's 60 crops with such lines none instead of 11 has a piece of them accepted, and as many
    numbers; of the 598 of numbers/ as many as before.
    """
    if len(regions) < MANY:
        cut = [_is_cut_above_or_below(region, grey) for region in regions]
        return cut if not all(cut) else [False] * len(regions)
    contrasts = np.array([_contrast(grey, region) for region in regions])
    least = FAINT * np.median(contrasts)
    return [
        bool(contrast < least) or _may_be_cut(region, grey.shape)
        for contrast, region in zip(contrasts, regions, strict=True)
    ]


def _contrast(grey: NDArray[np.uint8], region: Region) -> float:
    box = region.box
    inside = grey[max(0, box.y) : box.bottom, max(0, box.x) : box.right]
    if not inside.size:
        return 0.0
    # Counted, as a page's pixels take long to sort.
    total = np.bincount(inside.ravel(), minlength=256).cumsum()
    dark, bright = np.searchsorted(total, np.array([DARK, BRIGHT]) / 100 * inside.size)
    return float(bright - dark)


def _is_cut_above_or_below(region: Region, grey: NDArray[np.uint8]) -> bool:
    """Whether there is ink of a number on the first or last row of the picture."""
    box, height = region.box, len(grey)
    # A pixel's paper between may be the region's own margin.
    top, bottom = box.y if box.y > 1 else 0, box.bottom if box.bottom < height - 1 else height
    inside = grey[top:bottom, max(0, box.x) : box.right]
    if not inside.size or (top > 0 and bottom < height):
        return False
    ink = ink_mask(inside)
    return bool((top == 0 and ink[0].sum() > 1) or (bottom == height and ink[-1].sum() > 1))


def _may_be_cut(region: Region, shape: tuple[int, ...]) -> bool:
    box, (height, width) = region.box, shape
    away = min(box.x, box.y, width - box.right, height - box.bottom)
    return away <= CUT * quad_size(region.quad)[1]
