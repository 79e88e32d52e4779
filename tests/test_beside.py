"""What lies beside MNIST's file is learned too, and a tenth of it is held out."""

import numpy as np
import pytest
from strokes import written

import shuzi
from shuzi.training.beside import names_beside, with_sets_beside


@pytest.fixture
def data(digits_npz, tmp_path):
    """A copy of the digits, with 20 sevens drawn as bars beside them."""
    (tmp_path / "digits").mkdir()
    (tmp_path / "mnist.npz").write_bytes(digits_npz.read_bytes())
    images = np.zeros((20, 28, 28), np.uint8)
    images[:, 4:24, 12:16] = 255
    np.savez(tmp_path / "digits" / "hwd1000.npz", x=images, y=np.full(20, 7))
    return shuzi.load_data(tmp_path / "mnist.npz")


def test_sets_beside_are_repeated_and_a_tenth_of_each_is_held_out(data):
    found = with_sets_beside(data, repeats=4)
    n = len(data.train_labels)
    assert names_beside(data) == ["digits/hwd1000"]
    assert len(found.train_labels) == n - n // 10 + 4 * 18
    assert len(found.validation_labels) == n // 10 + 2
    assert found.validation_labels[-2:].tolist() == [7, 7]


def test_where_there_are_none_the_data_is_split_alone(digits_npz):
    found = with_sets_beside(shuzi.load_data(digits_npz), repeats=4)
    assert names_beside(found) == []
    assert len(found.train_labels) + len(found.validation_labels) == 1500


def test_pen_strokes_of_eight_writers_in_ten_are_learned(data, tmp_path):
    """Each wrote ten digits; the eight wrote eight `e`, and two `O`, which is no negative."""
    (tmp_path / "unipen").mkdir()
    letters = [("e", w) for w in range(10)] + [("O", 0), ("O", 1)]
    written(tmp_path / "unipen", letters=letters)
    n = len(with_sets_beside(data, repeats=0).train_labels)
    found = with_sets_beside(data, repeats=1)
    assert names_beside(data) == ["digits/hwd1000", "unipen"]
    assert len(found.train_labels) == n + 18 + 72
    assert len(found.not_digits) == 8
