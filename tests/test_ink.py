"""Where the digit is, on every kind of paper."""

import cv2
import numpy as np
import pytest

from shuzi.rules.ink import find_digit

RNG = np.random.default_rng(0)


def page(ink=30, paper=230, size=(300, 400), pen=10):
    """A picture with a 7 whose strokes span x 160 to 220 and y 100 to 190."""
    picture = np.full(size, paper, np.uint8)
    points = np.array([(160, 100), (220, 100), (180, 190)], np.int32)
    cv2.polylines(picture, [points], False, ink, pen, cv2.LINE_AA)
    return picture


def assert_found(picture, shrink=1.0):
    found = find_digit(picture)
    assert found is not None
    box = found.box
    near = [box.x, box.y, box.x + box.width, box.y + box.height]
    assert near == pytest.approx([155 * shrink, 95 * shrink, 225 * shrink, 195 * shrink], abs=4)


def test_dark_ink_on_light_paper():
    assert_found(page())


def test_light_ink_on_dark_paper():
    assert_found(page(ink=220, paper=40))


def test_faint_pencil():
    assert_found(page(ink=200))


def test_noise():
    assert_found((page() + RNG.normal(0, 12, (300, 400))).clip(0, 255).astype(np.uint8))


def test_a_shadow():
    light = np.linspace(1, 0.4, 400)[None] * np.linspace(1, 0.7, 300)[:, None]
    assert_found((page() * light).astype(np.uint8))


def test_a_small_digit_on_a_large_page():
    picture = np.full((2000, 3000), 230, np.uint8)
    picture[:300, :400] = page()
    assert_found(picture)


def test_a_frame_at_the_edge_is_not_the_digit():
    picture = page()
    cv2.rectangle(picture, (0, 0), (399, 299), 30, 8)
    assert_found(picture)


def test_a_speck_beside_the_digit_does_not_belong_to_it():
    picture = page()
    cv2.circle(picture, (330, 250), 3, 30, -1)
    assert_found(picture)


def test_a_part_close_by_belongs_to_the_digit():
    picture = page()
    cv2.line(picture, (170, 150), (188, 142), 230, 14)
    assert_found(picture)


def test_a_large_picture_is_shrunk_but_its_box_is_not():
    large = cv2.resize(page(), None, fx=8, fy=8)
    found = find_digit(large)
    assert found is not None
    assert max(found.values.shape) < 400
    assert found.box.height == pytest.approx(800, abs=24)


def test_full_ink_is_bright():
    found = find_digit(page())
    assert found is not None
    assert found.values.max() == 255
    assert found.values.min() == 0


@pytest.mark.parametrize("paper", [0, 17, 128, 255])
@pytest.mark.parametrize("size", [(1, 1), (1, 50), (28, 28), (300, 400)])
def test_an_empty_page_has_no_digit(paper, size):
    assert find_digit(np.full(size, paper, np.uint8)) is None


@pytest.mark.parametrize("deviation", [1, 4, 12])
def test_noise_alone_is_no_digit(deviation):
    noise = RNG.normal(180, deviation, (300, 400)).clip(0, 255).astype(np.uint8)
    assert find_digit(noise) is None


def test_a_shadow_alone_is_no_digit():
    light = 240 * np.linspace(1, 0.4, 400)[None] * np.linspace(1, 0.7, 300)[:, None]
    assert find_digit(light.astype(np.uint8)) is None


def test_specks_alone_are_no_digit():
    picture = np.full((600, 800), 230, np.uint8)
    for x, y in ((100, 100), (500, 300), (700, 550)):
        cv2.circle(picture, (x, y), 2, 30, -1)
    assert find_digit(picture) is None
