"""Parts of a picture laid flat."""

import tracemalloc

import cv2
import numpy as np
import pytest

from shuzi.page.image import PageImage

CORNERS = np.array([[-60, -20], [60, -20], [60, 20], [-60, 20]], np.float32)


def picture(angle=0.0):
    """A black bar of 120 x 40 about (200, 150) on grey paper, turned, and its corners."""
    turn = cv2.getRotationMatrix2D((0, 0), -angle, 1.0)[:, :2]
    quad = (CORNERS @ turn.T + [200, 150]).astype(np.float32)
    grey = np.full((300, 400), 200, np.uint8)
    cv2.fillConvexPoly(grey, np.round(quad * 16).astype(np.int32), 0, cv2.LINE_AA, 4)
    return grey, quad


@pytest.mark.parametrize("angle", [0, 20, -30, 90])
def test_a_region_is_laid_flat_with_its_margin(angle):
    grey, quad = picture(angle)
    flat = PageImage(grey).flat(quad, 0.5)
    assert flat.grey.shape == pytest.approx((80, 160), abs=1)
    assert flat.grey[24:56, 24:136].max() < 30
    assert flat.grey[:16].min() > 170
    assert flat.part(20, 20, 140, 60) == pytest.approx(quad, abs=1.5)


def test_a_crop_is_made_once_with_all_that_is_found_on_it():
    grey, quad = picture()
    page = PageImage(grey)
    crop = page.crop(quad)
    assert crop.grey.shape == pytest.approx((56, 136), abs=1)
    assert page.crop(quad.copy()) is crop
    assert crop.strip is crop.strip
    assert page.crop(quad + 1) is not crop


def test_beyond_the_edge_is_paper():
    """Not ink that goes on: of a tight crop nothing would be left."""
    tight = np.full((40, 30), 200, np.uint8)
    tight[:, 12:18] = 0
    quad = np.array([[0, 0], [30, 0], [30, 40], [0, 40]], np.float32)
    flat = PageImage(tight).flat(quad, 0.5)
    assert flat.grey.shape == (80, 70)
    assert (flat.grey[20:60, 20:50] == tight).all()
    assert (flat.grey[[0, 19, 60, 79]] == 200).all()
    assert flat.part(20, 20, 50, 60) == pytest.approx(quad)


def test_a_high_region_is_shrunk():
    grey = cv2.resize(picture()[0], None, fx=10, fy=10)
    flat = PageImage(grey).flat(picture()[1] * 10, 0.25)
    assert flat.grey.shape[0] == 192
    assert flat.part(0, 0, *flat.grey.shape[::-1]) == pytest.approx(flat.quad)


def test_paper_around_a_tall_picture_takes_little_memory():
    """Its margin is hundreds of times as wide as the picture."""
    column = np.full((20_000, 10), 200, np.uint8)
    quad = np.array([[0, 0], [10, 0], [10, 20_000], [0, 20_000]], np.float32)
    tracemalloc.start()
    flat = PageImage(column).flat(quad, 0.2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * column.size
    assert flat.grey.shape == pytest.approx((192, 55), abs=1)


def test_a_picture_is_turned_clockwise():
    grey, _ = picture()
    grey[:5] = 7
    assert (PageImage(grey).turned(90).grey[:, -5:] == 7).all()
