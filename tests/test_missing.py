"""Rows of printed boxes that lack some whose lines are worn."""

import cv2
import numpy as np
import pytest

from shuzi.result import Box
from shuzi.rules.missing import with_missing

SIDE, LEFT, TOP = 40, 50, 30


def table(rows, columns=3, drift=0):
    """A table's lines, 1 on 0, and the boxes of each of its rows."""
    mask = np.zeros((TOP + rows * SIDE + 30, LEFT + columns * SIDE + 60), np.uint8)
    found = []
    for row in range(rows):
        boxes = []
        for column in range(columns):
            x, y = LEFT + column * SIDE + drift * row, TOP + row * SIDE
            cv2.rectangle(mask, (x, y), (x + SIDE, y + SIDE), 1, 2)
            boxes.append(Box(x + 1, y + 1, SIDE - 2, SIDE - 2))
        found.append(tuple(boxes))
    return found, mask


def worn(mask):
    """The lines with gaps, so that no box is closed."""
    mask = mask.copy()
    mask[:, ::11] = mask[::11] = 0
    return mask


def in_order(rows):
    return sorted((tuple(box.to_list() for box in row) for row in rows), key=lambda row: row[0][1])


@pytest.mark.parametrize("drift", [0, 3])
def test_missing_rows_are_between_the_others(drift):
    rows, mask = table(7, drift=drift)
    some = [rows[i] for i in (0, 1, 2, 5, 6)]
    assert in_order(with_missing(some, worn(mask))) == in_order(rows)


def test_a_row_has_the_boxes_of_the_longest():
    rows, mask = table(3, columns=5)
    pieces = [rows[0], rows[1][1:3], rows[1][4:], rows[2][:2]]
    assert in_order(with_missing(pieces, worn(mask))) == in_order(rows)


def test_where_no_lines_are_seen_nothing_is_missing():
    rows, mask = table(7)
    mask[TOP + 3 * SIDE + 3 : TOP + 5 * SIDE - 2] = 0
    mask[TOP + 6 * SIDE + 3 :, LEFT + 2 * SIDE - 3 :] = 0
    some = [rows[0], rows[1], rows[2], rows[5], rows[6][:1]]
    assert in_order(with_missing(some, mask)) == in_order(some)


def test_no_box_is_off_the_page():
    rows, mask = table(3)
    mask, cut = mask[:, LEFT + SIDE - 5 :], LEFT + SIDE - 5
    moved = [tuple(Box(b.x - cut, b.y, b.width, b.height) for b in row) for row in rows]
    found = with_missing([moved[0], moved[1][1:]], np.ascontiguousarray(mask))
    assert found == [moved[0], moved[1][1:]]


def test_two_halves_of_a_box_are_no_rows():
    """A stroke cuts it in two."""
    rows, mask = table(3, columns=5)
    whole = rows[1][0]
    halves = [
        (Box(whole.x, whole.y, whole.width, whole.height // 2),),
        (Box(whole.x, whole.y + whole.height // 2, whole.width, whole.height // 2),),
    ]
    pieces = [rows[0], *halves, rows[1][1:], rows[2]]
    assert in_order(with_missing(pieces, mask)) == in_order(rows)


def test_boxes_in_a_cell_are_a_row_of_their_own():
    rows, mask = table(3, columns=5)
    x, y = LEFT + SIDE + 4, TOP + 10
    small = tuple(Box(x + 8 * i, y, 8, 16) for i in range(4))
    assert small in with_missing([*rows, small], mask)


def test_a_texture_is_no_form():
    rows = [(Box(50 * x, 50 * y, 40, 40),) for x in range(21) for y in range(20)]
    assert with_missing(rows, np.ones((1100, 1100), np.uint8)) == rows
