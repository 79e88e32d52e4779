"""Printed boxes -> the rows of them that are one number each."""

from bisect import bisect
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.result import Box
from shuzi.rules.boxes import ALIKE, PITCH, Hole, find_boxes, is_alike, is_bordered
from shuzi.rules.missing import with_missing
from shuzi.rules.paper import Grey, Mask
from shuzi.rules.parts import find_parts

APART, APART_WIDTHS = 2.0, 0.1
"""Numbers side by side are parted by so many spaces between boxes, and widths of a box, more."""
PAPER = 0.3
"""Of the darkest column or row between two boxes that paper is at most, if there is any."""
THICK = 1.6
"""Times as much ink as in the thinnest lines across a thick one, which parts two numbers."""
THICKER, EVEN, ROWS = 1.25, 1.12, 5
"""The same where all others are even, no more than that many times as thick as the thinnest, and
so many rows say so."""
UPON = 0.35
"""Of a box's height between rows that may share a line."""
FEW = 3
"""So many boxes side by side in a table are one number; more may be a sudoku's, one each."""
SUDOKU = 9
LOW, PIECES = 0.1, 3
"""Of a box's height that a piece of a digit has; a digit is in no more pieces."""
HIGH, MANY, HALF = (0.35, 0.25), 0.25, 0.5
"""Parts beside and above each other that have these shares of a box's height may be digits; more
than that share of a table's boxes hold several if they are cells with a number each, or than half
where thick lines part numbers of a digit in each box."""
SQUARES, EMPTY, GRAIN = 200, 0.7, 0.01
"""More boxes than this, of which that share is empty, are squared paper's; an empty one holds no
more ink than that share of it."""
SEEN = 0.75
"""Of each side of a box that its border is seen along, at least, if there is one."""

Row = tuple[Box, ...]


def find_rows(holes: list[Hole], dark: Mask, contrast: Grey) -> list[Row]:
    """The rows of boxes, a digit in each, that are one number; each from left to right.

    A row of one box is none. Rows that lie upon each other are a table, which may be a sudoku:
    its rows are none unless they are short, or thicker lines part them into numbers.

    Args:
        holes: as `shuzi.boxes.find_holes` gives them.
        dark: where ink and print are.
        contrast: uint8, 0 paper to 255 black.
    """
    boxes = find_boxes(holes, dark)
    if len(boxes) < 2 or _is_squared(boxes, dark):
        return []
    places = (sorted(row, key=lambda i: boxes[i].x) for row in _joined(_beside(boxes)))
    rows = (tuple(boxes[i] for i in row) for row in places)
    runs = [run for row in rows for run in _at_gaps(row, contrast)]
    runs = [run for run in with_missing(runs, dark) if len(run) > 1]
    tables = [[runs[i] for i in table] for table in _joined(_upon(runs, contrast))]
    loose = [table[0] for table in tables if len(table) == 1]
    fields = _fields(loose, dark)
    numbers = [
        [] if table[0] in fields else _numbers(table, runs, dark, contrast) for table in tables
    ]
    refused = [
        run for table, rows in zip(tables, numbers, strict=True) if not rows for run in table
    ]
    found = [row for rows in numbers for row in rows if len(row) > 1]
    return [row for row in found if not any(_touch(row, run) for run in refused)]


