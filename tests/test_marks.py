"""Ditto marks and slashes among numbers."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from shuzi.page import marks
from shuzi.recognise.sequence import Reading
from shuzi.recognise.strip import make_strip
from shuzi.recognise.transcriber import Transcript


def are_marks(quads, said, boxed=()):
    return marks.are_marks(quads, said, [i in boxed for i in range(len(said))])


CORNERS = np.array([[0, 0], [40, 0], [40, 1], [0, 1]], np.float32)


def read(text, *, lean=0.0):
    """A text as it is printed, a stroke for each 1, all of it leaning to the right."""
    paper = np.full((100, 60 * len(text) + 100), 255, np.uint8)
    for place, digit in enumerate(text):
        x = 60 * place + 40
        if digit == "1":
            cv2.line(paper, (x + 20, 20), (x + 20, 79), 0, 5)
        else:
            cv2.putText(paper, digit, (x, 79), cv2.FONT_HERSHEY_SIMPLEX, 2.5, 0, 5)
    sheared = np.array([[1, -lean, 50 * lean], [0, 1, 0]])
    strip = make_strip(cv2.warpAffine(paper, sheared, paper.shape[::-1], borderValue=255))
    first, step = strip.left, strip.step
    edges = [round((60 * place + 35 - first) / step) for place in range(len(text) + 1)]
    spans = tuple((max(0, a), b) for a, b in pairwise(edges))
    return Transcript(strip, Reading(text, 0.99, spans, (), 0.0))


def printed(text, *, ring=0):
    """A text as `read` has it, its 0s rings of that height."""
    said = read(text)
    if not ring:
        return said
    values = said.strip.values.copy()
    for digit, (first, last) in zip(text, said.reading.spans, strict=True):
        if digit == "0":
            values[:, first:last] = 0
            values[16 - ring // 2 : 16 - ring // 2 + ring, first:last] = 255
    return replace(said, strip=replace(said.strip, values=values))


def column(*texts, highs=(), lean=0.0):
    """Quads and what they say, one below the other; the first row is the one in question."""
    highs = highs or [30] * len(texts)
    quads = [CORNERS * [1, high] + [100, 40 * row] for row, high in enumerate(highs)]
    return quads, [read(text, lean=lean) for text in texts]


@pytest.mark.parametrize(
    ("text", "high", "found"), [("11", 15, {2}), ("11", 26, set()), ("12", 15, set())]
)
def test_two_strokes_much_lower_than_the_numbers_around_are_ditto_marks(text, high, found):
    page = column("48", "11", text, "507", "36", highs=[30, 30, high, 30, 30])
    assert are_marks(*page) == found


def test_where_nothing_else_is_read_nothing_is_a_mark():
    assert are_marks(*column("11", "111", "1", highs=[9, 27, 27])) == set()
    assert are_marks([], []) == set()


@pytest.mark.parametrize(
    ("lean", "hand", "high", "found"),
    [
        (0.5, 0.0, 30, {0}),
        (0.1, 0.0, 30, set()),
        (0.5, 0.4, 30, set()),
        (0.25, 0.0, 30, set()),
        (0.25, 0.0, 45, {0}),
        (-0.5, 0.0, 30, set()),
    ],
    ids=["leaning", "upright", "as the hand does", "a little", "and tall", "to the left"],
)
def test_a_stroke_that_reaches_further_to_the_right_than_the_hand_leans_is_a_slash(
    lean, hand, high, found
):
    quads, said = column("1", "48", "507", "36", highs=[high, 30, 30, 30], lean=hand)
    said[0] = read("1", lean=lean)
    assert are_marks(quads, said) == found


def test_of_a_few_digits_nobody_knows_how_the_hand_leans():
    quads, said = column("1", "48", "36")
    said[0] = read("1", lean=0.5)
    assert are_marks(quads, said) == set()


@pytest.mark.parametrize(
    ("text", "ring", "found"),
    [("048", 10, {0}), ("048", 0, set()), ("480", 10, set()), ("08", 10, {0})],
    ids=["low", "as the others", "behind them", "before one"],
)
def test_a_low_0_before_other_digits_is_a_ring(text, ring, found):
    quads, said = column(text, "36")
    said[0] = printed(text, ring=ring)
    assert are_marks(quads, said) == found


@pytest.mark.parametrize(("high", "found"), [(14, {0, 1}), (24, set())])
def test_a_0_much_lower_than_the_numbers_around_is_a_ring(high, found):
    assert are_marks(*column("0", "0", "48", "36", highs=[high, high, 30, 30])) == found


def drawn(text, draw):
    """A text as `read` has it, with something drawn on its strip, 32 rows high."""
    said = read(text)
    values = said.strip.values.copy()
    (first, last), *_ = said.reading.spans
    draw(values, ((first + last) // 2, 16))
    return replace(said, strip=replace(said.strip, values=values))


@pytest.mark.parametrize(("half", "found"), [(6, {0}), (1, set())], ids=["a 1", "a point"])
def test_a_0_with_a_piece_of_some_height_in_it_is_a_ring_around_a_number(half, found):
    def draw(values, middle):
        values[:] = 0
        cv2.ellipse(values, middle, (7, 11), 0, 0, 360, 255, 2)
        x, y = middle
        values[y - half : y + half + 1, x] = 255

    quads, said = column("0", "48", "36")
    said[0] = drawn("0", draw)
    assert are_marks(quads, said) == found
    assert are_marks(quads, said, boxed=[0]) == set()


@pytest.mark.parametrize(
    ("radius", "found"), [(9, {0}), (4, set()), (17, set())], ids=["a blot", "a pen", "a shadow"]
)
def test_a_digit_that_is_blacked_out_is_a_mark(radius, found):
    quads, said = column("40", "48", "36")
    said[0] = drawn("40", lambda values, middle: cv2.circle(values, middle, radius, 255, -1))
    assert are_marks(quads, said) == found


def test_faint_ink_is_no_mark():
    """As of a strip whose paper and ink hardly differ."""
    quads, said = column("0", "04", "48", "36")
    for place, text in enumerate(("0", "04")):
        one = read(text)
        said[place] = replace(one, strip=replace(one.strip, values=one.strip.values // 4))
    assert are_marks(quads, said) == set()
