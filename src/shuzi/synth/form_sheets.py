"""Forms, tables, sudokus, score and exam sheets for the page network: every count at random."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shuzi.synth.canvas import Canvas
from shuzi.synth.form import FILLERS, TICKS, Cell, Form
from shuzi.synth.materials import Materials
from shuzi.synth.strings import new_text

Layout = Callable[[Materials, np.random.Generator], Canvas]
Block = Callable[[Form, float, float], tuple[float, float]]
"""Prints something from x and y on and fills it in; its right and bottom."""


# Sheets: blocks above and beside each other.


def fields(materials: Materials, rng: np.random.Generator) -> Canvas:
    """Rows of boxes, of every kind."""
    return _sheet(materials, rng, [(field_rows, 1.0)])


def votes(materials: Materials, rng: np.random.Generator) -> Canvas:
    """Votes a party or a candidate, in stacked rows of boxes."""
    return _sheet(materials, rng, [(vote_rows, 1.0)])


def tables(materials: Materials, rng: np.random.Generator) -> Canvas:
    """Tables with a number in each cell."""
    return _sheet(materials, rng, [(table, 1.0)])


def sudokus(materials: Materials, rng: np.random.Generator) -> Canvas:
    """Sudokus with newspaper around them."""
    return _sheet(materials, rng, [(sudoku, 1.0), (paragraph, 0.25)], largest=50)


def exams(materials: Materials, rng: np.random.Generator) -> Canvas:
    """Sheets with points a question, marks, answers to tick."""
    return _sheet(materials, rng, [(points, 0.5), (answers, 0.25), (bubbles, 0.15), (lined, 0.1)])


def scores(materials: Materials, rng: np.random.Generator) -> Canvas:
    """What people write down while they play."""
    return _sheet(materials, rng, [(score_columns, 1.0)])


def mixed(materials: Materials, rng: np.random.Generator) -> Canvas:
    """Whatever stands on a form, together."""
    blocks: list[tuple[Block, float]] = [
        (field_rows, 0.2),
        (single_boxes, 0.12),
        (lined, 0.12),
        (dates, 0.09),
        (amounts, 0.09),
        (checks, 0.1),
        (bubbles, 0.05),
        (table, 0.06),
        (answers, 0.06),
        (meter, 0.04),
        (paragraph, 0.12),
        (points, 0.05),
        (vote_rows, 0.03),
    ]
    return _sheet(materials, rng, blocks)


LAYOUTS: dict[str, tuple[Layout, float]] = {
    "fields": (fields, 0.35),
    "votes": (votes, 0.12),
    "tables": (tables, 0.25),
    "sudokus": (sudokus, 0.2),
    "exams": (exams, 0.12),
    "scores": (scores, 0.12),
    "mixed": (mixed, 0.35),
}
"""Of each kind, what composes it and its share among all."""
CROWDED = 140
"""Numbers after which a sheet gets no further block."""


def _sheet(
    materials: Materials,
    rng: np.random.Generator,
    blocks: Sequence[tuple[Block, float]],
    largest: float = 60,
) -> Canvas:
    """Blocks drawn by their shares, as many as fit or fewer; cut to them now and then."""
    height, width = (int(np.exp(rng.uniform(np.log(320), np.log(1500)))) for _ in range(2))
    most = min(largest, 0.1 * min(height, width))
    size = float(np.exp(rng.uniform(np.log(10), np.log(most))))
    form = Form.new(materials, rng, (height, width), size)
    shares = np.array([share for _, share in blocks])
    # A form is of few kinds of field, each again and again.
    kinds = rng.choice(len(blocks), int(rng.integers(1, 4)), p=shares / shares.sum())
    _background(form)
    margin = size * rng.uniform(-0.5, 2.5)
    x, right, y = margin, 0.0, size * rng.uniform(-0.5, 2.5)
    if rng.random() < 0.3:
        y = _head(form, max(2.0, x), max(2.0, y))
    top, least = y, int(rng.integers(1, 9))
    for i in range(40):
        block = blocks[int(rng.choice(kinds))][0]
        end, bottom = block(form, x, y)
        right, y = max(right, end), bottom + size * rng.uniform(0.5, 3)
        if y + 2 * size > height:
            x, y, right = right + size * rng.uniform(1.5, 4), top, 0.0
        if x + 3 * size > width or len(form.canvas.numbers) > CROWDED:
            break
        if i >= least and form.canvas.numbers:
            break
    return _cut(form) if rng.random() < 0.7 else form.canvas


def _cut(form: Form) -> Canvas:
    """The canvas less what is bare to the right and below."""
    canvas, more = form.canvas, form.size * form.rng.uniform(0.1, 2)
    width, height = (max(64, round(side + more)) for side in form.reach)
    ink, other, lines = (
        plane[:height, :width].copy() for plane in (canvas.ink, canvas.other, canvas.lines)
    )
    return Canvas(ink, other, lines, canvas.numbers)


def _background(form: Form) -> None:
    """A shade, or a watermark again and again."""
    rng, (height, width) = form.rng, form.canvas.shape
    if rng.random() < 0.1:
        form.tint((0, 0, width, height), rng.uniform(0.05, 0.2))
    if rng.random() < 0.12:
        side, strength = form.size * rng.uniform(3, 10), rng.uniform(0.05, 0.2)
        for y in np.arange(-side / 2, height, 1.4 * side):
            for x in np.arange(-side / 2 - (y % 3) * side / 4, width, 1.5 * side):
                form.emblem((x, y, side, side), strength)
    form.reach = 0.0, 0.0


def _head(form: Form, x: float, y: float) -> float:
    """A title, a logo, the form's number, a page number; the bottom of them."""
    rng, size = form.rng, form.size
    high = size * rng.uniform(0.6, 1.2)
    right = x + form.word(x, y, high)
    if rng.random() < 0.5:
        right += form.size + form.figure(right + size, y, high, _printed_text(rng))
    if rng.random() < 0.3:
        form.word(right + size, y, high * rng.uniform(0.5, 1), _code(rng))
    if rng.random() < 0.3:
        form.emblem((right + 5 * size, y, 2 * size, 2 * size), form.black, "other")
        return y + 3 * size
    return y + high + size * rng.uniform(0.5, 1.5)


