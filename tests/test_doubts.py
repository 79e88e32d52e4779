"""What makes a number one for review, however sure its readers are."""

import numpy as np
import pytest

from shuzi.doubts import _may_be_several, _may_be_two, held_back
from shuzi.page.image import PageImage
from shuzi.page.network import Maps
from shuzi.page.order import in_reading_order
from shuzi.page.regions import Region
from shuzi.recognise.sequence import Reading
from shuzi.recognise.transcriber import PARTLY, Transcript
from shuzi.result import Box, Digit, Number


@pytest.mark.parametrize(
    ("text", "gap", "two"),
    [
        ("77", 30, True),
        ("77", 14, False),
        ("7.7", 30, False),
        ("7-77-7", 14, True),
        ("7-77-7", 10, False),
        ("77/7", 14, True),
        ("7-77", 14, False),
    ],
)
def test_digits_far_apart_may_be_two_numbers(text, gap, two):
    places = range(sum(map(str.isdigit, text)))
    digits = tuple(
        Digit(text="7", confidence=1.0, box=Box((20 + gap) * i, 0, 20, 40)) for i in places
    )
    assert _may_be_two(text, digits) is two


@pytest.mark.parametrize(
    ("gaps", "two"),
    [
        ((4, 16, 4, 18), True),
        ((4, 12, 4, 12), False),
        ((9, 14, 9, 14), False),
        ((12, 16, 12, 18), False),
    ],
    ids=["two kinds of gaps", "none wide", "little between", "none narrow"],
)
def test_digits_in_groups_may_be_several_numbers(gaps, two):
    digits, x = [], 0
    for gap in (*gaps, 0):
        digits.append(Digit(text="7", confidence=1.0, box=Box(x, 0, 20, 40)))
        x += 20 + gap
    assert _may_be_several("77777", digits) is two
    assert not _may_be_several("777", digits[:3])


@pytest.mark.parametrize("boxed", [(True, True), (True, False), (False, False)])
def test_numbers_that_touch_are_in_doubt_unless_boxes_part_them(boxed):
    grey = np.full((100, 260), 230, np.uint8)
    grey[40:60, 40:220:12] = 40
    picture, nothing = PageImage(grey), np.zeros((50, 130), np.float32)
    maps = Maps(nothing, nothing, nothing, np.array([1.0, 0, 0, 0], np.float32), 2.0)
    corners = [[[x, 30], [y, 30], [y, 70], [x, 70]] for x, y in ((30, 130), (128, 230))]
    quads = np.array(corners, np.float32)
    regions = [Region(quad, 0.9, boxed=one) for quad, one in zip(quads, boxed, strict=True)]
    flats = [picture.crop(region.quad) for region in regions]
    said = [Transcript(flat.strip, Reading("28", 0.99, ((4, 20), (24, 40)), ())) for flat in flats]
    boxes = [Box(int(quad[0, 0]), 30, 40, 40) for quad in quads]
    digits = [tuple(Digit(text=c, confidence=0.9, box=box) for c in "28") for box in boxes]
    numbers = [
        Number(text="28", confidence=0.99, box=box, digits=own)
        for box, own in zip(boxes, digits, strict=True)
    ]
    found = list(zip(regions, flats, said, strict=True))
    held = held_back(
        numbers,
        in_reading_order(quads),
        found,
        picture,
        maps,
        askew=False,
        turned=False,
        as_one=False,
    )
    assert [number.confidence > PARTLY for number in held] == list(boxed)
