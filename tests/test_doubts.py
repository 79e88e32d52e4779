"""What makes a number one for review, however sure its readers are."""

import pytest

from shuzi.doubts import _may_be_several, _may_be_two
from shuzi.result import Box, Digit


@pytest.mark.parametrize(
    ("text", "gap", "two"),
    [
        ("77", 30, True),
        ("77", 14, False),
        ("7.7", 30, False),
        ("7-77-7", 14, True),
        ("7-77-7", 10, False),
        ("77/7", 14, True),
        ("7-77", 14, False),
    ],
)
def test_digits_far_apart_may_be_two_numbers(text, gap, two):
    places = range(sum(map(str.isdigit, text)))
    digits = tuple(
        Digit(text="7", confidence=1.0, box=Box((20 + gap) * i, 0, 20, 40)) for i in places
    )
    assert _may_be_two(text, digits) is two


@pytest.mark.parametrize(
    ("gaps", "two"),
    [
        ((4, 16, 4, 18), True),
        ((4, 12, 4, 12), False),
        ((9, 14, 9, 14), False),
        ((12, 16, 12, 18), False),
    ],
    ids=["two kinds of gaps", "none wide", "little between", "none narrow"],
)
def test_digits_in_groups_may_be_several_numbers(gaps, two):
    digits, x = [], 0
    for gap in (*gaps, 0):
        digits.append(Digit(text="7", confidence=1.0, box=Box(x, 0, 20, 40)))
        x += 20 + gap
    assert _may_be_several("77777", digits) is two
    assert not _may_be_several("777", digits[:3])
