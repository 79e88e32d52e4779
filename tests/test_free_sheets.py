import numpy as np
import pytest

from shuzi.synth.canvas import Canvas
from shuzi.synth.entries import number, struck
from shuzi.synth.free_sheets import LAYOUTS, cut_out
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.materials import Materials
from shuzi.synth.placement import Area, Item, put
from shuzi.synth.sample import label
from shuzi.synth.writer import Writer


@pytest.fixture(scope="module")
def materials():
    rng = np.random.default_rng(0)
    images = np.zeros((40, 28, 28), np.uint8)
    for image in images:
        image[4:24, 10 + rng.integers(6) :][:, :3] = 255
    return Materials(Glyphs(images, np.arange(40) % 10))


@pytest.fixture
def writer(materials):
    return Writer.new(materials, 30, np.random.default_rng(1))


def compose(kind, materials, seed):
    return LAYOUTS[kind][0](materials, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", LAYOUTS)
def test_every_number_of_a_layout_holds_ink(kind, materials):
    found = 0
    for seed in range(4):
        canvas = compose(kind, materials, seed)
        extents, kernels, _ = label(canvas)
        for place, _ in enumerate(canvas.numbers, 1):
            assert canvas.ink[extents == place].max() > 0.1
            assert (kernels == place).any()
        found += len(canvas.numbers)
    if kind == "no number":
        assert found == 0
    elif kind != "print":
        assert found > 0


def test_the_same_seed_gives_the_same_page(materials):
    one, other = (compose("mixed", materials, 5) for _ in range(2))
    assert (one.dark == other.dark).all()


def test_a_number_that_is_crossed_out_is_none(writer):
    canvas = Canvas.blank(100, 300)
    put(canvas, struck(writer, "1234"), 20, 70, 1.0)
    assert not canvas.numbers
    assert not canvas.ink.any()
    assert canvas.other.any()


def test_a_number_is_not_written_over_another_or_off_the_paper(writer):
    canvas = Canvas.blank(100, 300)
    item = number(writer, "58")
    assert put(canvas, item, 20, 70, 1.0)
    assert not put(canvas, item, 22, 71, 1.0)
    assert not put(canvas, item, 290, 70, 1.0)
    assert not put(canvas, item, -3, 70, 1.0)
    assert len(canvas.numbers) == 1


def test_a_number_on_a_sloping_line_keeps_its_ink_in_its_quadrilateral(writer):
    canvas = Canvas.blank(200, 300)
    put(canvas, Item("0", np.full((30, 100), 255, np.uint8)), 60, 60, 1.0, angle=0.5)
    extents, _, _ = label(canvas)
    assert canvas.ink[extents == 0].max() == 0


def test_what_a_cut_leaves_of_a_number_is_other_writing(writer):
    canvas = Canvas.blank(100, 300)
    put(canvas, number(writer, "5"), 20, 70, 1.0)
    put(canvas, number(writer, "2345"), 150, 70, 1.0)
    part = cut_out(canvas, Area(0, 0, 180, 100))
    assert [written.text for written in part.numbers] == ["5"]
    assert not part.ink[:, 120:].any()
    assert part.other[:, 120:].any()
