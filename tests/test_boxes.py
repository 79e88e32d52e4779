"""Numbers in printed boxes: their lines are told from strokes, and one number from the next."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import shuzi
from shuzi.page.boxed import _is_dash, as_boxed
from shuzi.page.image import PageImage
from shuzi.page.network import Maps
from shuzi.page.regions import Region
from shuzi.page.tables import _digits_in
from shuzi.recognise.boxes import Row, find_boxes
from shuzi.recognise.crop import Crop

PAPER, LINE, INK = 235, 120, 40
WIDE, HIGH = 30, 44


def written(text, paper=PAPER, *, step=WIDE, left=20, size=0.9):
    """The digits alone, one in each place of 30 x 44 pixels."""
    grey = np.full((HIGH + 24, 2 * left + step * len(text)), paper, np.uint8)
    for place, digit in enumerate(text):
        at = (left + step * place + 6, 12 + HIGH - 11)
        cv2.putText(grey, digit, at, cv2.FONT_HERSHEY_SIMPLEX, size, INK, 2, cv2.LINE_AA)
    return grey


def boxed(grey, count, *, line=2, gaps=None, left=20, step=WIDE):
    """The picture with so many boxes; `gaps` are how thick the lines between them are."""
    lines = np.full_like(grey, PAPER)

    def draw(x, y, width, height):
        lines[y : y + height, x : x + width] = LINE

    for place in range(count):
        x = left + step * place
        for y in (12, 12 + HIGH):
            draw(x, y, WIDE + line, line)
        for side in (x, x + WIDE):
            draw(side, 12, line, HIGH)
    for place, thick in enumerate(gaps or [], 1):
        draw(left + step * place + (line - thick) // 2, 12, thick, HIGH)
    return np.minimum(grey, lines)


def field_of(grey):
    return Crop(grey, (0.0, float(grey.shape[1]))).field


def differs(grey, other):
    """Share of the pixels that are clearly another shade."""
    return (cv2.absdiff(grey, other) > 60).mean()


@pytest.mark.parametrize(("text", "line"), [("7", 2), ("384", 1), ("29056", 3), ("40", 5)])
@pytest.mark.parametrize("light", [False, True])
def test_the_lines_of_boxes_become_paper(text, line, light):
    plain = written(text)
    crop = boxed(plain, len(text), line=line)
    found = field_of(255 - crop if light else crop).plain
    assert differs(255 - found if light else found, plain) < 0.004
    assert differs(crop, plain) > 0.03


def test_boxes_apart_are_boxes():
    plain = written("5821", step=44)
    assert differs(field_of(boxed(plain, 4, step=44)).plain, plain) < 0.002


def test_a_box_whose_line_a_stroke_touches_is_found_beside_the_others():
    plain = written("28056")
    cv2.line(plain, (60, 5), (54, 62), INK, 3, cv2.LINE_AA)
    found = field_of(boxed(plain, 5)).plain
    assert differs(found[:, 90:], plain[:, 90:]) < 0.002
    # The stroke crosses both lines of its box, and stays whole.
    assert (found[5:62, 50:66].min(axis=1) < 120).all()


def test_a_straight_1_that_touches_both_lines_is_no_line():
    """It parts its box into halves, which are unlike the others."""
    plain = written("28056")
    cv2.line(plain, (35 + 60, 12), (35 + 60, 12 + HIGH), INK, 3)
    found = field_of(boxed(plain, 5)).plain
    assert found[12 + 4 : 12 + HIGH - 4, 94:97].max() < 120


@pytest.mark.parametrize("side", [24, 40])
def test_a_square_0_is_no_box(side):
    crop = np.full((60, 80), PAPER, np.uint8)
    cv2.rectangle(crop, (20, 30 - side // 2), (20 + side, 30 + side // 2), INK, 4)
    assert field_of(crop) is None


def test_a_crop_without_boxes_is_no_field():
    for crop in (written("80964"), np.full((9, 5), 200, np.uint8), np.zeros((1, 30), np.uint8)):
        assert field_of(crop) is None
        assert find_boxes(crop) is None


def test_squared_paper_is_no_row_of_boxes():
    grey = np.full((80, 200), PAPER, np.uint8)
    grey[::26] = LINE
    grey[:, ::26] = LINE
    cv2.putText(grey, "84", (40, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.4, INK, 2, cv2.LINE_AA)
    assert field_of(grey) is None


def test_each_box_that_is_written_in_is_a_cell():
    cells = field_of(boxed(written("2 05"), 4)).cells
    plain = written("2 05")
    assert len(cells) == 3
    for cell, place in zip(cells, (0, 2, 3), strict=True):
        left = 20 + WIDE * place + 2
        assert differs(cell[:, :26], plain[4 : 4 + len(cell), left : left + 26]) < 0.01


def test_a_number_that_goes_on_beyond_the_boxes_is_no_field():
    """Its last digit is on their last line, or in a box that the crop cuts."""
    across = written("284")
    cv2.putText(across, "5", (101, 57), cv2.FONT_HERSHEY_SIMPLEX, 0.9, INK, 2, cv2.LINE_AA)
    assert field_of(boxed(across, 3)) is None
    cut = boxed(written("2845"), 4)[:, :-24]
    assert field_of(cut) is None
    blank = boxed(written(" 284"), 4)[:, 26:]
    assert len(field_of(blank).cells) == 3


def test_the_lines_of_the_rows_above_and_below_are_no_strokes():
    plain = written("284")
    crop = boxed(plain, 3, line=5)
    crop[2:7], crop[-7:-2] = LINE, LINE
    found = field_of(crop).plain
    assert differs(found[8:-8], plain[8:-8]) < 0.004


def test_boxes_with_thick_lines_apart_are_found_by_their_paper():
    """Seen light on dark, a box's line encloses more than its paper."""
    plain = written("284056", step=44)
    cv2.line(plain, (20 + 44 + 1, 30), (20 + 44 + 18, 34), INK, 2, cv2.LINE_AA)
    crop = boxed(plain, 6, line=6, step=44)
    widths = [box[2] for box in find_boxes(crop).boxes]
    assert len(widths) == 6
    assert max(widths) < WIDE


