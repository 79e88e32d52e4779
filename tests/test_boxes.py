"""Rows of printed boxes with a digit each."""

import cv2
import numpy as np
import pytest
from pages import boxed

from shuzi import Reader
from shuzi.recognise.sequence import Reading
from shuzi.result import Box, Digit, Number
from shuzi.rules.boxes import find_holes, inside
from shuzi.rules.layout import find_boxed
from shuzi.rules.numbers import agreed, boxed_number
from shuzi.rules.rows import find_rows


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


def rows_of(mask):
    return find_rows(find_holes(mask), mask, 255 * mask)


@pytest.mark.parametrize("gap", [0, 12])
def test_boxes_side_by_side_are_a_row(gap):
    (row,) = rows_of(empty(6, gap=gap))
    assert [box.x for box in row] == pytest.approx([51 + i * (40 + gap) for i in range(6)], abs=2)
    assert {box.width for box in row} <= {37, 38, 39}


def test_a_box_that_a_digit_splits_is_found_by_its_borders():
    mask = empty(5)
    cv2.line(mask, (130, 90), (170, 50), 1, 4)
    assert [len(row) for row in rows_of(mask)] == [5]


def test_a_box_that_a_slanted_stroke_cuts_in_two_is_one():
    mask = empty(5, side=80)
    stroke = np.array([[210, 110], [226, 110], [274, 70], [290, 70]], np.int32)
    cv2.polylines(mask, [stroke], isClosed=False, color=1, thickness=3)
    assert [len(row) for row in rows_of(mask)] == [5]


@pytest.mark.parametrize("mask", [empty(1), empty(9, rows=9), empty(4, rows=2)])
def test_one_box_and_a_grid_are_no_rows(mask):
    assert rows_of(mask) == []


def test_squared_paper_that_is_written_on_has_no_rows():
    mask = empty(24, rows=16)
    rng = np.random.default_rng(0)
    for x, y in rng.integers(80, [980, 660], (60, 2)):
        cv2.line(mask, (int(x), int(y)), (int(x + 8), int(y + 50)), 1, 5)
    assert rows_of(mask) == []


def test_a_table_of_three_boxes_a_row_is_numbers():
    mask = np.hstack([empty(3, rows=5)[:, :-36], empty(3, rows=5)[:, 48:]])
    assert [len(row) for row in rows_of(mask)] == 10 * [3]
    assert rows_of(empty(6, rows=5)) == []


@pytest.mark.parametrize(("rows", "numbers"), [(5, 10), (4, 0)])
def test_a_line_a_third_thicker_parts_numbers_where_many_rows_say_so(rows, numbers):
    mask = empty(6, rows=rows)
    cv2.line(mask, (171, 50), (171, 50 + 40 * rows), 1, 2)
    assert [len(row) for row in rows_of(mask)] == numbers * [3]


def test_thick_lines_part_a_table_into_numbers_but_no_sudoku():
    table, sudoku = empty(6, rows=4), empty(9, rows=9)
    cv2.line(table, (170, 50), (170, 210), 1, 7)
    for place in (170, 290):
        cv2.line(sudoku, (place, 50), (place, 410), 1, 7)
        cv2.line(sudoku, (50, place), (410, place), 1, 7)
    assert [len(row) for row in rows_of(table)] == 8 * [3]
    assert rows_of(sudoku) == []


def test_thick_lines_part_a_table_whose_lines_slope_at_one_end():
    """A photo of a sheet that is not flat."""
    table = 255 * empty(6, rows=8)
    cv2.line(table, (170, 50), (170, 370), 255, 7)
    down = np.linspace(0, 1, len(table), dtype=np.float32)[:, None]
    x = np.tile(np.arange(table.shape[1], dtype=np.float32), (len(table), 1))
    y = np.arange(len(table), dtype=np.float32)[:, None] + 0.1 * down * (x - 170)
    sloping = cv2.remap(table, x, y, cv2.INTER_LINEAR)
    holes = find_holes((sloping > 100).astype(np.uint8))
    rows = find_rows(holes, (sloping > 100).astype(np.uint8), sloping)
    assert [len(row) for row in rows] == 16 * [3]


def test_rows_in_the_same_columns_are_cut_alike():
    """A digit that stands on a line makes it thick in one row, the thick one thin in another."""
    gap = np.zeros((30, 340), np.uint8)
    row = empty(6)[40:100]
    cv2.line(row, (170, 10), (170, 50), 1, 7)
    worn = row.copy()
    cv2.line(worn, (90, 14), (90, 46), 1, 7)
    worn[14:46, 165:169] = worn[14:46, 172:176] = 0
    rows = rows_of(np.vstack([np.vstack([one, gap]) for one in (row, worn, row, row)]))
    assert [len(row) for row in rows] == 8 * [3]


