"""Crops of composed pages."""

import numpy as np

from shuzi.synth.crops import SMALL, cut_crops, number_heights
from shuzi.synth.sample import Sample


def small_picture(side: int) -> Sample:
    extents = np.zeros((side, side), np.uint16)
    extents[side // 4 : -side // 4, side // 4 : -side // 4] = 1
    other = np.zeros((side, side), np.uint8)
    picture = np.where(extents > 0, np.uint8(0), np.uint8(200))
    return Sample(picture, extents, extents.copy(), other, ("0",))


def test_small_pictures_are_seen_on_paper_now_and_then() -> None:
    crops = [cut_crops(small_picture(40), 1, np.random.default_rng(i))[0] for i in range(30)]
    tops = [int(np.flatnonzero(crop.targets[0].any(axis=1))[0]) for crop in crops]
    seen = [int(crop.picture.max()) for crop in crops]

    assert all(crop.targets[0].max() == 255 for crop in crops)
    assert set(seen) == {200}
    # Without paper around, a quarter of the picture at four times its size lies above the digit.
    assert max(tops) > 25
    assert min(tops) <= 20


def test_large_pictures_stay_as_they_are() -> None:
    crop = cut_crops(small_picture(SMALL + 100), 1, np.random.default_rng(0))[0]

    assert crop.targets.shape == (4, 288, 288)


def long_row() -> Sample:
    """A number of five digits far apart."""
    extents = np.zeros((400, 400), np.uint16)
    extents[200:220, 50:350] = 1
    picture = np.where(extents > 0, np.uint8(0), np.uint8(200))
    other = np.zeros(extents.shape, np.uint8)
    return Sample(picture, extents, extents.copy(), other, ("12345",))


def test_a_number_is_as_high_as_its_shorter_axis() -> None:
    assert abs(number_heights(long_row())[1] - 20) < 1
    turned = long_row().rotated(1)
    assert abs(number_heights(turned)[1] - 20) < 1
