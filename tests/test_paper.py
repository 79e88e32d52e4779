"""A page's paper and what is told by it."""

import cv2
import numpy as np

from shuzi.recognise.paper import opened


def test_opening_is_that_of_opencv_with_any_block():
    rng = np.random.default_rng(0)
    for _ in range(300):
        (rows, columns), (height, width) = rng.integers(1, 60, 2), rng.integers(1, 80, 2)
        shape = [(height, width), (1, width), (height, 1)][rng.integers(3)]
        mask = (rng.random((rows, columns)) < rng.choice([0.5, 0.9, 0.98, 1])).astype(np.uint8)
        found = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        np.testing.assert_array_equal(opened(mask, *map(int, shape)), found)