def _printed_text(rng: np.random.Generator) -> str:
    """A number as it stands printed on a form: a page, a date, a price."""
    n = int(rng.integers(1, 1000))
    kinds = [
        f"{n % 100}",
        f"{n % 10}",
        f"{n * 37}",
        f"{n % 31 + 1:02}.{n % 12 + 1:02}.{1980 + n % 50}",
        f"{n % 31 + 1}/{n % 12 + 1}/{n % 50 + 1980}",
        f"{n % 9 + 1}/{n % 20 + 2}",
        f"{n / 10:.2f}",
        f"{n},{n % 100:02}",
    ]
    return kinds[int(rng.integers(len(kinds)))]


def _code(rng: np.random.Generator) -> str:
    """A word with digits in it, which is no number."""
    letters = "".join(rng.choice(list("ABCDEFGHKLMNPRTUVWX"), int(rng.integers(1, 4))))
    return f"{letters}{rng.choice(['', '-'])}{rng.integers(1, 10 ** int(rng.integers(1, 5)))}"


# Rows of boxes.


@dataclass(frozen=True, slots=True)
class Boxes:
    """How a number's boxes are printed: lengths in pixels, thicknesses in the form's lines."""

    count: int
    wide: float
    high: float
    gap: float
    style: str
    inner: float
    outer: float
    teeth: float

    @classmethod
    def new(cls, form: Form, count: int, styles: tuple[str, ...] = ()) -> "Boxes":
        rng = form.rng
        style = str(
            rng.choice(styles or tuple(STYLES), p=None if styles else list(STYLES.values()))
        )
        high = form.size * rng.uniform(1.15, 1.8)
        wide = high * rng.uniform(0.5, 1.15)
        gap = wide * rng.uniform(0.06, 0.45) if style in ("apart", "dashes", "shaded") else 0.0
        inner = rng.uniform(0.5, 1.2)
        outer = inner if rng.random() < 0.6 else rng.uniform(1.5, 4)
        return cls(count, wide, high, gap, style, inner, outer, rng.uniform(0.15, 0.5))

    @property
    def long(self) -> float:
        return self.count * (self.wide + self.gap) - self.gap

    def cells(self, x: float, y: float) -> list[Cell]:
        step = self.wide + self.gap
        return [(x + i * step, y, self.wide, self.high) for i in range(self.count)]

    def print(self, form: Form, x: float, y: float) -> None:
        """The lines, from x and y on."""
        cells, whole = self.cells(x, y), (x, y, self.long, self.high)
        if self.style in ("apart", "shaded"):
            for cell in cells:
                if self.style == "shaded":
                    form.tint(cell, 0.12)
                form.frame(cell, self.inner if self.style == "apart" else 0.3)
            return
        if self.style == "dashes":
            for cell in cells:
                form.frame(cell, self.outer, "b")
            return
        sides = {"open": "blr", "comb": "b", "rail": "tb"}.get(self.style, "tblr")
        form.frame(whole, self.outer, sides)
        top = y + (1 - self.teeth) * self.high if self.style in ("comb", "half") else y
        dotted = {"dotted": 0.12 * self.high, "dashed": 0.3 * self.high}.get(self.style, 0.0)
        for cell in cells[0 if sides == "b" else 1 :]:
            form.rule((cell[0], top), (cell[0], y + self.high), self.inner, dotted)
        if self.style in ("comb", "rail"):
            for edge in (x, x + self.long):
                form.rule((edge, top), (edge, y + self.high), self.outer)


