"""Rows of printed boxes with a digit each."""

import cv2
import numpy as np
import pytest
from pages import boxed

from shuzi import Reader
from shuzi.boxes import find_rows


@pytest.fixture(scope="module")
def reader():
    return Reader()


def empty(columns, rows=1, side=40, gap=0):
    """The borders of boxes, 1 on 0."""
    mask = np.zeros((100 + rows * side, 100 + columns * (side + gap)), np.uint8)
    for row in range(rows):
        for column in range(columns):
            x, y = 50 + column * (side + gap), 50 + row * side
            cv2.rectangle(mask, (x, y), (x + side, y + side), 1, 2)
    return mask


@pytest.mark.parametrize("gap", [0, 12])
def test_boxes_side_by_side_are_a_row(gap):
    (row,) = find_rows(empty(6, gap=gap))
    assert [box.x for box in row] == pytest.approx([51 + i * (40 + gap) for i in range(6)], abs=2)
    assert {box.width for box in row} <= {37, 38, 39}


def test_a_box_that_a_digit_splits_is_found_by_its_borders():
    mask = empty(5)
    cv2.line(mask, (130, 90), (170, 50), 1, 4)
    assert [len(row) for row in find_rows(mask)] == [5]


@pytest.mark.parametrize("mask", [empty(1), empty(9, rows=9), empty(4, rows=2)])
def test_one_box_and_a_grid_are_no_rows(mask):
    assert find_rows(mask) == []


def test_zeros_are_no_boxes():
    mask = np.zeros((100, 300), np.uint8)
    for x in (60, 120, 180, 240):
        cv2.ellipse(mask, (x, 50), (18, 26), 0, 0, 360, 1, 5)
    assert find_rows(mask) == []


@pytest.mark.parametrize("chosen", [[3, 8, 20, 33], [5, 6, 7, 9, 12, 14]])
def test_a_crop_of_boxes_is_one_number(reader, digits, chosen):
    picture, text = boxed(digits, chosen)
    page = reader.read(picture)
    assert (page.kind, [number.text for number in page.numbers]) == ("number", [text])
    places = [digit.box.x for digit in page.numbers[0].digits]
    assert places == pytest.approx([30 + i * 64 for i in range(len(chosen))], abs=4)


def test_rows_of_boxes_on_a_page_are_a_number_each(reader, digits):
    page, texts = np.full((1200, 1000), 235, np.uint8), []
    for place, chosen in enumerate([[3, 8, 20], [5, 6, 7, 9], [10, 11], [40, 41, 42, 43]]):
        picture, text = boxed(digits, chosen)
        height, width = picture.shape
        page[100 + 250 * place : 100 + 250 * place + height, 100 : 100 + width] = picture
        texts.append(text)
    assert reader.read(page).text() == "\n".join(texts)


def test_a_dash_in_a_box_is_no_digit(reader, digits):
    picture, text = boxed(digits, [3, 8, 20])
    picture[34:90, 36:88] = 235
    picture[58:62, 44:78] = 40
    assert reader.read(picture).numbers[0].text == text[1:]
