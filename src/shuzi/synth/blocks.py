"""What people write on a part of a page: lines, columns, tables, sums, lists, prose, shapes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth import texts
from shuzi.synth.canvas import Canvas, Plane, Written, line, paste, quad_around
from shuzi.synth.printing import new_word
from shuzi.synth.sample import VISIBLE
from shuzi.synth.typeface import Typeface
from shuzi.synth.writer import Ink, Writer, scaled

Rng = np.random.Generator
MOST = 110
"""Numbers or words that a block holds at most, so that composing stays fast."""
LEVEL = 0.012
"""Radians under which a piece is not turned with its line."""
CROWDED = 0.12
"""Of a number's ink, what may lie there already: neighbours touch and do not cover each other."""
APART = 0.9
"""Heights between two numbers on a line at least."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a canvas, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


Block = Callable[[Canvas, Area, Writer], None]


class Item(NamedTuple):
    """A piece of a line.

    Args:
        text: of a number; None for what is none.
        below: pixels that its ink reaches below the ground line.
        near: whether it stands close to what is before it, as a unit does.
    """

    text: str | None
    ink: Ink
    below: float = 0.0
    near: bool = False


# Putting ink on the paper.


def put(
    canvas: Canvas, item: Item, left: float, ground: float, strength: float, angle: float = 0.0
) -> bool:
    """The item with its left end on the ground line, turned clockwise by the angle in radians.

    A number that does not lie wholly on the canvas, or on other ink, is not written; says whether
    it was.
    """
    ink, (high, wide) = item.ink, item.ink.shape
    top = ground + item.below - high
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float64) + np.array(
        [left, top]
    )
    quad = quad_around(left, top, left + wide, top + high)
    if abs(angle) > LEVEL:
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        foot = np.array([left, ground])
        corners = (corners - foot) @ turn.T + foot
        quad = np.asarray((quad - foot) @ turn.T + foot, np.float32)
        low = np.floor(corners.min(axis=0))
        size = np.ceil(corners.max(axis=0) - low).astype(int) + 1
        matrix = np.column_stack([turn, corners[0] - low])
        ink = np.asarray(cv2.warpAffine(ink, matrix, size.tolist()), np.uint8)
        left, top = low.tolist()
    height, width = canvas.shape
    if item.text is None:
        paste(canvas.other, ink, left, top, strength)
        return True
    if corners.min() < 0 or corners[:, 0].max() > width or corners[:, 1].max() > height:
        return False
    x, y, x_end, y_end = round(left), round(top), round(left) + ink.shape[1], round(top) + len(ink)
    rim = round(0.2 * high)
    core = (slice(y + rim, max(y + rim + 1, y_end - rim)), slice(x, x_end))
    taken = np.count_nonzero(np.maximum(canvas.ink[core], canvas.other[core]) > VISIBLE)
    if taken > CROWDED * np.count_nonzero(ink > 100):
        return False
    paste(canvas.ink, ink, left, top, strength)
    canvas.numbers.append(Written(item.text, quad))
    return True


def run(
    canvas: Canvas,
    items: Iterable[Item],
    left: float,
    right: float,
    writer: Writer,
    ground: Callable[[float], float],
    gaps: tuple[float, float] = (APART, 2.0),
) -> float:
    """Items along a ground line until one would pass the right end; where the last one ends."""
    x, size, rng = left, writer.size, writer.rng
    for item in items:
        wide = item.ink.shape[1]
        if x > left:
            x += size * (rng.uniform(0.08, 0.4) if item.near else rng.uniform(*gaps))
        if x + wide > right:
            break
        angle = np.arctan2(ground(x + wide) - ground(x), wide)
        put(canvas, item, x, ground(x), writer.strength, angle)
        x += wide
    return x


def level(y: float, slope: float = 0.0, start: float = 0.0) -> Callable[[float], float]:
    """A straight ground line, at that height where it starts."""
    return lambda x: y + slope * (x - start)


def stroke(plane: Plane, points: NDArray[np.floating], width: float, strength: float) -> None:
    """A curve through points, float (n, 2), as a pen draws it; cut off at the plane's edges."""
    margin = width + 2
    low = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
    high = np.ceil(points.max(axis=0) + margin).astype(int)
    target = plane[low[1] : max(low[1], high[1]), low[0] : max(low[0], high[0])]
    if not target.size:
        return
    drawn = np.zeros(target.shape, np.uint8)
    path = np.round((points - low) * 16).astype(np.int32)[:, None]
    cv2.polylines(drawn, [path], False, 255, max(1, round(width)), cv2.LINE_AA, 4)
    strength *= min(1.0, max(width, 0.4))
    np.maximum(target, drawn.astype(np.float32) * np.float32(strength / 255), out=target)