STYLES = {
    "closed": 0.36,
    "apart": 0.2,
    "open": 0.1,
    "comb": 0.1,
    "half": 0.05,
    "dotted": 0.06,
    "dashed": 0.04,
    "rail": 0.02,
    "dashes": 0.04,
    "shaded": 0.03,
}
"""Boxes that touch or not; without tops; with short dividers below, in a frame or not; with
dividers of dots and dashes; with a line above and below; a short line a digit; shaded."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How often a form's fields are filled in otherwise than with a digit to each box."""

    blank: float
    short: float
    left: float
    filler: str
    squeezed: float
    wrong: float

    @classmethod
    def new(cls, rng: np.random.Generator) -> "Habits":
        odd = 0.12 if rng.random() < 0.2 else 0.0
        return cls(
            blank=rng.uniform(0, 0.4) if rng.random() < 0.4 else 0.02,
            short=rng.uniform(0, 0.9),
            left=float(rng.random() < 0.2),
            filler=str(rng.choice(FILLERS)) if rng.random() < 0.35 else "",
            squeezed=0.3 if rng.random() < 0.08 else 0.01,
            wrong=odd,
        )

    def room(self, form: Form, count: int) -> float:
        """Paper that a number needs which is written again beside its boxes."""
        return (1.2 * count + 0.8) * form.size if self.wrong else 0.0

    def fill(self, form: Form, cells: list[Cell]) -> None:
        """A number, or none, into one row of boxes."""
        rng, count = form.rng, len(cells)
        if rng.random() < self.blank:
            if self.filler and rng.random() < 0.5:
                for cell in cells:
                    form.mark(self.filler, cell)
            return
        if count > 1 and rng.random() < self.squeezed:
            text = _digits(rng, min(3, count))
            x, y, w, h = cells[0 if rng.random() < 0.7 else -1]
            form.write(text, (x - 0.05 * w, y, 1.1 * w, h), high=form.size * rng.uniform(0.6, 1))
            return
        used = count if rng.random() > self.short else int(rng.integers(1, count + 1))
        first = 0 if rng.random() < self.left else count - used
        text, empty = _digits(rng, used), cells[:first] + cells[first + used :]
        if self.filler:
            for cell in empty:
                form.mark(self.filler, cell)
        if rng.random() >= self.wrong:
            form.spell(text, cells[first : first + used])
            return
        for cell in cells[first : first + used]:
            form.strike(_digits(rng, 1), cell)
        # The right number beside the boxes, where they leave room for it.
        x, y, w, h = cells[-1]
        form.write(text, (x + w + 0.4 * form.size, y, used * 1.2 * form.size, h), "l", form.size)


def _digits(rng: np.random.Generator, count: int) -> str:
    """So many digits, with more ones and noughts than by chance."""
    digits = rng.integers(0, 10, count)
    if rng.random() < 0.3:
        digits[rng.random(count) < 0.4] = rng.integers(0, 2)
    return "".join(map(str, digits))


