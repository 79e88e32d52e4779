"""Printed boxes that hold a whole number."""

import cv2
import numpy as np
import pytest

from shuzi import Reader
from shuzi.rules.boxes import find_holes
from shuzi.rules.frames import draw_borders, find_frames


def boxed(written=True):
    """A box with two strokes in it, 1 on 0."""
    mask = np.zeros((120, 240), np.uint8)
    cv2.rectangle(mask, (40, 30), (200, 90), 1, 3)
    for x in (90, 130) if written else ():
        cv2.line(mask, (x, 42), (x, 78), 1, 4)
    return mask


def test_a_box_is_found_and_its_border_apart_from_what_it_holds():
    mask = boxed()
    (frame,) = find_frames(find_holes(mask), mask)
    assert frame.box.to_list() == pytest.approx([42, 32, 157, 57], abs=2)
    rest = mask & ~draw_borders([frame], mask) & 1
    assert rest.sum() == mask[36:84, 60:180].sum()


def test_the_border_of_a_box_that_is_askew_is_its_border_too():
    mask = np.zeros((160, 260), np.uint8)
    corners = np.array([[[40, 42], [220, 30], [222, 120], [42, 132]]], np.int32)
    cv2.polylines(mask, corners, isClosed=True, color=1, thickness=9)
    cv2.line(mask, (130, 60), (130, 100), 1, 5)
    (frame,) = find_frames(find_holes(mask), mask)
    rest = mask & ~draw_borders([frame], mask) & 1
    # But for its soft edge here and there.
    high = np.flatnonzero(rest.sum(axis=0) > 25)
    assert (high[0], high[-1]) == pytest.approx((130, 130), abs=4)


def test_an_empty_box_is_none():
    mask = boxed(written=False)
    assert find_frames(find_holes(mask), mask) == []


@pytest.mark.parametrize("scale", [1, 3])
def test_a_number_in_a_box_is_read_without_its_border(digits, scale):
    paper = np.full((100, 220), 235, np.uint8)
    cv2.rectangle(paper, (30, 20), (190, 80), 60, 2)
    for x, i in ((60, 3), (110, 8)):
        ink = cv2.resize(digits.test_images[i], (48, 48))
        target = paper[26:74, x : x + 48]
        np.minimum(target, (235 - 0.8 * ink).astype(np.uint8), out=target)
    picture = cv2.resize(paper, None, fx=scale, fy=scale)
    wanted = f"{digits.test_labels[3]}{digits.test_labels[8]}"
    page = Reader().read(picture)
    assert [number.text for number in page.numbers] == [wanted]
    box = page.numbers[0].digits[0].box
    assert scale * 55 < box.x < box.right < scale * 112


@pytest.mark.parametrize("margin", [6, 60])
@pytest.mark.parametrize("scale", [1, 3])
def test_a_digit_in_a_box_of_its_own_is_read_without_the_border(digits, margin, scale):
    side = 56 + 2 * margin
    paper = np.full((side, side), 235, np.uint8)
    cv2.rectangle(paper, (margin, margin), (margin + 56, margin + 56), 60, 2)
    ink = cv2.resize(digits.test_images[3], (44, 44))
    target = paper[margin + 6 : margin + 50, margin + 6 : margin + 50]
    np.minimum(target, (235 - 0.8 * ink).astype(np.uint8), out=target)
    page = Reader().read(cv2.resize(paper, None, fx=scale, fy=scale))
    assert [number.text for number in page.numbers] == [str(digits.test_labels[3])]


def test_squares_beside_each_other_and_a_round_8_are_no_frames():
    mask = np.zeros((120, 200), np.uint8)
    for x in (40, 90):
        cv2.rectangle(mask, (x, 30), (x + 50, 80), 1, 3)
        cv2.line(mask, (x + 25, 40), (x + 25, 70), 1, 4)
    assert find_frames(find_holes(mask), mask) == []
    round_one = np.zeros((120, 200), np.uint8)
    cv2.ellipse(round_one, (100, 60), (30, 40), 0, 0, 360, 1, 4)
    cv2.line(round_one, (100, 40), (100, 80), 1, 4)
    assert find_frames(find_holes(round_one), round_one) == []
