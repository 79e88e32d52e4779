"""Forms, tables, sudokus, score and exam sheets for the page network: every count at random."""

from collections.abc import Callable, Sequence

import numpy as np

from shuzi.synth.canvas import Canvas
from shuzi.synth.excerpt import excerpt
from shuzi.synth.form import Form
from shuzi.synth.form_choices import (
    RING,
    answers,
    bubbles,
    checks,
    code,
    paragraph,
    printed_text,
    ratings,
    survey,
)
from shuzi.synth.form_grids import dense_rows, grouped_cells, labelled_ones
from shuzi.synth.form_prose import cloze, questions, scales
from shuzi.synth.form_rows import (
    amounts,
    dates,
    field_rows,
    joined_rows,
    lined,
    meter,
    single_boxes,
    vote_boxes,
    vote_rows,
)
from shuzi.synth.form_tables import points, score_columns, sudoku, table
from shuzi.synth.materials import Materials
from shuzi.synth.texts import any_text, decimal

Layout = Callable[[Materials, np.random.Generator], Canvas]
Block = Callable[[Form, float, float], tuple[float, float]]
"""Prints something from x and y on and fills it in; its right and bottom."""


def fields(materials: Materials, rng: np.random.Generator) -> Canvas:
    """Rows of boxes, of every kind."""
    blocks: list[tuple[Block, float]] = [
        (field_rows, 0.5),
        (joined_rows, 0.2),
        (single_boxes, 0.15),
        (labelled_ones, 0.15),
    ]
    return _sheet(materials, rng, blocks)


def grids(materials: Materials, rng: np.random.Generator) -> Canvas:
    """Tables of small cells with bold lines, in which some neighbours are one number."""
    return _sheet(materials, rng, [(grouped_cells, 0.8), (labelled_ones, 0.2)])


def dense(materials: Materials, rng: np.random.Generator) -> Canvas:
    """A page full of rows of boxes, small ones; boxes to tick beside them now and then."""
    size = rng.uniform(11, 18)
    shape = (round(size * rng.uniform(40, 85)), round(size * rng.uniform(30, 65)))
    form = Form.new(materials, rng, shape, size)
    _background(form)
    x, y = size * rng.uniform(0.3, 2.5, 2)
    if rng.random() < 0.4:
        y = _head(form, x, y)
    right, bottom = dense_rows(form, x, y)
    if rng.random() < 0.3:
        checks(form, right + size, y)
    elif rng.random() < 0.3:
        checks(form, x, bottom + size)
    return _cut(form)


def votes(materials: Materials, rng: np.random.Generator) -> Canvas:
    """Votes a party or a candidate, in stacked rows of boxes; as often only the boxes."""
    if rng.random() < 0.4:
        return _sheet(materials, rng, [(vote_rows, 1.0)])
    size = float(np.exp(rng.uniform(np.log(14), np.log(70))))
    form = Form.new(materials, rng, (round(24 * size), round(14 * size)), size)
    _background(form)
    left, top = size * rng.uniform(0, 3), size * rng.uniform(-2, 2)
    vote_boxes(form, left, top)
    return _cut(form)


def field(materials: Materials, rng: np.random.Generator) -> Canvas:
    """One framed field with its label, cut out of a form, or two."""
    size = float(np.exp(rng.uniform(np.log(14), np.log(60))))
    form = Form.new(materials, rng, (round(20 * size), round(18 * size)), size)
    form.big = rng.uniform(0.45, 0.75)
    edge, letters = size * rng.uniform(0.05, 1.5), size * rng.uniform(0.35, 1.3)
    x, y, thick = edge, rng.uniform(-0.4, 1.5) * letters, rng.uniform(0.6, 3)
    for _ in range(1 if rng.random() < 0.75 else 2):
        text = decimal(rng) if rng.random() < 0.4 else any_text(rng)
        high = size * rng.uniform(1.3, 2.2)
        gap = rng.uniform(0.2, 0.8) if rng.random() < 0.5 else 0.0
        long = ((0.65 + gap) * len(text) + rng.uniform(0.3, 3)) * high * form.big
        wide = min(15 * size, long + 0.5 * size)
        beside = size * rng.uniform(1, 3) if rng.random() < 0.3 else 0.0
        if beside:
            form.word(x + beside - 0.3 * size, y + 0.4 * high, letters, "", "r", beside)
        else:
            form.word(x + rng.uniform(0, 0.4) * wide, y, letters, most=0.9 * wide)
            y += letters * rng.uniform(1.2, 2)
        cell = (x + beside, y, wide, high)
        form.frame(cell, thick)
        form.write(text, cell, gap=gap)
        y += high + size * rng.uniform(0.3, 1.5)
    return _cut(form)


