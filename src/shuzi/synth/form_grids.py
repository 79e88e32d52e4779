"""Blocks of a form: numbers a digit to a cell, in tables ruled all over and in dense rows."""

from dataclasses import replace

from shuzi.synth.form import Form
from shuzi.synth.form_rows import Boxes, Habits
from shuzi.synth.form_tables import MOST, head_cell
from shuzi.synth.shares import pick

PARTED = {
    "thick": 0.3,
    "gap": 0.15,
    "blank": 0.1,
    "double": 0.1,
    "heads": 0.1,
    "shade": 0.1,
    "words": 0.15,
}
"""What tells a number's cells from the next one's: a thicker line, bare paper, a column of empty
cells, a double line, a head over each, a shade, a word before each."""


def grouped_cells(form: Form, x: float, y: float) -> tuple[float, float]:
    """A table of small cells, bold lines all over; a few neighbours are one number."""
    rng, size = form.rng, form.size
    height = form.canvas.shape[0]
    high = size * rng.uniform(1.2, 1.9)
    wide = max(0.85 * size, high * rng.uniform(0.7, 1.15))
    bold = size * float(rng.choice([rng.uniform(0.03, 0.08), rng.uniform(0.08, 0.18)]))
    usual = form.shade
    form.shade = max(usual, rng.uniform(0.2, 1))
    thick = bold / form.thick
    parted = pick(PARTED, rng)
    label = size * rng.uniform(2.5, 7) if parted == "words" or rng.random() < 0.6 else 0.0
    between = {
        "gap": wide * rng.uniform(0.3, 0.9),
        "double": 1.5 * bold + wide * rng.uniform(0.12, 0.25),
        "blank": wide,
        "words": label,
    }.get(parted, 0.0)
    counts, lefts = _groups(form, x + label, wide, between)
    heads = str(rng.choice(["word", "word", "letter", "number", "hand"]))
    headed = high if parted == "heads" or rng.random() < 0.25 else 0.0
    apart = 0.0 if rng.random() < 0.75 else size * rng.uniform(0.1, 0.7)
    down, first = high + apart, y + headed
    rows = int(rng.choice([rng.integers(1, 6), rng.integers(4, 26)]))
    rows = max(1, min(rows, MOST // sum(counts), int((height - first) / down)))
    if sum(counts) == 9 and not between:
        # Nine rows of three times three would be a sudoku.
        rows = min(rows, 5)
    tops = [first + row * down for row in range(rows)]
    bottom = tops[-1] + high
    if parted == "shade":
        strength = rng.uniform(0.1, 0.35)
        for count, left in list(zip(counts, lefts, strict=True))[int(rng.integers(2)) :: 2]:
            form.tint((left, first, count * wide, bottom - first), strength)
    habits = replace(Habits.new(rng), wrong=0.0)
    letters = size * rng.uniform(0.35, 0.6)
    end = lefts[-1] + counts[-1] * wide
    through = parted != "words" and rng.random() < 0.4
    boxed = bool(label) and rng.random() < 0.5
    # So much thicker that a person sees it.
    edge = thick + (max(1.5, size * rng.uniform(0.08, 0.2)) / form.thick) * (parted == "thick")
    for place, (count, left) in enumerate(zip(counts, lefts, strict=True)):
        right = left + count * wide
        if headed:
            cell = (left, y, right - left, headed)
            form.frame(cell, thick)
            head_cell(form, heads, cell, letters, y + (headed - letters) / 2, place + 1)
        spans = [(first, bottom)] if not apart else [(top, top + high) for top in tops]
        for start, stop in spans:
            for i in range(count + 1):
                at = left + i * wide
                form.rule((at, start), (at, stop), thick if 0 < i < count else edge)
        for top in tops:
            start = left - label if boxed and (place == 0 or parted == "words") else left
            stop = end if through else right
            for level in (top, top + high):
                form.rule((start, level), (stop, level), thick)
            if boxed and start < left:
                form.rule((start, top), (start, top + high), thick)
            if label and (place == 0 or parted == "words"):
                middle = top + (high - letters) / 2
                form.word(left - 0.4 * size, middle, letters, "", "r", label - 0.7 * size)
            habits.fill(form, [(left + i * wide, top, wide, high) for i in range(count)])
    form.shade = usual
    return end, bottom


def _groups(form: Form, x: float, wide: float, between: float) -> tuple[list[int], list[float]]:
    """Of each number of a row how many cells it has, and where they begin."""
    rng, width = form.rng, form.canvas.shape[1]
    usual, same = int(rng.integers(2, 7)), rng.random() < 0.6
    counts, lefts, at = [usual], [x], x + usual * wide + between
    for _ in range(int(rng.integers(0, 6))):
        count = usual if same else int(rng.integers(1, 7))
        if at + count * wide > width:
            break
        counts.append(count)
        lefts.append(at)
        at += count * wide + between
    return counts, lefts


def dense_rows(form: Form, x: float, y: float) -> tuple[float, float]:
    """Many rows of many boxes, those below each other hardly further apart than those beside."""
    rng, size = form.rng, form.size
    height, width = form.canvas.shape
    count = 12 if rng.random() < 0.3 else int(rng.integers(5, 13))
    boxes = Boxes.new(form, count, ("closed", "closed", "apart", "apart", "apart", "open"))
    high = size * rng.uniform(1.25, 1.75)
    # As wide as high, or much wider: the digits of one number are far from each other then.
    wide = max(0.85 * size, high * rng.uniform(0.6, 1.75))
    gap = wide * rng.uniform(0.08, 0.5) if boxes.style == "apart" else 0.0
    boxes = replace(boxes, wide=wide, high=high, gap=gap)
    label = size * rng.uniform(3, 11) if rng.random() < 0.8 else 0.0
    across = boxes.long + max(wide, 2.2 * gap) * rng.uniform(1, 2)
    columns = max(1, min(int(rng.integers(1, 4)), int((width - x - label) / across)))
    down = high + size * rng.uniform(0.12, 0.9)
    rows = max(1, min(int(rng.integers(12, 41)), int((height - y) / down)))
    rows = max(1, min(rows, 4 * MOST // (columns * count)))
    letters, habits = size * rng.uniform(0.4, 0.7), replace(Habits.new(rng), wrong=0.0)
    each = int(rng.integers(1, 3))
    for row in range(rows):
        top = y + row * down
        if label and row % each == 0:
            middle = top + (high - letters) / 2
            form.word(x, middle, letters, "", "l", label - 0.5 * size)
        for column in range(columns):
            left = x + label + column * across
            boxes.print(form, left, top)
            habits.fill(form, boxes.cells(left, top))
    return x + label + columns * across, y + rows * down


def labelled_ones(form: Form, x: float, y: float) -> tuple[float, float]:
    """Boxes for one digit, each with a word, a letter or a number before or above it."""
    rng, size = form.rng, form.size
    height, width = form.canvas.shape
    high = size * rng.uniform(1.2, 1.9)
    wide = max(0.85 * size, high * rng.uniform(0.65, 1.2))
    above = rng.random() < 0.3
    letters = size * rng.uniform(0.4, 0.7)
    kind = str(rng.choice(["word", "word", "letter", "number", "row"]))
    label = size * (rng.uniform(2, 5) if kind in ("word", "row") else rng.uniform(1.1, 2))
    # Without a word between them, a box's width or more apart: not the boxes of one number.
    bare = wide * rng.uniform(1.1, 2.5)
    if above:
        across, left = wide + bare, 0.0
    elif kind == "row":
        across, left = wide + bare, label
    else:
        across, left = label + wide + wide * rng.uniform(0.2, 1.5), label
    head = 1.6 * letters if above else 0.0
    down = head + high + size * rng.uniform(0.1 if not above else 0.3, 1.2)
    most = int(rng.choice([rng.integers(1, 2), rng.integers(2, 7), rng.integers(4, 13)]))
    columns = max(1, min(most, int((width - x - left) / across)))
    rows = max(1, min(int(rng.integers(1, 16)), MOST // columns, int((height - y) / down)))
    thick, blank = rng.uniform(0.6, 4), rng.uniform(0, 0.4)
    two = 0.1 if rng.random() < 0.2 else 0.0
    for row in range(rows):
        for column in range(columns):
            at, top = x + left + column * across, y + row * down + head
            middle = top + (high - letters) / 2
            text = chr(ord("A") + (row * columns + column) % 8) if kind == "letter" else ""
            if above:
                form.word(at, y + row * down, letters, text, most=wide + 0.7 * bare)
            elif kind == "number":
                number = str(row * columns + column + 1)
                form.figure(at - 0.35 * size, middle, letters, number, "r")
            elif kind != "row" or column == 0:
                form.word(at - 0.3 * size, middle, letters, text, "r", label - 0.5 * size)
            cell = (at, top, wide, high)
            form.frame(cell, thick)
            if rng.random() < blank:
                continue
            number = str(rng.integers(0, 10 if rng.random() >= two else 100))
            form.write(number, cell)
    return x + left + columns * across, y + rows * down