def lengths(crop):
    return [len(group) for group in find_boxes(crop).groups(often=False)]


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        ([2, 2, 5, 2, 2], [3, 3]),
        ([2, 6, 2, 6, 2], [2, 2, 2]),
        ([6, 2, 6, 2, 6], [1, 2, 2, 1]),
        ([2, 2, 2, 2, 2], [6]),
        ([2, 3, 2, 2, 3], [6]),
    ],
)
def test_a_thicker_line_parts_numbers(gaps, said):
    assert lengths(boxed(written("284056"), 6, gaps=gaps)) == said


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        ([4, 4, 6, 4, 4], [3, 3]),
        ([4, 6, 4, 6, 4], [2, 2, 2]),
        ([4, 6, 4, 4, 6], [2, 3, 1]),
        ([4, 4, 4, 4, 4], [6]),
        ([4, 5, 6, 4, 7], [6]),
        ([4, 6, 6, 4, 4], [6]),
        ([6, 6, 6, 6, 4], [6]),
    ],
    ids=["a half", "pairs", "cut", "even", "uneven", "at no distance", "thinner"],
)
def test_a_line_thicker_by_less_than_a_pixel_parts_numbers_where_others_do(gaps, said):
    large = boxed(written("284056"), 6, line=4, gaps=gaps)
    row = find_boxes(cv2.resize(large, None, fx=0.45, fy=0.45, interpolation=cv2.INTER_AREA))
    assert [len(group) for group in row.groups(often=True)] == said
    assert len(row.groups(often=False)) == 1


def test_a_stroke_along_a_line_makes_it_no_thicker():
    plain = written("284056")
    cv2.line(plain, (20 + 3 * WIDE - 3, 14), (20 + 3 * WIDE - 3, 10 + HIGH), INK, 5)
    assert lengths(boxed(plain, 6)) == [6]


def as_seen(grey, regions, *marked):
    """The regions by the boxes of a picture in which a network took these places, left and right,
    for other writing."""
    none = np.zeros(grey.shape, np.float32)
    other = none.copy()
    for left, right in marked:
        other[25:45, left:right] = 1
    return as_boxed(PageImage(grey), Maps(none, none, other, np.eye(4)[0], 1.0), regions)


def region_of(left, right):
    corners = [[left, 8], [right, 8], [right, 60], [left, 60]]
    return Region(np.array(corners, np.float32), score=0.9)


def test_a_region_of_two_numbers_in_boxes_becomes_two():
    page = boxed(written("284056"), 6, gaps=[2, 2, 6, 2, 2])
    first, second = as_seen(page, [region_of(17, 203)])
    assert 15 <= first.box.x <= 24
    assert 104 <= first.box.right <= 113
    assert 108 <= second.box.x <= 117
    assert 196 <= second.box.right <= 206
    assert {first.score, second.score} == {np.float64(0.9)}


