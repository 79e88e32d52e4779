"""Ink beside a number that was not read."""

import cv2
import numpy as np
import pytest

from shuzi.recognise.unread import has_unread_ink

SPANS = ((24, 30), (44, 50))
"""Of two ones, 22 rows high."""


def strip(*lines, thick=3):
    """Two ones and lines (x, y, x, y) on a strip."""
    ink = np.zeros((32, 84), np.uint8)
    for x, _ in SPANS:
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
    assert has_unread_ink(strip(*lines), SPANS, (), (5, 78))


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
    assert not has_unread_ink(strip(*lines), SPANS, (), region)


def test_a_sign_was_read():
    dash = (10, 16, 17, 16)
    assert not has_unread_ink(strip(dash), SPANS, [(9, 19)], (5, 78))
