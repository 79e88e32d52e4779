"""Circles that are drawn around a number."""

import cv2
import numpy as np
import pytest
from pages import number

from shuzi import Reader
from shuzi.rules.boxes import find_closed
from shuzi.rules.rings import draw_rings, find_bubbles, find_rings


def ringed(*strokes, half=(70, 45), angle=0):
    """A ring with strokes in it, 1 on 0."""
    mask = np.zeros((400, 600), np.uint8)
    cv2.ellipse(mask, (200, 150), half, angle, 0, 360, 1, 3)
    for start, end in strokes:
        cv2.line(mask, start, end, 1, 5)
    return mask


def rings_of(mask, contrast=None):
    return find_rings(find_closed(mask), mask, 200 * mask if contrast is None else contrast)


TWO = ((180, 130), (180, 172)), ((215, 130), (210, 170))


@pytest.mark.parametrize("half", [(45, 45), (70, 45), (120, 50)])
@pytest.mark.parametrize("angle", [0, 8])
def test_a_ring_is_told_from_what_it_holds(half, angle):
    mask = ringed(*TWO, half=half, angle=angle)
    rings = rings_of(mask)
    assert len(rings) == 1
    rest = mask & ~draw_rings(rings, mask) & 1
    assert rest.sum() == mask[125:178, 172:222].sum()


@pytest.mark.parametrize("cut", range(5))
def test_a_ring_at_the_edge_of_the_picture_is_looked_at_too(cut):
    mask = np.ascontiguousarray(ringed(*TWO)[103 + cut :, 128 + cut :])
    assert len(rings_of(mask)) == 1


def test_a_nought_an_8_and_a_crossed_nought_are_no_rings():
    nought = ringed(half=(25, 40))
    eight = ringed(half=(22, 24))
    cv2.ellipse(eight, (200, 200), (24, 26), 0, 0, 360, 1, 3)
    crossed = ringed(((170, 195), (230, 105)), half=(25, 40))
    for mask in (nought, eight, crossed):
        assert rings_of(mask) == []


def test_a_nought_on_a_pale_ruling_is_no_ring():
    mask = ringed(((200, 140), (200, 160)), half=(25, 40))
    contrast = 200 * mask
    contrast[120:180, 190:210] //= 4
    assert rings_of(mask) != []
    assert rings_of(mask, contrast) == []


def test_a_thick_nought_is_no_ring_around_its_own_paper():
    mask = np.zeros((200, 200), np.uint8)
    cv2.ellipse(mask, (100, 100), (32, 34), 0, 0, 360, 1, 17)
    assert not rings_of(mask)


@pytest.mark.parametrize("angle", [0, 1, 3])
@pytest.mark.parametrize("half", [(40, 40), (90, 40)])
def test_a_printed_box_is_no_ring(angle, half):
    """Photographed, its line is uneven, so that its outline has many corners."""
    mask = np.zeros((400, 600), np.uint8)
    corners = cv2.boxPoints(((200, 150), (2 * half[0], 2 * half[1]), angle))
    cv2.polylines(mask, [corners.round().astype(np.int32)], True, 1, 3)
    rough = np.random.default_rng(angle).random(mask.shape) < 0.3
    mask = cv2.dilate(mask, np.ones((3, 3), np.uint8)) & (mask | rough).astype(np.uint8)
    cv2.line(mask, (190, 130), (195, 172), 1, 5)
    assert rings_of(mask) == []


def test_squares_of_squared_paper_are_no_rings():
    mask = np.zeros((900, 900), np.uint8)
    mask[::40] = mask[:, ::40] = 1
    for x in range(60, 860, 80):
        cv2.line(mask, (x, 70), (x, 90), 1, 3)
    assert rings_of(mask) == []


def bubbles(count, half=(12, 12)):
    mask = np.zeros((400, 600), np.uint8)
    for place in range(count):
        cv2.ellipse(mask, (50 + 50 * place, 100), half, 0, 0, 360, 1, 2)
    return mask


