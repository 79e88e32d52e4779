"""Quadrilaterals -> reading order: lines, and rows and columns where they stand in some."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.page.image import level

Floats = NDArray[np.float64]

STEEPEST = 0.5
"""Sideways over along, between two neighbours of a line or a column, at most."""
NEAR = 100
"""So many numbers above and below are looked at for a neighbour."""
LONG = 1.5
"""Width over height of a quadrilateral whose own direction is its line's."""
OWN = 0.5
"""Heights that it counts as, where two neighbours count as far as they are apart, two at most: a
network sees a number of a few cells level that slopes a little. Of a tester's 99 pages of tables
0.842 of the rows are right so and 0.821 where it counts as its whole width (0.25: 0.834, 2: 0.826).
"""
ENOUGH = 12
"""So many directions tell how lines fan out or curve; fewer only how they slope."""
LEVEL = 0.5
"""Of their height, the most that neighbours of one line stand above each other."""
FOLLOWS = 0.3
"""How far a line goes along with its next number, which stands a little higher or lower."""
PIECES = 0.6
"""Heights between pieces of what is said to be one number. Of 100 numbers of the logbooks 89 were
read so, 88 with 0.2, as many with 1.2, and 82 of the largest piece alone."""
CORE = 0.25
"""Of a number's width, at each end, that may stand over another column."""
ACROSS = 0.1
"""Of a table's rows, the share whose numbers may stand across two columns, as a title does."""
FILLED = 0.4
"""Of a table's cells that hold a number, at least."""
APART = 1.5
"""Usual distances from line to line between two tables, at least."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number stands on its page.

    Args:
        index: of its quadrilateral.
        line: from 1.
        row, column: from 1, where numbers stand in columns; else None. Blank cells count, so a
            row may have the columns 1 and 3; rows count on from one table to the next.
        touches: its quadrilateral reaches into that before or after it in the line.
    """

    index: int
    line: int
    row: int | None = None
    column: int | None = None
    touches: bool = False


def in_reading_order(quads: NDArray[Any]) -> list[Place]:
    """The places of numbers, line by line, each from left to right.

    Lines follow their page: they may slope, fan out and curve. Numbers stand in columns where
    those of at least two lines stand below each other and no line has two in a column; a single
    number a line is one column, a single line is none.

    Args:
        quads: float (n, 4, 2), x and y of each one's top left, top right, bottom right, bottom
            left; upright within some 20 degrees.
    """
    if len(quads) < 2:
        return [Place(index, line=1) for index in range(len(quads))]
    quads = np.asarray(quads, np.float64)
    y = _straightened(quads)
    lines = _lines(quads, y)
    touching = {i for line in lines for i in _touching(quads, line)}
    places = [
        Place(index, line, touches=index in touching)
        for line, members in enumerate(lines, 1)
        for index in members
    ]
    cells = _cells(quads, y, lines)
    rows = {row: place for place, row in enumerate(sorted({row for row, _ in cells.values()}), 1)}
    return [
        replace(place, row=rows[cells[place.index][0]], column=cells[place.index][1])
        if place.index in cells
        else place
        for place in places
    ]


def as_one(quads: NDArray[Any], main: int) -> NDArray[np.float32]:
    """The quadrilateral around one and those that follow it closely, before and after, on its line.

    Args:
        quads: as `in_reading_order` takes them.
        main: the place of the one.
    """
    quads = np.asarray(quads, np.float64)
    (line,) = (line for line in _lines(quads, _straightened(quads)) if main in line)
    near = PIECES * sizes(quads)[1][main]
    left, right = (quads[line][:, ends, 0].mean(axis=1) for ends in ([0, 3], [1, 2]))
    cuts = np.flatnonzero(left[1:] - right[:-1] > near) + 1
    (pieces,) = (part for part in np.split(np.array(line), cuts) if main in part)
    if len(pieces) == 1:
        return np.asarray(quads[main], np.float32)
    turn = level(quads[main])
    points = quads[pieces].reshape(-1, 2) @ turn.T
    (a, b), (c, d) = points.min(axis=0), points.max(axis=0)
    return np.asarray(np.array([[a, b], [c, b], [c, d], [a, d]]) @ turn, np.float32)


