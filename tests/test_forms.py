"""Composed forms."""

import numpy as np
import pytest

from shuzi.synth.forms import KINDS, compose_form, cut_out
from shuzi.synth.glyphs import Glyphs


@pytest.fixture(scope="module")
def glyphs(digits):
    return Glyphs(digits.train_images, digits.train_labels)


@pytest.mark.parametrize("kind", KINDS)
def test_each_number_lies_where_its_field_is(glyphs, kind):
    picture, page = compose_form(kind, glyphs, np.random.default_rng(1), (3, 2), dpi=100)
    assert picture.shape == (page.height, page.width)
    assert all(number.text.isdigit() for number in page.numbers)
    for box in (number.box for number in page.numbers):
        field = picture[max(0, box.y) : box.bottom, max(0, box.x) : box.right]
        assert field.min() < np.median(picture) - 40


def test_the_same_seed_gives_the_same_photo(glyphs):
    first, again = (
        compose_form("table", glyphs, np.random.default_rng(3), photo=True)[0] for _ in range(2)
    )
    assert (first == again).all()


@pytest.mark.parametrize("kind", KINDS)
def test_blank_fields_have_no_text(glyphs, kind):
    _, page = compose_form(kind, glyphs, np.random.default_rng(4), (3, 2), blank=1.0)
    assert [number.text for number in page.numbers] == [""] * 6


def test_a_field_is_cut_out_with_a_little_around_it(glyphs):
    picture, page = compose_form("box", glyphs, np.random.default_rng(5), (2, 2))
    box = page.numbers[0].box
    height, width = cut_out(picture, box, np.random.default_rng(6)).shape
    assert 1.1 * box.height <= height <= 1.75 * box.height
    assert box.width < width < box.width + 0.75 * box.height
