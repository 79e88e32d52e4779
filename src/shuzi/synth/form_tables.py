"""Blocks of a form: tables, sudokus, points and scores, a number in each cell."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shuzi.synth.form import FILLERS, Cell, Form
from shuzi.synth.form_rows import new_digits
from shuzi.synth.shares import pick
from shuzi.synth.texts import TEXTS

MOST = 200
"""Cells of a table, at most: composing more takes too long."""


def table(form: Form, x: float, y: float) -> tuple[float, float]:
    """A number in each cell; heads of words, letters or numbers; some of the lines."""
    rng, size = form.rng, form.size
    height, width = form.canvas.shape
    high = size * rng.uniform(1.25, 2.2)
    columns = int(rng.integers(1, 6) if rng.random() < 0.6 else rng.integers(1, 21))
    rows = int(rng.integers(1, 9) if rng.random() < 0.5 else rng.integers(4, 31))
    rows = max(1, min(rows, int((height - y) / high) - 1, MOST // columns))
    contents = [_content(rng) for _ in range(columns)]
    digits = np.array([max(len(new(rng)) for _ in range(4)) for new in contents])
    free = rng.random() < 0.5
    widths = (
        size * (0.75 * digits + 0.7) * rng.uniform(1, 1.4)
        if free
        else np.full(columns, size * (0.75 * digits.max() + 0.7) * rng.uniform(1, 1.5))
    )
    ruled = pick(RULED, rng)
    if ruled in ("rows", "outer", "none"):
        widths = widths + size
    # Square cells with a digit in each would be the boxes of one number.
    widths = np.maximum(widths, (1.8 if digits.max() == 1 else 1.25) * high)
    head = size * rng.uniform(2, 7) if rng.random() < 0.6 else 0.0
    edges = x + head + np.concatenate([[0.0], np.cumsum(widths)])
    kept = max(1, int((edges[1:] < width).sum()))
    edges, columns = edges[: kept + 1], kept
    top = y + (high * rng.uniform(0.8, 1.3) if rng.random() < 0.7 else 0.0)
    printed = rng.random() < 0.12
    blank = rng.uniform(0, 0.6) if rng.random() < 0.5 else 0.02
    right, bottom = float(edges[-1]), top + rows * high
    levels = [top + i * high for i in range(rows + 1)]
    _table_lines(form, (x, y, right, bottom), edges, levels, ruled)
    letters = size * rng.uniform(0.35, 0.7)
    heads = str(rng.choice(["word", "number", "letter", "hand", "hand"]))
    if top > y:
        middle = y + (top - y - letters) / 2
        for i in range(columns):
            cell = (edges[i], y, edges[i + 1] - edges[i], top - y)
            head_cell(form, heads, cell, letters, middle, i + 1)
    rowheads = str(rng.choice(["word", "word", "number", "letter", "hand"]))
    sides, spread = rng.choice(["l", "c", "r"], columns), form.some_gap()
    if ruled not in ("all", "columns"):
        # Nothing but their edges keeps these columns apart.
        sides[:], spread = sides[0], 0.0
    for row in range(rows):
        at = top + row * high
        if head:
            head_cell(
                form, rowheads, (x, at, head, high), letters, at + (high - letters) / 2, row + 1
            )
        for i in range(columns):
            if rng.random() < blank:
                continue
            cell = (float(edges[i]), at, float(edges[i + 1] - edges[i]), high)
            text = contents[i](rng)
            if printed:
                form.figure(cell[0] + cell[2] / 2, at + (high - letters) / 2, letters, text, "c")
            elif rng.random() < 0.015:
                form.strike(text, cell)
            elif rng.random() < 0.01:
                form.mark(str(rng.choice(FILLERS)), cell, 0.5)
            else:
                form.write(text, cell, str(sides[i]), gap=spread)
    return right, bottom


def _table_lines(
    form: Form, whole: Cell, edges: NDArray[np.floating], levels: list[float], ruled: str
) -> None:
    """Shades, then all lines or some of them; `whole` is left, top, right, bottom."""
    rng, (x, y, right, bottom) = form.rng, whole
    shaded = str(
        rng.choice(["", "head", "rows", "columns", "first"], p=[0.5, 0.2, 0.12, 0.1, 0.08])
    )
    strength = rng.uniform(0.06, 0.35)
    if shaded == "head":
        form.tint((x, y, right - x, levels[0] - y), strength)
    if shaded == "rows":
        for a, b in list(pairwise(levels))[::2]:
            form.tint((x, a, right - x, b - a), strength)
    if shaded == "columns":
        for a, b in list(pairwise(edges.tolist()))[::2]:
            form.tint((a, y, b - a, bottom - y), strength)
    if shaded == "first":
        form.tint((x, y, float(edges[0]) - x, bottom - y), strength)
    thick, dotted = rng.uniform(0.6, 2.0), form.size * 0.15 if rng.random() < 0.1 else 0.0
    if ruled in ("all", "outer"):
        form.frame((x, y, right - x, bottom - y), thick * rng.choice([1.0, 2.5]))
    if ruled in ("all", "rows"):
        for level in levels:
            form.rule((x, level), (right, level), thick, dotted)
    if ruled in ("all", "columns"):
        for edge in edges:
            form.rule((float(edge), y), (float(edge), bottom), thick, dotted)


def _content(rng: np.random.Generator) -> Callable[[np.random.Generator], str]:
    """What a column says: so many digits, or amounts, dates and the like."""
    if rng.random() < 0.12:
        return pick(TEXTS, rng)
    most = int(rng.integers(1, 6))
    return lambda rng: new_digits(rng, int(rng.integers(max(1, most - 1), most + 1)))


RULED = {"all": 0.68, "rows": 0.12, "columns": 0.08, "outer": 0.06, "none": 0.06}
"""Which of a table's lines are printed."""


