"""Boxes that run together where a line between them is broken."""

import cv2
import numpy as np
import pytest

from shuzi.rules.boxes import find_holes
from shuzi.rules.cells import parted


def cells(gap, dark=200, ink=((100, 60, 100, 100),)):
    """Two cells beside each other, the line between them with a gap, 0 to 255."""
    contrast = np.zeros((160, 300), np.uint8)
    cv2.rectangle(contrast, (30, 40), (270, 120), 200, 3)
    cv2.line(contrast, (150, 44), (150, 116), dark, 3)
    contrast[70 : 70 + gap, 145:156] = 0
    for x, top, to, bottom in ink:
        cv2.line(contrast, (x, top), (to, bottom), 220, 5)
    return contrast


def boxes_of(contrast):
    found = parted(find_holes((contrast > 100).astype(np.uint8)), contrast)
    return sorted((box.x, box.right) for _, box in found)


@pytest.mark.parametrize(("gap", "dark"), [(6, 200), (16, 200), (6, 140), (0, 200)])
def test_two_cells_are_two_whatever_gap_is_in_the_line_between(gap, dark):
    assert np.array(boxes_of(cells(gap, dark))) == pytest.approx(
        np.array([[32, 149], [152, 269]]), abs=2
    )


@pytest.mark.parametrize(
    ("dark", "ink"),
    [(0, ((150, 52, 150, 108),)), (0, ((150, 47, 150, 113),)), (60, ((100, 60, 100, 100),))],
)
def test_a_high_1_and_a_pale_stroke_part_nothing(dark, ink):
    assert boxes_of(cells(0, dark, ink)) == [(32, 269)]
