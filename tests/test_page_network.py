"""The page network in ONNX Runtime: what goes in, what comes out, which models are refused."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from places import EXAMPLES

from shuzi.card import SHIPPED
from shuzi.errors import ModelError
from shuzi.image import load_grey
from shuzi.page.network import (
    LONGEST,
    MAGNIFIED,
    MULTIPLE,
    STRIDE,
    Maps,
    PageNetwork,
    fit,
    margin_around,
    on_paper,
)
from shuzi.page.regions import find_regions


@pytest.fixture(scope="module")
def network():
    return PageNetwork(threads=1)


def maps_of(kernels, extents=None, scale=2.0):
    """Maps with nothing but these, each a list of (top, left, bottom, right) in cells."""
    planes = []
    for boxes in (kernels, extents or []):
        plane = np.zeros((100, 200), np.float32)
        for top, left, bottom, right in boxes:
            plane[top:bottom, left:right] = 0.9
        planes.append(plane)
    nothing = np.zeros_like(planes[0])
    return Maps(*planes, nothing, np.array([1, 0, 0, 0], np.float32), scale)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (28, 28), (34, 60), (1000, 700), (3000, 10)])
def test_maps_are_of_the_picture_whatever_its_size(network, shape):
    maps = network.see(np.full(shape, 200, np.uint8))
    cells = [side / maps.scale for side in shape]
    for plane in (maps.kernels, maps.extents, maps.other):
        assert plane.shape == pytest.approx(cells, abs=1)
        assert 0 <= plane.min() <= plane.max() <= 1
    assert maps.turns.sum() == pytest.approx(1, abs=1e-4)
    assert maps.coarse is None or maps.coarse.scale > maps.scale


def test_only_what_is_in_doubt_is_looked_at_twice(network, monkeypatch):
    seen, run = [], network.run
    monkeypatch.setattr(network, "run", lambda given: (seen.append(given.shape), run(given))[1])
    network.see(load_grey(EXAMPLES / "3.png"))
    clear = len(seen)
    network.see(np.full_like(load_grey(EXAMPLES / "3.png"), 200))
    assert len(seen) - clear > clear


def test_small_numbers_are_looked_at_from_closer(network, monkeypatch):
    # Whatever the network that ships is sure of.
    monkeypatch.setattr("shuzi.page.network.CLEAR", 1.1)
    page = load_grey(EXAMPLES / "desk.jpg")
    small = cv2.resize(page, None, fx=0.15, fy=0.15, interpolation=cv2.INTER_AREA)
    paper = np.full((700, 600), int(np.median(small)), np.uint8)
    for top in (20, 200, 380):
        paper[top : top + len(small), 40 : 40 + small.shape[1]] = small
    maps = network.see(paper)
    assert maps.scale < STRIDE <= network.see(page).scale
    assert maps.loose.shape == maps.kernels.shape and maps.loose.max() <= 1


def test_a_small_picture_that_is_clear_is_not_looked_at_from_further_away(network):
    picture = load_grey(EXAMPLES / "number-2753.jpg")
    assert network.see(picture).coarse is None
    assert network.see(np.full_like(picture, 200)).coarse is not None


def test_a_large_picture_is_reduced_and_a_small_one_enlarged():
    large, scale = fit(np.zeros((4000, 3000), np.uint8))
    assert large.shape == (LONGEST, 3 * LONGEST // 4) and scale == LONGEST / 4000
    small, scale = fit(np.zeros((20, 28), np.uint8))
    assert small.shape == (80, 112) and scale == MAGNIFIED


def test_paper_around_a_picture_is_as_light_as_its_own():
    picture = np.full((40, 60), 180, np.uint8)
    picture[10:30, 20:23] = 20
    margin = margin_around(picture.shape)
    around = on_paper(picture, margin)
    assert margin % STRIDE == 0
    assert all(side % MULTIPLE == 0 for side in around.shape)
    np.testing.assert_array_equal(around[margin : margin + 40, margin : margin + 60], picture)
    around[margin : margin + 40, margin : margin + 60] = 180
    assert (around == 180).all()


def test_a_model_of_another_kind_is_named_with_the_remedy():
    with pytest.raises(ModelError, match="is not a page model") as caught:
        PageNetwork(SHIPPED["digit"])
    assert "train page" in str(caught.value)


def test_no_model_and_no_onnx_are_refused(tmp_path):
    (tmp_path / "page.onnx").write_bytes(b"no model")
    for path in (tmp_path / "page.onnx", tmp_path / "none.onnx"):
        with pytest.raises(ModelError):
            PageNetwork(path)


def test_each_kernel_is_a_region_in_pixels_of_the_picture():
    maps = maps_of([(20, 20, 30, 60), (20, 100, 30, 110)], [(15, 16, 35, 64), (15, 96, 35, 114)])
    first, second = sorted(find_regions(maps, (200, 400)), key=lambda region: region.box.x)
    assert first.box.to_list() == pytest.approx([32, 30, 96, 40], abs=3)
    assert second.box.to_list() == pytest.approx([192, 30, 36, 40], abs=3)
    assert first.score == pytest.approx(0.9, abs=0.01)


def test_numbers_that_another_look_joins_do_not_stand_apart():
    maps = maps_of([(20, 20, 30, 30), (20, 40, 30, 50)])
    assert all(region.apart for region in find_regions(maps, (200, 400)))
    loose = maps.kernels.copy()
    loose[25, 20:50] = 0.1
    joined = find_regions(replace(maps, loose=loose), (200, 400))
    assert len(joined) == 2 and not any(region.apart for region in joined)


def test_pieces_that_touch_and_that_the_kernels_join_are_one_number_in_doubt():
    maps = maps_of([(20, 20, 30, 40), (24, 44, 34, 60)], [(14, 16, 40, 64)])
    assert len(find_regions(maps, (200, 400))) == 2
    maps.kernels[24:30, 40:44] = 0.3
    (region,) = find_regions(maps, (200, 400))
    assert region.box.to_list() == pytest.approx([32, 28, 96, 52], abs=4)
    assert not region.apart


def test_what_the_kernels_join_without_touching_stays_apart_in_place():
    maps = maps_of([(20, 20, 30, 40), (20, 80, 30, 100)])
    maps.kernels[24:26, 40:80] = 0.3
    assert len(find_regions(maps, (200, 400))) == 2


def test_an_extent_reaches_no_further_than_its_kernel_allows():
    (region,) = find_regions(maps_of([(20, 20, 30, 60)], [(0, 0, 100, 200)]), (200, 400))
    assert region.box.height < 80 and region.box.width < 160


def test_specks_are_no_regions():
    assert find_regions(maps_of([(20, 20, 21, 22)]), (200, 400)) == []


def test_nothing_seen_is_no_region():
    assert find_regions(maps_of([]), (200, 400)) == []


def test_strokes_of_what_is_written_large_are_not_numbers_of_their_own():
    coarse = maps_of([(10, 10, 30, 40)], [(4, 6, 36, 46)], scale=5.0)
    fine = maps_of([(30, 40, 36, 60), (60, 40, 66, 60)], scale=2.0)
    fine = replace(fine, kernels=fine.kernels * np.float32(0.95))
    regions = find_regions(replace(fine, coarse=coarse), (400, 400))
    assert len(regions) == 1
    assert regions[0].box.height == pytest.approx(160, abs=15)


@pytest.mark.parametrize(("after", "apart"), [(66, False), (110, True)])
def test_a_number_close_to_which_more_is_written_may_be_a_part_of_it(after, apart):
    written = [(15, 16, 35, 64), (15, after, 35, after + 16)]
    (region,) = find_regions(maps_of([(20, 20, 30, 60)], written), (200, 400))
    assert region.apart is apart


def test_a_number_with_other_writing_in_it_is_a_part_of_more():
    kernel, extent, sign = (20, 20, 30, 60), (15, 10, 35, 64), (22, 12, 28, 18)
    maps = maps_of([kernel], [extent])
    assert find_regions(maps, (200, 400))[0].apart
    maps.other[sign[0] : sign[2], sign[1] : sign[3]] = 1
    assert not find_regions(maps, (200, 400))[0].apart


def test_a_number_close_to_another_is_none_of_its_parts():
    kernels, extents = [(20, 20, 30, 60), (20, 74, 30, 90)], [(15, 16, 35, 64), (15, 70, 35, 94)]
    assert all(region.apart for region in find_regions(maps_of(kernels, extents), (200, 400)))