def head_cell(form: Form, kind: str, cell: Cell, letters: float, y: float, number: int) -> None:
    """What stands at the head of a row or a column."""
    x, middle = cell[0], cell[0] + cell[2] / 2
    if kind == "number":
        form.figure(middle, y, letters, str(number), "c")
    elif kind == "letter":
        form.word(middle, y, letters, chr(ord("A") + (number - 1) % 26), "c")
    elif kind == "hand":
        form.scrawl(x + 0.2 * form.size, cell[1] + 0.1 * cell[3], 0.8 * form.size, cell[2])
    else:
        form.word(x + 0.05 * cell[2], y, letters, most=0.9 * cell[2])


def sudoku(form: Form, x: float, y: float) -> tuple[float, float]:
    """A grid of nine by nine: given numbers, a hand's, candidates, blank cells."""
    rng = form.rng
    height, width = form.canvas.shape
    side = form.size * rng.uniform(1.3, 2.1)
    side = max(15.0, min(side, (width - 2 - max(0, x)) / 9, (height - 2 - max(0, y)) / 9))
    thick, fine = rng.uniform(1.5, 4), rng.uniform(0.4, 1.2)
    if rng.random() < 0.15:
        for i in range(0, 9, 2):
            area = (x + i % 3 * 3 * side, y + i // 3 * 3 * side, 3 * side, 3 * side)
            form.tint(area, 0.12)
    for i in range(10):
        wide = thick if i % 3 == 0 else fine
        form.rule((x, y + i * side), (x + 9 * side, y + i * side), wide)
        form.rule((x + i * side, y), (x + i * side, y + 9 * side), wide)
    solved = _solution(rng)
    given = rng.random((9, 9)) < rng.uniform(0.25, 0.5)
    by_hand = rng.uniform(0, 1) if rng.random() < 0.8 else 0.0
    small = rng.uniform(0, 0.7) if rng.random() < 0.35 else 0.0
    high = side * rng.uniform(0.42, 0.68)
    for row in range(9):
        for column in range(9):
            cell = (x + column * side, y + row * side, side, side)
            if given[row, column]:
                top = cell[1] + (side - high) / 2
                form.figure(cell[0] + side / 2, top, high, str(solved[row, column]), "c")
            elif rng.random() < by_hand:
                if rng.random() < 0.01:
                    form.strike(str(solved[row, column]), cell)
                else:
                    form.write(str(solved[row, column]), cell)
            elif rng.random() < small:
                _candidates(form, cell)
    return x + 9 * side, y + 9 * side


def _candidates(form: Form, cell: Cell) -> None:
    """Several small digits in a cell, which are no number."""
    rng, (x, y, w, _) = form.rng, cell
    third, rows = w / 3, rng.random() < 0.5
    for i, digit in enumerate(np.sort(rng.choice(9, int(rng.integers(2, 5)), replace=False))):
        place = int(digit) if rows else i
        piece = form.small(str(digit + 1), third * rng.uniform(0.75, 1.05))
        at = x + place % 3 * third + rng.uniform(0, 0.2) * third
        form.stamp(piece, at, y + place // 3 * third + rng.uniform(0, 0.2) * third, form.pen)


def _solution(rng: np.random.Generator) -> NDArray[np.integer]:
    """A sudoku's solution, int (9, 9), 1 to 9: a fixed one with digits, rows, columns mixed."""
    rows, columns = (
        np.concatenate([3 * band + rng.permutation(3) for band in rng.permutation(3)])
        for _ in range(2)
    )
    plain = (np.arange(9)[:, None] * 3 + np.arange(9)[:, None] // 3 + np.arange(9)) % 9
    return np.asarray((rng.permutation(9) + 1)[plain[rows][:, columns]])


def points(form: Form, x: float, y: float) -> tuple[float, float]:
    """A small table: question, the most points, points; their sum at the end."""
    rng, size = form.rng, form.size
    questions = int(rng.integers(2, 13))
    high = size * rng.uniform(1.3, 1.9)
    wide = high * rng.uniform(1.3, 2)
    head = size * rng.uniform(3, 6)
    upright = rng.random() < 0.25
    letters = size * rng.uniform(0.45, 0.75)
    most = rng.integers(2, int(rng.choice([12, 25, 101])), questions)
    lines = ["question", "most", "points"] if rng.random() < 0.6 else ["question", "points"]
    total = rng.random() < 0.8
    steps = [0.0, head, *([wide] * (questions + total))]
    thick = rng.uniform(0.7, 2)
    for i in range(len(steps) - 1):
        for j, line in enumerate(lines):
            at, long = sum(steps[: i + 1]), steps[i + 1]
            cell = (x + at, y + j * high, long, high)
            if upright:
                cell = (x + (0 if j == 0 else head + (j - 1) * wide), y + i * high, wide, high)
                cell = (*cell[:2], head if j == 0 else wide, high)
            form.frame(cell, thick)
            middle, top = cell[0] + cell[2] / 2, cell[1] + (high - letters) / 2
            if i == 0:
                head_cell(form, "word", cell, letters, top, 1)
            elif i > questions:
                if line == "question":
                    form.word(
                        middle, top, letters, str(rng.choice(["Σ", "Total", "Sum", "∑"])), "c"
                    )
                elif line == "most":
                    form.figure(middle, top, letters, str(most.sum()), "c")
                elif rng.random() < 0.85:
                    form.write(str(rng.integers(0, most.sum() + 1)), cell)
            elif line == "question":
                form.figure(middle, top, letters, str(i), "c")
            elif line == "most":
                form.figure(middle, top, letters, str(most[i - 1]), "c")
            elif rng.random() < 0.9:
                form.write(str(rng.integers(0, most[i - 1] + 1)), cell)
    if upright:
        return x + head + (len(lines) - 1) * wide, y + (len(steps) - 1) * high
    return x + sum(steps), y + len(lines) * high


def score_columns(form: Form, x: float, y: float) -> tuple[float, float]:
    """A column a player, names or initials above, running totals, some struck out, a sum."""
    rng, size = form.rng, form.size
    players, wide = int(rng.integers(1, 8)), size * rng.uniform(2.9, 4.8)
    high = size * rng.uniform(1.15, 1.9)
    rows = max(1, min(int(rng.integers(3, 21)), int((form.canvas.shape[0] - y) / high) - 1))
    icons = size * 1.6 if rng.random() < 0.25 else 0.0
    names = str(rng.choice(["", "hand", "hand", "initials", "initials", "word"]))
    top = y + (1.2 * high if names else 0)
    edges = [x + icons + i * wide for i in range(players + 1)]
    levels = [top + row * high for row in range(rows + 2)]
    _score_lines(form, x, y, edges, levels)
    for level in levels[: rows if icons else 0]:
        area = (x + 0.1 * size, level + 0.05 * high, 1.4 * size, 0.9 * high)
        if rng.random() < 0.5:
            form.tint(area, rng.uniform(0.2, 0.8))
        else:
            form.emblem(area, form.black, "other")
    struck = 0.4 if rng.random() < 0.15 else 0.02
    for i, left in enumerate(edges[:-1]):
        if names == "initials":
            form.letter((left + 0.1 * wide, y, wide / 2.5, top - y))
            form.letter((left + wide / 2, y, wide / 2.5, top - y))
        elif names:
            head_cell(form, names, (left, y, wide, top - y), 0.6 * size, y + 0.3 * high, i)
        _player(form, left, wide, levels, struck)
    return edges[-1], levels[-1] + 0.4 * size


def _score_lines(
    form: Form, x: float, y: float, edges: Sequence[float], levels: Sequence[float]
) -> None:
    """A printed table, columns printed or drawn by hand, or nothing."""
    rng, ruled = form.rng, str(form.rng.choice(["all", "columns", "none", "hand"]))
    if ruled == "none":
        return
    bottom, right, bend = levels[-1], edges[-1], 0.0
    shade, thick = form.shade, form.thick
    if ruled == "hand":
        form.shade, form.thick = form.pen, max(1.0, form.writer.hand.pen * form.size)
        bend = 0.15 * form.size
    for at in edges:
        form.rule((at + rng.normal(0, bend), y), (at + rng.normal(0, bend), bottom))
    if levels[0] > y:
        start, end = levels[0] + rng.normal(0, bend), levels[0] + rng.normal(0, bend)
        form.rule((x, start), (right, end), 1.5)
    if ruled == "all":
        if rng.random() < 0.3:
            for a, b in list(pairwise(edges))[1::2]:
                form.tint((a, y, b - a, bottom - y), 0.15)
        for level in levels:
            form.rule((x, level), (right, level), 0.7)
        form.frame((x, y, right - x, bottom - y), 1.5)
    form.shade, form.thick = shade, thick


def _player(form: Form, left: float, wide: float, levels: Sequence[float], struck: float) -> None:
    """One player's points below each other, and their sum below a line."""
    rng, high, rows = form.rng, levels[1] - levels[0], len(levels) - 2
    tall, played = min(form.size, 0.85 * high), int(rng.integers(max(1, rows - 2), rows + 1))
    for level in levels[:played]:
        text = str(rng.integers(0, 10 ** int(rng.integers(1, 4))))
        if rng.random() < struck:
            form.strike(text, (left, level, wide, high))
        else:
            form.write(text, (left, level, wide, high), high=tall)
    if played == rows and rng.random() < 0.6:
        base, gap = levels[rows], 0.12 * form.size
        for level in (base, base + gap)[: int(rng.integers(1, 3))]:
            form.rule((left + 0.15 * wide, level), (left + 0.85 * wide, level))
        cell = (left, base + 1.5 * gap, wide, high)
        form.write(str(rng.integers(10, 1000)), cell, high=tall)
