"""Ink -> its connected parts, and which of them may be digits."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.rules.paper import Grey, Mask

MIN_HEIGHT, LOWEST = 8, 5
"""Pixels of the working page: lower parts are specks, points and dashes; or small letters of a
word that has higher ones."""
SMUDGE = 1.8
"""Times the faintest ink: a digit has some ink darker than this, a smudge has not."""
FAINT, LOW = 0.45, 0.5
"""Of the contrast of most ink, and of the usual height of what is no fainter: grain has less."""
MAX_PARTS = 10_000
"""A page with more parts is a texture; the highest are looked at. A page of print has 6,000."""
HIGH = 0.25
"""Heights of a frame that a digit in it has, at least; a speck beside a stroke has less."""
DARKER = 1.5
"""Times a ruling's contrast: what stands on it and is darker was written."""
Stats = NDArray[np.int32]
"""A row a part: left, top, width, height, area."""


def find_parts(ink: Mask) -> tuple[NDArray[np.int32], Stats]:
    """Each pixel's part, int32, 0 for none, and the parts' places; part 0 is the paper."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    return np.asarray(labels, np.int32), np.asarray(stats, np.int32)


def characters(
    stats: Stats,
    ruled: Mask,
    contrast: Grey,
    among: NDArray[np.bool_] | None = None,
    least: int = MIN_HEIGHT,
) -> NDArray[np.intp]:
    """Which parts may be a digit, or a few joined ones, by their form; at most the highest.

    Args:
        ruled: where rulings are.
        contrast: how much darker than the paper the page is there, as the parts' pixels.
        among: which parts count; all if None.
        least: pixels of the lowest.
    """
    _, _, width, height, area = stats.T
    fill = area / np.maximum(width * height, 1)
    high = (height >= least) & (height <= 0.95 * len(ruled)) & (width <= 5 * height)
    # A digit is a line, neither a hair on a large box nor a blob; only a 1 fills its box.
    drawn = (fill > 0.04) & ((fill < 0.8) | (width < 0.6 * height))
    fits = high & drawn & (height <= 14 * np.maximum(width, 1))
    if among is not None:
        fits &= among
    fits[0] = False
    if not fits.any():
        return np.zeros(0, np.intp)
    chosen = np.flatnonzero(fits)
    chosen = chosen[np.argsort(-height[chosen])[:MAX_PARTS]]
    chosen = chosen[~_continued(stats[chosen], ruled, contrast)]
    if len(chosen) == 0:
        return chosen
    held, high = _held(stats[chosen])
    tall = height[chosen] > 1.6 * usual_height(height[chosen])
    # A part with others inside its box is what is left of a frame.
    return np.asarray(chosen[(held < 2) & ~(tall & (high > 0))], np.intp)


def usual_height(heights: NDArray[Any]) -> float:
    """The median of those that may be digits."""
    high = heights[heights >= MIN_HEIGHT]
    return float(np.median(high)) if len(high) else float(MIN_HEIGHT)


def strong(
    contrast: Grey, floor: Grey, labels: NDArray[np.int32], stats: Stats
) -> NDArray[np.bool_]:
    """Which parts are clearly darker than the faintest ink, somewhere, and no grain.

    Grain is small and faint beside most of the page's ink: the paper's, or what is left of a
    pale ruling.
    """
    area, height = stats[:, cv2.CC_STAT_AREA], stats[:, cv2.CC_STAT_HEIGHT]
    inked = labels > 0
    parts, shades = labels[inked], contrast[inked]
    clear = shades >= cv2.convertScaleAbs(floor, alpha=SMUDGE)[inked]
    found = np.bincount(parts[clear], minlength=len(stats)) >= 0.1 * area
    found[0] = False
    shade = np.bincount(parts, shades, len(stats)) / np.maximum(area, 1)
    most = shade[parts[found[parts]]]
    if len(most):
        faint = shade < FAINT * float(np.median(most))
        found &= ~(faint & (height < LOW * usual_height(height[found & ~faint])))
    return np.asarray(found, bool)


def _continued(stats: Stats, ruled: Mask, contrast: Grey) -> NDArray[np.bool_]:
    """Which parts are upright lines that go on as a ruling, above or below: pieces of it."""
    return np.array([_goes_on(part, ruled, contrast) for part in stats], bool)


def _goes_on(part: Stats, ruled: Mask, contrast: Grey) -> bool:
    left, top, width, height = (int(value) for value in part[:4])
    if width > 0.3 * height:
        return False
    columns = slice(max(0, left - 3), left + width + 3)
    ends = slice(max(0, top - height // 2), top), slice(top + height, top + height + height // 2)
    lines = [ruled[end, columns] for end in ends]
    if not any(line.size > 0 and line.any(axis=1).mean() > 0.6 for line in lines):
        return False
    own = np.percentile(contrast[top : top + height, left : left + width], 75)
    printed = [contrast[end, columns][line > 0] for end, line in zip(ends, lines, strict=True)]
    # A pen's 1 is darker than the printed line that it stands on.
    return bool(own < DARKER * np.median(np.concatenate(printed)))


def _held(stats: Stats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many of the other parts lie in each one's box, and how many of these are high for it."""
    n, (left, top, width, height) = len(stats), stats[:, :4].T
    x, y = left + width // 2, top + height // 2
    order = np.argsort(x)
    begin = np.searchsorted(x[order], left, side="right")
    outer, place = pairs(begin, np.searchsorted(x[order], left + width))
    inner = order[place]
    inside = (y[inner] > top[outer]) & (y[inner] < (top + height)[outer])
    inside &= (height[inner] < 0.8 * height[outer]) & (height[inner] >= MIN_HEIGHT)
    high = inside & (height[inner] >= HIGH * height[outer])
    return np.bincount(outer[inside], minlength=n), np.bincount(outer[high], minlength=n)


def pairs(begin: NDArray[np.intp], end: NDArray[np.intp]) -> tuple[NDArray[np.intp], ...]:
    """Each i with each j of begin[i] <= j < end[i], as two arrays."""
    counts = np.maximum(end - begin, 0)
    first = np.repeat(np.arange(len(begin)), counts)
    steps = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
    return first, np.repeat(begin, counts) + steps
