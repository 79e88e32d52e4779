"""Digits of another ink, or of one that was rubbed out, are told from those beside them."""

import numpy as np
import pytest
from places import EXAMPLES

import shuzi
from shuzi.grey import pixels_of_array
from shuzi.image import load_grey
from shuzi.page.image import PageImage
from shuzi.page.inks import are_of_two_inks
from shuzi.result import Box

BLACK, BLUE, RED = (40, 40, 45), (40, 60, 160), (190, 50, 50)
BOXES = [Box(20 + 40 * i, 20, 30, 40) for i in range(3)]


def written(*inks, paper=(225, 222, 215), line=None):
    """Three strokes of these inks, and a form's line down the side of the first one's box."""
    picture = np.full((80, 160, 3), paper, np.uint8)
    for box, ink in zip(BOXES, inks, strict=True):
        picture[box.y + 4 : box.bottom - 4, box.x + 12 : box.x + 18] = ink
    if line is not None:
        picture[:, 21:29] = line
    return picture


def differ(picture):
    pixels = pixels_of_array(picture, "a picture")
    return are_of_two_inks(PageImage(pixels.grey, pixels.chroma), BOXES)


@pytest.mark.parametrize("ink", [BLACK, BLUE, RED])
def test_one_ink_is_one(ink):
    assert not differ(written(ink, ink, ink))


@pytest.mark.parametrize("inks", [(BLACK, BLACK, RED), (BLUE, RED, BLUE), (BLACK, BLUE, BLUE)])
def test_another_colour_is_another_ink(inks):
    assert differ(written(*inks))


def test_light_ink_on_a_dark_board_has_a_colour_too():
    board, chalk, yellow = (40, 60, 50), (225, 225, 225), (235, 220, 90)
    assert not differ(written(chalk, chalk, chalk, paper=board))
    assert differ(written(chalk, chalk, yellow, paper=board))


def pale(ink, share, paper=(225, 222, 215)):
    return tuple(round(p + share * (i - p)) for i, p in zip(ink, paper, strict=True))


@pytest.mark.parametrize("ink", [BLACK, BLUE])
def test_a_lighter_stroke_of_the_pen_is_no_other_ink(ink):
    assert not differ(written(ink, pale(ink, 0.6), ink))


@pytest.mark.parametrize("coloured", [True, False])
def test_what_is_far_fainter_was_rubbed_out(coloured):
    picture = written(BLACK, pale(BLACK, 0.3), BLACK)
    assert differ(picture if coloured else picture[..., 1])


def test_a_line_of_the_form_is_no_ink():
    assert not differ(written(RED, RED, RED, line=BLACK))


def test_a_place_without_ink_says_nothing():
    assert not differ(written(BLACK, BLACK, pale(BLACK, 0.02)))


def test_a_picture_that_was_turned_keeps_its_colours_in_place():
    pixels = pixels_of_array(written(BLACK, BLACK, RED), "a picture")
    picture = PageImage(pixels.grey, pixels.chroma).turned(90)
    high = pixels.grey.shape[0]
    turned = [Box(high - box.bottom, box.x, box.height, box.width) for box in BOXES]
    assert are_of_two_inks(picture, turned)
    assert not are_of_two_inks(picture, turned[:2])


def test_a_number_that_another_pen_went_on_with_is_for_review():
    grey = load_grey(EXAMPLES / "number-2753.jpg")
    reader = shuzi.Reader()
    (number,) = reader.read(grey).numbers
    assert number.decision == "accept"
    paper = float(np.median(grey))
    for first, decision in ((number.digits[-1].box.x, "review"), (0, "accept")):
        taken = np.ones((grey.shape[1], 3))
        taken[first:, 0] = 0.3  # of red light
        light = paper - (paper - grey[..., None].astype(float)) * taken
        (said,) = reader.read(light.clip(0, 255).astype(np.uint8)).numbers
        assert (said.text, said.decision) == (number.text, decision)
