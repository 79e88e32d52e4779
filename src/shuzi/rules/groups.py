"""Parts of ink -> groups that may be one number each, in lines."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.result import Box
from shuzi.rules.boxes import SQUARE, corners
from shuzi.rules.paper import Mask
from shuzi.rules.parts import MIN_HEIGHT, Stats, pairs, usual_height

GAP, WIDE_GAP, RARE, MIDDLE = 0.5, 0.8, 0.1, 0.35
"""Digits of one number lie within so many heights of each other, and within more where digits so
far apart are few against those that are closer, or fewer than those at the middle distance."""
LEVEL, PIECES, TOGETHER = 0.45, 0.15, 1.2
"""Of the higher part's height that one beside it has; and heights between pieces of one digit; and
how high two low pieces are together, at most."""
HOLDS = 3.0
"""A box for a number is at most so many heights of its digits high."""
LINE = 0.45
"""Width over height of what may be a 1 or a line."""
FLAT, SEVERAL = 2.0, 5
"""Width over height of a dash; so many groups tell the usual height, of fewer the highest does."""
NEXT = 0.2
"""Of its length, the gap in a border where another line crosses it."""
TALL, RISING, WORD = 2.0, 1.6, 4
"""Times the usual height of a group: what is so high among so many lower parts is a number between
words; and how high its other digits are, which no letter is."""
FEW, LETTER = 2, 1.5
"""So many lower parts are enough, if all are low for the page and the number is high for it; times
the usual height of the page's parts."""
SMALL = 0.5
"""Of the page: a box that may hold ink that was not told from its border."""
MARK, SPECK = 0.5, 0.003
"""Heights of a digit that a mark is high at most, and its squares that a mark is large at least."""
BESIDE = 3
"""Pixels from a ruling, or less, a part belongs to it."""
NEAR = 0.35
"""A minus sign lies within so many heights of its number."""
MAX_GROUPS = 2_500
"""A page with more is a texture, and reading each takes a while: 8 seconds in all for this many
random strokes. A page of print has 1,000; more numbers would have digits too low to be read."""
SQUARED = 1.25
"""Upright rulings within so many heights of a digit are those of squared paper."""
SOUNDINGS, MANY = 60, 100
"""Rows of the page that are looked at, and steps between rulings to tell it from."""
CROSSED, WIDE_SQUARES, FULL = 0.1, 2.0, 16
"""Wider squares, up to so many heights, are those of squared paper where they run through such a
share of the digits; that many upright rulings side by side are no table's or sudoku's."""


@dataclass(frozen=True, slots=True)
class Group:
    """Ink that may be one number: its box on the working page, its line from 1, its parts.

    `marks` are parts that may be its sign, points or commas. `boxes` are a row of printed boxes
    with a digit each, or the one that the number is in.
    """

    box: Box
    line: int
    parts: tuple[int, ...] = ()
    boxes: tuple[Box, ...] = ()
    marks: tuple[int, ...] = ()


def find_groups(stats: Stats, ruled: Mask, chosen: NDArray[np.intp]) -> list[list[int]]:
    """Parts side by side that belong to one number or word, and pieces of one broken digit.

    What holds low parts only is none.
    """
    if len(chosen) == 0:
        return []
    chosen = chosen[np.argsort(stats[chosen, 0])]
    left, top, width, height = stats[chosen, :4].T.astype(np.float32)
    right, bottom, usual = left + width, top + height, usual_height(height)
    reach = right + np.maximum(WIDE_GAP / LEVEL * height, PIECES * usual)
    a, b = pairs(1 + np.arange(len(chosen)), np.searchsorted(left, reach, side="right"))
    low, high = np.minimum(height[a], height[b]), np.maximum(height[a], height[b])
    across = left[b] - np.minimum(right[a], right[b])
    down = np.maximum(top[a], top[b]) - np.minimum(bottom[a], bottom[b])
    level = (-down >= 0.5 * low) & (low >= LEVEL * high)
    beside = level & (across <= _gap(a[level], (across / high)[level], len(chosen)) * high)
    # Of two pieces none is much higher than the page's writing; of two low ones both together.
    near = PIECES * np.minimum(high, usual)
    broken = (down <= near) & (across <= near) & (high <= 2.5 * usual)
    both = np.maximum(bottom[a], bottom[b]) - np.minimum(top[a], top[b])
    wide = PIECES * both
    broken |= (down <= wide) & (across <= wide) & (both <= TOGETHER * usual)
    joined = beside | broken
    roots = list(range(len(chosen)))
    walls = not _is_squared(ruled, stats[chosen], usual)
    for i, j in zip(a[joined].tolist(), b[joined].tolist(), strict=True):
        if not walls or not _parted(stats[chosen[i]], stats[chosen[j]], ruled):
            _join(roots, i, j)
    members: dict[int, list[int]] = {}
    for i, part in enumerate(chosen):
        members.setdefault(_root(roots, i), []).append(int(part))
    groups = (run for parts in members.values() for run in _runs_of_a_height(parts, stats, usual))
    return [parts for parts in groups if stats[parts, cv2.CC_STAT_HEIGHT].max() >= MIN_HEIGHT]


