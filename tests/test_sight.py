"""What a picture is read as."""

import cv2
import numpy as np
import pytest
from pages import number, page
from places import EXAMPLES

import shuzi
from shuzi.image import load_grey
from shuzi.rules.sight import look

DRAWN = ["3.png", "5-chalk.png", "7-photo.jpg", "8-transparent.webp", "2-pencil.tiff"]


@pytest.mark.parametrize("name", DRAWN)
def test_an_example_is_a_digit(name):
    sight = look(load_grey(EXAMPLES / name))
    assert (sight.kind, sight.unsure) == ("digit", False)
    assert sight.ink is not None


def test_handwritten_digits_are_digits(digits):
    kinds = [look(255 - image).kind for image in digits.test_images]
    assert set(kinds) == {"digit"}


@pytest.mark.parametrize("scale", [1, 2, 6])
def test_digits_in_a_row_are_a_number(digits, scale):
    ink, _ = number(digits.test_images, digits.test_labels, [3, 8, 20], scale)
    assert look(ink).kind == "number"


def test_two_digits_in_a_square_may_be_a_number(digits):
    ink, _ = number(digits.test_images, digits.test_labels, [3, 8], 2)
    square = np.pad(ink, [(16, 16), (0, 0)], constant_values=255)
    assert look(square).unsure


def test_lines_of_numbers_are_a_page(digits):
    sight = look(page(digits, [[3, 1, 2], [2, 4]])[0])
    assert sight.kind == "page"
    assert sight.layout is not None
    assert len(sight.layout.groups) == 5


def test_one_number_on_a_large_page_is_a_number(digits):
    sight = look(page(digits, [[3]], size=(1600, 1200))[0])
    assert sight.kind == "number"
    assert sight.layout is not None


def test_one_digit_on_a_large_page_is_a_digit(digits):
    assert look(page(digits, [[1]], size=(1600, 1200))[0]).kind == "digit"


@pytest.mark.parametrize("kind", ["digit", "number", "page"])
def test_what_it_is_can_be_said(digits, kind):
    picture = cv2.resize(page(digits, [[3, 1]])[0], (400, 300))
    assert look(picture, kind).kind == kind


def test_a_digit_that_leaves_out_its_neighbour_says_so():
    picture = np.full((120, 130), 245, np.uint8)
    cv2.line(picture, (25, 25), (25, 95), 30, 6, cv2.LINE_AA)
    alone = look(picture)
    cv2.ellipse(picture, (85, 60), (18, 34), 0, 0, 360, 30, 6, cv2.LINE_AA)
    assert (alone.kind, alone.partial) == ("digit", False)
    assert look(picture).partial
    assert shuzi.read(picture).text() == "10"


def test_neighbours_that_the_edge_cuts_make_no_page(digits):
    ink, _ = number(digits.test_images, digits.test_labels, [3, 8, 20], 3)
    around = np.pad(ink, 40, constant_values=255)
    around[:12, 60:100] = around[-15:, 80:140] = 30
    assert look(around).kind == "number"


def test_digits_set_apart_in_a_line_are_one_number_and_far_apart_a_page(digits):
    first, second = (number(digits.test_images, digits.test_labels, [i], 2)[0] for i in (3, 8))
    kinds = []
    for gap in (10, 200):
        picture = np.full((400, 500), 255, np.uint8)
        x = 60
        for ink in (first, second):
            picture[170 : 170 + len(ink), x : x + ink.shape[1]] = ink
            x += ink.shape[1] + gap
        kinds.append(look(picture).kind)
    assert kinds == ["number", "page"]