def field_rows(form: Form, x: float, y: float) -> tuple[float, float]:
    """Fields of boxes above and beside each other, with labels or none."""
    rng, size = form.rng, form.size
    boxes = Boxes.new(form, int(rng.integers(1, 13) if rng.random() < 0.5 else rng.integers(2, 7)))
    habits, (height, width) = Habits.new(rng), form.canvas.shape
    rows = int(rng.choice([rng.integers(1, 4), rng.integers(3, 12), rng.integers(8, 41)]))
    label = str(rng.choice(["", "left", "above", "number"], p=[0.35, 0.35, 0.2, 0.1]))
    high = size * rng.uniform(0.3, 0.7)
    beside = {"left": size * rng.uniform(3, 8), "number": size * rng.uniform(1.5, 3)}.get(label, 0)
    apart = 0.0 if rng.random() < 0.3 and label != "above" else size * rng.uniform(0.15, 1.6)
    down = boxes.high + apart + (1.6 * high if label == "above" else 0)
    corrected = habits.room(form, boxes.count)
    across = beside + boxes.long + max(corrected, boxes.wide * rng.uniform(1.3, 3) + boxes.gap)
    columns = 1 if rng.random() < 0.5 else int(rng.integers(2, 5))
    columns = max(1, min(columns, int((width - x) / across)))
    rows = max(1, min(rows, int((height - y) / down)))
    printed = rng.random() < 0.05
    first = int(rng.integers(1, 30))
    for row in range(rows):
        for column in range(columns):
            left, top = x + column * across, y + row * down
            if label == "left":
                form.word(
                    left + beside - 0.5 * size, top + (boxes.high - high) / 2, high, "", "r", beside
                )
            if label == "number":
                text = str(first + row + column * rows)
                form.figure(
                    left + beside - 0.5 * size, top + (boxes.high - high) / 2, high, text, "r"
                )
            if label == "above":
                form.word(left, top, high, most=across - beside - 0.5 * size)
                top += 1.6 * high
            boxes.print(form, left + beside, top)
            cells = boxes.cells(left + beside, top)
            if printed:
                form.type(_digits(rng, boxes.count), cells)
            else:
                habits.fill(form, cells)
    return x + columns * across, y + rows * down


def vote_rows(form: Form, x: float, y: float) -> tuple[float, float]:
    """A row of boxes a party or a candidate, touching; the name, a logo, a number beside it."""
    rng, size = form.rng, form.size
    count = 3 if rng.random() < 0.6 else int(rng.integers(2, 6))
    boxes = Boxes.new(form, count, ("closed", "closed", "closed", "dashed", "apart"))
    high = boxes.high * rng.uniform(1, 1.6)
    boxes = Boxes(
        count, boxes.wide, high, boxes.gap, boxes.style, boxes.inner, rng.uniform(1, 5), 1
    )
    rows = max(1, min(int(rng.integers(1, 22)), int((form.canvas.shape[0] - y) / high)))
    habits = Habits.new(rng)
    logo = high if rng.random() < 0.4 else 0.0
    names = size * rng.uniform(4, 12) if rng.random() < 0.6 else 0.0
    numbered = size * 1.6 if rng.random() < 0.4 else 0.0
    mark = rng.uniform(0.05, 0.22) if rng.random() < 0.6 else 0.0
    boxed = rng.random() < 0.6
    left = x + numbered + logo + names
    letters, printed = size * rng.uniform(0.35, 0.7), rng.random() < 0.85
    for row in range(rows):
        top = y + row * high
        middle = top + (high - letters) / 2
        if numbered:
            form.figure(x + numbered - 0.4 * size, middle, letters, str(row + 1), "r")
        if logo:
            inset = 0.1 * high
            side = high - 2 * inset
            form.emblem((x + numbered + inset, top + inset, side, side), form.black, "other")
        if names and printed:
            form.word(x + numbered + logo + 0.3 * size, middle, letters, most=names - 0.5 * size)
        elif names:
            form.scrawl(x + numbered + logo + 0.3 * size, top + 0.2 * high, size, names - size)
        if boxed:
            form.frame((x, top, left - x, high), boxes.inner)
        if mark:
            for cell in boxes.cells(left, top)[:: 1 if boxes.wide > size else 2]:
                side = high * rng.uniform(0.5, 0.9)
                form.emblem((cell[0] + 0.2 * side, top + 0.1 * high, side, side), mark)
        boxes.print(form, left, top)
        habits.fill(form, boxes.cells(left, top))
    if rng.random() < 0.3:
        form.frame((left, y, boxes.long, rows * high), boxes.outer + 1)
    return left + boxes.long + habits.room(form, count), y + rows * high


