"""Blocks of a form: numbers in rows of boxes, in frames, on lines."""

from dataclasses import dataclass, replace

import numpy as np

from shuzi.synth.canvas import paste
from shuzi.synth.form import FILLERS, Cell, Form
from shuzi.synth.texts import any_text

STROKE = "0,60! 200,30!"
"""One stroke through several boxes."""


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
        high = form.size * (rng.uniform(1.15, 1.8) if rng.random() < 0.8 else rng.uniform(1.8, 2.6))
        spread = style in ("apart", "shaded", "white") and rng.random() < 0.5
        wide = max(
            0.7 * form.size, high * (rng.uniform(1, 1.8) if spread else rng.uniform(0.42, 1.15))
        )
        gap = (
            wide * rng.uniform(0.06, 0.65)
            if style in ("apart", "dashes", "shaded", "white")
            else 0.0
        )
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
        if self.style == "white":
            pad = 0.12 * self.high
            form.tint((x - pad, y - pad, self.long + 2 * pad, self.high + 2 * pad), 0.22)
            for cell in cells:
                form.clear(cell)
            return
        if self.style in ("apart", "shaded"):
            for cell in cells:
                if self.style == "shaded":
                    form.tint(cell, 0.12)
                form.frame(cell, self.outer if self.style == "apart" else 0.3)
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

    def hint(self, form: Form, x: float, y: float, letters: str) -> None:
        """A pale letter in each box, which says what belongs there."""
        for letter, (left, top, wide, high) in zip(letters, self.cells(x, y), strict=True):
            piece = form.print_of(letter, 0.4 * high)
            at = left + (wide - piece.shape[1]) / 2, top + 0.3 * high
            paste(form.canvas.lines, piece, *at, 0.3 * form.black)


STYLES = {
    "closed": 0.27,
    "apart": 0.26,
    "open": 0.1,
    "comb": 0.1,
    "half": 0.05,
    "dotted": 0.06,
    "dashed": 0.04,
    "rail": 0.02,
    "dashes": 0.04,
    "shaded": 0.02,
    "white": 0.04,
}
"""Boxes that touch or not; without tops; with short dividers below, in a frame or not; with
dividers of dots and dashes; with a line above and below; a short line a digit; shaded;
white in a shaded band."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How often a form's fields are filled in otherwise than with a digit to each box."""

    blank: float
    short: float
    left: float
    filler: str
    squeezed: float
    across: float
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
            across=0.3 if rng.random() < 0.08 else 0.0,
            wrong=odd,
        )

    @classmethod
    def of_votes(cls, rng: np.random.Generator) -> "Habits":
        """Unused boxes are mostly struck out; now and then all stands in the first box."""
        return replace(
            cls.new(rng),
            short=rng.uniform(0.2, 0.9),
            filler=str(rng.choice(FILLERS)) if rng.random() < 0.55 else "",
            squeezed=rng.uniform(0.2, 0.9) if rng.random() < 0.12 else 0.01,
        )

    def room(self, form: Form, count: int) -> float:
        """Paper that a number needs which is written again beside its boxes."""
        return (1.2 * count + 0.8) * form.size if self.wrong else 0.0

    def fill(self, form: Form, cells: list[Cell], above: float = 0.0) -> None:
        """A number, or none, into one row of boxes; `above` it so much paper is bare."""
        rng, count = form.rng, len(cells)
        if rng.random() < self.blank:
            self._void(form, cells if rng.random() < 0.5 else [])
            return
        x, y, w, h = cells[0]
        long = cells[-1][0] + w - x
        if count > 1 and rng.random() < self.squeezed:
            left = x if rng.random() < 0.7 else cells[-1][0]
            high = form.size * rng.uniform(0.6, 1)
            form.write(new_digits(rng, min(3, count)), (left - 0.05 * w, y, 1.1 * w, h), high=high)
            return
        if count > 1 and rng.random() < self.across:
            text, side = new_digits(rng, int(rng.integers(1, count + 1))), rng.choice(list("lcr"))
            form.write(text, (x, y, long, h), str(side), form.size)
            return
        used = count if rng.random() > self.short else int(rng.integers(1, count + 1))
        first = 0 if rng.random() < self.left else count - used
        text, right = new_digits(rng, used), cells[first : first + used]
        self._void(form, cells[:first] + cells[first + used :])
        if rng.random() >= self.wrong:
            form.spell(text, right)
            return
        for cell in right:
            form.strike(new_digits(rng, 1), cell)
        if above > 1.1 * form.size and rng.random() < 0.6:
            form.write(text, (x, y - form.size, long, 0.9 * form.size), high=0.8 * form.size)
        else:
            beside = (x + long + 0.4 * form.size, y, used * 1.2 * form.size, h)
            form.write(text, beside, "l", form.size)

    def _void(self, form: Form, cells: list[Cell]) -> None:
        """The filler in each of the cells, or one stroke through all of them."""
        if not self.filler or not cells:
            return
        if len(cells) > 1 and form.rng.random() < 0.12:
            x, y, w, h = cells[0]
            form.mark(STROKE, (x, y, cells[-1][0] + w - x, h), 0.9)
            return
        for cell in cells:
            form.mark(self.filler, cell, form.rng.uniform(0.3, 0.8) * min(1.0, form.big / 0.55))


