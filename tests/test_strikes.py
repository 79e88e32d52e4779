"""A line through a row crosses its numbers out, and one to write on does not."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from shuzi.image import load_grey
from shuzi.page.image import PageImage
from shuzi.page.regions import Region
from shuzi.page.strikes import are_struck
from shuzi.reader import Reader

EXAMPLES = Path(__file__).parent.parent / "examples"
PAPER, INK = 225, 40
ROWS, HIGH, STEP = 5, 30, 70


def struck(line, *rows, ruled=None, oblique=(), count=ROWS, light=False):
    """What is told of numbers one under another, with a line in these rows from x to x, so many of
    its heights down a number, and perhaps ruled lines at such a height in all rows."""
    grey = np.full((40 + STEP * count, 300), PAPER, np.uint8)
    regions = []
    for row in range(count):
        top = 30 + STEP * row
        cv2.putText(grey, "258", (120, top + HIGH), cv2.FONT_HERSHEY_SIMPLEX, 1.35, INK, 3)
        corners = [[118, top], [198, top], [198, top + HIGH], [118, top + HIGH]]
        regions.append(Region(np.array(corners, np.float32), score=0.9))
        for first, last, down, shade in (
            (*line, INK) if row in rows else (0, 0, 0, PAPER),
            (0, 300, ruled, 150) if ruled is not None else (0, 0, 0, PAPER),
        ):
            if last:
                y = round(top + down * HIGH)
                cv2.line(grey, (first, y), (last, y + (last - first) // 100), shade, 2)
    for ends in oblique:
        cv2.line(grey, *ends, INK, 2, cv2.LINE_AA)
    picture = PageImage(~grey if light else grey)
    found = are_struck(picture, regions, [picture.crop(region.quad) for region in regions])
    return [row for row, is_struck in enumerate(found) if is_struck]


@pytest.mark.parametrize("light", [False, True])
def test_a_line_through_a_row_crosses_it_out(light):
    assert struck((10, 290, 0.45), 1, light=light) == [1]


@pytest.mark.parametrize(
    "line",
    [(115, 204, 0.45), (10, 204, 0.45), (112, 290, 0.45), (10, 290, 0.95), (10, 290, 1.3)],
    ids=["within", "from before", "on behind", "at its foot", "under it"],
)
def test_other_lines_do_not(line):
    assert struck(line, 1) == []


@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize(
    "ends", [((40, 190), (280, 60)), ((60, 60), (250, 175)), ((110, 30), (190, 200))]
)
def test_an_oblique_line_through_a_number_crosses_it_out(ends, light):
    assert 1 in struck((0, 0, 0), oblique=[ends], light=light)


@pytest.mark.parametrize(
    "ends",
    [
        ((20, 135), (100, 95)),
        ((130, 145), (190, 120)),
        ((50, 125), (250, 105)),
        ((20, 0), (90, 380)),
    ],
    ids=["beside it", "short", "level", "far"],
)
def test_a_line_beside_a_number_and_a_short_one_do_not(ends):
    assert struck((0, 0, 0), oblique=[ends]) == []


def test_oblique_lines_through_most_numbers_are_the_paper():
    hatched = [((x, 0), (x + 380, 380)) for x in range(-380, 300, 40)]
    assert struck((0, 0, 0), oblique=hatched) == []


def test_a_line_in_most_rows_is_one_to_write_on():
    assert struck((10, 290, 0.45), 0, 1, 2, 3) == []
    assert struck((10, 290, 0.45), 1, ruled=0.6) == []
    assert struck((10, 290, 0.45), 1, ruled=1.35) == [1]


def test_of_few_numbers_none_is_told():
    assert struck((10, 290, 0.45), 1, count=3) == []


def test_a_page_without_numbers_has_none():
    assert are_struck(PageImage(np.full((40, 40), PAPER, np.uint8)), [], []) == []


def test_the_numbers_of_a_row_that_is_crossed_out_are_for_review():
    page = load_grey(EXAMPLES / "page.jpg").copy()
    cv2.line(page, (30, 385), (870, 381), 40, 3)
    said = [(number.text, number.decision) for number in Reader(fast=True).read(page).numbers]
    assert said[-2:] == [("58", "review"), ("3", "review")]
    assert {decision for _, decision in said[:-2]} == {"accept"}