def single_boxes(form: Form, x: float, y: float) -> tuple[float, float]:
    """Frames with a whole number in each."""
    rng, size = form.rng, form.size
    most = int(rng.integers(1, 10))
    high = size * rng.uniform(1.2, 2.2)
    wide = max(high * rng.uniform(0.9, 1.5), size * (0.75 * most + 0.5) * rng.uniform(0.9, 1.4))
    label = size * rng.uniform(3, 7) if rng.random() < 0.6 else 0.0
    across = label + wide + size * rng.uniform(0.8, 3)
    down = high + size * rng.uniform(0.3, 1.5)
    height, width = form.canvas.shape
    columns = max(1, min(int(rng.integers(1, 6)), int((width - x) / across)))
    rows = max(1, min(int(rng.integers(1, 12)), int((height - y) / down)))
    side, blank = str(rng.choice(["l", "c", "r"])), rng.uniform(0, 0.4)
    thick, shaded = rng.uniform(0.6, 3), rng.random() < 0.15
    for row in range(rows):
        for column in range(columns):
            left, top = x + column * across, y + row * down
            if label:
                letters = size * 0.5
                form.word(
                    left + label - 0.4 * size, top + 0.5 * (high - letters), letters, side="r"
                )
            cell = (left + label, top, wide, high)
            if shaded:
                form.tint(cell, 0.15)
            form.frame(cell, thick)
            if rng.random() < blank:
                continue
            if rng.random() < 0.04:
                form.strike(_digits(rng, min(most, 3)), cell)
                continue
            form.write(_digits(rng, int(rng.integers(1, most + 1))), cell, side)
    return x + columns * across, y + rows * down


def lined(form: Form, x: float, y: float) -> tuple[float, float]:
    """Words, each with a line to write on: numbers, names, a signature."""
    rng, size = form.rng, form.size
    rows, down = int(rng.integers(1, 9)), size * rng.uniform(1.5, 2.6)
    letters, long = size * rng.uniform(0.4, 0.8), size * rng.uniform(4, 12)
    dotted = size * 0.2 if rng.random() < 0.35 else 0.0
    label = max(form.some_word().shape[1] * letters / 40 for _ in range(4)) + size
    for row in range(rows):
        top = y + row * down
        base = top + 1.1 * size
        form.word(x, base - letters, letters, most=label - 0.5 * size)
        form.rule((x + label, base), (x + label + long, base), 0.8, dotted)
        if rng.random() < 0.65:
            text = new_text(rng)[: int(long / size)]
            cell = (x + label, base - 1.05 * size, long, size)
            form.write(text, cell, str(rng.choice(["l", "c", "r"])), size)
        elif rng.random() < 0.7:
            form.scrawl(x + label + 0.5 * size, top, size, long)
    return x + label + long, y + rows * down


def dates(form: Form, x: float, y: float) -> tuple[float, float]:
    """Day, month and year in boxes: three numbers."""
    rng, size = form.rng, form.size
    boxes = Boxes.new(form, 2)
    year = 4 if rng.random() < 0.7 else 2
    groups = [2, 2, year] if rng.random() < 0.7 else [year, 2, 2]
    between = boxes.wide * rng.uniform(0.6, 1.2)
    sign = str(rng.choice(["", ".", "/", "-"]))
    rows = int(rng.integers(1, 5))
    down = boxes.high * rng.uniform(1.2, 2)
    label = size * rng.uniform(2, 6) if rng.random() < 0.7 else 0.0
    end = x
    for row in range(rows):
        left, top = x + label, y + row * down
        if label:
            form.word(left - 0.5 * size, top + 0.4 * boxes.high, 0.5 * size, "", "r", label)
        for i, count in enumerate(groups):
            part = Boxes(count, *_shape(boxes))
            part.print(form, left, top)
            day = int(rng.integers(1, 13))
            text = f"{day:02}" if count == 2 else str(rng.integers(1900, 2035))
            if rng.random() < 0.93:
                form.spell(text, part.cells(left, top))
            left += part.long + between
            if sign and i < 2:
                high = (0.15 if sign == "." else 0.3) * size
                form.word(left - between / 2, top + boxes.high - 1.5 * high, high, sign, "c")
        end = max(end, left)
    return end, y + rows * down


