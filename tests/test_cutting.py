"""Pictures of a number out of a page, and which numbers are looked at."""

import io
from dataclasses import replace

import numpy as np
import pytest
from databases import number
from PIL import Image

from shuzi.result import Box
from shuzi.review.cutting import CROP_SIDE, SURROUNDINGS_SIDE, THUMBNAIL_SIDE, cut, thumbnail
from shuzi.review.sample import is_sampled, is_undecided


def grey(png):
    return np.asarray(Image.open(io.BytesIO(png)))


def page(height, width, box):
    """White, with the box black."""
    paper = np.full((height, width), 255, np.uint8)
    paper[max(0, box.y) : box.bottom, max(0, box.x) : box.right] = 0
    return paper


def test_the_crop_has_a_margin_and_the_surroundings_three_heights():
    box = Box(200, 150, 30, 20)
    found = cut(page(400, 500, box), box)
    assert grey(found.crop).shape == (20 + 2 * 4, 30 + 2 * 4)
    assert grey(found.surroundings).shape == (20 + 2 * 60, 30 + 2 * 60)
    assert found.inside == Box(60, 60, 30, 20)
    assert (grey(found.crop)[4:-4, 4:-4] == 0).all()


@pytest.mark.parametrize("box", [Box(0, 0, 9, 9), Box(-5, -3, 20, 9), Box(95, 90, 20, 20)])
def test_a_number_at_the_edge_is_cut_as_far_as_the_page_goes(box):
    found = cut(page(100, 100, box), box)
    assert (grey(found.crop) == 0).any()


def test_a_large_number_is_shrunk():
    box = Box(500, 500, 3000, 2500)
    found = cut(page(3600, 4000, box), box)
    assert max(grey(found.crop).shape) == CROP_SIDE
    around = grey(found.surroundings)
    assert max(around.shape) == SURROUNDINGS_SIDE
    inside = around[found.inside.y : found.inside.bottom, found.inside.x : found.inside.right]
    assert (inside == 0).mean() > 0.99


def png(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


def test_a_faint_speck_is_seen_on_its_thumbnail():
    speck = np.full((12, 8), 160, np.uint8)
    speck[2:10, 4] = 120
    seen = grey(thumbnail(png(speck)))
    assert seen.shape == (THUMBNAIL_SIDE, THUMBNAIL_SIDE * 8 // 12)
    assert seen.min() == 0 and seen.max() == 255


def test_the_noise_of_empty_paper_stays_faint_on_its_thumbnail():
    paper = np.random.default_rng(0).integers(150, 153, (40, 40)).astype(np.uint8)
    assert np.ptp(grey(thumbnail(png(paper))).astype(int)) < 60


def test_the_sample_has_its_share_and_is_the_same_again():
    accepted = number(decision="accept")
    pictures = [bytes([i % 256, i // 256]) for i in range(5000)]
    drawn = [is_sampled(accepted, picture, 0.1) for picture in pictures]
    # Four standard deviations of a binomial of 5,000 and 0.1.
    assert sum(drawn) == pytest.approx(500, abs=85)
    assert drawn == [is_sampled(accepted, picture, 0.1) for picture in pictures]
    assert drawn != [is_sampled(accepted, picture, 0.1, seed=1) for picture in pictures]


@pytest.mark.parametrize(("share", "drawn"), [(0.0, False), (1.0, True)])
def test_none_or_all_are_drawn(share, drawn):
    accepted = number(decision="accept")
    assert {is_sampled(accepted, bytes([i]), share) for i in range(100)} == {drawn}


def test_what_was_not_accepted_is_undecided_and_not_sampled():
    for decision in ("review", "reject"):
        left = replace(number(), decision=decision)
        assert is_undecided(left)
        assert not is_sampled(left, b"x", 1.0)
    assert not is_undecided(number(decision="accept"))