def _runs_of_a_height(parts: list[int], stats: Stats, usual: float) -> list[list[int]]:
    """The group cut where a number ends that stands between small words.

    Args:
        parts: from left to right.
        usual: the height of the page's parts.
    """
    if len(parts) <= FEW:
        return [parts]
    heights = _whole_heights(stats[parts])
    tall = _tall(heights, usual)
    if not (tall.any() and (~tall).sum() >= FEW and heights[~tall].max() < LETTER * usual):
        tall = _tall(heights, usual_height(heights))
        if not tall.any() or (~tall).sum() < WORD:
            return [parts]
    ends = (1 + np.flatnonzero(np.diff(tall))).tolist()
    return [parts[a:b] for a, b in pairwise([0, *ends, len(parts)])]


def _whole_heights(parts: Stats) -> NDArray[np.int32]:
    """How high each is with those above and below it, pieces of one digit.

    Args:
        parts: from left to right.
    """
    left, top, width, height = parts[:, :4].T
    right, bottom = left + width, top + height
    a, b = pairs(1 + np.arange(len(parts)), np.searchsorted(left, right))
    shared = np.minimum(right[a], right[b]) - left[b]
    same = shared > 0.5 * np.minimum(width[a], width[b])
    highest, lowest = top.copy(), bottom.copy()
    for i, j in ((a[same], b[same]), (b[same], a[same])):
        np.minimum.at(highest, i, top[j])
        np.maximum.at(lowest, i, bottom[j])
    return np.asarray(lowest - highest, np.int32)


def _tall(heights: NDArray[np.int32], usual: float) -> NDArray[np.bool_]:
    """Which are as high as a number between words, or stand beside one that is, nearly so."""
    rising = heights >= RISING * usual
    runs = np.cumsum(np.diff(rising, prepend=rising[:1]))
    highest = np.zeros(runs[-1] + 1)
    np.maximum.at(highest, runs, heights)
    return np.asarray(rising & (highest[runs] >= TALL * usual))


def _gap(first: NDArray[np.intp], across: NDArray[np.float32], n: int) -> float:
    """Heights between two digits of one number, at most.

    Wider where hardly any digits lie as far apart, so that no columns do.

    Args:
        first: of level pairs the left one, below `n`.
        across: heights between each pair.
    """
    nearest = np.full(n, np.inf, np.float32)
    np.minimum.at(nearest, first, across)
    close, wide = nearest <= GAP, (nearest > GAP) & (nearest <= WIDE_GAP)
    fewer = max(RARE * close.sum(), (close & (nearest > MIDDLE)).sum())
    return WIDE_GAP if wide.sum() < fewer else GAP


def alike(groups: list[list[int]], stats: Stats) -> list[list[int]]:
    """The groups less the lone upright lines that are no ones.

    Those are of another height than the writing, or follow each other as pieces of a border do.
    """
    boxes = [_bounds(stats[parts]) for parts in groups]
    lone = [box.width < LINE * box.height for box in boxes]
    lines = [box for box, line in zip(boxes, lone, strict=True) if line]
    # Dashes say little of the writing's height.
    heights = [box.height for box in boxes if LINE * box.height <= box.width < FLAT * box.height]
    if not heights:
        return groups
    usual = float(np.median(heights)) if len(heights) >= SEVERAL else max(heights)
    low, high = 0.45 * usual, 2.0 * usual
    places = corners(lines)
    told = zip(groups, boxes, lone, strict=True)
    return [
        group
        for group, box, line in told
        if not line or (low <= box.height <= high and not _goes_on(box, places))
    ]


def _goes_on(line: Box, places: NDArray[np.int64]) -> bool:
    """Whether an upright line goes on where another one ends."""
    left, top, right, bottom = places.T
    beside = np.minimum(line.right, right) < np.maximum(line.x, left) - 1
    gap = np.maximum(line.y, top) - np.minimum(line.bottom, bottom)
    on = ~beside & (gap < NEXT * np.maximum(line.height, bottom - top))
    return bool((on & (places != corners([line])).any(axis=1)).any())


def of_parts(groups: list[list[int]], stats: Stats) -> list[Group]:
    return [Group(_bounds(stats[parts]), 1, tuple(parts)) for parts in groups]