def amounts(form: Form, x: float, y: float) -> tuple[float, float]:
    """Money in boxes with a printed comma or point before the last two."""
    rng, size = form.rng, form.size
    boxes = Boxes.new(form, int(rng.integers(1, 7)), ("closed", "apart", "open", "comb"))
    rows, down = int(rng.integers(1, 7)), boxes.high * rng.uniform(1.05, 2)
    cents, sign = Boxes(2, *_shape(boxes)), str(rng.choice([",", "."]))
    between = boxes.wide * rng.uniform(0.35, 0.6)
    label = size * rng.uniform(3, 6) if rng.random() < 0.7 else 0.0
    unit = str(rng.choice(["", "€", "EUR", "$", "CHF", "kg"]))
    left = x + label
    right = left + boxes.long + between
    for row in range(rows):
        top = y + row * down
        if label:
            form.word(left - 0.5 * size, top + 0.4 * boxes.high, 0.5 * size, "", "r", label)
        boxes.print(form, left, top)
        cents.print(form, right, top)
        if unit:
            form.word(right + cents.long + 0.4 * size, top + 0.3 * boxes.high, 0.6 * size, unit)
        used = int(rng.integers(1, boxes.count + 1))
        cells = boxes.cells(left, top)[-used:] + cents.cells(right, top)
        comma = form.print_of(sign, 0.9 * size)
        at = right - between / 2 - comma.shape[1] / 2, top + 0.85 * boxes.high - 0.5 * len(comma)
        if rng.random() < 0.85:
            digits = _digits(rng, used + 2)
            form.spell(digits, cells, [(comma, *at)])
        else:
            form.stamp(comma, *at, form.black)
    return right + cents.long + 2 * size, y + rows * down


def _shape(boxes: Boxes) -> tuple[float, float, float, str, float, float, float]:
    """All of it but the count."""
    return (
        boxes.wide,
        boxes.high,
        boxes.gap,
        boxes.style,
        boxes.inner,
        boxes.outer,
        boxes.teeth,
    )


# Tables.


def table(form: Form, x: float, y: float) -> tuple[float, float]:
    """A number in each cell; heads of words, letters or numbers; some of the lines."""
    rng, size = form.rng, form.size
    height, width = form.canvas.shape
    high = size * rng.uniform(1.25, 2.2)
    columns = int(rng.integers(1, 6) if rng.random() < 0.6 else rng.integers(1, 21))
    rows = int(rng.integers(1, 9) if rng.random() < 0.5 else rng.integers(4, 31))
    rows = max(1, min(rows, int((height - y) / high) - 1))
    digits = rng.integers(1, 6, columns)
    free = rng.random() < 0.5
    widths = (
        size * (0.75 * digits + 0.7) * rng.uniform(1, 1.4)
        if free
        else np.full(columns, size * (0.75 * digits.max() + 0.7) * rng.uniform(1, 1.5))
    )
    widths = np.maximum(widths, 1.25 * high)
    head = size * rng.uniform(2, 7) if rng.random() < 0.6 else 0.0
    edges = x + head + np.concatenate([[0.0], np.cumsum(widths)])
    kept = max(1, int((edges[1:] < width).sum()))
    edges, columns = edges[: kept + 1], kept
    top = y + (high * rng.uniform(0.8, 1.3) if rng.random() < 0.7 else 0.0)
    printed = rng.random() < 0.12
    blank = rng.uniform(0, 0.6) if rng.random() < 0.5 else 0.02
    right, bottom = float(edges[-1]), top + rows * high
    _table_lines(form, (x, y, right, bottom), edges, [top + i * high for i in range(rows + 1)])
    letters = size * rng.uniform(0.35, 0.7)
    heads = str(rng.choice(["word", "number", "letter", "hand"]))
    if top > y:
        middle = y + (top - y - letters) / 2
        for i in range(columns):
            cell = (edges[i], y, edges[i + 1] - edges[i], top - y)
            _name(form, heads, cell, letters, middle, i + 1)
    rowheads = str(rng.choice(["word", "word", "number", "letter", "hand"]))
    sides = rng.choice(["l", "c", "r"], columns)
    for row in range(rows):
        at = top + row * high
        if head:
            _name(form, rowheads, (x, at, head, high), letters, at + (high - letters) / 2, row + 1)
        for i in range(columns):
            if rng.random() < blank:
                continue
            cell = (float(edges[i]), at, float(edges[i + 1] - edges[i]), high)
            text = _digits(rng, int(rng.integers(max(1, digits[i] - 1), digits[i] + 1)))
            if printed:
                form.figure(cell[0] + cell[2] / 2, at + (high - letters) / 2, letters, text, "c")
            elif rng.random() < 0.015:
                form.strike(text, cell)
            elif rng.random() < 0.01:
                form.mark(str(rng.choice(FILLERS)), cell, 0.5)
            else:
                form.write(text, cell, str(sides[i]))
    return right, bottom


