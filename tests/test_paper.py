"""A crop's paper and what is told by it."""

import tracemalloc

import cv2
import numpy as np
import pytest

from shuzi.recognise.paper import opened, paper_level


def test_opening_is_that_of_opencv_with_any_block():
    rng = np.random.default_rng(0)
    for _ in range(300):
        (rows, columns), (height, width) = rng.integers(1, 60, 2), rng.integers(1, 80, 2)
        shape = [(height, width), (1, width), (height, 1)][rng.integers(3)]
        mask = (rng.random((rows, columns)) < rng.choice([0.5, 0.9, 0.98, 1])).astype(np.uint8)
        found = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        np.testing.assert_array_equal(opened(mask, *map(int, shape)), found)


@pytest.mark.parametrize(("paper", "ink"), [(230, 30), (40, 220)])
def test_the_paper_of_a_tight_crop_is_told(paper, ink):
    """A bold 0 that touches all edges."""
    crop = np.full((17, 13), paper, np.uint8)
    cv2.ellipse(crop, (6, 8), (5, 7), 0, 0, 360, ink, 2)
    assert paper_level(crop) == paper


def test_a_blank_crop_is_paper():
    assert paper_level(np.full((5, 5), 77, np.uint8)) == 77


def test_a_pages_paper_takes_few_bytes_a_pixel():
    page = np.random.default_rng(0).integers(0, 256, (1000, 1000), np.uint8)
    tracemalloc.start()
    paper_level(page)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * page.size