def new_digits(rng: np.random.Generator, count: int) -> str:
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
    label = str(rng.choice(["", "left", "above", "number", "row"], p=[0.25, 0.3, 0.2, 0.1, 0.15]))
    high = size * rng.uniform(0.3, 0.7)
    beside = {"left": size * rng.uniform(3, 8), "number": size * rng.uniform(1.5, 3)}.get(label, 0)
    # Nine rows of nine boxes that touch would be a sudoku.
    touching = rng.random() < 0.4 and label != "above" and boxes.count < 7
    apart = 0.0 if touching else size * rng.uniform(0.15, 1.6)
    down = boxes.high + apart + (1.6 * high if label == "above" else 0)
    corrected = habits.room(form, boxes.count)
    # Between two numbers there is more than between two boxes of one, sometimes not much more.
    close = boxes.count > 1 and rng.random() < 0.5
    between = 1.2 * boxes.gap + boxes.wide * (
        rng.uniform(0.2, 1.3) if close else rng.uniform(1.3, 3)
    )
    across = beside + boxes.long + max(corrected, between)
    if label == "row":
        head = size * rng.uniform(3, 8)
        x += head
    columns = 1 if rng.random() < 0.5 else int(rng.integers(2, 5))
    columns = max(1, min(columns, int((width - x) / across)))
    rows = max(1, min(rows, int((height - y) / down)))
    printed = rng.random() < 0.05
    first = int(rng.integers(1, 30))
    badges = rng.random() < 0.3
    hints = "".join(rng.choice(list("TMJDYAX"), boxes.count)) if rng.random() < 0.06 else ""
    for row in range(rows):
        if label == "row":
            middle = y + row * down + (boxes.high - high) / 2
            form.word(x - 0.5 * size, middle, high, "", "r", head)
        for column in range(columns):
            left, top = x + column * across, y + row * down
            if label == "left":
                form.word(
                    left + beside - 0.5 * size, top + (boxes.high - high) / 2, high, "", "r", beside
                )
            if label == "number":
                text = str(first + row + column * rows)
                at = left + beside - 0.5 * size, top + (boxes.high - high) / 2
                if badges:
                    form.badge(*at, high, text)
                else:
                    form.figure(*at, high, text, "r")
            if label == "above":
                form.word(left, top, high, most=across - beside - 0.5 * size)
                top += 1.6 * high
            boxes.print(form, left + beside, top)
            if hints:
                boxes.hint(form, left + beside, top, hints)
            cells = boxes.cells(left + beside, top)
            if printed:
                form.type(new_digits(rng, boxes.count), cells)
            else:
                habits.fill(form, cells, 0.0 if label == "above" else apart)
    return x + columns * across, y + rows * down


