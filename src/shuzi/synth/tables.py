"""Tables that people fill in: ledgers, logbooks, score sheets, ruled columns of counts."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from shuzi.synth import texts
from shuzi.synth.canvas import Canvas, Plane, line
from shuzi.synth.entries import number, overwritten, quantity, sign, struck, word
from shuzi.synth.placement import Area, Item, Rng, drawn_line, put
from shuzi.synth.printing import new_word
from shuzi.synth.typeface import Typeface
from shuzi.synth.writer import Writer, scaled


def tally(canvas: Canvas, area: Area, writer: Writer) -> None:
    """Counts under each other in a ruled column, lines or dots running from the left into them."""
    rng, size = writer.rng, writer.size
    writer = replace(writer, hand=replace(writer.hand, gap=rng.uniform(0.03, 0.75)))
    pitch = size * rng.uniform(1.12, 2.2)
    rows = max(1, int(area.height / pitch) - 1)
    filled = min(rows, int(rng.integers(1, 9)))
    first = int(rng.integers(0, max(1, rows - filled + 1))) if rng.random() < 0.6 else 0
    digits = int(rng.choice([2, 3, 4, 5], p=[0.1, 0.65, 0.15, 0.1]))
    wide = size * (digits * (0.65 + max(0.45, writer.hand.gap)) + rng.uniform(0.3, 2))
    border = area.right - rng.uniform(0, max(1.0, area.width - wide - 3 * size)) * 0.6
    thin, pale = max(0.7, size * rng.uniform(0.02, 0.08)), rng.uniform(0.15, 0.9)
    guide = str(rng.choice(["line", "dots", "dashes", "none"], p=[0.6, 0.1, 0.1, 0.2]))
    guide_dark = rng.uniform(0.4, 1.0)
    shake = float(rng.choice([0, 0, 0.006])) * size
    near_edge = area.left < 0.2 * canvas.shape[1]
    from_left = 0.0 if near_edge and rng.random() < 0.6 else area.left
    fan = rng.normal(0, 0.012)
    lead = rng.random() < 0.2
    below_dark = min(1.0, pale * rng.uniform(0.7, 1.8))
    for row in range(rows + 1):
        y = area.top + row * pitch
        tilt = fan * row * pitch / 2
        dark = pale if row <= first + filled else below_dark
        ends = (from_left, y + tilt), (border, y - tilt / 3)
        drawn_line(canvas.lines, *ends, thin, dark, rng, shake)
        if row > first + filled and rng.random() < 0.25:
            ends = (from_left, y + tilt + 0.15 * size), (border, y - tilt / 3)
            drawn_line(canvas.lines, *ends, thin, dark, rng, shake)
    bottom = area.top + rows * pitch
    for x in [border, from_left] if rng.random() < 0.3 else [border]:
        if rng.random() < 0.85:
            ends = (x, area.top), (x + rng.normal(0, 0.01) * rows * pitch, bottom)
            drawn_line(canvas.lines, *ends, thin, pale, rng, shake)
    shift = size * rng.uniform(0.05, 1.0)
    deep = size * rng.uniform(0, 0.3) if rng.random() < 0.5 else 0.0
    for row in range(first, first + filled):
        text = f"{int(10 ** rng.uniform(0, digits)) - 1:0{digits}d}"
        item = number(writer, text)
        if rng.random() < 0.04:
            item = overwritten(writer, text)
        ground = area.top + (row + 1) * pitch - (pitch - size) * rng.uniform(0.1, 0.8) + deep
        left = border - shift - item.ink.shape[1] + size * rng.normal(0, 0.12)
        if left < from_left + 0.2 * size or not put(canvas, item, left, ground, writer.strength):
            continue
        start = from_left
        if lead:
            label = word(writer)
            if from_left + label.ink.shape[1] < left - 2 * size:
                put(canvas, label, from_left + 0.2 * size, ground, writer.strength)
                start += label.ink.shape[1] + 0.5 * size
        height = ground - size * rng.uniform(0.3, 0.7)
        end = left + size * rng.uniform(-0.3, 0.12)
        _guide(
            canvas.lines,
            guide,
            (start, height),
            (end, height + rng.normal(0, 0.06) * size),
            max(0.8, thin * rng.uniform(0.8, 2)),
            guide_dark,
            rng,
        )


def _guide(
    plane: Plane,
    kind: str,
    start: tuple[float, float],
    end: tuple[float, float],
    width: float,
    strength: float,
    rng: Rng,
) -> None:
    if kind == "line":
        drawn_line(plane, start, end, width, strength, rng)
    elif kind != "none":
        step = width * (4 if kind == "dots" else 9)
        share = 0.25 if kind == "dots" else 0.6
        for x in np.arange(start[0], end[0], step):
            line(plane, (x, end[1]), (x + share * step, end[1]), width, strength)


class _Column(NamedTuple):
    kind: str
    left: float
    right: float


_WIDTHS = {"index": 2.0, "date": 6.0, "word": 5.0, "words": 9.0, "count": 3.6, "amount": 5.5}
_WIDTHS |= {"decimal": 4.2, "time": 4.0, "tick": 1.8, "signed": 3.5, "digit": 3.0, "score": 3.8}


def table(canvas: Canvas, area: Area, writer: Writer) -> None:
    """A ledger, a logbook, a score sheet: columns of dates, words, numbers, ticks, sums."""
    rng, size = writer.rng, writer.size
    columns = _columns(area, size, rng)
    pitch = size * rng.uniform(1.25, 3)
    if any(column.kind == "digit" for column in columns):
        # In cells as narrow as high they would be a form's boxes, one number a row.
        pitch = min(pitch, 2 * size)
    most = min(int(rng.integers(2, 31)), 150 // len(columns) + 2)
    rows = min(int((area.height - 0.5 * size) / pitch), most)
    if rows < 1:
        return
    header, summed = rng.random() < 0.4, rng.random() < 0.3
    printed = Typeface.new(size * rng.uniform(0.5, 0.9), rng) if rng.random() < 0.4 else None
    blank, errors = float(rng.choice([0, 0.1, 0.4])), float(rng.choice([0, 0.02, 0.08]))
    aligned = float(rng.choice([0.0, 0.5, 1.0], p=[0.25, 0.25, 0.5]))
    bottom = area.top + rows * pitch
    ruled = _rule(canvas, area.top, bottom, pitch, columns, writer)
    if ruled and rng.random() < 0.3:
        writer = replace(writer, hand=replace(writer.hand, gap=rng.uniform(0.25, 0.6)))
    # Numbers of two columns without a line between them would be one.
    inset = size * (0.15 if ruled else 0.45)
    columns = [_Column(c.kind, c.left + inset, c.right - inset) for c in columns]
    for row in range(rows):
        ground = area.top + (row + 1) * pitch - max(0.12 * size, (pitch - size) * 0.4)
        total = summed and row == rows - 1
        for column in columns:
            if header and row == 0:
                _heading(canvas, column, ground, writer, printed)
            elif rng.random() > blank or column.kind in ("index", "date"):
                item = _cell(column.kind, row, writer, printed, errors)
                _put_in(canvas, column, item, ground, writer, aligned)
            if total and column.kind in ("count", "amount", "decimal", "signed"):
                _underline(canvas, column, ground, writer)


def _columns(area: Area, size: float, rng: Rng) -> list[_Column]:
    kinds, left = list(_WIDTHS), area.left
    columns: list[_Column] = []
    same = str(rng.choice(["count", "digit", "score", "decimal"])) if rng.random() < 0.35 else ""
    if same and rng.random() < 0.6:
        columns.append(_Column("word", left, left := left + size * 5))
    for _ in range(rng.integers(1, 13)):
        kind = same or str(rng.choice(kinds))
        wide = size * _WIDTHS[kind] * rng.uniform(1.0, 1.4) if not same else size * _WIDTHS[kind]
        if left + wide > area.right:
            break
        columns.append(_Column(kind, left, left + wide))
        left += wide
    if not any(column.kind in _CONTENTS for column in columns):
        columns[-1:] = [_Column("count", columns[-1].left if columns else area.left, area.right)]
    return columns


def _rule(
    canvas: Canvas, top: float, bottom: float, pitch: float, columns: list[_Column], writer: Writer
) -> bool:
    """Rulings across, down, both or none, with a ruler, a pen or a felt pen; whether down."""
    rng, size = writer.rng, writer.size
    across, down = rng.random() < 0.65, rng.random() < 0.65
    by_hand = rng.random() < 0.3
    width = writer.nib.width * rng.uniform(0.8, 1.4) if by_hand else size * rng.uniform(0.02, 0.08)
    width, strength = max(0.7, width), rng.uniform(0.7, 1) if by_hand else rng.uniform(0.2, 1)
    shake = size * rng.uniform(0.005, 0.03) if by_hand else 0.0
    left, right = columns[0].left, columns[-1].right
    over = size * rng.uniform(0, 0.6) if by_hand else 0.0
    if across:
        every = int(rng.choice([1, 1, 1, 2, 5]))
        for y in np.arange(top, bottom + 1, every * pitch):
            ends = (left - rng.uniform(0, 1) * over, y), (right + over, y)
            drawn_line(canvas.lines, *ends, width, strength, rng, shake)
    if down:
        for x in [left, *(column.right for column in columns)]:
            ends = (x, top - rng.uniform(0, 1) * over), (x, bottom + over)
            drawn_line(canvas.lines, *ends, width, strength, rng, shake)
            if width < 0.05 * size and rng.random() < 0.1:
                ends = (x + 3 * width, top), (x + 3 * width, bottom)
                drawn_line(canvas.lines, *ends, width, strength, rng, shake)
    return down


def _heading(
    canvas: Canvas, column: _Column, ground: float, writer: Writer, printed: Typeface | None
) -> None:
    if printed is not None:
        item = Item(None, *printed.set(new_word(writer.rng).capitalize()))
    else:
        short = writer.rng.choice(list("ABCDEFGHKMNPRT"), int(writer.rng.integers(1, 4)))
        item = (
            word(writer)
            if column.right - column.left > 3 * writer.size and writer.rng.random() < 0.6
            else Item(None, *writer.letters_on_line("".join(short)))
        )
    _put_in(canvas, column, item, ground, writer, 0.0)


def _cell(
    kind: str, row: int, writer: Writer, printed: Typeface | None, errors: float
) -> list[Item]:
    rng = writer.rng
    if kind == "index" and printed is not None:
        items = [Item(str(row + 1), *printed.set(str(row + 1)))]
    elif kind == "index":
        items = [number(writer, str(row + 1))]
        if (after := str(rng.choice(["", ".", ")"]))) != "":
            items.append(sign(writer, after, near=True))
    elif kind in ("word", "words"):
        many = 1 if kind == "word" else int(rng.integers(1, 4))
        if printed is not None and rng.random() < 0.5:
            items = [Item(None, *printed.set(" ".join(new_word(rng) for _ in range(many))))]
        else:
            items = [word(writer, near=i > 0) for i in range(many)]
    elif kind == "tick":
        items = [sign(writer, str(rng.choice(["✓", "✓", "x", "-", "+", "~"])))]
    else:
        text = _CONTENTS[kind](rng)
        chance = rng.random()
        if chance < errors:
            items = [struck(writer, text), number(writer, text, near=True)]
        elif chance < errors + 0.02:
            items = [sign(writer, "-")]
        elif kind in ("amount", "decimal") and chance > 0.85:
            items = quantity(writer, text)
        else:
            items = [number(writer, text)]
    return items


def _signed(rng: Rng) -> str:
    return texts.negative(rng) if rng.random() < 0.4 else texts.count(rng)


_CONTENTS: dict[str, Callable[[Rng], str]] = {
    "date": texts.date,
    "count": texts.count,
    "amount": texts.amount,
    "decimal": texts.decimal,
    "time": texts.time,
    "digit": texts.one_digit,
    "score": texts.score,
    "signed": _signed,
}


def _put_in(
    canvas: Canvas,
    column: _Column,
    items: list[Item] | Item,
    ground: float,
    writer: Writer,
    aligned: float,
) -> None:
    """A cell's items, to the left (0), the middle or the right (1), smaller where they must be."""
    rng, size = writer.rng, writer.size
    items = [items] if isinstance(items, Item) else items
    gaps = [0.0] + [size * rng.uniform(0.15, 0.4) for _ in items[1:]]
    room = column.right - column.left
    wide = sum(item.ink.shape[1] for item in items) + sum(gaps)
    shrink = min(1.0, room / wide)
    if shrink < 0.6:
        return
    if shrink < 1:
        items = [Item(i.text, scaled(i.ink, shrink), shrink * i.below) for i in items]
        gaps, wide = [shrink * gap for gap in gaps], shrink * wide
    slack = max(0.0, room - wide)
    x = column.left + slack * float(np.clip(aligned + rng.normal(0, 0.06), 0, 1))
    for item, gap in zip(items, gaps, strict=True):
        put(canvas, item, x + gap, ground + rng.normal(0, 0.03) * size, writer.strength)
        x += gap + item.ink.shape[1]


def _underline(canvas: Canvas, column: _Column, ground: float, writer: Writer) -> None:
    """A line above a sum, and one or two below it."""
    rng, size = writer.rng, writer.size
    over = ground - size * rng.uniform(1.1, 1.3)
    under = ground + size * rng.uniform(0.1, 0.25)
    levels = [over, *([under, under + 0.15 * size][: rng.integers(0, 3)])]
    for y in levels:
        ends = (
            (column.left + 0.2 * size, y),
            (column.right - 0.1 * size, y + rng.normal(0, 0.03) * size),
        )
        drawn_line(
            canvas.lines, *ends, max(1, 0.8 * writer.nib.width), writer.strength, rng, 0.01 * size
        )
