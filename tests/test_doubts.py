"""What makes a number one for review, however sure its readers are."""

from dataclasses import replace

import pytest

from shuzi.doubts import _may_be_several, _may_be_two
from shuzi.result import Box, Digit, Number


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
    box = Box(0, 0, digits[-1].box.right, 40)
    assert _may_be_two(Number(text=text, confidence=0.9, box=box, digits=digits)) is two


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
    number = Number(text="77777", confidence=0.9, box=Box(0, 0, x, 40), digits=tuple(digits))
    assert _may_be_several(number) is two
    three = replace(number, text="777", digits=number.digits[:3])
    assert not _may_be_several(three)