def joined_rows(form: Form, x: float, y: float) -> tuple[float, float]:
    """Rows of boxes that touch, several numbers in each, parted by a thicker line alone, or two."""
    rng, size = form.rng, form.size
    boxes = Boxes.new(form, int(rng.integers(2, 6)), ("closed", "closed", "open", "dashed"))
    habits, (height, width) = Habits.new(rng), form.canvas.shape
    label = size * rng.uniform(3, 8) if rng.random() < 0.6 else 0.0
    double = boxes.wide * rng.uniform(0.06, 0.15) if rng.random() < 0.3 else 0.0
    thick = boxes.inner * (1.0 if double else rng.uniform(2.5, 6))
    across = boxes.long + double
    columns = max(1, min(int(rng.integers(2, 5)), int((width - x - label) / across)))
    down = boxes.high + (0.0 if rng.random() < 0.7 else size * rng.uniform(0.1, 0.8))
    rows = max(1, min(int(rng.integers(1, 21)), int((height - y) / down)))
    for row in range(rows):
        top = y + row * down
        if label:
            letters = 0.5 * size
            form.word(x + label - 0.5 * size, top + 0.4 * boxes.high, letters, "", "r", label)
        for column in range(columns):
            left = x + label + column * across
            boxes.print(form, left, top)
            for edge in (left, left + boxes.long):
                form.rule((edge, top), (edge, top + boxes.high), thick)
            habits.fill(form, boxes.cells(left, top))
    return x + label + columns * across, y + rows * down


def vote_rows(form: Form, x: float, y: float) -> tuple[float, float]:
    """A row of boxes a party or a candidate, touching; the name, a logo, a number beside it."""
    return _vote_rows(form, x, y, beside=True)


def vote_boxes(form: Form, x: float, y: float) -> tuple[float, float]:
    """The boxes of such rows from x on, and what is seen left and right of them."""
    return _vote_rows(form, x, y, beside=False)


def _vote_rows(form: Form, x: float, y: float, *, beside: bool) -> tuple[float, float]:
    rng, size = form.rng, form.size
    count = 3 if rng.random() < 0.5 else int(rng.integers(2, 7))
    boxes = Boxes.new(form, count, ("closed", "closed", "closed", "dashed", "apart"))
    # Much paper is left around a digit.
    high = size * rng.uniform(1.3, 3.2)
    wide = rng.uniform(max(0.42 * high, 0.75 * size), max(1.1 * high, 0.9 * size))
    thick = rng.uniform(1, 5) if rng.random() < 0.3 else boxes.inner
    boxes = Boxes(count, wide, high, boxes.gap, boxes.style, boxes.inner, thick, 1)
    rows = int(rng.integers(1, 22) if beside else rng.integers(1, 8))
    rows = max(1, min(rows, int((form.canvas.shape[0] - y) / high)))
    habits = Habits.of_votes(rng)
    usual = form.big, form.loose
    form.big = size / high * rng.uniform(0.8, 1.05)
    form.loose = rng.uniform(0.02, 0.12)
    logo = high if rng.random() < 0.4 else 0.0
    names = size * rng.uniform(4, 12) if rng.random() < 0.6 else 0.0
    numbered = size * 1.6 if rng.random() < 0.4 else 0.0
    mark = rng.uniform(0.05, 0.22) if rng.random() < 0.6 else 0.0
    boxed, further = rng.random() < 0.6, not beside and rng.random() < 0.5
    left = x + numbered + logo + names
    if not beside:
        x, left = x - (left - x), x
    end = left + boxes.long + (size * rng.uniform(0, 3) if further else 0)
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
        if further:
            form.rule((left + boxes.long, top), (end, top), boxes.inner)
        if mark:
            for cell in boxes.cells(left, top)[:: 1 if boxes.wide > size else 2]:
                side = high * rng.uniform(0.5, 0.9)
                form.emblem((cell[0] + 0.2 * side, top + 0.1 * high, side, side), mark)
        boxes.print(form, left, top)
        habits.fill(form, boxes.cells(left, top))
    if rng.random() < 0.5:
        sides = "".join(rng.permutation(list("tblr"))[: int(rng.integers(1, 5))])
        form.frame((left, y, boxes.long, rows * high), boxes.inner * rng.uniform(2, 5), sides)
    form.big, form.loose = usual
    return max(end, left + boxes.long + habits.room(form, count)), y + rows * high