def _lines(quads: Floats, y: Floats) -> list[list[int]]:
    """The numbers of each line from left to right, the lines from top to bottom."""
    x = quads[..., 0].mean(axis=1)
    width, height = sizes(quads)
    lines: list[list[int]] = []
    # Of each line, where it is by its last numbers, and how high these are.
    level, high = np.full((2, len(x)), np.inf)
    for i in np.argsort(x, kind="stable").tolist():
        off = np.abs(y[i] - level[: len(lines)]) / (height[i] + high[: len(lines)]) * 2
        nearest = int(off.argmin()) if lines else 0
        if lines and off[nearest] < LEVEL:
            lines[nearest].append(i)
            level[nearest] += FOLLOWS * (y[i] - level[nearest])
        else:
            nearest = len(lines)
            lines.append([i])
            level[nearest] = y[i]
        high[nearest] = height[i]
    lines.sort(key=lambda line: float(y[line].mean()))
    # What stands off its line by chance began one of its own.
    joined = lines[:1]
    for line in lines[1:]:
        before = joined[-1]
        apart = np.abs(x[before][:, None] - x[line]) > (width[before][:, None] + width[line]) / 2
        off = y[line].mean() - y[before].mean()
        if off < LEVEL * height[before + line].mean() and apart.all():
            before += line
            before.sort(key=lambda i: float(x[i]))
        else:
            joined.append(line)
    return joined


def _touching(quads: Floats, line: list[int]) -> set[int]:
    """Which numbers of a line, given from left to right, reach into a neighbour."""
    left = (quads[line, 0, 0] + quads[line, 3, 0]) / 2
    right = (quads[line, 1, 0] + quads[line, 2, 0]) / 2
    pairs = np.flatnonzero(left[1:] < right[:-1])
    return {line[at] for pair in pairs for at in (pair, pair + 1)}


def _cells(quads: Floats, y: Floats, lines: list[list[int]]) -> dict[int, tuple[int, int]]:
    """The line, from 0, and column, from 1, of each number that stands in columns."""
    turned = np.stack([quads[..., 1], quads[..., 0]], axis=-1)[:, [0, 3, 2, 1]]
    x = _straightened(turned)
    y = np.array([y[line].mean() for line in lines])
    width, height = sizes(quads)
    half = np.maximum((0.5 - CORE) * width, 0.5 * height)
    found: dict[int, tuple[int, int]] = {}
    blocks = [(0, len(lines))]
    while blocks:
        first, end = blocks.pop()
        columns = _columns(lines[first:end], x, half)
        if columns is not None:
            for line in range(first, end):
                found |= {i: (line, columns[i]) for i in lines[line] if i in columns}
        elif end - first > 2:
            gaps = np.diff(y[first:end])
            widest = int(gaps.argmax())
            if gaps[widest] > APART * float(np.median(gaps)):
                blocks += [(first, first + widest + 1), (first + widest + 1, end)]
    return found


def _columns(lines: list[list[int]], x: Floats, half: Floats) -> dict[int, int] | None:
    """The column, from 1, of each number of these lines; None where they stand in none."""
    if len(lines) < 2:
        return None
    members = np.array([i for line in lines for i in line])
    ends = np.concatenate([x[members] - half[members], x[members] + half[members]])
    steps = np.repeat([1, -1], len(members))
    order = np.argsort(ends, kind="stable")
    covered = np.cumsum(steps[order])
    # Between two columns stands nothing, or the few numbers that stand across.
    free = covered <= int(ACROSS * len(lines))
    starts = ends[order][1:][free[:-1] & ~free[1:]]
    if not free[0]:
        starts = np.append(ends[order][0], starts)
    columns = {int(i): int((starts <= x[i]).sum()) for i in members}
    taken = [[columns[i] for i in line] for line in lines]
    clear = [len(set(of_line)) == len(of_line) and min(of_line) > 0 for of_line in taken]
    if sum(clear) < (1 - ACROSS) * len(lines):
        return None
    kept = {i for line, is_clear in zip(lines, clear, strict=True) if is_clear for i in line}
    count = len({columns[i] for i in kept})
    if len(kept) < FILLED * count * len(lines) or sum(clear) < 2:
        return None
    names = {column: place for place, column in enumerate(sorted({columns[i] for i in kept}), 1)}
    return {i: names[columns[i]] for i in kept}


