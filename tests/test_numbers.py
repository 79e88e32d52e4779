"""What is made of the models' readings on a page."""

import numpy as np
import pytest

from shuzi.result import Box
from shuzi.rules.groups import Group
from shuzi.rules.layout import Layout
from shuzi.rules.numbers import is_a_letter


def line(heights, words):
    """A layout with parts of those heights on a base line, 10 pixels apart, and words of them."""
    stats = [(0, 0, 900, 100, 0)]
    stats += [(20 * i, 60 - high, 10, high, 5 * high) for i, high in enumerate(heights)]
    blank = np.zeros((100, 900), np.uint8)
    table = np.array(stats, np.int32)
    layout = Layout(blank, blank.astype(np.int32), table, blank, (), 1.0, np.eye(2, 3))
    groups = []
    for first, last in words:
        x, high = 20 * first, max(heights[first:last])
        box = Box(x, 60 - high, 20 * (last - first) - 10, high)
        groups.append(Group(box, 1, tuple(range(first + 1, last + 1))))
    return layout, groups


@pytest.mark.parametrize(
    ("heights", "letter"),
    [
        ((30, 20, 20, 21, 20, 20, 20, 28), True),
        ((30, 20, 20, 21, 29, 20, 20, 28), False),
        ((30, 17, 24, 20, 18, 26, 15, 21), False),
    ],
    ids=["an a in print", "a digit in print", "a digit in handwriting"],
)
def test_a_letter_between_printed_words_is_as_low_as_their_small_ones(heights, letter):
    layout, (before, middle, after) = line(heights, [(0, 4), (4, 5), (5, 8)])
    assert is_a_letter(layout, middle, [before, after]) is letter
