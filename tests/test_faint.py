"""Ink that shows through, and numbers that the edge cuts, are told from others."""

from dataclasses import replace

import numpy as np
import pytest

from shuzi.page.faint import are_faint_or_cut
from shuzi.page.regions import Region


def page_of(*inks, paper=230):
    """A region of 40 x 30 pixels each, with a stroke that much darker than the paper."""
    grey = np.full((60, 60 * len(inks)), paper, np.uint8)
    regions = []
    for place, ink in enumerate(inks):
        left = 60 * place + 10
        grey[15:45, left + 10 : left + 16] = paper - ink
        corners = np.array([[0, 0], [40, 0], [40, 30], [0, 30]], np.float32)
        regions.append(Region(corners + np.array([left, 15], np.float32), score=1.0))
    return grey, regions


def test_ink_far_fainter_than_the_others_is_told():
    assert are_faint_or_cut(*page_of(150, 160, 20, 140, 150)) == [False, False, True, False, False]


@pytest.mark.parametrize("light", [False, True])
def test_pencil_beside_print_is_not(light):
    grey, regions = page_of(180, 180, 60, 180, 180)
    assert not any(are_faint_or_cut(255 - grey if light else grey, regions))


@pytest.mark.parametrize("edge", ["left", "right", "top", "bottom"])
def test_a_number_at_the_edge_of_a_page_may_be_cut(edge):
    grey, regions = page_of(150, 150, 150, 150)
    cut = {
        "left": (grey[:, 12:], (-12, 0)),
        "right": (grey[:, :-12], (0, 0)),
        "top": (grey[18:], (0, -18)),
        "bottom": (grey[:42], (0, 0)),
    }
    seen, moved = cut[edge]
    size = seen.shape[::-1]
    inside = [replace(r, quad=(r.quad + np.float32(moved)).clip(0, size)) for r in regions]
    told = {"left": [0], "right": [3]}.get(edge, [0, 1, 2, 3])
    assert np.flatnonzero(are_faint_or_cut(seen, inside)).tolist() == told


def test_of_few_numbers_none_is_faint():
    assert are_faint_or_cut(*page_of(150, 20, 150)) == [False, False, False]


def lines_of(*rows, height, light=False):
    """A region of each of these rows, 40 columns, all of it a stroke."""
    grey = np.full((height, 60), 230, np.uint8)
    regions = []
    for top, bottom in rows:
        grey[top:bottom, 27:33] = 80
        corners = [[10, top], [50, top], [50, bottom], [10, bottom]]
        regions.append(Region(np.array(corners, np.float32), score=1.0))
    return (255 - grey if light else grey), regions


@pytest.mark.parametrize("light", [False, True])
def test_of_few_numbers_those_of_the_lines_over_and_under_a_crop_are_cut(light):
    crop = lines_of((0, 8), (20, 50), (62, 70), height=70, light=light)
    assert are_faint_or_cut(*crop) == [True, False, True]


@pytest.mark.parametrize("rows", [((1, 9), (20, 50)), ((0, 30), (40, 70)), ((0, 70),)])
def test_of_few_numbers_none_is_cut_that_is_whole_or_where_all_would_be(rows):
    assert not any(are_faint_or_cut(*lines_of(*rows, height=70)))


def test_of_nothing_nothing_is_told():
    assert are_faint_or_cut(np.zeros((9, 9), np.uint8), []) == []
