"""Numbers that may be parts of one are told from others, and a list's dash from a minus."""

import numpy as np
import pytest

from shuzi.page.network import Maps
from shuzi.page.order import in_reading_order
from shuzi.page.parts import are_in_words, are_items, are_parts
from shuzi.page.regions import find_regions
from shuzi.result import Box, Digit, Number

HIGH, SCALE = 30, 2


def quads_of(numbers):
    """Of numbers (text, x, y), each 20 pixels wide a character."""
    quads = []
    for text, x, y in numbers:
        corners = np.array([[0, 0], [20 * len(text), 0], [20 * len(text), HIGH], [0, HIGH]])
        quads.append(np.add(corners, [x, y - HIGH / 2]).astype(np.float32))
    return quads


def parts(*numbers, boxed=False):
    """What is told of numbers (text, x, y), perhaps in printed boxes."""
    quads = quads_of(numbers)
    texts = [text for text, *_ in numbers]
    return are_parts(in_reading_order(np.array(quads)), quads, texts, [boxed] * len(numbers))


@pytest.mark.parametrize(
    ("second", "away", "found"),
    [
        ("-46", 10, {0, 1}),
        ("-46", 30, set()),
        ("46", 10, set()),
        ("461", 10, set()),
        ("1/2", 10, {0, 1}),
        ("1/2", 30, set()),
    ],
)
def test_a_hyphen_or_a_fraction_goes_on_with_the_number_before_it(second, away, found):
    assert parts(("29", 100, 100), (second, 140 + away, 100)) == found


@pytest.mark.parametrize(("away", "found"), [(10, {0, 1}), (30, set())])
def test_digits_in_groups_may_be_one_number(away, found):
    assert parts(("0542", 100, 100), ("535", 180 + away, 100)) == found


def test_a_short_number_close_to_groups_is_one_of_them():
    row = ("20", 60, 100), ("534", 110, 100), ("926", 180, 100), ("45", 250, 100), ("7", 310, 100)
    assert parts(*row) == {0, 1, 2, 3}


def test_digits_in_boxes_are_no_groups():
    assert parts(("0542", 100, 100), ("535", 190, 100), boxed=True) == set()


def test_numbers_in_columns_are_no_groups_where_others_there_are_further_apart():
    rows = [(text, 100, 100 + 60 * row) for row, text in enumerate(("0542", "8016", "3377"))]
    rows += [(text, 190, 100 + 60 * row) for row, text in enumerate(("535", "844", "171"))]
    assert parts(*rows) == set(range(6))
    assert parts(*rows, ("12", 100, 280), ("904", 190, 280)) == set()


def test_two_fractions_side_by_side_are_two():
    assert parts(("7/2", 100, 100), ("7/4", 170, 100)) == set()


def test_numbers_of_different_lines_are_not_parts_of_one():
    assert parts(("29", 100, 60), ("-46", 120, 140)) == set()


def test_what_cannot_be_read_may_be_the_beginning():
    assert parts(("", 100, 100), ("-46", 110, 100)) == {0, 1}


@pytest.mark.parametrize(
    ("text", "other", "found"),
    [
        ("-3", [(190, 300)], {0}),
        ("-3", [], set()),
        ("-3", [(20, 90), (190, 300)], set()),
        ("-3", [(450, 590)], set()),
        ("3", [(190, 300)], set()),
    ],
    ids=["a list's item", "alone", "words before", "words far off", "without a dash"],
)
def test_a_dash_before_a_number_that_words_follow_may_be_a_lists(text, other, found):
    nothing, written = np.zeros((2, 100, 300), np.float32)
    for first, last in other:
        written[46:55, first // SCALE : last // SCALE] = 1
    maps = Maps(nothing, nothing, written, np.array([1.0, 0, 0, 0], np.float32), SCALE)
    quads = quads_of([(text, 100, 100)])
    assert are_items(maps, in_reading_order(np.array(quads)), quads, [text]) == found


def test_a_minus_behind_another_number_is_no_lists_dash():
    nothing, written = np.zeros((2, 100, 300), np.float32)
    written[46:55, 100:150] = 1
    maps = Maps(nothing, nothing, written, np.array([1.0, 0, 0, 0], np.float32), SCALE)
    numbers = ("7", 20, 100), ("-3", 100, 100)
    quads = quads_of(numbers)
    places = in_reading_order(np.array(quads))
    assert are_items(maps, places, quads, ["7", "-3"]) == set()
    assert are_items(maps, places[1:], quads, ["7", "-3"]) == {1}


def number(text, x, y=50):
    box = Box(x, y, 20 * len(text), HIGH)
    digits = tuple(Digit(text=one, confidence=0.9, box=box) for one in text)
    return Number(text=text, confidence=0.9, box=box, digits=digits)


@pytest.mark.parametrize(
    ("text", "x", "y", "found"),
    [
        ("7", 130, 50, {0}),
        ("7", 70, 50, {0}),
        ("7", 150, 50, set()),
        ("7", 130, 90, set()),
        ("75", 130, 50, set()),
    ],
    ids=["after it", "before it", "further off", "another line", "several digits"],
)
def test_a_digit_beside_what_is_no_number_may_be_a_character(text, x, y, found):
    assert are_in_words([number(text, x, y), number("1", 100)], [False, True]) == found
    assert are_in_words([number(text, x, y), number("1", 100)], [False, False]) == set()


@pytest.mark.parametrize(
    ("top", "left", "apart"), [(44, 60, False), (2, 60, True), (44, 30, True), (44, 122, True)]
)
def test_a_number_that_is_raised_behind_other_writing_is_in_doubt(top, left, apart):
    kernels, extents, other = np.zeros((3, 100, 200), np.float32)
    kernels[28:36, 106:114] = extents[22:42, 102:118] = 1
    other[top : top + 15, left : left + 40] = 1
    maps = Maps(kernels, extents, other, np.array([1.0, 0, 0, 0], np.float32), SCALE)
    (region,) = find_regions(maps, (200, 400))
    assert region.apart is apart