def _is_squared(boxes: list[Box], dark: Mask) -> bool:
    """Whether they are the squares of paper to write on, whatever the writing leaves of them."""
    if len(boxes) <= SQUARES:
        return False
    empty = 0
    for box in boxes:
        edge = max(1, box.height // 6)
        inner = dark[box.y + edge : box.bottom - edge, box.x + edge : box.right - edge]
        empty += cv2.countNonZero(inner) <= GRAIN * inner.size
    return empty > EMPTY * len(boxes)


def _fields(loose: list[Row], dark: Mask) -> list[Row]:
    """Those whose boxes hold numbers each, not digits, as do the boxes of rows like them."""
    holding = [sum(_holds_more(box, dark) for box in run) for run in loose]
    found = []
    for run in loose:
        like = [i for i, other in enumerate(loose) if _are_like(run, other)]
        if sum(holding[i] for i in like) > MANY * sum(len(loose[i]) for i in like):
            found.append(run)
    return found


def _are_like(run: Row, other: Row) -> bool:
    wide = sorted((run[0].width, other[0].width))
    return is_alike(run[0], other[0]) and wide[0] > ALIKE * wide[1]


def _touch(row: Row, other: Row) -> bool:
    """Whether two rows lie close to each other, as pieces of one sudoku do."""
    a, b, near = _whole(row), _whole(other), UPON * row[0].height
    across = max(a.x, b.x) - min(a.right, b.right)
    return across < near and max(a.y, b.y) - min(a.bottom, b.bottom) < near


def _at_gaps(row: Row, contrast: Grey) -> list[Row]:
    """The row cut where boxes lie clearly farther apart than the nearest of it, with paper between.

    A thick line is no paper.
    """
    spaces = [b.x - a.right for a, b in pairwise(row)]
    if len(spaces) < 2:
        return [row]
    most = APART * max(0, min(spaces)) + APART_WIDTHS * row[0].width
    wide = [i for i, space in enumerate(spaces, 1) if space > most]
    return _cut(row, [i for i in wide if _is_paper(_upright_line(contrast, row[i - 1], row[i]))])


def _cut(row: Row, places: list[int]) -> list[Row]:
    return [row[a:b] for a, b in pairwise([0, *places, len(row)])]


def _upon(runs: list[Row], contrast: Grey) -> NDArray[np.bool_]:
    """Which rows lie upon each other with no more than a line between."""
    linked = np.zeros((len(runs), len(runs)), bool)
    boxes = [_whole(run) for run in runs]
    for a, upper in enumerate(boxes):
        for b, lower in enumerate(boxes):
            space = lower.y - upper.bottom
            if a != b and abs(space) < UPON * upper.height and is_alike(upper, lower):
                line = _level_line(contrast, runs[a], runs[b])
                linked[a, b] = linked[b, a] = len(line) > 0 and not _is_paper(line)
    return linked


def _whole(run: Row) -> Box:
    left, right = run[0].x, run[-1].right
    top, bottom = (
        round(float(np.median(v))) for v in zip(*((b.y, b.bottom) for b in run), strict=True)
    )
    return Box(left, top, right - left, bottom - top)


def _is_paper(across: NDArray[np.float64]) -> bool:
    """Whether there is paper between the lines of what lies between two boxes."""
    return bool(across.min(initial=np.inf, where=_inside(across)) < PAPER * across.max(initial=0.0))


def _inside(across: NDArray[np.float64]) -> NDArray[np.bool_]:
    """What lies between the first and the last dark one."""
    dark = np.flatnonzero(across > 0.5 * across.max(initial=0.0))
    inside = np.zeros(len(across), bool)
    if len(dark):
        inside[dark[0] : dark[-1]] = True
    return inside


def _numbers(table: list[Row], runs: list[Row], dark: Mask, contrast: Grey) -> list[Row]:
    """The numbers of rows that lie upon each other; rows in the same columns say where to cut."""
    columns = _commonest([len(run) for run in table])
    whole = [run for run in table if len(run) == columns]
    cuts = _thick_lines([run for run in runs if _in_columns(run, whole[0])], contrast)
    stacked = len(table) > 1 or _goes_on(table[0], dark)
    if stacked and not _is_of_numbers(table, columns, bool(cuts), dark, contrast):
        return []
    return [number for run in table for number in _cut_like(run, whole, cuts)]


def _in_columns(run: Row, other: Row) -> bool:
    """Whether two rows have as many boxes at the same places of the lines."""
    if len(run) != len(other):
        return False
    return all(abs(a.x - b.x) < UPON * b.width for a, b in zip(run, other, strict=True))


def _is_of_numbers(table: list[Row], columns: int, cut: bool, dark: Mask, contrast: Grey) -> bool:
    """Whether each row of a table is a number, or some; in a sudoku each box is its own."""
    many = HALF if cut else MANY
    if sum(_holds_more(box, dark) for run in table for box in run) > many * sum(map(len, table)):
        return False
    if columns <= FEW:
        return sum(_has_more(run, dark) for run in table) < len(table) / 2
    return cut and columns != SUDOKU and not _has_thick_levels(table, contrast)


def _holds_more(box: Box, dark: Mask) -> bool:
    """Whether there are parts beside or above each other, as of numbers or of smaller boxes."""
    edge = max(1, box.height // 8)
    inner = dark[box.y + edge : box.bottom - edge, box.x + edge : box.right - edge]
    _, stats = find_parts(inner)
    if (stats[1:, 3] > LOW * box.height).sum() > PIECES:
        return True
    beside, above = (stats[1:][stats[1:, 3] > share * box.height] for share in HIGH)
    return _lie_apart(beside[:, 0], beside[:, 2]) or _lie_apart(above[:, 1], above[:, 3])


def _lie_apart(begin: NDArray[np.int32], length: NDArray[np.int32]) -> bool:
    """Whether some parts end, along one axis, before others begin."""
    return len(begin) > 1 and bool((begin + length).min() <= begin.max())


def _has_more(run: Row, dark: Mask) -> bool:
    """Whether the row seems to go on with boxes that were not found."""
    pitch = min(b.x - a.x for a, b in pairwise(run)) if len(run) > 1 else run[0].width
    ends = (run[0].x - pitch, run[0]), (run[-1].x + pitch, run[-1])
    return any(is_bordered(Box(x, b.y, b.width, b.height), dark, SEEN) for x, b in ends)


def _commonest(lengths: list[int]) -> int:
    return max(set(lengths), key=lambda n: (lengths.count(n), n))


def _cut_like(run: Row, whole: list[Row], cuts: list[int]) -> list[Row]:
    """The row cut at the places of the nearest of the whole ones, whatever boxes it lacks."""
    near = min(whole, key=lambda other: abs(other[0].y - run[0].y))
    lines = [(near[i - 1].right + near[i].x) / 2 for i in cuts]
    places = [bisect(lines, box.x + box.width / 2) for box in run]
    return _cut(run, [i for i in range(1, len(run)) if places[i] > places[i - 1]])


def _thick_lines(runs: list[Row], contrast: Grey) -> list[int]:
    """The places between boxes where lines are thick, if they part the rows evenly."""
    lines = [[_upright_line(contrast, a, b).sum() for a, b in pairwise(run)] for run in runs]
    cuts = _thick(np.median(np.array(lines), axis=0), clear=len(runs) >= ROWS)
    sizes = {b - a for a, b in pairwise([0, *cuts, len(runs[0])])}
    return cuts if len(sizes) == 1 and sizes != {1} else []


def _has_thick_levels(table: list[Row], contrast: Grey) -> bool:
    ordered = sorted(table, key=lambda run: run[0].y)
    weights = [_level_weight(contrast, a, b) for a, b in pairwise(ordered)]
    seen = np.array([weight for weight in weights if weight > 0])
    return bool(_thick(seen, clear=len(table[0]) >= ROWS))


def _level_weight(contrast: Grey, upper: Row, lower: Row) -> float:
    """The ink across the line between two rows, as most boxes have it, for the line may slope."""
    pairs = [(a, b) for a in upper for b in lower if abs(a.x - b.x) < UPON * a.width]
    weights = [float(_level_line(contrast, (a,), (b,)).sum()) for a, b in pairs]
    return float(np.median(weights)) if weights else 0.0


def _thick(weights: NDArray[np.float64], *, clear: bool) -> list[int]:
    """The places, from 1, of the lines that are thick against the thinnest quarter.

    Args:
        clear: whether the weights are sure enough to tell lines that are hardly thicker.
    """
    if len(weights) == 0:
        return []
    times = weights / max(1.0, float(np.percentile(weights, 25)))
    even = not ((times > EVEN) & (times <= THICKER)).any()
    most = THICKER if clear and even else THICK
    return [int(i) for i in 1 + np.flatnonzero(times > most)]


def _upright_line(contrast: Grey, left: Box, right: Box) -> NDArray[np.float64]:
    """The ink between two boxes side by side, by column, as most rows have it."""
    edge = max(2, left.width // 12)
    rows = slice(left.y + left.height // 5, left.bottom - left.height // 5)
    columns = slice(max(0, min(left.right, right.x) - edge), max(left.right, right.x) + edge)
    return np.asarray(np.median(contrast[rows, columns], axis=0))


def _level_line(contrast: Grey, upper: Row, lower: Row) -> NDArray[np.float64]:
    """The ink between two rows upon each other, by row, as most columns have it; or nothing."""
    a, b = _whole(upper), _whole(lower)
    edge, left, right = max(2, a.height // 12), max(a.x, b.x), min(a.right, b.right)
    if right - left < a.height / 2:
        return np.zeros(0)
    rows = slice(max(0, min(a.bottom, b.y) - edge), max(a.bottom, b.y) + edge)
    return np.asarray(np.median(contrast[rows, left:right], axis=1))


def _beside(boxes: list[Box]) -> NDArray[np.bool_]:
    """Which boxes, of one size, lie close beside each other."""
    left, top, width, height = np.array([box.to_list() for box in boxes], np.float32).T
    high, wide = np.minimum(height[:, None], height), np.minimum(width[:, None], width)
    alike = (high > ALIKE * np.maximum(height[:, None], height)) & (
        wide > 0.6 * np.maximum(width[:, None], width)
    )
    across = np.abs((left + width / 2)[:, None] - (left + width / 2))
    down = np.abs((top + height / 2)[:, None] - (top + height / 2))
    return np.asarray(alike & (down < 0.3 * high) & (across < PITCH * wide))


def _joined(linked: NDArray[np.bool_]) -> list[list[int]]:
    """The sets of places that are linked, over others too."""
    left, found = set(range(len(linked))), []
    while left:
        reached, fresh = set[int](), {left.pop()}
        while fresh:
            reached |= fresh
            fresh = set(np.flatnonzero(linked[list(fresh)].any(axis=0)).tolist()) - reached
        left -= reached
        found.append(sorted(reached))
    return found


def _goes_on(row: Row, dark: Mask) -> bool:
    """Whether most lines between the row's boxes go on above it, or below."""
    height = max(box.height for box in row)
    above = slice(max(0, row[0].y - height // 2), max(0, row[0].y - height // 5))
    below = slice(row[0].bottom + height // 5, row[0].bottom + height // 2)
    places = [(a.right + b.x) // 2 for a, b in pairwise(row)]
    reach = max(2, height // 6)
    lines = [slice(max(0, x - reach), x + reach + 1) for x in places]
    return any(
        np.mean([_is_line(dark[rows, columns]) for columns in lines]) > 0.3
        for rows in (above, below)
    )


def _is_line(part: Mask) -> bool:
    return part.size > 0 and bool(part.any(axis=1).mean() > 0.7)
