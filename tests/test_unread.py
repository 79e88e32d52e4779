"""Ink beside a number that was not read."""

import cv2
import numpy as np
import pytest

from shuzi.recognise.sequence import Reading
from shuzi.recognise.unread import has_unread_ink

ONES = Reading("11", 0.99, ((24, 30), (44, 50)), ())
"""Of two ones, 22 rows high."""


def strip(*lines, thick=3):
    """Two ones and lines (x, y, x, y) on a strip."""
    ink = np.zeros((32, 84), np.uint8)
    for x, _ in ONES.spans:
        cv2.line(ink, (x + 3, 6), (x + 2, 26), 255, 3)
    for x, y, right, bottom in lines:
        cv2.line(ink, (x, y), (right, bottom), 255, thick)
    return ink


@pytest.mark.parametrize(
    "lines",
    [
        [(60, 10, 68, 24), (68, 10, 60, 24)],
        [(35, 10, 38, 24)],
        [(10, 16, 17, 16)],
        [(60, 8, 62, 25)],
    ],
    ids=["a cross after", "a stroke between", "a dash before", "a digit"],
)
def test_what_no_digit_explains_is_unread(lines):
    assert has_unread_ink(strip(*lines), ONES, (), (5, 78))


@pytest.mark.parametrize(
    ("lines", "region"),
    [
        ([], (5, 78)),
        ([(38, 25, 38, 25)], (5, 78)),
        ([(25, 2, 29, 2)], (5, 78)),
        ([(32, 7, 36, 7)], (5, 78)),
        ([(60, 10, 68, 24)], (5, 55)),
        ([(60, 0, 60, 31)], (5, 78)),
        ([(2, 30, 80, 31)], (5, 78)),
    ],
    ids=["nothing", "a dot", "a piece above", "a piece close by", "outside", "border", "ruling"],
)
def test_the_rest_is_not(lines, region):
    assert not has_unread_ink(strip(*lines), ONES, (), region)


def test_a_sign_was_read():
    dash = (10, 16, 17, 16)
    assert not has_unread_ink(strip(dash), ONES, [(9, 19)], (5, 78))


@pytest.mark.parametrize(
    ("top", "bottom", "slash"), [(3, 29, True), (6, 26, False), (3, 26, False)]
)
def test_a_slash_among_digits_is_no_one(top, bottom, slash):
    """It is higher and lower than they are."""
    ink = np.zeros((32, 84), np.uint8)
    for x in (20, 60):
        cv2.ellipse(ink, (x, 16), (6, 10), 0, 0, 360, 255, 2)
    cv2.line(ink, (44, top), (36, bottom), 255, 2)
    reading = Reading("010", 0.99, ((13, 28), (34, 47), (53, 68)), ())
    assert has_unread_ink(ink, reading, (), (5, 78)) == slash
