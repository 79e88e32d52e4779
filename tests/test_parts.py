"""Which parts of ink are writing."""

import numpy as np
import pytest

from shuzi.rules.parts import characters, find_parts, strong


def kept(*marks):
    """Which of some upright strokes, each its height and contrast, are strong."""
    contrast = np.zeros((100, 20 * len(marks)), np.uint8)
    for place, (height, shade) in enumerate(marks):
        contrast[10 : 10 + height, 20 * place + 5 : 20 * place + 9] = shade
    labels, stats = find_parts((contrast > 0).astype(np.uint8))
    order = np.argsort(stats[1:, 0])
    return strong(contrast, np.full_like(contrast, 16), labels, stats)[1:][order].tolist()


def test_what_is_small_and_faint_beside_dark_writing_is_grain():
    assert kept((40, 200), (40, 180), (12, 40)) == [True, True, False]


def test_faint_writing_beside_dark_is_kept():
    assert kept((40, 200), (40, 180), (40, 40)) == [True, True, True]


def test_dark_points_are_kept():
    assert kept((40, 200), (40, 180), (4, 190)) == [True, True, True]


def test_small_faint_writing_alone_is_kept():
    assert kept((12, 40), (12, 45), (11, 40)) == [True, True, True]


def test_smudges_are_not_kept():
    assert kept((40, 20), (40, 200)) == [False, True]


def test_a_page_without_ink_has_none():
    assert kept((0, 0)) == []


@pytest.mark.parametrize(("inner", "kept"), [(9, True), (20, False)])
def test_a_speck_beside_a_stroke_makes_no_frame_of_it(inner, kept):
    """Of a digit twice as high as the page's letters; a digit in it does."""
    letters = [(20 * x, 100, 12, 20, 90) for x in range(10)]
    stats = np.array([(0,) * 5, *letters, (300, 80, 40, 44, 500), (325, 100, 4, inner, 30)])
    none = np.zeros((400, 400), np.uint8)
    assert (11 in characters(stats.astype(np.int32), none, none)) is kept