def tables(materials: Materials, rng: np.random.Generator) -> Canvas:
    """Tables with a number in each cell."""
    return _sheet(materials, rng, [(table, 1.0)])


def sudokus(materials: Materials, rng: np.random.Generator) -> Canvas:
    """Sudokus with newspaper around them."""
    return _sheet(materials, rng, [(sudoku, 1.0), (paragraph, 0.25)], largest=50)


def exams(materials: Materials, rng: np.random.Generator) -> Canvas:
    """Sheets with points a question, marks, answers to tick."""
    return _sheet(
        materials,
        rng,
        [(points, 0.6), (answers, 0.2), (survey, 0.25), (bubbles, 0.12), (lined, 0.1)],
    )


def prose(materials: Materials, rng: np.random.Generator) -> Canvas:
    """Exam questions, sentences with gaps, statements to rate: numbers among much print."""
    blocks: list[tuple[Block, float]] = [
        (questions, 0.35),
        (cloze, 0.35),
        (scales, 0.2),
        (points, 0.15),
        (paragraph, 0.1),
    ]
    return _sheet(materials, rng, blocks, largest=45)


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
        (checks, 0.14),
        (survey, 0.2),
        (bubbles, 0.05),
        (table, 0.06),
        (answers, 0.06),
        (ratings, 0.05),
        (meter, 0.04),
        (paragraph, 0.12),
        (points, 0.05),
        (vote_rows, 0.03),
    ]
    return _sheet(materials, rng, blocks)


LAYOUTS: dict[str, tuple[Layout, float]] = {
    "fields": (fields, 1.1),
    "grids": (grids, 0.4),
    "dense": (dense, 0.35),
    "prose": (prose, 0.35),
    "votes": (votes, 0.45),
    "tables": (tables, 0.25),
    "sudokus": (sudokus, 0.2),
    "exams": (exams, 0.2),
    "scores": (scores, 0.12),
    "mixed": (mixed, 0.35),
    "field": (field, 0.07),
}
"""Of each kind, what composes it and its share among all."""
EXCERPTS = 0.3
"""Share of sheets of which a picture shows a part: a field, some rows."""
CROWDED = 140
"""Numbers after which a sheet gets no further block."""


def _sheet(
    materials: Materials,
    rng: np.random.Generator,
    blocks: Sequence[tuple[Block, float]],
    largest: float = 60,
) -> Canvas:
    """Blocks drawn by their shares, as many as fit or fewer; cut to them now and then."""
    # Of a sudoku's cells a few would be the boxes of one number.
    part = sudoku not in dict(blocks) and rng.random() < EXCERPTS
    width = float(np.exp(rng.uniform(np.log(320), np.log(700 if part else 1500))))
    height = float(np.clip(width * np.exp(rng.normal(0, 0.5)), 320, 1500))
    most = min(largest, 0.1 * min(height, width))
    size = float(np.exp(rng.uniform(np.log(18 if part else 10), np.log(most))))
    form = Form.new(materials, rng, (int(height), int(width)), size)
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
    canvas = _cut(form) if rng.random() < 0.85 else form.canvas
    return excerpt(canvas, rng) if part else canvas


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
        right += form.size + form.figure(right + size, y, high, printed_text(rng))
    if rng.random() < 0.3:
        form.word(right + size, y, high * rng.uniform(0.5, 1), code(rng))
    if rng.random() < 0.15:
        cell = (right + 5 * size, y, 5 * size, 2.2 * size)
        form.write(any_text(rng), cell, high=1.3 * size)
        form.mark(RING, (cell[0] - 0.3 * size, y - 0.3 * size, 5.6 * size, 2.8 * size), 1.0)
        return y + 3 * size
    if rng.random() < 0.3:
        form.emblem((right + 5 * size, y, 2 * size, 2 * size), form.black, "other")
        return y + 3 * size
    return y + high + size * rng.uniform(0.5, 1.5)
