"""The 28x28 convention, held against MNIST itself."""

import numpy as np
import pytest

from shuzi.recognise.glyph import find_glyph, normalise

RNG = np.random.default_rng(0)


def cut(image):
    ys, xs = np.nonzero(image)
    return image[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]


@pytest.mark.parametrize("shape", [(20, 14), (100, 30), (30, 100), (7, 3), (900, 700), (1, 1)])
def test_the_longer_side_becomes_20(shape):
    glyph = normalise(np.full(shape, 255, np.uint8))
    assert glyph.shape == (28, 28)
    assert glyph.dtype == np.uint8
    assert max(cut(glyph).shape) == 20


@pytest.mark.parametrize("ink", [np.tri(40, 30) * 255, RNG.integers(0, 255, (33, 20))])
def test_the_centre_of_mass_comes_to_14(ink):
    glyph = normalise(ink.astype(np.uint8)).astype(float)
    y, x = (np.indices((28, 28)) * glyph).sum(axis=(1, 2)) / glyph.sum()
    assert abs(y - 14) <= 0.5
    assert abs(x - 14) <= 0.5


def test_a_long_tail_stays_in_the_field():
    ink = np.zeros((20, 20), np.uint8)
    ink[:, 0] = 255
    ink[0, :] = 10
    assert max(cut(normalise(ink)).shape) == 20


def test_thin_strokes_do_not_fade():
    ink = np.zeros((400, 300), np.uint8)
    ink[:, 148:152] = ink[:4, :] = 255
    assert normalise(ink).max() == 255


def test_mnist_is_already_in_the_convention(mnist):
    images = mnist.train_images[:500]
    difference = [np.abs(normalise(cut(i)).astype(int) - i).mean() for i in images]
    assert np.mean(np.array(difference) < 3) > 0.97


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("margin", [0, 3, 30])
def test_the_digit_of_a_picture_is_found_whatever_its_margin_and_colour(mnist, margin, turned):
    """Even if it touches all edges."""
    off = []
    for image in mnist.train_images[:30]:
        picture = np.pad(cut(image), margin)
        glyph = find_glyph(255 - picture if turned else picture)
        off.append(np.abs(glyph.astype(int) - image).mean())
    # A few are a pixel off.
    assert np.mean(np.array(off) < 3) > 0.8


def test_a_blank_picture_has_no_glyph():
    assert find_glyph(np.full((30, 20), 90, np.uint8)) is None