@pytest.mark.parametrize(
    ("count", "half", "found"), [(5, (12, 12), 5), (3, (12, 12), 0), (5, (9, 14), 0)]
)
def test_circles_to_tick_are_round_and_several(count, half, found):
    mask = bubbles(count, half)
    assert len(find_bubbles(find_closed(mask), mask)) == found


def test_a_circle_with_something_in_or_beside_it_is_not_to_be_ticked():
    mask = bubbles(8)
    for place in range(4):
        cv2.circle(mask, (50 + 50 * place, 100), 3, 1, -1)
        cv2.line(mask, (50 * place + 270, 85), (50 * place + 270, 115), 1, 3)
    assert find_bubbles(find_closed(mask), mask) == []


def test_circles_to_tick_may_be_specked_and_go_with_their_thick_lines():
    mask = np.zeros((120, 500), np.uint8)
    for x in range(60, 460, 80):
        cv2.circle(mask, (x, 60), 12, 1, 4)
        mask[58, x + 3] = mask[62, x + 24] = 1
    bubbles = find_bubbles(find_closed(mask), mask)
    assert len(bubbles) == 5
    rest = mask & ~draw_rings(bubbles, mask) & 1
    assert rest.sum() <= 10


def test_a_nought_as_large_as_the_circles_to_tick_is_none():
    mask = np.zeros((120, 600), np.uint8)
    for x in range(60, 460, 80):
        cv2.circle(mask, (x, 60), 20, 1, 3)
    cv2.ellipse(mask, (520, 60), (22, 22), 0, 0, 360, 1, 3)
    assert len(find_bubbles(find_closed(mask), mask)) == 5


def test_noughts_of_a_round_hand_are_no_circles_to_tick():
    mask = np.zeros((120, 500), np.uint8)
    angles = np.linspace(0, 2 * np.pi, 60)
    for x in range(60, 460, 80):
        radii = 16 * (1 + 0.08 * np.cos(3 * angles + x))
        curve = np.stack([x + radii * np.cos(angles), 60 + radii * np.sin(angles)], axis=1)
        cv2.polylines(mask, [curve.round().astype(np.int32)], isClosed=True, color=1, thickness=3)
    assert find_bubbles(find_closed(mask), mask) == []


def test_circles_to_tick_may_have_words_close_by():
    mask = np.zeros((200, 800), np.uint8)
    for x in range(60, 660, 100):
        cv2.circle(mask, (x, 100), 20, 1, 3)
        cv2.line(mask, (x + 33, 90), (x + 33, 110), 1, 2)
    assert len(find_bubbles(find_closed(mask), mask)) == 6


def test_circled_numbers_are_read(digits):
    paper = np.full((900, 700), 240, np.uint8)
    wanted = []
    for row in range(6):
        ink, text = number(digits.test_images, digits.test_labels, [2 * row, 2 * row + 1])
        high, wide = ink.shape
        top, left = 60 + 130 * row, 150 + 40 * row
        target = paper[top : top + high, left : left + wide]
        np.minimum(target, ink, out=target)
        middle = left + wide // 2, top + high // 2
        cv2.ellipse(paper, middle, (wide // 2 + 26, high // 2 + 14), 0, 0, 360, 70, 3, cv2.LINE_AA)
        wanted.append(text)
    texts = [n.text for n in Reader(kind="page").read(paper).numbers]
    assert sum(text in texts for text in wanted) >= 5


def test_a_crop_of_a_circled_number_is_read_without_the_circle(digits):
    ink, text = number(digits.test_images, digits.test_labels, [3, 8])
    crop = np.full((130, 170), 240, np.uint8)
    target = crop[37 : 37 + ink.shape[0], 45 : 45 + ink.shape[1]]
    np.minimum(target, ink, out=target)
    middle = 45 + ink.shape[1] // 2, 37 + ink.shape[0] // 2
    cv2.ellipse(crop, middle, (75, 55), 0, 0, 360, 70, 3, cv2.LINE_AA)
    look = Reader().look(crop, "crop")
    assert [n.text for n in look.page.numbers] == [text]
    np.testing.assert_array_equal(look.grey, crop)