def single_boxes(form: Form, x: float, y: float) -> tuple[float, float]:
    """Frames with a whole number in each."""
    rng, size = form.rng, form.size
    most = int(rng.integers(1, 10))
    high = size * rng.uniform(1.2, 2.2)
    wide = max(high * rng.uniform(0.9, 1.5), size * (0.75 * most + 0.5) * rng.uniform(0.9, 1.4))
    label = size * rng.uniform(3, 7) if rng.random() < 0.6 else 0.0
    across = label + wide + size * rng.uniform(0.8, 3)
    # A digit to each, about a box or more apart: not the boxes of one number.
    ones = rng.random() < 0.4
    if ones:
        most, wide = 1, size * rng.uniform(0.8, 2.2)
        across = wide * rng.uniform(1.9, 3.5)
    down = high + size * rng.uniform(0.3, 1.5)
    height, width = form.canvas.shape
    columns = max(1, min(int(rng.integers(1, 6)), int((width - x) / across)))
    rows = max(1, min(int(rng.integers(1, 12)), int((height - y) / down)))
    side, blank = str(rng.choice(["l", "c", "r"])), rng.uniform(0, 0.4)
    thick, shaded, small = rng.uniform(0.6, 3), rng.random() < 0.15, 0.3 * size
    various = most > 4 and rng.random() < 0.3
    spread = form.some_gap()
    corner = int(rng.integers(1, 80)) if small > 7 and rng.random() < 0.2 else 0
    if corner:
        wide, down, high = wide + size, down + 0.3 * size, high + 0.3 * size
        across += size
    for row in range(rows):
        for column in range(columns):
            left, top = x + column * across, y + row * down
            if label and not (ones and column):
                letters = size * 0.5
                middle = top + 0.5 * (high - letters)
                form.word(left + label - 0.4 * size, middle, letters, "", "r", label - 0.4 * size)
            cell = (left + label, top, wide, high)
            if shaded:
                form.tint(cell, 0.15)
            form.frame(cell, thick)
            if corner:
                form.figure(left + label + 0.1 * size, top + 0.08 * size, small, str(corner))
                corner += 1
            if rng.random() < blank:
                continue
            if rng.random() < 0.04:
                form.strike(new_digits(rng, min(most, 3)), cell)
                continue
            text = any_text(rng) if various else new_digits(rng, int(rng.integers(1, most + 1)))
            form.write(text if len(text) <= most else text[:1], cell, side, gap=spread)
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
            text = any_text(rng)
            text = text if 0.9 * size * len(text) < long else text[:1]
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
    end, hints = x, rng.random() < 0.2
    for row in range(rows):
        left, top = x + label, y + row * down
        if label:
            form.word(left - 0.5 * size, top + 0.4 * boxes.high, 0.5 * size, "", "r", label)
        for i, count in enumerate(groups):
            part = Boxes(count, *_shape(boxes))
            part.print(form, left, top)
            if hints:
                part.hint(form, left, top, "DMY"[i] * count)
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
            digits = new_digits(rng, used + 2)
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


def meter(form: Form, x: float, y: float) -> tuple[float, float]:
    """A printed row of wheels, one number; white on black ones, too."""
    rng, size = form.rng, form.size
    count, high = int(rng.integers(3, 9)), size * rng.uniform(1.4, 2)
    wide, gap = high * rng.uniform(0.55, 0.9), high * rng.choice([0.0, 0.08, 0.2])
    cells = [(x + i * (wide + gap), y, wide, high) for i in range(count)]
    dark = rng.random() < 0.5
    pieces, text = [], new_digits(rng, count)
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
