"""Ink -> combs and boxes without a top: base lines with teeth, a digit between two of them."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.paper import dilated, opened
from shuzi.result import Box
from shuzi.rules.paper import Mask
from shuzi.rules.parts import find_parts

SLIMMEST = 20
"""Pixels between two teeth; in smaller pictures a table's pieces look like combs."""
SHORTEST, RUN = 2 * SLIMMEST, 28
"""Pixels of a base line, at least, and of its straight runs."""
BEYOND = 0.85
"""Of the way up to the picture's edge: teeth that reach so far go on beyond it."""
TOOTH = 3
"""Pixels of the lowest tooth."""
LOWEST, HIGHEST = 0.12, 1.8
"""A tooth's height over the width between two."""
UNEVEN = 0.08
"""Of that width, how far a tooth may stand from its place."""
TALL = 0.75
"""Teeth so high, over that width, are the sides of boxes; a lower comb's digits rise above it."""
DIGIT = 1.4
"""Over that width, the height of a comb's digits, with room."""
CLOSED, ACROSS, COVERED = (0.4, 1.15), 0.7, 0.6
"""Over that width, how high above the base line another one, in runs at least so long, closes it
over that share of it; strokes of digits are shorter."""
FEWEST, SEVERAL, ALIKE = 3, 3, 0.1
"""Boxes of a comb, at least; two are enough if they have no top, or if there are so many such
combs, whose boxes differ by no more than this share."""
LIKE, MOST_TEETH = 0.3, 0.6
"""Of a box's width, how far the ends of a line lie from those of a comb in its column; and the
share of the comb's teeth that stand on it."""
MOST = 24
"""Boxes in a row."""
STEP = 32
"""Rows that are looked at together."""
MOST_LINES = 1500
"""More lines are a texture's."""
Row = tuple[Box, ...]


def find_combs(dark: Mask) -> list[Row]:
    """The rows of boxes over base lines with evenly spaced teeth, open above.

    Args:
        dark: where ink and print are.
    """
    # Thickened, so that a line may slope a little.
    long = opened(dilated(dark, 3, 1), 1, RUN)
    labels, stats = find_parts(long)
    found, toothless = [], []
    lines = 1 + np.flatnonzero(stats[1:, cv2.CC_STAT_WIDTH] >= SHORTEST)
    if len(lines) > MOST_LINES:
        return []
    for part in lines:
        left, top, width, height = stats[part, :4].tolist()
        line = labels[top : top + height, left : left + width] == part
        row, sure = _row(dark, long, line, left, top)
        if row:
            found.append((row, sure))
        else:
            toothless.append(Box(left, top, width, height))
    rows = [row for row, _ in found]
    combs = [row for row, sure in found if sure or _is_repeated(row, rows)]
    return combs + [row for line in toothless if (row := _like_another(line, combs, dark))]


def _like_another(line: Box, combs: list[Row], dark: Mask) -> Row:
    """The boxes of a comb below or above which a line as long lies, with most of its teeth."""
    # A line that slopes is higher than it is thick.
    top = line.y + max(0, line.height - TOOTH) // 2
    for comb in combs:
        pitch = (comb[-1].right - comb[0].x) / len(comb)
        x, y = line.x - comb[0].x, top - comb[0].bottom
        if abs(x) > LIKE * pitch or abs(line.right - comb[-1].right) > LIKE * pitch:
            continue
        moved = tuple(box.moved(x, y) for box in comb)
        near = max(2, round(UNEVEN * pitch))
        teeth = [
            dark[max(0, line.y - 2 * TOOTH) : line.y, max(0, b.x - near - 1) : b.x + near]
            for b in moved[1:]
        ]
        if moved[0].y >= 0 and np.mean([_is_tooth(tooth) for tooth in teeth]) >= MOST_TEETH:
            return moved
    return ()


def _is_tooth(part: Mask) -> bool:
    return bool(part.size and part.any(axis=1).mean() > 0.8)


def _is_repeated(row: Row, rows: list[Row]) -> bool:
    """Whether several have as many boxes of its size, in a column with it or in a line."""
    own = row[0]
    places = np.array([other[0].to_list() for other in rows if len(other) == len(row)])
    off = np.abs(places - own.to_list()) <= ALIKE * np.array([own.width, own.height] * 2)
    left, top, width, height = off.T
    return any(int((width & height & aligned).sum()) >= SEVERAL for aligned in (left, top))