def _straightened(quads: Floats) -> Floats:
    """How far down each number stands on a page whose lines are made level: of each its middle.

    The lines' slope is taken to change evenly over the page: a plane through the directions of
    neighbours and of long quadrilaterals, by least absolute deviations.
    """
    middles = quads.mean(axis=1)
    directions = _directions(quads, middles)
    y, size = middles[:, 1], float(np.ptp(middles, axis=0).max()) / 2
    if len(directions) == 0 or size == 0:
        return np.asarray(y)
    centre = (middles.min(axis=0) + middles.max(axis=0)) / 2
    u, v = ((middles - centre) / size).T
    terms = 3 if len(directions) >= ENOUGH else 1
    at = (directions[:, :2] - centre) / size
    table = np.column_stack([np.ones(len(at)), at])[:, :terms]
    slope, worth = directions[:, 2], directions[:, 3]
    plane, off = np.zeros(3), np.ones(len(at))
    for _ in range(10):
        weight = worth / np.maximum(off, 0.01)
        square = (table.T * weight) @ table + 1e-6 * np.eye(terms) * weight.sum()
        plane[:terms] = np.linalg.solve(square, (table.T * weight) @ slope)
        off = np.abs(table @ plane[:terms] - slope)
    return np.asarray(y - size * (plane[0] * u + plane[1] * u * u / 2 + plane[2] * u * v))


def _directions(quads: Floats, middles: Floats) -> Floats:
    """Rows of x, y, slope, and a weight, in pixels."""
    width, height = sizes(quads)
    # Neighbours are looked for among the nearest in y, so that time grows with their number only.
    order = np.argsort(middles[:, 1], kind="stable")
    near = np.arange(len(order))[:, None] + np.arange(-NEAR, NEAR + 1)
    near = order[near.clip(0, len(order) - 1)]
    away = middles[near] - middles[order][:, None]
    following, preceding = np.full((2, len(order)), -1)
    for sign, nearest in ((1, following), (-1, preceding)):
        along, aside = sign * away[..., 0], np.abs(away[..., 1])
        cost = np.where((along > 0) & (aside <= STEEPEST * along), along + 4 * aside, np.inf)
        best = cost.argmin(axis=1)
        own = np.arange(len(order))
        nearest[order] = np.where(np.isfinite(cost[own, best]), near[own, best], -1)
    found = []
    for i in np.flatnonzero(following >= 0):
        j = following[i]
        if preceding[j] == i:
            x, y = middles[j] - middles[i]
            # What is far may be of another line.
            found.append((*(middles[i] + middles[j]) / 2, y / x, min(x, 2 * height[i])))
    edges = (quads[:, 1] - quads[:, 0] + quads[:, 2] - quads[:, 3]) / 2
    found += [
        (*middles[i], edges[i, 1] / edges[i, 0], max(1.0, OWN * height[i]))
        for i in np.flatnonzero((width > LONG * height) & (edges[:, 0] > np.abs(edges[:, 1])))
    ]
    return np.array(found).reshape(-1, 4)


def sizes(quads: Floats) -> tuple[Floats, Floats]:
    """Each one's width and height; quadrilaterals float64 (n, 4, 2)."""
    across = np.linalg.norm(quads[:, 1] - quads[:, 0] + quads[:, 2] - quads[:, 3], axis=1) / 2
    down = np.linalg.norm(quads[:, 3] - quads[:, 0] + quads[:, 2] - quads[:, 1], axis=1) / 2
    return across, down