@pytest.mark.parametrize("size", [0.9, 1.2])
def test_a_crop_of_two_numbers_in_boxes_is_read_as_two(size):
    def read(gaps):
        crop = boxed(written("284056", size=size), 6, line=min(gaps), gaps=gaps)
        numbers = shuzi.Reader(fast=True, threads=1).read(crop).numbers
        return [(number.text, number.confidence > 0.5) for number in numbers]

    assert read([2, 2, 6, 2, 2]) == [("284", True), ("056", True)]
    assert read([2, 2, 2, 2, 2]) == [("284056", True)]
    # It may be one, or two.
    assert read([4, 4, 6, 4, 4]) == [("284056", False)]


def test_a_line_that_is_little_wider_parts_numbers_where_another_does():
    rows = [boxed(written("284056"), 6, line=4, gaps=[4, 4, thick, 4, 4]) for thick in (6, 6, 4)]
    alone, two, plain = (
        [len(as_seen(np.vstack([*chosen]), [moved(i) for i in range(len(chosen))]))]
        for chosen in (rows[::2], rows[:2], rows[2:])
    )
    assert (alone, two, plain) == ([2], [4], [1])


def test_a_region_of_too_few_boxes_is_parted_as_its_row_is():
    """Of three boxes alone one line is hardly thicker than the other."""
    rows = [boxed(written("284056"), 6, line=3, gaps=[3, 5, 3, 5, 3])] * 3
    regions = [moved(0), moved(1), region_of(47, 143)]
    regions[2] = replace(regions[2], quad=regions[2].quad + np.float32([0, 2 * (HIGH + 24)]))
    *_, first, second = as_seen(np.vstack(rows), regions)
    assert first.box.right <= 20 + 2 * WIDE + 4 <= second.box.x + 4


def test_a_line_of_a_row_alone_that_is_hardly_wider_leaves_a_doubt():
    row = boxed(written("284056"), 6, line=4, gaps=[4, 4, 6, 4, 4])
    (found,) = as_seen(row, [region_of(17, 206)])
    assert not found.apart


def test_a_line_of_three_boxes_that_is_little_wider_leaves_a_doubt():
    rows = [boxed(written("284"), 3, gaps=[thick, 2]) for thick in (4, 4)]
    found = as_seen(np.vstack(rows), [moved(0, 110), moved(1, 110)])
    assert [region.apart for region in found] == [False, False]
    rows = [boxed(written("284"), 3, gaps=[thick, 2]) for thick in (6, 6)]
    assert len(as_seen(np.vstack(rows), [moved(0, 110), moved(1, 110)])) == 4


def moved(place, right=206):
    """The region of a whole row of boxes, so many rows below."""
    region = region_of(17, 206)
    return Region(region.quad + np.float32([0, place * (HIGH + 24)]), score=0.9)


def test_regions_that_share_a_row_of_even_boxes_are_in_doubt():
    page = boxed(written("284056"), 6)
    shared = as_seen(page, [region_of(17, 140), region_of(142, 203)])
    assert [region.apart for region in shared] == [False, False]
    grey = np.hstack([boxed(written("284"), 3), boxed(written("56"), 2)])
    two = as_seen(grey, [region_of(17, 113), region_of(147, 213)])
    assert [region.apart for region in two] == [True, True]


@pytest.mark.parametrize("sign", [True, False])
def test_a_number_with_a_comma_between_its_boxes_is_in_doubt(sign):
    """A digit's foot that leaves its box does not reach the gap."""
    row = boxed(written("7284", step=44), 4, step=44)
    cv2.line(row, (35, 50), (33, 64), INK, 2)
    if sign:
        cv2.line(row, (103, 52), (100, 60), INK, 3)
    (found,) = as_seen(row, [region_of(17, 190)])
    assert found.apart is not sign


@pytest.mark.parametrize("sign", [True, False])
def test_a_number_with_a_comma_on_a_line_of_two_boxes_is_in_doubt(sign):
    row = boxed(written("7284"), 4)
    cv2.line(row, (62, 44), (60, 52), INK, 2)
    if sign:
        cv2.line(row, (82, 50), (79, 64), INK, 3)
    (found,) = as_seen(row, [region_of(17, 143)])
    assert found.apart is not sign


@pytest.mark.parametrize("head", [True, False])
def test_a_line_that_leans_is_no_comma(head):
    """It does at its head as much as at its foot."""
    mask = np.zeros((70, 100), np.uint8)
    cv2.line(mask, (47, 14) if head else (42, 30), (37, 54), 1, 3)
    row = Row(mask, mask, mask, [(10, 12, 30, 44), (44, 12, 30, 44)], np.array([2, 2, 2, 2]))
    assert row.has_sign() is not head


