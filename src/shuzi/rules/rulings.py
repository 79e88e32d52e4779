"""Ink -> the rulings, tables and boxes in it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.paper import dilated, opened
from shuzi.rules.paper import Grey, Mask
from shuzi.rules.parts import DARKER, characters, find_parts

COARSE_SIDE = 1200
"""Rulings of larger pages are looked for at half the size."""
STRAIGHT, RULING = 1.2, 4.0
"""Straight runs of so many heights of a digit, together so long, are a ruling."""
SQUARE, COVERED = 0.8, 0.5
"""Runs of so many heights that cover such a share of a page's width are a ruling's, too, where
rulings are pale: each one side of a square."""
PALE = 0.7
"""Of the contrast of other dark ink, the darkest of pale rulings."""


def find_rulings(ink: Mask, faint: Mask, contrast: Grey) -> Mask:
    """Where long straight runs are, level or upright: rulings, tables, boxes.

    Where they are pale beside the writing, less the strokes on them, and with all pale ink on their
    rows and columns.

    Args:
        ink: as `shuzi.paper.find_ink` gives it.
        faint: where the page is a little darker than around it.
        contrast: as `shuzi.paper.page_contrast` gives it.
    """
    step = 2 if max(ink.shape) > COARSE_SIDE else 1
    dark = _pooled(ink | faint) if step == 2 else np.asarray(ink | faint, np.uint8)
    shade = np.asarray(cv2.blur(contrast, (3, 3)), np.uint8)[::step, ::step]
    height = _digit_height(ink) / step
    # Thickened, so that a line may slope a little; the pixels of the half size are thick already.
    thick = 4 - step
    level, rows = _runs(dark, height, thick)
    upright, columns = _runs(np.ascontiguousarray(dark.T), height, thick)
    ruled = np.asarray((level > 0) | (upright.T > 0), np.uint8)
    limit = _pale_limit(ruled, shade, ink[::step, ::step])
    if limit is not None:
        rows |= _broken(dark, height)
        columns |= _broken(np.ascontiguousarray(dark.T), height)
        along = (rows[:, None] | columns) & dark & (shade <= limit)
        kept = [_without_strokes(labels, shade, dark, limit) for labels in (level, upright.T)]
        ruled = np.asarray(kept[0] | kept[1] | along, np.uint8)
    if step == 2:
        twice = cv2.resize(ruled, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
        ruled = np.asarray(twice, np.uint8)[: len(ink), : ink.shape[1]]
    return ruled


def without(ink: Mask, ruled: Mask) -> Mask:
    """The ink less the rulings, strokes that cross one being bridged."""
    rest = np.asarray(ink & ~ruled & 1, np.uint8)
    bridge = _closed(rest, 7, 1) | _closed(rest, 1, 7)
    return np.asarray(rest | (bridge & ruled & ink), np.uint8)


def _digit_height(ink: Mask) -> float:
    """Pixels that most of what may be digits is high."""
    coarse = np.ascontiguousarray(ink[::2, ::2])
    _, stats = find_parts(coarse)
    none = np.zeros_like(coarse)
    heights = stats[characters(stats, none, none), cv2.CC_STAT_HEIGHT]
    return 2 * float(np.median(heights)) if len(heights) else max(ink.shape) / 40


def _pooled(mask: Mask) -> Mask:
    """The mask at half its size; each pixel is any of four."""
    any_of_four = cv2.dilate(mask, np.ones((2, 2), np.uint8), anchor=(0, 0))
    return np.ascontiguousarray(any_of_four[::2, ::2])


def _runs(ink: Mask, height: float, thick: int) -> tuple[NDArray[np.int32], Mask]:
    """The level runs of ink that are thin, and part of a long line.

    Each pixel's run, int32, 0 for none; and for each row whether such a line is on it, (height,).
    """
    run = max(16, round(STRAIGHT * height))
    runs = opened(dilated(ink, thick, 1), 1, run)
    solid = opened(runs, max(5, round(height / 3)), run // 2)
    labels, stats = find_parts(np.asarray(runs & ~solid & 1, np.uint8))
    least = RULING * height
    long = stats[:, cv2.CC_STAT_WIDTH] >= least
    long[0] = False
    # Writing breaks a ruling; the pieces lie in line with what is left of it.
    along = np.asarray(long[labels].sum(axis=1))
    middle = stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT] // 2
    ruling = long | (along[middle] >= least)
    ruling[0] = False
    labels[~ruling[labels]] = 0
    return labels, dilated((along >= least).astype(np.uint8)[:, None], 3, 1)[:, 0]


def _broken(ink: Mask, height: float) -> Mask:
    """The rows that straight runs cover, though each may end at the next upright ruling."""
    runs = opened(dilated(ink, 2, 1), 1, max(12, round(SQUARE * height)))
    return dilated((runs.mean(axis=1) >= COVERED).astype(np.uint8)[:, None], 3, 1)[:, 0]


def _pale_limit(ruled: Mask, shade: Grey, ink: Mask) -> float | None:
    """The contrast of what may be part of rulings, if these are paler than most other ink."""
    lines, others = shade[(ruled & ink) > 0], shade[(ink & ~ruled & 1) > 0]
    if len(lines) == 0 or len(others) == 0:
        return None
    limit = DARKER * float(np.median(lines))
    return limit if limit <= PALE * float(np.percentile(others, 75)) else None


def _without_strokes(labels: NDArray[np.int32], shade: Grey, ink: Mask, limit: float) -> Mask:
    """Where the parts are, less what is clearly darker than the median of its part's ink.

    A median above the limit is that of a stroke, which a whole part may be.
    """
    at = np.flatnonzero(labels)
    parts, shades, inked = labels.ravel()[at], shade.ravel()[at], ink.ravel()[at] > 0
    order = np.lexsort((shades[inked], parts[inked]))
    numbers, first, count = np.unique(parts[inked][order], return_index=True, return_counts=True)
    medians = np.full(1 + int(parts.max(initial=0)), 255, np.float32)
    medians[numbers] = shades[inked][order][first + count // 2]
    ruled = np.zeros(labels.size, np.uint8)
    ruled[at] = shades <= DARKER * np.minimum(medians[parts], limit)
    return ruled.reshape(labels.shape)


def _closed(mask: Mask, height: int, width: int) -> Mask:
    kernel = np.ones((height, width), np.uint8)
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel), np.uint8)
