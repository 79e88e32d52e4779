"""Ink that is far fainter than a page's other ink: it shows through, or was rubbed out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shuzi.page.orientation import MANY
from shuzi.page.regions import Region

FAINT = 0.25
"""Contrast, in terms of the median of the page's numbers, below which one is for a person. Of 5,992
numbers that are accepted of 80 photos of sudokus, 1,600 pixels, by the number model alone, three
have less, all of which show through or were rubbed out; those written in pencil beside print have
0.29 and more, those of `pages/` 0.53."""
DARK, BRIGHT = 2, 98
"""Percentiles of a region's grey values that its contrast lies between. On the same photos the
three have at most 0.22 and all others at least 0.29; by all of its grey values 0.26 and 0.31, so
that one of the three is not told; by the middle 80 % 0.22 and 0.27."""


def are_faint(grey: NDArray[np.uint8], regions: Sequence[Region]) -> list[bool]:
    """Which numbers of a page, uint8 (height, width), are far fainter than the others; none where
    they are few."""
    if len(regions) < MANY:
        return [False] * len(regions)
    contrasts = np.array([_contrast(grey, region) for region in regions])
    least = FAINT * np.median(contrasts)
    return [bool(contrast < least) for contrast in contrasts]


def _contrast(grey: NDArray[np.uint8], region: Region) -> float:
    box = region.box
    inside = grey[max(0, box.y) : box.bottom, max(0, box.x) : box.right]
    if not inside.size:
        return 0.0
    dark, bright = np.percentile(inside, (DARK, BRIGHT))
    return float(bright - dark)