def _row(dark: Mask, long: Mask, line: NDArray[np.bool_], left: int, top: int) -> tuple[Row, bool]:
    """The boxes over a base line; none if it has no even teeth, or there is a line above.

    And whether that is sure: few boxes with low teeth may be writing.
    """
    height, width = line.shape
    if height > 8 + width // 8:
        return (), False
    xs, ys, half = _middle(line)
    xs, ys = xs + left, ys + top
    kept = (xs >= 0) & (xs < dark.shape[1])
    xs, ys = xs[kept], ys[kept]
    up = _runs(dark, xs, ys - half, -1, width)
    teeth = _even_teeth(up, _runs(dark, xs, ys + half, 1, 4 * TOOTH))
    if not teeth:
        return (), False
    pitch = (teeth[-1] - teeth[0]) / (len(teeth) - 1)
    low, high = (ys - round(share * pitch) for share in (CLOSED[0], CLOSED[1]))
    lines = _beyond(long, xs, low, -1, int((low - high).max()))
    if opened(lines, 1, round(ACROSS * pitch)).any(axis=0).mean() > COVERED:
        return (), False
    tall = float(np.median([up[round(x)] for x in teeth]))
    if tall > BEYOND * (ys.min() - half):
        # They go on beyond the picture, as a table's do.
        return (), False
    rise = round(tall if tall > TALL * pitch else DIGIT * pitch)
    sure = tall > TALL * pitch or len(teeth) > FEWEST
    return tuple(_box(xs, ys - half, a, b, rise) for a, b in pairwise(teeth)), sure


def _middle(line: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp], int]:
    """The columns of a line and a little beyond, its row at each, and half of its thickness."""
    thickness = line.sum(axis=0)
    middles = (line * np.arange(len(line))[:, None]).sum(axis=0) / np.maximum(thickness, 1)
    # A straight line through them, by least squares.
    away = np.arange(len(middles)) - (len(middles) - 1) / 2
    slope = (away @ middles) / max(1.0, float(away @ away))
    half = max(1, round(float(np.median(thickness)) / 2))
    xs = np.arange(-half, len(middles) + half)
    rise = slope * (xs - (len(middles) - 1) / 2)
    return xs, np.round(middles.mean() + rise).astype(int), half


def _box(xs: NDArray[np.intp], feet: NDArray[np.intp], a: float, b: float, rise: int) -> Box:
    left, right = int(xs[round(a)]) + 1, int(xs[round(b)])
    foot = int(feet[round((a + b) / 2)])
    top = max(0, foot - rise)
    return Box(left, top, right - left, foot - top)


def _beyond(page: Mask, xs: NDArray[np.intp], ys: NDArray[np.intp], way: int, reach: int) -> Mask:
    """The rows off the line one way, nearest first, each as far from it at all columns."""
    steps = np.arange(reach)[:, None] * way + ys
    inside = (steps >= 0) & (steps < len(page))
    return np.where(inside, page[steps.clip(0, len(page) - 1), xs], 0).astype(page.dtype)


def _runs(
    page: Mask, xs: NDArray[np.intp], ys: NDArray[np.intp], way: int, reach: int
) -> NDArray[np.intp]:
    """How far the ink goes on from the line, at each column or one beside it; at most `reach`."""
    runs, going = np.zeros(len(xs), np.intp), np.ones(len(xs), bool)
    # In steps, as it ends soon at most columns.
    for start in range(0, reach, STEP):
        near = np.flatnonzero(dilated(going.view(np.uint8)[None], 1, 3)[0])
        strip = np.zeros((min(STEP, reach - start), len(xs)), np.uint8)
        strip[:, near] = _beyond(page, xs[near], ys[near] + way * start, way, len(strip))
        wide = dilated(strip, 1, 3)
        runs[going] += np.where(wide.all(axis=0), len(wide), wide.argmin(axis=0))[going]
        going &= wide.all(axis=0)
        if not going.any():
            break
    return runs


def _even_teeth(up: NDArray[np.intp], down: NDArray[np.intp]) -> list[float]:
    """The columns of teeth from one end of the line to the other, as many as there are evenly."""
    high = np.flatnonzero(up >= TOOTH)
    if len(high) == 0:
        return []
    first, last = _end(high), len(up) - 1 - _end((len(up) - 1 - high)[::-1])
    for count in range(min(MOST, int((last - first) // SLIMMEST)), 1, -1):
        places = np.linspace(first, last, count + 1)
        if _are_teeth(places, up, down):
            return [float(x) for x in places]
    return []


def _end(high: NDArray[np.intp]) -> float:
    """The middle of the first run of columns."""
    gaps = np.flatnonzero(np.diff(high) > 1)
    last = high[gaps[0]] if len(gaps) else high[-1]
    return float(high[0] + min(last - high[0], 2 * TOOTH) / 2)


def _are_teeth(places: NDArray[np.float64], up: NDArray[np.intp], down: NDArray[np.intp]) -> bool:
    """Whether there are teeth there, about as high, that do not go on below the line."""
    pitch = places[1] - places[0]
    if places[0] > pitch / 3 or len(up) - places[-1] > pitch / 3:
        return False
    near = max(2, round(UNEVEN * pitch))
    spans = [slice(max(0, round(x) - near), round(x) + near + 1) for x in places]
    heights = np.array([up[span].max() for span in spans])
    tall = float(np.median(heights))
    if heights.min() < max(TOOTH, 0.5 * tall) or not LOWEST * pitch < tall < HIGHEST * pitch:
        return False
    goes_on = np.mean([down[span].max() > 2 * TOOTH for span in spans]) > 0.3
    between = np.mean(up >= max(TOOTH, 0.7 * tall)) > 0.5
    return not (goes_on or between)
