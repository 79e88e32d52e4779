"""The ways of writing, and the pen that follows them."""

import numpy as np
import pytest

from shuzi.synth.digits import drawn_digits, drawn_marks
from shuzi.synth.marks import MARKS, draw_digit
from shuzi.synth.pen import cut, draw, parse
from shuzi.synth.strokes import DIGITS, LETTERS

WAYS = [way for ways in (*DIGITS.values(), LETTERS) for way in ways]


def rng(seed=0):
    return np.random.default_rng(seed)


def test_a_path_is_points_corners_and_strokes():
    first, second = parse("0,20! 20,0 / 5,100 50,-3")
    np.testing.assert_array_equal(first, [(0, 0.2), (0, 0.2), (0.2, 0)])
    np.testing.assert_array_equal(second, [(0.05, 1), (0.5, -0.03)])


def test_every_digit_has_several_ways():
    assert list(DIGITS) == list(range(10))
    assert all(len(ways) >= 6 for ways in DIGITS.values())


@pytest.mark.parametrize("way", WAYS)
def test_every_path_can_be_drawn(way):
    strokes = parse(way)
    assert all(len(points) >= 2 for points in strokes)
    points = np.concatenate(strokes)
    assert points.min() > -0.2
    assert points.max() < 1.2
    assert draw(way, rng()).max() > 100


def test_ink_is_cut_to_its_size():
    ink = np.zeros((9, 9), np.uint8)
    ink[2:5, 3:8] = 200
    assert cut(ink).shape == (3, 5)
    assert cut(np.zeros((9, 9), np.uint8)).size == 1


def test_no_two_are_the_same():
    generator = rng()
    a, b = (draw_digit(8, generator) for _ in range(2))
    assert a.shape != b.shape or (a != b).any()


def test_the_same_seed_draws_the_same():
    np.testing.assert_array_equal(drawn_digits(50, 3)[0], drawn_digits(50, 3)[0])
    np.testing.assert_array_equal(drawn_marks(30, 3), drawn_marks(30, 3))
    assert (drawn_marks(30, 3) != drawn_marks(30, 4)).any()


def test_as_many_of_each_digit_are_drawn():
    images, labels = drawn_digits(70, 0)
    assert images.shape == (70, 28, 28)
    np.testing.assert_array_equal(np.bincount(labels), [7] * 10)


@pytest.mark.parametrize("kind", MARKS)
def test_every_kind_of_mark_leaves_ink(kind):
    generator = rng(1)
    for _ in range(30):
        ink = MARKS[kind](generator)
        assert ink.dtype == np.uint8
        assert ink.max() > 30


def test_a_person_who_knows_only_mnist_reads_most_drawn_digits(mnist):
    """A model of the package reads them; the nearest neighbours in MNIST agree with most."""
    images, labels = drawn_digits(300, 5)
    known = mnist.train_images[:20_000].reshape(-1, 784).astype(np.float32)
    drawn = images.reshape(-1, 784).astype(np.float32)
    distances = (known**2).sum(axis=1) - 2 * drawn @ known.T
    nearest = mnist.train_labels[distances.argmin(axis=1)]
    assert (nearest == labels).mean() > 0.75