def drawn_line(
    plane: Plane,
    start: tuple[float, float],
    end: tuple[float, float],
    width: float,
    strength: float,
    rng: Rng,
    shake: float = 0.0,
) -> None:
    """A line drawn with a ruler, or, with a shake in pixels, by hand."""
    if shake <= 0:
        line(plane, start, end, width, strength)
        return
    steps = np.linspace(0, 1, 12)[:, None]
    path = np.array(start) * (1 - steps) + np.array(end) * steps
    wave = np.cumsum(rng.normal(0, shake, path.shape), axis=0)
    stroke(plane, path + wave - steps * wave[-1] / 2, width, strength)


# What stands on a line.


def number(writer: Writer, text: str, *, near: bool = False) -> Item:
    ink, below = writer.number_on_line(text)
    return Item(text, ink, below, near)


def word(writer: Writer, *, near: bool = False) -> Item:
    return Item(None, *writer.word_on_line(), near)


def sign(writer: Writer, text: str, *, near: bool = False) -> Item:
    return Item(None, *writer.sign_on_line(text), near)


def struck(writer: Writer, text: str) -> Item:
    """A number that was crossed out: no number any more."""
    rng, size = writer.rng, writer.size
    ink, below = writer.number_on_line(text)
    pad = round(0.25 * size)
    ink = np.pad(ink, pad)
    high, wide = ink.shape
    over = np.zeros(ink.shape, np.float32)
    kind = int(rng.choice(4, p=[0.3, 0.2, 0.25, 0.25])) if len(text) > 1 else rng.integers(1, 4)
    if kind == 0:
        for _ in range(rng.integers(1, 4)):
            y, slope = high * rng.uniform(0.38, 0.62), rng.normal(0, 0.12) * high
            ends = (pad * rng.uniform(0, 1), y - slope), (wide - pad * rng.uniform(0, 1), y + slope)
            drawn_line(over, *ends, max(1, writer.nib.width), 1.0, rng, 0.01 * high)
    elif kind == 1:
        for a, b in (((0.1, 0.1), (0.9, 0.9)), ((0.9, 0.12), (0.08, 0.9))):
            ends = (a[0] * wide, a[1] * high), (b[0] * wide, b[1] * high)
            drawn_line(over, *ends, max(1, writer.nib.width), 1.0, rng, 0.01 * high)
    else:
        count = max(6, round(wide / size * rng.uniform(4, 9)))
        x = np.linspace(0.1 * pad, wide - 0.1 * pad, count)
        y = np.where(np.arange(count) % 2, 0.2, 0.8) * high + rng.normal(0, 0.08 * high, count)
        if kind == 3:
            x = x + rng.normal(0, 0.15 * size, count)
        stroke(over, np.stack([x, y], axis=1), max(1, writer.nib.width), 1.0)
    return Item(None, np.maximum(ink, (255 * over).astype(np.uint8)), below + pad)


def overwritten(writer: Writer, text: str) -> Item:
    """A number of which one digit was written over another, darker."""
    first = text[:-1] + str(writer.rng.integers(0, 10))
    under, over = writer.number(first), writer.number(text)
    under = np.asarray(cv2.resize(under, over.shape[::-1]), np.uint8)
    under[:, : -round(0.7 * writer.size) or None] = 0
    return Item(text, np.maximum(over, under))


UNITS = ("kg", "cm", "km", "EUR", "ml", "h", "Pf", "kWh", "m", "g", "Fr", "USD", "min", "pcs")


def quantity(writer: Writer, text: str) -> list[Item]:
    """A number with its unit, currency or per cent after it or before it."""
    kind = writer.rng.random()
    if kind < 0.3:
        currency = str(writer.rng.choice(["$", "€"]))
        return [sign(writer, currency), number(writer, text, near=True)]
    if kind < 0.5:
        return [number(writer, text), sign(writer, "%", near=True)]
    unit = writer.letters_on_line(str(writer.rng.choice(UNITS)))
    return [number(writer, text), Item(None, *unit, near=True)]


def entries(
    writer: Writer,
    new_text: Callable[[Rng], str],
    *,
    words: float = 0.0,
    units: float = 0.0,
    errors: float = 0.03,
) -> Iterator[Item]:
    """Numbers without end, a share of words, units and corrections among them."""
    rng = writer.rng
    while True:
        kind, text = rng.random(), new_text(rng)
        if kind < words:
            yield word(writer)
        elif kind < words + units:
            yield from quantity(writer, text)
        elif kind < words + units + errors:
            yield struck(writer, new_text(rng))
            yield number(writer, text, near=rng.random() < 0.5)
        elif kind < words + units + 1.3 * errors and text.isdecimal():
            yield overwritten(writer, text)
        elif kind < words + units + 1.3 * errors + 0.01:
            yield Item(None, *writer.identifier())
        elif kind > 0.985:
            yield Item(*writer.whole_number())
        else:
            yield number(writer, text)