def _table_lines(form: Form, whole: Cell, edges: NDArray[np.floating], levels: list[float]) -> None:
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
    kind = str(
        rng.choice(["all", "rows", "columns", "outer", "none"], p=[0.68, 0.12, 0.08, 0.06, 0.06])
    )
    thick, dotted = rng.uniform(0.6, 2.0), form.size * 0.15 if rng.random() < 0.1 else 0.0
    if kind in ("all", "outer"):
        form.frame((x, y, right - x, bottom - y), thick * rng.choice([1.0, 2.5]))
    if kind in ("all", "rows"):
        for level in levels:
            form.rule((x, level), (right, level), thick, dotted)
    if kind in ("all", "columns"):
        for edge in edges:
            form.rule((float(edge), y), (float(edge), bottom), thick, dotted)


def _name(form: Form, kind: str, cell: Cell, letters: float, y: float, number: int) -> None:
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


def paragraph(form: Form, x: float, y: float) -> tuple[float, float]:
    """Lines of printed words, with a number or a code among them."""
    rng, letters = form.rng, form.size * form.rng.uniform(0.3, 0.8)
    letters = max(6.0, letters)
    long = letters * rng.uniform(10, 40)
    top, right = y, x
    for _ in range(int(rng.integers(1, 8))):
        left = x
        while left < min(x + long, form.canvas.shape[1]):
            kind = rng.random()
            if kind < 0.08:
                left += form.figure(left, top, letters, _printed_text(rng))
            else:
                left += form.word(left, top, letters, _code(rng) if kind > 0.96 else "")
            right, left = max(right, left), left + letters * 0.7
        top += letters * 2
    return right, top


# Exams, games, ticks.


def points(form: Form, x: float, y: float) -> tuple[float, float]:
    """A small table: question, the most points, points; their sum at the end."""
    rng, size = form.rng, form.size
    questions = int(rng.integers(2, 13))
    high, wide = size * rng.uniform(1.3, 2), size * rng.uniform(1.9, 3)
    head = size * rng.uniform(3, 6)
    upright = rng.random() < 0.25
    letters = size * rng.uniform(0.45, 0.75)
    most = rng.integers(2, 25, questions)
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
                _name(form, "word", cell, letters, top, 1)
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


def answers(form: Form, x: float, y: float) -> tuple[float, float]:
    """Numbered questions, each with a box or a line for a number, a letter or a tick."""
    rng, size = form.rng, form.size
    letters, down = size * rng.uniform(0.5, 0.9), size * rng.uniform(1.5, 2.4)
    rows = max(1, min(int(rng.integers(3, 31)), int((form.canvas.shape[0] - y) / down)))
    wide, first = size * rng.uniform(1.3, 4), int(rng.integers(1, 40))
    columns, across = int(rng.integers(1, 5)), 2.4 * size + wide + size * rng.uniform(1, 3)
    columns = max(1, min(columns, int((form.canvas.shape[1] - x) / across)))
    boxed, kind = rng.random() < 0.6, str(rng.choice(["number", "number", "letter", "mixed"]))
    for row in range(rows):
        for column in range(columns):
            left, top = x + column * across, y + row * down
            number = first + row + column * rows
            form.figure(
                left + 1.8 * size, top + 0.5 * (1.3 * size - letters), letters, str(number), "r"
            )
            cell = (left + 2.4 * size, top, wide, 1.3 * size)
            form.frame(cell, 1.0, "tblr" if boxed else "b")
            what = str(rng.choice(["number", "letter", "blank"])) if kind == "mixed" else kind
            if what == "number":
                form.write(_digits(rng, int(rng.integers(1, 2 + int(wide / size)))), cell)
            elif what == "letter":
                form.letter(cell)
    return x + columns * across, y + rows * down