def filled(*marks):
    """A row of boxes with 28 in the last two of four, and a stroke in some of the first."""
    row = boxed(written("  28"), 4)
    for place, (x, y) in marks:
        left = 20 + place * WIDE
        cv2.line(row, (left + 8, 34), (left + 8 + x, 34 + y), INK, 2)
    places = [(28 + place * WIDE, 44 + place * WIDE) for place, _ in marks]
    (found,) = as_seen(row, [region_of(83, 140)], *places)
    return found.apart


def test_a_dash_in_the_box_before_a_number_is_in_doubt():
    assert not filled((1, (16, 0)))
    assert filled((1, (14, 9)))
    assert filled((0, (16, 0)), (1, (16, 0)))
    assert filled()


def test_a_mark_in_the_box_after_a_number_is_in_doubt():
    row = boxed(written("28X"), 3)
    assert [region.apart for region in as_seen(row, [region_of(17, 80)], (88, 104))] == [False]
    assert [region.apart for region in as_seen(row, [region_of(17, 80)])] == [True]


def test_a_mark_in_a_cell_beside_that_of_a_number_is_none():
    row = cv2.resize(boxed(written("7X"), 2), None, fx=2, fy=1)
    assert [region.apart for region in as_seen(row, [region_of(42, 98)], (115, 150))] == [True]


def test_numbers_between_which_a_blank_box_stands_are_in_doubt():
    row = boxed(written("284 5"), 5)
    found = as_seen(row, [region_of(17, 113), region_of(142, 170)])
    assert [region.apart for region in found] == [False, False]


def table_of(*rows):
    """Cells of 80 x 44 pixels with these texts, and the region of each row."""
    page = np.full((68 * len(rows), 40 + 80 * len(rows[0])), PAPER, np.uint8)
    for i, row in enumerate(rows):
        for place, text in enumerate(row):
            corner = 20 + 80 * place, 68 * i + 12
            cv2.rectangle(page, corner, (corner[0] + 80, corner[1] + HIGH), LINE, 2)
            at = corner[0] + 14, corner[1] + 33
            cv2.putText(page, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.9, INK, 2, cv2.LINE_AA)
    across = region_of(24, page.shape[1] - 24)
    down = [np.float32([0, 68 * i]) for i in range(len(rows))]
    return page, [replace(across, quad=across.quad + way, apart=False) for way in down]


def test_cells_of_a_table_have_a_number_each():
    page, regions = table_of(["28", "5", "40"], ["17", "39", "61"], ["7", "84", "20"])
    found = as_seen(page, regions)
    assert [round(region.box.x / 80) for region in found] == [0, 1, 2] * 3
    assert not any(region.apart for region in found)


def test_wide_boxes_with_a_digit_each_are_one_number():
    page, regions = table_of(["2", "5", "4"], ["1", "3", "6"], ["7", "8", "20"])
    assert as_seen(page, regions) == regions


def test_a_box_of_a_few_pixels_holds_nothing():
    """OpenCV ends the process that asks for the pieces of nothing."""
    assert [_digits_in(np.ones((9, 9), np.uint8), (2, 2, side, side)) for side in (1, 4)] == [0, 0]
    assert not _is_dash(np.ones((9, 9), np.uint8), (2, 2, 2, 2))


@pytest.mark.parametrize("size", [0.4, 0.9])
def test_boxes_with_something_small_beside_each_digit_are_no_cells(size):
    page, regions = table_of(*[["2", "5", "4"]] * 4)
    for row in range(4):
        for place in range(3):
            at = 20 + 80 * place + 50, 68 * row + 45
            cv2.putText(page, "7", at, cv2.FONT_HERSHEY_SIMPLEX, size, INK, 2, cv2.LINE_AA)
    assert len(as_seen(page, regions)) == (4 if size < 0.5 else 12)


def test_other_regions_stay():
    page = boxed(written("284056"), 6)
    regions = [region_of(17, 203), region_of(17, 53)]
    assert as_seen(page, regions) == regions
    assert as_seen(page, []) == []


@pytest.mark.parametrize("missed", [True, False])
def test_what_is_written_in_boxes_that_are_not_found_is_not_lost(missed):
    """Digits that cross their boxes' lines hide them."""
    row = np.hstack([boxed(written("2840"), 4), boxed(written("5617"), 4)])
    if missed:
        for left in (20 + 3 * WIDE, 180):
            cv2.line(row, (left + 4, 16), (left + WIDE + 4, 52), INK, 3)
            cv2.line(row, (left + WIDE - 4, 6), (left + 4, 50), INK, 3)
    found = as_seen(row, [region_of(17, 303)])
    if missed:
        held = [range(region.box.x, region.box.right) for region in found]
        assert set(range(20, 300)) <= set().union(*held)
    assert [region.apart for region in found] == ([False] * 3 if missed else [True] * 2)
