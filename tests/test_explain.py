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


def test_a_page_is_explained_with_boxes_ink_and_strips(digits, tmp_path):
    picture, _ = page(digits, [[2, 3], [1, 4]])
    Image.fromarray(picture).save(tmp_path / "a.png")
    found = next(Reader().explain(tmp_path / "a.png", tmp_path / "out"))
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [
        *("a-1-grey.png", "a-2-ink.png", "a-3-box.png", "a-4-strips.png", "a-5-advice.txt")
    ]
    boxes = np.asarray(Image.open(tmp_path / "out" / "a-3-box.png"))
    box = found.numbers[0].box
    colour = COLOURS[found.numbers[0].decision]
    edge = boxes[box.y + box.height // 2, box.x - 3 : box.x + 2]
    assert (edge == colour).all(axis=-1).any()


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