# Blocks.


def lines(canvas: Canvas, area: Area, writer: Writer) -> None:
    """One to thirty lines of numbers: level, sloping or curved, ruled or not, some touching."""
    rng, size = writer.rng, writer.size
    pitch = size * rng.choice([rng.uniform(1.2, 1.45), rng.uniform(1.45, 2.2), rng.uniform(2.2, 5)])
    fit = max(1, int((area.height - 0.3 * size) / pitch))
    count = min(fit, int(rng.integers(1, 31)))
    new_text = texts.any_text if rng.random() < 0.5 else texts.kind_of_text(rng)
    many = {
        "words": float(rng.choice([0, 0, 0.15, 0.4])),
        "units": float(rng.choice([0, 0, 0.2])),
        "errors": float(rng.choice([0, 0.03, 0.12])),
    }
    gaps = (APART, APART + rng.uniform(0.2, 4))
    slope = rng.normal(0, 0.07) if rng.random() < 0.4 else 0.0
    bow = min(size, 0.05 * area.width) * rng.normal(0, 0.8) if rng.random() < 0.2 else 0.0
    ruled = rng.random() < 0.35
    at_most = max(1, MOST // count)
    ragged = rng.random() < 0.6
    first = area.top + size * rng.uniform(1.05, 1.4)
    if rng.random() < 0.4:
        first += max(0.0, area.height - count * pitch) * rng.uniform(0, 1)
    for i in range(count):
        y, tilt = first + i * pitch, slope + rng.normal(0, 0.006)

        def ground(x: float, y: float = y, tilt: float = tilt) -> float:
            along = (x - area.left) / max(1.0, area.width)
            return y + tilt * (x - area.left - area.width / 2) + bow * 4 * along * (1 - along)

        if ruled:
            rule = y + 0.12 * size
            line(canvas.lines, (area.left, rule), (area.right, rule), 1, 0.35)
        left = area.left + (size * rng.uniform(0, 3) if ragged else 0.2 * size)
        items = (
            item for _, item in zip(range(at_most), entries(writer, new_text, **many), strict=False)
        )
        end = area.right if rng.random() < 0.7 else area.left + area.width * rng.uniform(0.2, 1)
        run(canvas, items, left, end, writer, ground, gaps)


def digit_grid(canvas: Canvas, area: Area, writer: Writer) -> None:
    """Single digits side by side and one above the other, up to the area's edges."""
    rng, size = writer.rng, writer.size
    across, down = size * rng.uniform(1.35, 3), size * rng.uniform(1.3, 3)
    columns = min(int(area.width / across), int(rng.integers(2, 31)))
    most = min(int(rng.integers(1, 31)), max(1, MOST // max(1, columns)))
    rows = min(int(area.height / down), most)
    counted, start = rng.random() < 0.3, int(rng.integers(0, 10))
    loose, slope = rng.uniform(0.02, 0.16) * size, rng.normal(0, 0.02)
    for row in range(rows):
        for column in range(columns):
            text = str((start + column) % 10) if counted else texts.one_digit(rng)
            item = number(writer, text)
            x = area.left + across * (column + 0.5) - item.ink.shape[1] / 2 + rng.normal(0, loose)
            y = area.top + down * row + (down + size) / 2 + slope * column * across
            put(canvas, item, x, y + rng.normal(0, loose), writer.strength)


def counting(canvas: Canvas, area: Area, writer: Writer) -> None:
    """0 1 2 ... 10 on one line or several, each a number, close together or far apart."""
    rng, size = writer.rng, writer.size
    pitch = size * rng.uniform(1.6, 6)
    count = min(max(1, int(area.height / pitch)), int(rng.integers(1, 15)))
    gap = rng.uniform(0.75, 3)
    slope = rng.normal(0, 0.05)
    first, last = int(rng.integers(0, 3)), int(rng.choice([9, 10, 10, 12, 20]))
    words = rng.random() < 0.2
    for i in range(count):
        y = area.top + 1.3 * size + i * pitch

        def ground(x: float, y: float = y) -> float:
            return y + slope * (x - area.left - area.width / 2)

        row = [number(writer, str(n)) for n in range(first, last + 1)]
        if words:
            row.insert(0, word(writer))
        left = area.left + size * rng.uniform(0, 1.5)
        run(canvas, row, left, area.right, writer, ground, (0.85 * gap, 1.2 * gap))


def tally(canvas: Canvas, area: Area, writer: Writer) -> None:
    """Counts under each other in a ruled column, lines or dots running from the left into them."""
    rng, size = writer.rng, writer.size
    writer = replace(writer, hand=replace(writer.hand, gap=rng.uniform(0.03, 0.55)))
    pitch = size * rng.uniform(1.12, 2.2)
    rows = max(1, int(area.height / pitch) - 1)
    filled = min(rows, int(rng.integers(1, 9)))
    first = int(rng.integers(0, max(1, rows - filled + 1))) if rng.random() < 0.6 else 0
    digits = int(rng.choice([2, 3, 4, 5], p=[0.1, 0.65, 0.15, 0.1]))
    wide = size * (digits * 1.1 + rng.uniform(0.3, 2))
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
    for row in range(first, first + filled):
        text = f"{int(10 ** rng.uniform(0, digits)) - 1:0{digits}d}"
        item = number(writer, text)
        if rng.random() < 0.04:
            item = overwritten(writer, text)
        ground = area.top + (row + 1) * pitch - (pitch - size) * rng.uniform(0.1, 0.8)
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
_WIDTHS |= {"decimal": 4.2, "time": 4.0, "tick": 1.8, "signed": 3.5, "digit": 1.8, "score": 3.8}


def table(canvas: Canvas, area: Area, writer: Writer) -> None:
    """A ledger, a logbook, a score sheet: columns of dates, words, numbers, ticks, sums."""
    rng, size = writer.rng, writer.size
    columns = _columns(area, size, rng)
    pitch = size * rng.uniform(1.25, 3)
    most = min(int(rng.integers(2, 31)), 90 // len(columns) + 2)
    rows = min(int((area.height - 0.5 * size) / pitch), most)
    if rows < 1:
        return
    header, summed = rng.random() < 0.4, rng.random() < 0.3
    printed = Typeface.new(size * rng.uniform(0.5, 0.9), rng) if rng.random() < 0.4 else None
    blank, errors = float(rng.choice([0, 0.1, 0.4])), float(rng.choice([0, 0.02, 0.08]))
    aligned = float(rng.choice([0.0, 0.5, 1.0], p=[0.25, 0.25, 0.5]))
    bottom = area.top + rows * pitch
    _rule(canvas, area.top, bottom, pitch, columns, writer)
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
    kinds, columns, left = list(_WIDTHS), [], area.left
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
    return columns or [_Column("count", area.left, area.right)]


def _rule(
    canvas: Canvas, top: float, bottom: float, pitch: float, columns: list[_Column], writer: Writer
) -> None:
    """Rulings across, down, both or none; drawn with a ruler, a pen or a felt pen."""
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


def _heading(
    canvas: Canvas, column: _Column, ground: float, writer: Writer, printed: Typeface | None
) -> None:
    if printed is not None:
        item = Item(None, *printed.set(new_word(writer.rng).capitalize()))
    else:
        item = (
            word(writer)
            if column.right - column.left > 3 * writer.size
            else Item(None, *writer.letters_on_line(str(writer.rng.choice(list("ABCDEFGHKMNPRT")))))
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
    room = column.right - column.left - 0.3 * size
    wide = sum(item.ink.shape[1] for item in items) + sum(gaps)
    shrink = min(1.0, room / wide)
    if shrink < 0.6:
        return
    if shrink < 1:
        items = [Item(i.text, scaled(i.ink, shrink), shrink * i.below) for i in items]
        gaps, wide = [shrink * gap for gap in gaps], shrink * wide
    slack = max(0.0, room - wide)
    x = column.left + 0.15 * size + slack * float(np.clip(aligned + rng.normal(0, 0.06), 0, 1))
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


def school_sums(canvas: Canvas, area: Area, writer: Writer) -> None:
    """Sums under each other or on a line, with operators, underlines, carries and results."""
    rng, size = writer.rng, writer.size
    wide, high = size * rng.uniform(6, 10), size * rng.uniform(5.5, 9)
    flat = rng.random() < 0.35
    wide = min(wide, area.width)
    if flat:
        wide, high = area.width, size * rng.uniform(1.5, 3)
    columns, rows = max(1, int(area.width // wide)), max(1, int(area.height // high))
    squared = rng.random() < 0.25
    if squared:
        step = size * rng.uniform(0.6, 1.2)
        for x in np.arange(area.left, area.right, step):
            line(canvas.lines, (x, area.top), (x, area.bottom), 1, 0.2)
        for y in np.arange(area.top, area.bottom, step):
            line(canvas.lines, (area.left, y), (area.right, y), 1, 0.2)
    for place in range(min(columns * rows, 16)):
        left = area.left + wide * (place % columns) + size * rng.uniform(0, 0.6)
        top = area.top + high * (place // columns)
        if flat:
            _equation(canvas, left, top + 1.35 * size, area.right, writer)
        elif rng.random() < 0.9:
            _sum(canvas, Area(left, top, left + wide - 0.8 * size, top + high), writer)


def _equation(canvas: Canvas, left: float, ground: float, right: float, writer: Writer) -> None:
    rng = writer.rng
    operator = str(rng.choice(["+", "-", "x", "*", "/", ":"]))
    items = [number(writer, texts.count(rng))]
    for _ in range(rng.integers(1, 4)):
        items += [sign(writer, operator), number(writer, texts.count(rng))]
    if rng.random() < 0.8:
        items += [sign(writer, "="), number(writer, texts.count(rng))]
    run(canvas, items, left, right, writer, level(ground), (0.3, 0.8))


def _sum(canvas: Canvas, area: Area, writer: Writer) -> None:
    rng, size = writer.rng, writer.size
    operator = str(rng.choice(["+", "-", "x"], p=[0.5, 0.3, 0.2]))
    a, b = (int(10 ** rng.uniform(0.5, 3.5)) for _ in range(2))
    rows = [str(a), str(b)]
    if operator == "+":
        rows += [str(int(10 ** rng.uniform(0.5, 3.5))) for _ in range(rng.integers(0, 3))]
        results = [str(sum(map(int, rows)))]
    elif operator == "-":
        rows = [str(max(a, b)), str(min(a, b))]
        results = [str(abs(a - b))]
    else:
        rows = [str(a), str(b % 100)]
        results = [str(a * (b % 10)), str(a * (b % 100 // 10)), str(a * (b % 100))][
            -3 if b % 100 > 9 else -1 :
        ]
    pitch, ground = size * rng.uniform(1.2, 1.6), area.top + 1.2 * size
    pen = max(1, writer.nib.width)
    if operator == "+" and rng.random() < 0.15:
        ground += 0.6 * size
        carried = scaled(number(writer, "1").ink, 0.5)
        at = area.right - size * rng.uniform(1.2, 2)
        put(canvas, Item(None, carried), at, area.top + 0.6 * size, writer.strength)
    for i, text in enumerate([*rows, *results]):
        item = number(writer, text)
        shift = size * 0.8 if len(results) == 3 and i == len(rows) + 1 else 0.0
        left = area.right - shift - item.ink.shape[1]
        if left < area.left + size or ground > area.bottom:
            return
        put(canvas, item, left, ground, writer.strength)
        if i == len(rows) - 1 or (0 < i < len(rows) and rng.random() < 0.3):
            put(canvas, sign(writer, operator), area.left, ground, writer.strength)
        if (
            i == len(rows) - 1
            or (len(results) == 3 and i == len(rows) + 1)
            or (text == results[-1] and rng.random() < 0.3)
        ):
            for y in [0.2, 0.35][: 1 if i < len(rows) + len(results) - 1 else rng.integers(1, 3)]:
                ends = (area.left, ground + y * size), (area.right + 0.2 * size, ground + y * size)
                drawn_line(canvas.lines, *ends, pen, writer.strength, rng, 0.012 * size)
            ground += 0.3 * size
        ground += pitch


def item_list(canvas: Canvas, area: Area, writer: Writer) -> None:
    """Points under each other: a bullet, words, perhaps a number or an amount at the end."""
    rng, size = writer.rng, writer.size
    pitch, bullet = size * rng.uniform(1.5, 3), str(rng.choice([".", ")", "-", "box", "✓", "~"]))
    ends = float(rng.choice([0, 0.5, 1]))
    rows = min(int(area.height / pitch), int(rng.integers(2, 25)))
    flush = rng.random() < 0.5
    for row in range(rows):
        y = area.top + (row + 1) * pitch - 0.3 * size
        items: list[Item] = []
        left = area.left
        if bullet in (".", ")"):
            items = [number(writer, str(row + 1)), sign(writer, bullet, near=True)]
        elif bullet == "box":
            side = size * 0.8
            corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) * side
            stroke(
                canvas.lines,
                corners + np.array([left, y - side]),
                max(1, writer.nib.width),
                writer.strength,
            )
            if rng.random() < 0.4:
                put(canvas, sign(writer, "✓"), left, y, writer.strength)
            left += 1.6 * side
        else:
            items = [sign(writer, bullet)]
        items += [word(writer) for _ in range(rng.integers(1, 4))]
        right = area.right - (6 * size if flush else 0)
        x = run(canvas, items, left, right, writer, level(y), (0.5, 1.0))
        if rng.random() < ends:
            text = texts.amount(rng) if rng.random() < 0.5 else texts.count(rng)
            last = quantity(writer, text) if rng.random() < 0.4 else [number(writer, text)]
            start = area.right - 5.5 * size if flush else x + size * rng.uniform(1, 2)
            run(canvas, last, max(start, x + APART * size), area.right, writer, level(y))


def prose(canvas: Canvas, area: Area, writer: Writer) -> None:
    """Running handwriting, with or without numbers in it, perhaps signed."""
    rng, size = writer.rng, writer.size
    share = float(rng.choice([0, 0, 0.04, 0.15]))
    pitch = size * rng.uniform(1.5, 2.6)
    rows = min(int(area.height / pitch), int(rng.integers(1, 25)))
    slope, ruled = rng.normal(0, 0.02), rng.random() < 0.4
    end = area.right if rng.random() < 0.6 else area.left + rng.uniform(0.4, 1) * area.width
    for row in range(rows):
        y = area.top + (row + 1) * pitch - 0.5 * size
        if ruled:
            line(canvas.lines, (area.left, y + 2), (area.right, y + 2), 1, 0.3)
        words = _prose_items(writer, share, max(3, MOST // max(1, rows)))
        run(
            canvas,
            words,
            area.left,
            end,
            writer,
            level(y, slope, area.left),
            (0.5, 0.9),
        )
    if rng.random() < 0.2:
        signature(
            canvas, Area(area.left + 0.4 * area.width, area.top, area.right, area.bottom), writer
        )


def _prose_items(writer: Writer, share: float, most: int) -> Iterator[Item]:
    rng = writer.rng
    for _ in range(most):
        kind = rng.random()
        if kind < share:
            yield number(writer, texts.any_text(rng))
        elif kind < share + 0.02:
            yield Item(None, *writer.identifier())
        else:
            yield word(writer)
            if kind > 0.92:
                yield sign(writer, str(rng.choice([",", ".", "?", "!", ":"])), near=True)


def signature(canvas: Canvas, area: Area, writer: Writer) -> None:
    """A name written large, with a flourish."""
    rng = writer.rng
    large = replace(writer, size=writer.size * rng.uniform(1.2, 2.2))
    ink, below = large.word_on_line()
    y = area.bottom - rng.uniform(0.2, 1) * large.size
    put(canvas, Item(None, ink, below), area.left, y, writer.strength)
    steps = np.linspace(0, 1, 40)
    x = area.left + ink.shape[1] * (0.1 + steps * rng.uniform(0.6, 1.2))
    wave = y + large.size * (0.2 + 0.2 * np.sin(steps * rng.uniform(3, 20)) * (1 - steps))
    stroke(canvas.other, np.stack([x, wave], axis=1), writer.nib.width, writer.strength)


def print_block(canvas: Canvas, area: Area, writer: Writer) -> None:
    """Running print with few numbers or none, under a heading or not."""
    rng = writer.rng
    share = float(rng.choice([0, 0, 0.02, 0.08, 0.3], p=[0.3, 0.2, 0.2, 0.2, 0.1]))
    least = 9.0 if share else 6.0
    face = Typeface.new(max(least, writer.size * rng.uniform(0.4, 1.0)), rng)
    strength, y = rng.uniform(0.5, 1), area.top
    pitch, caps = face.size * rng.uniform(1.5, 2.4), rng.random() < 0.1
    left, many = 0.0, 0
    while y + pitch < area.bottom and many < 3 * MOST:
        heading = rng.random() < (0.4 if y == area.top else 0.03)
        used = Typeface(face.font, face.size * rng.uniform(1.2, 2)) if heading else face
        y += pitch * (used.size / face.size)
        x = area.left + left
        end = (
            area.right
            if not heading and rng.random() < 0.85
            else area.left + area.width * rng.uniform(0.3, 1)
        )
        while True:
            is_number, name = rng.random() < share, new_word(rng)
            text = texts.any_text(rng) if is_number else (name.upper() if caps else name)
            if not is_number and rng.random() < 0.015:
                text = f"{text[:2].upper()}{rng.integers(1, 1000)}"
            elif not is_number and rng.random() < 0.1:
                text += str(rng.choice([",", ".", ";", ":"]))
            ink, below = used.set(text)
            if x + ink.shape[1] > end or y + below > area.bottom:
                break
            put(canvas, Item(text if is_number else None, ink, below), x, y, strength)
            x += ink.shape[1] + used.space() * (2.4 if is_number or share == 0.3 else 1)
            many += 1
        left = face.size if rng.random() < 0.1 else 0.0
        y += pitch if rng.random() < 0.08 else 0


def shapes(canvas: Canvas, area: Area, writer: Writer) -> None:
    """Numbers in drawn shapes, arrows between them, doodles, letters, brackets, operators."""
    rng, size = writer.rng, writer.size
    step = size * rng.uniform(3, 6)
    columns, rows = max(1, int(area.width // step)), max(1, int(area.height // step))
    places = rng.permutation(columns * rows)[: rng.integers(1, 25)]
    only_doodles = rng.random() < 0.15
    for place in places:
        x = area.left + step * (place % columns + 0.5) + rng.normal(0, 0.08) * step
        y = area.top + step * (place // columns + 0.5) + rng.normal(0, 0.08) * step
        kind = rng.random()
        if only_doodles or kind < 0.25:
            doodle(canvas, x, y, step, writer)
            continue
        text = texts.one_digit(rng) if rng.random() < 0.5 else texts.kind_of_text(rng)(rng)
        item = number(writer, text)
        if item.ink.shape[1] > 0.9 * step and rng.random() < 0.8:
            item = number(writer, texts.one_digit(rng))
        high, wide = item.ink.shape
        if not put(canvas, item, x - wide / 2, y + high / 2 - item.below, writer.strength):
            continue
        if kind < 0.75:
            shape = _shape(wide / 2, high / 2, size, rng) + np.array([x, y])
            width = max(1, writer.nib.width * rng.uniform(0.7, 1.3))
            stroke(canvas.lines, shape, width, writer.strength)
        elif kind < 0.85:
            for level in [0.75, 0.9][: rng.integers(1, 3)]:
                ends = (
                    (x - wide * rng.uniform(0.5, 0.8), y + level * high),
                    (
                        x + wide * rng.uniform(0.5, 0.8),
                        y + level * high + rng.normal(0, 0.05) * size,
                    ),
                )
                drawn_line(
                    canvas.lines, *ends, max(1, writer.nib.width), writer.strength, rng, 0.01 * size
                )
        elif kind < 0.92:
            _arrow(
                canvas,
                (x + wide / 2 + 0.3 * size, y),
                size * rng.uniform(1, 2),
                rng.uniform(-0.8, 0.8),
                writer,
            )


def _shape(wide: float, high: float, size: float, rng: Rng) -> NDArray[np.float64]:
    """A closed curve around a box of that half width and height: the middle is 0."""
    kind = int(rng.integers(0, 5))
    a, b = wide + size * rng.uniform(0.3, 0.9), high + size * rng.uniform(0.3, 0.8)
    if kind == 0:
        angle = np.linspace(0, 2 * np.pi * rng.uniform(0.97, 1.15), 48) + rng.uniform(0, 6)
        ring = np.stack([1.25 * a * np.cos(angle), 1.25 * b * np.sin(angle)], axis=1)
        return np.asarray(ring * np.linspace(1, rng.uniform(0.93, 1.07), 48)[:, None])
    if kind == 1:
        angle = np.linspace(0, 2 * np.pi, 90)
        bumps = 1.3 + 0.14 * np.abs(np.sin(angle * int(rng.integers(3, 7))))
        return np.stack([bumps * a * np.cos(angle), bumps * b * np.sin(angle)], axis=1)
    if kind == 2:
        lean = rng.normal(0, 0.3) * b
        points = [[lean - a, -b], [lean + a, -b], [a - lean, b], [-a - lean, b], [lean - a, -b]]
    elif kind == 3:
        points = [[0, -2.4 * b], [2 * a, b], [-2 * a, b], [0, -2.4 * b]]
    else:
        points = [[-1.7 * a, 0], [0, -1.7 * b], [1.7 * a, 0], [0, 1.7 * b], [-1.7 * a, 0]]
    corners = np.array(points) + rng.normal(0, 0.04 * size, (len(points), 2))
    steps = np.linspace(0, 1, 8, endpoint=False)[:, None]
    sides = [p * (1 - steps) + q * steps for p, q in pairwise(corners)]
    path = np.concatenate([*sides, corners[:1]])
    return np.asarray(path + rng.normal(0, 0.012 * size, path.shape))


def _arrow(
    canvas: Canvas, start: tuple[float, float], length: float, angle: float, writer: Writer
) -> None:
    """A shaft, which is a line, and a head, which is writing."""
    along = np.array([np.cos(angle), np.sin(angle)])
    tip = np.array(start) + length * along
    width = max(1, writer.nib.width)
    drawn_line(
        canvas.lines, start, (tip[0], tip[1]), width, writer.strength, writer.rng, 0.006 * length
    )
    side = np.array([-along[1], along[0]])
    back, out = 0.3 * writer.size * along, 0.22 * writer.size * side
    stroke(
        canvas.other, np.array([tip - back + out, tip, tip - back - out]), width, writer.strength
    )


def doodle(canvas: Canvas, x: float, y: float, room: float, writer: Writer) -> None:
    """A letter, a word, a sign, a smiley, a star, a scribble, a stamp, a bracket, an arrow."""
    rng, size = writer.rng, writer.size
    kind = int(rng.integers(0, 9))
    strength, width = writer.strength, max(1, writer.nib.width)
    if kind < 3:
        piece = [
            word(writer),
            Item(None, *writer.letters_on_line()),
            sign(writer, str(rng.choice(list("+=x%$()?!#<>&~✓€")))),
        ][kind]
        put(canvas, piece, x - piece.ink.shape[1] / 2, y + size / 2, strength)
    elif kind == 3:
        r, turn = size * rng.uniform(0.6, 1.2), np.linspace(0, 2 * np.pi, 40)
        ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        stroke(canvas.other, ring * r + [x, y], width, strength)
        stroke(canvas.other, ring[3:18] * r * 0.55 + [x, y], width, strength)
        for eye in (-0.35, 0.35):
            stroke(canvas.other, ring * 0.06 * r + [x + eye * r, y - 0.3 * r], width, strength)
    elif kind == 4:
        turn = np.arange(6) * 4 * np.pi / 5 - np.pi / 2
        star = np.stack([np.cos(turn), np.sin(turn)], axis=1) * size * rng.uniform(0.4, 1)
        stroke(canvas.other, star + np.array([x, y]), width, strength)
    elif kind == 5:
        turn = np.linspace(0, rng.uniform(12, 50), 160)
        grow = np.linspace(0.1, 1, 160) if rng.random() < 0.5 else 0.6 + 0.4 * np.sin(turn / 3.1)
        loops = np.stack([np.cos(turn) * grow, 0.6 * np.sin(turn) * grow], axis=1)
        loops[:, 0] += np.linspace(-1, 1, 160) * rng.uniform(0, 1)
        stroke(canvas.other, loops * size * rng.uniform(0.5, 1.3) + [x, y], width, strength)
    elif kind == 6:
        stamp(canvas, x, y, room, rng)
    elif kind == 7:
        high, t = size * rng.uniform(0.8, 2), np.linspace(-1, 1, 30)
        bulge = size * 0.25 * (1 - t**2 if rng.random() < 0.5 else np.abs(t) ** 6 * -1)
        stroke(canvas.other, np.stack([x + bulge, y + t * high], axis=1), width, strength)
    else:
        _arrow(canvas, (x, y), size * rng.uniform(1, 2), rng.uniform(-3.1, 3.1), writer)


def stamp(canvas: Canvas, x: float, y: float, room: float, rng: Rng) -> None:
    """Words in a ring or a frame, turned, as a rubber stamp prints them."""
    face = Typeface.new(max(6.0, room * rng.uniform(0.1, 0.16)), rng)
    strength, angle = rng.uniform(0.3, 0.9), rng.normal(0, 0.25)
    drop = 1.7 * face.size
    inks = [face.set(new_word(rng).upper()) for _ in range(rng.integers(1, 4))]
    for i, (ink, below) in enumerate(inks):
        down = (i - (len(inks) - 1) / 2) * drop + face.size / 2
        left = x - ink.shape[1] / 2 * np.cos(angle) - down * np.sin(angle)
        ground = y - ink.shape[1] / 2 * np.sin(angle) + down * np.cos(angle)
        put(canvas, Item(None, ink, below), left, ground, strength, angle)
    a = max(ink.shape[1] for ink, _ in inks) / 2 + face.size
    b = len(inks) * drop / 2 + 0.6 * face.size
    turn = np.linspace(0, 2 * np.pi, 60)
    if rng.random() < 0.5:
        ring = np.stack([1.1 * a * np.cos(turn), max(1.3 * b, 0.7 * a) * np.sin(turn)], axis=1)
    else:
        ring = np.array([[-a, -b], [a, -b], [a, b], [-a, b], [-a, -b]])
    rotate = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    for grow in [1.0, 1.08][: rng.integers(1, 3)]:
        stroke(canvas.other, ring * grow @ rotate + [x, y], max(1, 0.12 * face.size), strength)
