"""Minus signs, decimal points and commas beside and between digits."""

import cv2
import numpy as np
import pytest
from places import EXAMPLES

import shuzi
from shuzi.image import load_grey
from shuzi.recognise.signs import Sign, find_signs, signed
from shuzi.result import Box, Digit, Number
from shuzi.review.guesses import other_guesses

SPANS = ((24, 30), (44, 50))
"""Of two ones, 22 rows high."""


def strip(*lines, level=255):
    """Two ones and lines (x, y, x, y) in the same pen, on a strip."""
    ink = np.zeros((32, 72), np.uint8)
    for x, _ in SPANS:
        cv2.line(ink, (x + 3, 6), (x + 2, 26), 255, 3)
    for x, y, right, bottom in lines:
        cv2.line(ink, (x, y), (right, bottom), level, 3)
    return ink


def marks(*lines, level=255):
    return [(s.text, s.place) for s in find_signs(strip(*lines, level=level), SPANS)]


def test_digits_alone_have_no_signs():
    assert marks() == []


def test_a_short_dash_before_the_first_digit_is_a_minus():
    assert marks((12, 16, 20, 15)) == [("-", 0)]


def test_a_dot_on_the_ground_line_is_a_point():
    assert marks((37, 25, 37, 25)) == [(".", 1)]


def test_a_stroke_that_hangs_below_the_line_is_a_comma():
    assert marks((38, 26, 36, 30)) == [(",", 1)]


def test_a_number_may_have_both():
    assert marks((12, 16, 20, 15), (38, 26, 36, 30)) == [("-", 0), (",", 1)]


@pytest.mark.parametrize(
    "lines",
    [
        [(2, 16, 6, 16), (13, 16, 20, 16)],
        [(12, 12, 20, 12), (12, 19, 20, 19)],
        [(12, 8, 20, 8)],
        [(12, 26, 20, 26)],
        [(2, 16, 8, 16)],
        [(12, 20, 19, 12)],
        [(0, 16, 20, 16)],
        [(60, 16, 68, 16)],
        [(16, 16, 24, 16)],
    ],
    ids=["two", "equal", "high", "low", "far", "steep", "edge", "after", "touching"],
)
def test_other_dashes_are_no_minus(lines):
    assert marks(*lines) == []


@pytest.mark.parametrize(
    "lines",
    [
        [(x, 26, x, 26) for x in (8, 16, 36, 40, 58)],
        [(37, 16, 37, 16)],
        [(33, 26, 41, 26)],
        [(0, 27, 71, 27)],
        [(58, 25, 58, 25)],
        [(38, 26, 36, 30), (38, 16, 38, 16)],
    ],
    ids=["dots", "high", "flat", "ruling", "after", "two"],
)
def test_other_ink_between_digits_is_no_decimal_mark(lines):
    assert marks(*lines) == []


def test_a_faint_dot_is_no_point():
    assert marks((37, 25, 37, 25), level=140) == []


def test_digits_and_signs_make_a_text():
    signs = [Sign("-", 0, (0, 4)), Sign(".", 1, (9, 11)), Sign(",", 4, (20, 22))]
    assert signed("12345", signs) == "-1.234,5"
    assert signed("75", []) == "75"


def test_guesses_keep_the_signs():
    box = Box(0, 0, 9, 9)
    digits = [Digit(text=c, confidence=0.8, box=box, alternatives=(("1", 0.2),)) for c in "75"]
    number = Number(text="-7,5", confidence=0.8, box=box, digits=tuple(digits))
    assert {text for text, _ in other_guesses(number)} == {"-1,5", "-7,1"}


def with_stroke(name, start, end, thick=6):
    """An example with a stroke of dark ink."""
    grey = load_grey(EXAMPLES / name).copy()
    return cv2.line(grey, start, end, 60, thick, cv2.LINE_AA)


def test_a_page_has_signed_numbers():
    page = shuzi.read(with_stroke("page.jpg", (70, 145), (94, 143)))
    assert page.text() == "-25 378 52\n835 7 2238\n58 3"
    number = page.numbers[0]
    assert [digit.text for digit in number.digits] == ["2", "5"]
    assert number.box.x <= 70
    assert number.confidence > 0.9


def test_a_dash_between_two_numbers_of_a_line_is_far_from_both():
    page = shuzi.read(with_stroke("page.jpg", (280, 145), (304, 143)))
    assert page.text() == "25 378 52\n835 7 2238\n58 3"


def test_a_crop_has_a_decimal_point():
    assert shuzi.read(with_stroke("number-2753.jpg", (69, 47), (69, 47), 5)).text() == "27.53"


def test_digits_only_leaves_signs_out():
    picture = with_stroke("page.jpg", (70, 145), (94, 143))
    reader = shuzi.Reader(digits_only=True)
    assert reader.read(picture).numbers[0].text == "25"
    signs = reader.with_options(kind="auto", rotate=None, target_error=0.01)
    assert signs.read(picture).numbers[0].text == "-25"


def test_a_signed_number_is_explained(tmp_path):
    picture = with_stroke("page.jpg", (70, 145), (94, 143))
    for look in shuzi.Reader().looks(picture, explain=tmp_path):
        assert len(look.strips) == len(look.page.numbers)
    assert (tmp_path / "array-4-strips.png").exists()
