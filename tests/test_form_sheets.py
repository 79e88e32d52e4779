import numpy as np
import pytest

from shuzi.synth.canvas import Canvas
from shuzi.synth.digits import drawn_digits
from shuzi.synth.excerpt import excerpt
from shuzi.synth.form import FILLERS, Form
from shuzi.synth.form_rows import Boxes, Habits
from shuzi.synth.form_sheets import LAYOUTS
from shuzi.synth.form_tables import sudoku
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.materials import Materials

SEEDS = range(2)


@pytest.fixture(scope="module")
def materials() -> Materials:
    return Materials(Glyphs(*drawn_digits(200, seed=0)))


def form(materials: Materials, seed: int = 0, size: float = 30) -> Form:
    return Form.new(materials, np.random.default_rng(seed), (400, 800), size)


def inside(plane: np.ndarray, quad: np.ndarray) -> np.ndarray:
    (a, b), (c, d) = np.maximum(0, quad[0].round().astype(int)), quad[2].round().astype(int)
    return plane[b : d + 1, a : c + 1]


@pytest.mark.parametrize("kind", LAYOUTS)
def test_every_number_of_a_sheet_has_ink(kind, materials):
    numbers = 0
    for seed in SEEDS:
        canvas = LAYOUTS[kind][0](materials, np.random.default_rng(seed))
        # A meter's figures are white: paper in a dark area.
        dark = np.maximum(canvas.ink, canvas.lines)
        for number in canvas.numbers:
            assert np.ptp(inside(dark, number.quad)) > 0.15, number
        numbers += len(canvas.numbers)
    assert numbers


@pytest.mark.parametrize("kind", LAYOUTS)
def test_the_same_seed_gives_the_same_sheet(kind, materials):
    one, two = (LAYOUTS[kind][0](materials, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one.dark, two.dark)
    assert [number.text for number in one.numbers] == [number.text for number in two.numbers]


def test_a_row_of_boxes_is_one_number(materials):
    page = form(materials)
    boxes = Boxes.new(page, 6)
    cells = boxes.cells(20, 100)
    page.spell("140725", cells)
    (number,) = page.canvas.numbers
    assert number.text == "140725"
    for x, y, wide, high in cells:
        middle = x + wide / 2, y + high / 2
        assert number.quad[0, 0] < middle[0] < number.quad[2, 0]
        assert number.quad[0, 1] < middle[1] < number.quad[2, 1]


@pytest.mark.parametrize("filler", FILLERS)
def test_fillers_are_other_writing_and_in_no_number(filler, materials):
    page = form(materials)
    cells = Boxes.new(page, 4).cells(20, 100)
    habits = Habits(0, 1, 0, filler, squeezed=0, across=0, wrong=0)
    while len(page.canvas.numbers) == 0 or len(page.canvas.numbers[0].text) == 4:
        page = form(materials, seed=int(page.rng.integers(1000)))
        habits.fill(page, cells)
    x, y, wide, high = cells[0]
    area = slice(int(y), int(y + high)), slice(int(x), int(x + wide))
    assert page.canvas.other[area].max() > 0.2
    assert page.canvas.numbers[0].quad[0, 0] > x + wide / 2


def test_a_number_crossed_out_is_other_writing_and_the_right_one_stands_beside_it(materials):
    page = form(materials)
    cells = Boxes.new(page, 2).cells(20, 100)
    Habits(0, 0, 0, "", squeezed=0, across=0, wrong=1).fill(page, cells)
    (number,) = page.canvas.numbers
    assert number.quad[0, 0] > cells[-1][0] + cells[-1][2] / 2
    assert page.canvas.other[:, int(cells[0][0]) :].max() > 0.2


def test_what_does_not_lie_on_the_canvas_is_not_written(materials):
    page = form(materials)
    page.write("17", (780, 100, 60, 40))
    assert page.canvas.numbers == []
    assert page.canvas.ink.max() == 0


def test_each_cell_of_a_sudoku_is_a_number(materials):
    for seed in range(3):
        page = form(materials, seed, size=20)
        sudoku(page, 10, 10)
        texts = [number.text for number in page.canvas.numbers]
        assert len(texts) > 20
        assert set(texts) <= set("123456789")


def test_a_part_of_a_page_shows_whole_numbers_alone():
    canvas = Canvas.blank(100, 300)
    for x in (20, 150):
        canvas.write("1", (np.full((30, 10), 255, np.uint8), x, 30))
    for seed in range(20):
        part = excerpt(canvas, np.random.default_rng(seed))
        assert part.numbers
        assert part.ink.sum() == 300 * len(part.numbers)
