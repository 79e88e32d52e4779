"""Combs: base lines with teeth, a digit between two of them."""

import cv2
import numpy as np
import pytest

from shuzi.rules.combs import find_combs


def comb(teeth, count=5, pitch=40, slope=0):
    """A comb of that height of teeth, 1 on 0."""
    mask = np.zeros((200, 120 + count * pitch), np.uint8)
    cv2.line(mask, (50, 120), (50 + count * pitch, 120 + slope), 1, 2)
    for i in range(count + 1):
        x, y = 50 + i * pitch, 120 + slope * i // count
        cv2.line(mask, (x, y), (x, y - teeth), 1, 2)
    return mask


@pytest.mark.parametrize(("teeth", "slope"), [(10, 0), (50, 0), (12, 4)])
def test_a_comb_is_a_row_of_boxes(teeth, slope):
    (row,) = find_combs(comb(teeth, slope=slope))
    assert [box.x for box in row] == pytest.approx([51 + 40 * i for i in range(5)], abs=3)
    assert {box.width for box in row} <= set(range(36, 43))
    assert all(box.height >= 48 and box.bottom <= 122 + slope for box in row)


def test_digits_that_stand_on_the_line_are_no_teeth():
    mask = comb(12)
    cv2.ellipse(mask, (70, 100), (10, 18), 0, 0, 360, 1, 3)
    cv2.line(mask, (155, 84), (150, 119), 1, 3)
    assert [len(row) for row in find_combs(mask)] == [5]


def test_lines_and_uneven_or_closed_teeth_are_no_comb():
    uneven, closed, line = comb(12), comb(40), np.zeros((200, 320), np.uint8)
    uneven[:119, 85:95] = 0
    cv2.line(closed, (50, 80), (250, 80), 1, 2)
    line[120:122, 50:250] = 1
    assert [find_combs(mask) for mask in (uneven, closed, line)] == [[], [], []]


def test_two_boxes_with_low_teeth_are_a_comb_where_several_are_alike():
    one = comb(18, count=2)
    assert find_combs(one) == []
    assert [len(row) for row in find_combs(np.vstack([one, one, one]))] == [2, 2, 2]
    aside = [np.roll(one, shift, axis=1) for shift in (0, 15, 30)]
    assert find_combs(np.vstack(aside)) == []


def test_dashes_in_a_large_comb_do_not_close_it():
    mask = comb(45, pitch=120)
    for i in range(5):
        cv2.line(mask, (72 + 120 * i, 60), (146 + 120 * i, 60), 1, 6)
    assert [len(row) for row in find_combs(mask)] == [5]


def test_a_comb_that_lacks_teeth_is_like_those_in_its_column():
    whole, worn = comb(18), comb(18)
    worn[:119, 125:135] = 0
    assert find_combs(worn) == []
    first, second = find_combs(np.vstack([whole, worn]))
    assert [box.x for box in second] == pytest.approx([box.x for box in first], abs=1)
    assert {b.y - a.y for a, b in zip(first, second, strict=True)} <= {199, 200, 201}


def test_a_line_under_a_comb_is_none():
    """As long as it, without teeth, or with teeth and somewhere else."""
    mask = np.vstack([comb(18), np.zeros((200, 320), np.uint8)])
    mask[320:322, 50:250] = 1
    assert len(find_combs(mask)) == 1
    aside = comb(18)
    aside[:119, 125:135] = 0
    aside = np.roll(aside, 30, axis=1)
    assert len(find_combs(np.vstack([comb(18), aside]))) == 1