def test_a_cell_with_several_digits_is_no_box_of_one():
    mask = empty(3, rows=3)
    for x in (62, 74, 102, 114):
        mask[62:80, x : x + 3] = 1
        mask[102:120, x : x + 3] = 1
    assert rows_of(mask) == []


def test_boxes_beside_each_other_that_hold_numbers_are_no_row():
    """Two columns of a form; one row, with a digit in each, is told by the others."""
    mask = np.zeros((700, 400), np.uint8)
    for place, top in enumerate((50, 250, 450)):
        for x in (60, 200):
            cv2.rectangle(mask, (x, top), (x + 90, top + 60), 1, 2)
            for digit in range(1 if place == 1 else 3):
                left = x + 20 + 20 * digit
                mask[top + 15 : top + 45, left : left + 4] = 1
    assert rows_of(mask) == []
    mask[:200] = mask[400:] = 0
    assert [len(row) for row in rows_of(mask)] == [2]


def test_zeros_are_no_boxes():
    mask = np.zeros((100, 300), np.uint8)
    for x in (60, 120, 180, 240):
        cv2.ellipse(mask, (x, 50), (18, 26), 0, 0, 360, 1, 5)
    assert rows_of(mask) == []


@pytest.mark.parametrize("chosen", [[3, 8, 20, 33], [5, 6, 7, 9, 12, 14]])
def test_a_crop_of_boxes_is_one_number(reader, digits, chosen):
    picture, text = boxed(digits, chosen)
    page = reader.read(picture)
    assert (page.kind, [number.text for number in page.numbers]) == ("number", [text])
    places = [digit.box.x for digit in page.numbers[0].digits]
    assert places == pytest.approx([30 + i * 64 for i in range(len(chosen))], abs=4)


@pytest.mark.parametrize(("x", "read_whole"), [(200, True), (226, False)])
def test_a_digit_beside_the_boxes_of_a_crop_is_of_the_number_unless_the_edge_cuts_it(x, read_whole):
    mask = empty(3)[30:110, 30:230]
    for left in (35, 75, 115):
        cv2.line(mask, (left, 30), (left + 8, 52), 1, 3)
    cv2.line(mask, (x - 34, 30), (x - 22, 52), 1, 3)
    boxes = find_boxed(np.where(mask > 0, 60, 235).astype(np.uint8))
    assert (boxes is None) == read_whole


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


def test_a_stroke_that_leaves_its_box_stays_whole_without_the_border():
    contrast = np.zeros((100, 100), np.uint8)
    cv2.rectangle(contrast, (30, 30), (70, 70), 200, 2)
    contrast[40:74, 48:52] = 200
    held = inside(contrast, Box(32, 32, 37, 37)) > 100
    rows, columns = np.flatnonzero(held.any(axis=1)), np.flatnonzero(held.any(axis=0))
    assert len(columns) == 4
    assert len(rows) == pytest.approx(34, abs=1)


def test_what_cannot_be_read_within_a_number_is_a_digit_and_before_it_a_filler():
    table = np.zeros((4, 10), np.float32)
    table[[1, 3], [4, 7]] = 1
    table[2, 5] = 0.05
    number = boxed_number([Box(10 * i, 0, 9, 9) for i in range(4)], table, Box(0, 0, 40, 9))
    assert number.text == "457"
    assert number.confidence == pytest.approx(0.05)


def test_what_both_looks_see_is_sure_and_what_one_sees_is_not():
    box = Box(0, 0, 9, 9)
    digits = tuple(Digit(text=c, confidence=0.9, box=box) for c in "47")
    number = Number(text="-47", confidence=0.9, box=box, digits=digits)
    same = Reading("47", 0.8, (), ())
    assert agreed(number, same) == ("47", pytest.approx(0.84))
    more = Reading("147", 0.95, (), (("47", 0.01),))
    assert agreed(number, more) == ("147", pytest.approx(0.57))


def test_a_cell_with_two_rows_of_numbers_is_no_box_of_one_digit():
    mask = np.zeros((460, 400), np.uint8)
    for x in (40, 140, 240):
        for top in (60, 200):
            cv2.rectangle(mask, (x, top), (x + 100, top + 140), 1, 3)
            for y in (top + 20, top + 80):
                cv2.line(mask, (x + 45, y), (x + 51, y + 40), 1, 4)
    assert rows_of(mask) == []


def test_a_box_that_is_not_closed_is_within_its_number(reader, digits):
    picture, text = boxed(digits, [3, 8, 20, 33, 12, 14, 5, 6])
    gap = 30 + 5 * 64
    picture[24:36, gap + 8 : gap + 56] = 235
    page = reader.read(picture)
    assert [number.text for number in page.numbers] == [text]
