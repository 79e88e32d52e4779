"""What --explain writes, and the advice."""

import numpy as np
import pytest
from pages import boxed, page
from PIL import Image

from shuzi import Box, Number, Page, Reader
from shuzi.errors import OutputError
from shuzi.explain import COLOURS, advice

GREY = np.full((100, 200), 230, np.uint8)


def pages_of(*numbers):
    return Page(source="a.png", width=200, height=100, kind="page", numbers=numbers)


def number(box, decision="review"):
    return Number(text="7", confidence=0.5, decision=decision, box=box)


@pytest.mark.parametrize(
    ("grey", "numbers", "said"),
    [
        (GREY // 5, (), "too dark"),
        (GREY, (), "No number was found"),
        (GREY, (number(Box(20, 20, 6, 9)),), "too small"),
        (GREY, (number(Box(0, 20, 20, 30)),), "touches the edge"),
        (GREY, (number(Box(20, 20, 20, 30)),), "unsure"),
    ],
)
def test_advice_is_plain(grey, numbers, said):
    assert said in " ".join(advice(grey, pages_of(*numbers)))


@pytest.mark.parametrize(("spread", "printed"), [(0, True), (9, False)])
def test_numbers_of_one_height_look_printed(spread, printed):
    heights = [30 + i % 3 * spread for i in range(9)]
    page = pages_of(number(Box(20, 20, 20, 30), "accept"))
    assert ("look printed" in " ".join(advice(GREY, page, heights))) == printed


def test_what_cannot_be_read_is_said():
    nothing = Number(text="", confidence=0.0, decision="reject", box=Box(20, 20, 20, 30))
    assert advice(GREY, pages_of(nothing)) == ["Something at 20, 20 cannot be read: look at it."]


def test_there_is_nothing_to_say_of_what_is_accepted():
    assert advice(GREY, pages_of(number(Box(20, 20, 20, 30), "accept"))) == []


@pytest.fixture(scope="module")
def explained(digits, tmp_path_factory):
    """A page of four numbers, and the folder with its explanation."""
    folder = tmp_path_factory.mktemp("explained")
    Image.fromarray(page(digits, [[2, 3], [1, 4]])[0]).save(folder / "a.png")
    return next(Reader().explain(folder / "a.png", folder / "out")), folder / "out"


def test_a_page_is_explained_step_by_step(explained):
    names = ("1-grey.png", "2-seen.png", "3-read.png", "4-strips.png", "5-advice.txt")
    assert sorted(path.name for path in explained[1].iterdir()) == [f"a-{name}" for name in names]


def test_regions_are_drawn_in_their_decisions_colours(explained):
    found, folder = explained
    pixels = np.asarray(Image.open(folder / "a-3-read.png"))
    for one in found.numbers:
        (x, y), (right, _), _, (_, bottom) = one.quad
        edge = pixels[round((y + bottom) / 2), round(x) - 3 : round(x) + 4]
        assert (edge == COLOURS[one.decision]).all(axis=-1).any()
        assert right > x


def test_the_network_sees_numbers_where_they_are(explained):
    found, folder = explained
    seen, grey = (
        np.asarray(Image.open(folder / f"a-{name}.png").convert("RGB")).astype(int)
        for name in ("2-seen", "1-grey")
    )
    coloured = np.abs(seen - grey).sum(axis=-1) > 60
    box = found.numbers[0].box
    assert coloured[box.y : box.bottom, box.x : box.right].mean() > 0.2
    assert coloured.mean() < 0.3


def test_strips_are_those_that_were_read(explained):
    found, folder = explained
    strips = [one.strip for one in found.numbers]
    sheet = np.asarray(Image.open(folder / "a-4-strips.png"))[::3, ::3]
    assert (sheet[2:34, 2 : 2 + strips[0].shape[1]] == strips[0]).all()


def test_each_page_of_a_file_is_explained_by_itself(digits, tmp_path):
    first, second = (Image.fromarray(page(digits, [[digit]])[0]) for digit in (2, 3))
    first.save(tmp_path / "a.tif", save_all=True, append_images=[second])
    list(Reader(fast=True).explain(tmp_path / "a.tif", tmp_path / "out"))
    names = {path.name for path in (tmp_path / "out").glob("*-1-grey.png")}
    assert names == {"a-1-grey.png", "a-p2-1-grey.png"}


def test_a_row_of_many_boxes_is_explained(digits, tmp_path):
    row, _ = boxed(digits, range(20), side=40)
    list(Reader(kind="page").explain(row, tmp_path))
    (strips,) = tmp_path.glob("*-4-strips.png")
    with Image.open(strips) as picture:
        assert picture.width > 20 * 32


def test_a_folder_that_cannot_be_made_is_named(digits, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        next(Reader().explain(page(digits, [[2]])[0], tmp_path / "file"))
