"""Blocks of a form: what is ticked, circled, filled in or answered; and plain print."""

import numpy as np

from shuzi.synth.form import TICKS, Cell, Form
from shuzi.synth.form_rows import new_digits

RING = "50,0 20,6 0,40 14,84 50,100 90,80 100,40 70,4 40,2"
"""A pen's ring about something."""


def choice(form: Form, cell: Cell, thick: float, *, round_: bool) -> None:
    """A printed box or circle to tick."""
    x, y, wide, high = cell
    if round_:
        form.ring(x + wide / 2, y + high / 2, wide / 2, high / 2, thick)
    else:
        form.frame(cell, thick)


def ringed(form: Form, x: float, y: float, letters: float, text: str, *, chosen: bool) -> None:
    """A printed number, its middle and top given, and the pen's ring about the chosen one."""
    form.figure(x, y, letters, text, "c")
    if chosen:
        side = letters * form.rng.uniform(1.7, 2.2)
        form.mark(RING, (x - side / 2, y + letters / 2 - side / 2, side, side), 1.0)


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
            choice(form, (left, top, side, side), thick, round_=round_)
            most = across - 2 * side
            form.word(left + 1.4 * side, top + (side - letters) / 2, letters, most=most)
            if rng.random() < ticked:
                form.mark(way, (left, top, side, side), rng.uniform(0.7, 1.4))
    return x + columns * across, y + rows * down


def survey(form: Form, x: float, y: float) -> tuple[float, float]:
    """Questions in print, each with a field for a number, circles or boxes to tick, or both."""
    rng, size = form.rng, form.size
    letters, down = size * rng.uniform(0.4, 0.9), size * rng.uniform(1.6, 2.8)
    rows = max(1, min(int(rng.integers(1, 13)), int((form.canvas.shape[0] - y) / down)))
    label, wide = size * rng.uniform(3, 8), size * rng.uniform(1.2, 5)
    side, thick = letters * rng.uniform(0.7, 1.3), rng.uniform(0.6, 2)
    round_, way, ticked = rng.random() < 0.6, str(rng.choice(TICKS)), rng.choice([0, 0, 0.3])
    fields, count, right = rng.random() < 0.75, int(rng.integers(1, 5)), x
    for row in range(rows):
        top, left = y + row * down, x + label
        middle = top + 0.65 * size
        form.word(x, middle - letters / 2, letters, most=label - 0.5 * size)
        if fields:
            cell = (left, top, wide, 1.3 * size)
            form.frame(cell, thick, "tblr" if rng.random() < 0.9 else "b")
            if rng.random() < 0.85:
                form.write(new_digits(rng, int(rng.integers(1, 2 + int(wide / size)))), cell)
            left += wide + size * rng.uniform(0.15, 0.6)
        for _ in range(count):
            cell = (left, middle - side / 2, side, side)
            choice(form, cell, thick, round_=round_)
            if rng.random() < ticked:
                form.mark(way, cell, rng.uniform(0.7, 1.4))
            left += side * rng.uniform(1.2, 1.6)
            left += form.word(left, middle - letters / 2, letters, most=4 * letters)
            left += letters * rng.uniform(0.3, 1)
        right = max(right, left)
    return right, y + rows * down


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


def ratings(form: Form, x: float, y: float) -> tuple[float, float]:
    """Statements with printed numbers to choose from; a pen's ring or tick about one of them."""
    rng, size = form.rng, form.size
    rows, count = int(rng.integers(1, 9)), int(rng.integers(3, 11))
    letters, step = size * rng.uniform(0.5, 0.8), size * rng.uniform(1.6, 2.6)
    down, label = size * rng.uniform(1.7, 2.6), size * rng.uniform(4, 9)
    first = int(rng.integers(0, 2))
    for row in range(rows):
        top = y + row * down
        form.word(x, top, letters, most=label - size)
        chosen = int(rng.integers(0, count + 1))
        for i in range(count):
            ringed(form, x + label + i * step, top, letters, str(first + i), chosen=i == chosen)
    return x + label + count * step, y + rows * down


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
                form.write(new_digits(rng, int(rng.integers(1, 2 + int(wide / size)))), cell)
            elif what == "letter":
                form.letter(cell)
    return x + columns * across, y + rows * down


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
                left += form.figure(left, top, letters, printed_text(rng))
            else:
                left += form.word(left, top, letters, code(rng) if kind > 0.96 else "")
            right, left = max(right, left), left + letters * 0.7
        top += letters * 2
    return right, top


def printed_text(rng: np.random.Generator) -> str:
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


def code(rng: np.random.Generator) -> str:
    """A word with digits in it, which is no number."""
    letters = "".join(rng.choice(list("ABCDEFGHKLMNPRTUVWX"), int(rng.integers(1, 4))))
    return f"{letters}{rng.choice(['', '-'])}{rng.integers(1, 10 ** int(rng.integers(1, 5)))}"
