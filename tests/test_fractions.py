"""Numbers over and under a bar are told from others."""

import cv2
import numpy as np
import pytest

from shuzi.page.fractions import are_in_fractions
from shuzi.page.image import PageImage
from shuzi.page.regions import Region

WIDE, HIGH = 40, 30


def page_of(*places, lines=()):
    """A region of 40 x 30 pixels at each place, with two strokes, and lines from x to x at y."""
    grey, regions = np.full((240, 320), 230, np.uint8), []
    for x, y in places:
        for left in (x + 8, x + 28):
            grey[y + 3 : y + HIGH - 3, left : left + 4] = 40
        corners = np.array([[0, 0], [WIDE, 0], [WIDE, HIGH], [0, HIGH]], np.float32)
        regions.append(Region(corners + np.array([x, y], np.float32), score=1.0))
    for (left, right), y in lines:
        grey[y : y + 2, left:right] = 40
    return PageImage(grey), regions


OVER_EACH_OTHER = (100, 80), (100, 114)
BAR = ((95, 145), 111)


def test_two_numbers_with_a_bar_between_them_are_a_fraction():
    assert are_in_fractions(*page_of(*OVER_EACH_OTHER, (200, 95), lines=[BAR])) == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("degrees", [-3, 3])
def test_on_a_slope_too(degrees):
    picture, regions = page_of(*OVER_EACH_OTHER, lines=[BAR])
    turn = cv2.getRotationMatrix2D((120, 110), degrees, 1.0)
    grey = cv2.warpAffine(picture.grey, turn, (320, 240), borderMode=cv2.BORDER_REPLICATE)
    sloping = [Region(cv2.transform(r.quad[None], turn)[0], r.score) for r in regions]
    assert are_in_fractions(PageImage(np.asarray(grey, np.uint8)), sloping) == [True, True]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(((20, 300), 111), id="of a table"),
        pytest.param(((95, 320), 111), id="that the edge cuts"),
        pytest.param(((110, 130), 111), id="shorter than the numbers"),
    ],
)
def test_a_line_is_not_a_bar(line):
    assert not any(are_in_fractions(*page_of(*OVER_EACH_OTHER, lines=[line])))


@pytest.mark.parametrize("gap", [0, 6])
def test_boxes_over_each_other_have_no_bar(gap):
    picture, regions = page_of(*OVER_EACH_OTHER)
    for (_, y), away in zip(OVER_EACH_OTHER, (0, gap), strict=True):
        corner = 97, y - 2 + away
        cv2.rectangle(picture.grey, corner, (143, corner[1] + HIGH + 3), 40, 2)
    assert not any(are_in_fractions(picture, regions))


def test_a_sum_is_not_a_fraction():
    places = (100, 46), *OVER_EACH_OTHER
    assert not any(are_in_fractions(*page_of(*places, lines=[BAR])))


def test_a_line_under_a_number_far_above_another_is_not():
    assert not any(are_in_fractions(*page_of((100, 60), (100, 114), lines=[((95, 145), 93)])))


@pytest.mark.parametrize("places", [(), ((100, 80),)])
def test_fewer_than_two_numbers_are_none(places):
    assert are_in_fractions(*page_of(*places)) == [False] * len(places)


@pytest.mark.parametrize("size", [(0.0, 10.0), (10.0, 0.0), (0.0, 0.0)])
def test_regions_without_a_size_at_the_edge_are_none(size):
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * np.float32(size)
    regions = [Region(corners + np.float32([320, y]), score=1.0) for y in (20, 21, 31)]
    assert not any(are_in_fractions(PageImage(np.full((240, 320), 230, np.uint8)), regions))