def score_columns(form: Form, x: float, y: float) -> tuple[float, float]:
    """A column a player, names or initials above, running totals, some struck out, a sum."""
    rng, size = form.rng, form.size
    players, wide = int(rng.integers(1, 8)), size * rng.uniform(2.4, 4.5)
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
            _name(form, names, (left, y, wide, top - y), 0.6 * size, y + 0.3 * high, i)
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
    if ruled == "hand":
        form.shade, form.thick = form.pen, max(1.0, form.writer.hand.pen * form.size)
        bend = 0.25 * form.size
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


def checks(form: Form, x: float, y: float) -> tuple[float, float]:
    """Boxes or circles to tick, with words; not one number."""
    rng, size = form.rng, form.size
    side, down = size * rng.uniform(0.5, 1.2), size * rng.uniform(1.3, 2.2)
    rows, columns = int(rng.integers(1, 9)), int(rng.integers(1, 4))
    letters, ticked = size * rng.uniform(0.4, 0.75), rng.uniform(0, 0.7)
    round_, way, thick = rng.random() < 0.25, str(rng.choice(TICKS)), rng.uniform(0.6, 2)
    across = side + size * rng.uniform(5, 9)
    for row in range(rows):
        for column in range(columns):
            left, top = x + column * across, y + row * down
            if round_:
                form.ring(left + side / 2, top + side / 2, side / 2, side / 2, thick)
            else:
                form.frame((left, top, side, side), thick)
            most = across - 2 * side
            form.word(left + 1.4 * side, top + (side - letters) / 2, letters, most=most)
            if rng.random() < ticked:
                form.mark(way, (left, top, side, side), rng.uniform(0.7, 1.4))
    return x + columns * across, y + rows * down


def bubbles(form: Form, x: float, y: float) -> tuple[float, float]:
    """Rows of circles with letters or digits in them, some filled; a number before each row."""
    rng, size = form.rng, form.size
    side = max(9.0, size * rng.uniform(0.8, 1.3))
    letters = side * rng.uniform(0.4, 0.55)
    rows, count = int(rng.integers(2, 16)), int(rng.integers(3, 7))
    rows = max(1, min(rows, int((form.canvas.shape[0] - y) / (1.4 * side))))
    empty = rng.random() < 0.35
    for row in range(rows):
        top = y + row * 1.4 * side
        form.figure(x + 1.5 * side, top + (side - letters) / 2, letters, str(row + 1), "r")
        filled = int(rng.integers(0, count + 2))
        for i in range(count):
            middle = x + 2.4 * side + i * 1.5 * side, top + side / 2
            form.ring(*middle, side / 2, side / 2 * rng.uniform(0.95, 1))
            if i == filled:
                form.blot(*middle, 0.42 * side)
            elif not empty:
                form.word(middle[0], middle[1] - letters / 2, letters, "ABCDEFG"[i], "c")
    return x + (2.4 + 1.5 * count) * side, y + rows * 1.4 * side


def meter(form: Form, x: float, y: float) -> tuple[float, float]:
    """A printed row of wheels, one number; white on black ones, too."""
    rng, size = form.rng, form.size
    count, high = int(rng.integers(3, 9)), size * rng.uniform(1.4, 2)
    wide, gap = high * rng.uniform(0.55, 0.9), high * rng.choice([0.0, 0.08, 0.2])
    cells = [(x + i * (wide + gap), y, wide, high) for i in range(count)]
    dark = rng.random() < 0.5
    pieces, text = [], _digits(rng, count)
    for digit, cell in zip(text, cells, strict=True):
        piece = form.print_of(digit, high * 0.65)
        at = cell[0] + (wide - piece.shape[1]) / 2, y + (high - len(piece)) / 2
        pieces.append((piece, *at))
        if not dark:
            form.frame(cell, 1.5)
    if dark:
        form.stencil((x - gap, y - gap, count * (wide + gap) + gap, high + 2 * gap), text, pieces)
    else:
        form.put(text, pieces, form.black)
    form.word(x + count * (wide + gap) + 0.5 * size, y + 0.3 * high, 0.6 * size, "kWh")
    return x + count * (wide + gap) + 3 * size, y + high