def highest(groups: list[Group]) -> list[Group]:
    """The groups, of a texture's the highest."""
    if len(groups) <= MAX_GROUPS:
        return groups
    return sorted(groups, key=lambda group: -group.box.height)[:MAX_GROUPS]


def in_fields(groups: list[Group], fields: Sequence[Box], page: int) -> list[Group]:
    """The groups, but one for each box that takes one number, whatever it holds.

    A box that holds several lines, or writing that is small for it, is a frame around groups.

    Args:
        groups: without boxes.
        fields: the boxes.
        page: pixels of the page; a large box with no group in it is its border.
    """
    x, y = _middles([group.box for group in groups])
    free, found = np.ones(len(groups), bool), []
    for field in fields:
        inside = free & (field.x < x) & (x < field.right) & (field.y < y) & (y < field.bottom)
        own = [groups[i] for i in np.flatnonzero(inside)]
        small = field.width * field.height < SMALL * page
        if _fills(field, [group.box for group in own]) if own else small:
            parts = tuple(part for group in own for part in group.parts)
            found.append(Group(field, 1, parts, (field,)))
            free[inside] = False
    return [*compress(groups, free), *found]


def _middles(boxes: Sequence[Box]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    left, top, right, bottom = corners(boxes).T
    return (left + right) / 2, (top + bottom) / 2


def _fills(field: Box, boxes: list[Box]) -> bool:
    """Whether they are one line, high enough for the box; no digit alone in a square."""
    high = max(box.height for box in boxes)
    tall = [box for box in boxes if box.height >= MARK * high]
    level = max(box.y for box in tall) < min(box.bottom for box in tall)
    alone = len(boxes) == 1 and boxes[0].width <= high and field.width < SQUARE * field.height
    return level and HOLDS * high > field.height and not alone


def with_marks(
    groups: list[Group], stats: Stats, ruled: Mask, chosen: NDArray[np.intp]
) -> list[Group]:
    """The groups with the small parts that may be signs of theirs; none is a piece of a ruling.

    Args:
        chosen: the parts that may be digits; a dash right after one is no minus sign.
    """
    highest = max((group.box.height for group in groups), default=0)
    low = np.flatnonzero((stats[:, 3] <= MARK * highest) & (stats[:, 4] >= SPECK * highest))
    low = low[np.argsort(stats[low, 0], kind="stable")]
    found = ((group, _marks(group, stats, low, chosen)) for group in groups)
    return [
        replace(group, marks=tuple(m for m in marks if not _is_ruled(stats[m], ruled)))
        for group, marks in found
    ]


def marked(group: Group, stats: Stats) -> Group:
    """The group, its marks among its parts."""
    parts = tuple(sorted({*group.parts, *group.marks}))
    return replace(group, box=_bounds(stats[list(parts)]), parts=parts)


def _marks(
    group: Group, stats: Stats, low: NDArray[np.intp], chosen: NDArray[np.intp]
) -> tuple[int, ...]:
    own = stats[list(group.parts)]
    box = _bounds(own[own[:, 3] > MARK * own[:, 3].max()])
    high = box.height
    first, last = np.searchsorted(stats[low, 0], (box.x - 2 * MARK * high, box.right))
    near = low[first:last]
    left, top, width, height, area = stats[near].T
    x, y = left + width / 2, (top + height / 2 - box.y) / high
    large = (height <= MARK * high) & (area >= SPECK * high * high)
    between = (x > box.x) & (width <= MARK * high) & (y > 0.6) & (y < 1.3)
    before = (x < box.x) & (left + width >= box.x - NEAR * high) & (y > 0.15) & (y < 0.8)
    dashes = np.flatnonzero(large & before)
    before[dashes] = ~_follows(stats[near[dashes]], stats[chosen])
    return tuple(map(int, near[large & (between | before)]))


def _is_ruled(part: Stats, ruled: Mask) -> bool:
    left, top, width, height = (int(value) for value in part[:4])
    rows = slice(max(0, top - BESIDE), top + height + BESIDE)
    return bool(ruled[rows, max(0, left - BESIDE) : left + width + BESIDE].any())


def _follows(marks: Stats, digits: Stats) -> NDArray[np.bool_]:
    """Which marks stand right after a digit, with a digit's height between them at most."""
    left, top, _, height, _ = digits.T
    right, bottom = left + digits[:, 2], top + height
    middle = marks[:, 1] + marks[:, 3] / 2
    gap = marks[:, :1] - right
    beside = (top < middle[:, None]) & (middle[:, None] < bottom) & (height > marks[:, 3:4])
    # Its end may lie a little over the mark's.
    return np.asarray((beside & (gap <= height) & (gap > -marks[:, 2:3])).any(axis=1), np.bool_)


def of_rows(rows: list[tuple[Box, ...]]) -> list[Group]:
    """A group for each row of boxes."""
    stats = [np.array([box.to_list() for box in row], np.int32) for row in rows]
    return [Group(_bounds(corners), 1, boxes=row) for corners, row in zip(stats, rows, strict=True)]


def outside_rows(boxes: Sequence[Box], rows: Sequence[Sequence[Box]]) -> list[bool]:
    """Of each box, whether it is none of the rows' and lies in none."""
    those = [box for row in rows for box in row]
    if not those:
        return [True] * len(boxes)
    (x, y), (left, top, right, bottom) = _middles(those), corners(those).T
    found = []
    for box in boxes:
        own_x, own_y = box.x + box.width / 2, box.y + box.height / 2
        held = (left < own_x) & (own_x < right) & (top < own_y) & (own_y < bottom)
        held |= (box.x < x) & (x < box.right) & (box.y < y) & (y < box.bottom)
        found.append(not held.any())
    return found


def with_rows(rows: list[Group], free: list[Group]) -> list[Group]:
    """The rows and the free groups, less those that a row lies in, as in a shadow's edge."""
    x, y = _middles([row.box for row in rows])
    kept = []
    for group in free:
        box = group.box
        if not ((box.x < x) & (x < box.right) & (box.y < y) & (y < box.bottom)).any():
            kept.append(group)
    return rows + kept


def in_lines(groups: list[Group]) -> tuple[Group, ...]:
    """The groups from top to bottom in lines, each line from left to right."""
    boxes = [group.box for group in groups]
    middles = [box.y + box.height / 2 for box in boxes]
    lines: list[list[int]] = []
    for i in sorted(range(len(boxes)), key=lambda i: middles[i]):
        line = lines[-1] if lines else []
        height = float(np.median([boxes[k].height for k in line] or [0]))
        if middles[i] < float(np.median([middles[k] for k in line] or [0])) + 0.5 * height:
            line.append(i)
        else:
            lines.append([i])
    return tuple(
        replace(groups[i], line=number)
        for number, line in enumerate(lines, 1)
        for i in sorted(line, key=lambda i: boxes[i].x)
    )


def _is_squared(ruled: Mask, digits: Stats, height: float) -> bool:
    """Whether upright rulings are those of squared paper, where digits stand anywhere.

    They follow each other as closely as digits; a table's are wider apart, as each of its cells
    holds a digit and some room around. Or they follow all over the page, and run through digits.
    """
    rows = ruled[:: max(1, len(ruled) // SOUNDINGS)]
    rows = rows[rows.mean(axis=1) < 0.5]
    begin, column = np.nonzero((rows[:, 1:] == 1) & (rows[:, :-1] == 0))
    pitches = np.diff(column)[np.diff(begin) == 0]
    if len(pitches) <= MANY or np.median(pitches) > WIDE_SQUARES * height:
        return False
    if np.median(pitches) <= SQUARED * height:
        return True
    full = np.percentile(np.bincount(begin, minlength=len(rows)), 75) >= FULL
    return bool(full and np.mean([_is_crossed(digit, ruled) for digit in digits]) >= CROSSED)


def _is_crossed(digit: Stats, ruled: Mask) -> bool:
    """Whether an upright ruling goes on from above its middle half to below it."""
    left, top, width, height = (int(value) for value in digit[:4])
    columns = slice(left + width // 4, left + width - width // 4)
    above = ruled[max(0, top - height) : top, columns]
    below = ruled[top + height : top + 2 * height, columns]
    if not above.size or not below.size:
        return False
    return bool(((above.mean(axis=0) > 0.5) & (below.mean(axis=0) > 0.5)).any())


def _parted(a: Stats, b: Stats, ruled: Mask) -> bool:
    """Whether an upright ruling runs between two parts."""
    first, last = int(a[0] + a[2] // 2), int(b[0] + b[2] // 2)
    rows = slice(max(a[1], b[1]), min(a[1] + a[3], b[1] + b[3]))
    between = ruled[rows, first:last]
    return between.size > 0 and bool((between.mean(axis=0) > 0.7).any())


def _root(roots: list[int], i: int) -> int:
    while roots[i] != i:
        roots[i] = roots[roots[i]]
        i = roots[i]
    return i


def _join(roots: list[int], a: int, b: int) -> None:
    roots[_root(roots, b)] = _root(roots, a)


def _bounds(stats: Stats) -> Box:
    left, top = (int(value) for value in stats[:, :2].min(axis=0))
    right, bottom = (int(value) for value in (stats[:, :2] + stats[:, 2:4]).max(axis=0))
    return Box(left, top, right - left, bottom - top)
