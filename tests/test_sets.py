"""Sets of other writers and of what is not a digit."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import shuzi
from shuzi.errors import DataError
from shuzi.evaluation.sets import (
    find_sets,
    glyphs,
    read_pictures,
    read_set,
    score_refusal,
    score_writers,
)

EXAMPLES = Path(__file__).parent.parent / "examples"
RNG = np.random.default_rng(0)


def a_three(side, dark=True):
    """The 3 of the examples, as a picture of this side."""
    with Image.open(EXAMPLES / "3.png") as picture:
        grey = np.asarray(picture.convert("L").resize((side, side), Image.Resampling.BOX))
    return grey if dark else 255 - grey


def save(path, **arrays):
    path.parent.mkdir(exist_ok=True)
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize("names", [("x", "y"), ("images", "labels")])
def test_a_set_has_its_name_pictures_and_labels(tmp_path, names):
    images = np.stack([a_three(64)] * 2)
    path = save(
        tmp_path / "digits" / "other.npz",
        **dict(zip(names, (images, np.array([3, 3])), strict=True)),
    )
    found = read_set(path)
    assert found.name == "digits/other"
    assert found.images.shape == (2, 64, 64)
    assert found.labels.tolist() == [3, 3]


def test_a_set_without_labels_is_of_no_digits(tmp_path):
    save(tmp_path / "a.npz", x=np.zeros((1, 8, 8), np.uint8))
    save(tmp_path / "not_digits" / "b.npz", x=np.zeros((1, 8, 8), np.uint8), y=np.array([7]))
    assert [s.labels for s in find_sets([tmp_path])] == [None, None]


def test_letters_like_digits_are_left_out(tmp_path):
    letters = np.array(list("AOgK"))
    path = save(tmp_path / "not_digits.npz", x=np.zeros((4, 8, 8), np.uint8), y=letters)
    assert len(read_set(path).images) == 2


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("side", [32, 112])
def test_pictures_of_any_size_and_ink_are_read(side, dark):
    blank = np.full((side, side), 255, np.uint8)
    probabilities = read_pictures(shuzi.Recogniser(), np.stack([a_three(side, dark), blank]))
    assert probabilities[0].argmax() == 3
    assert probabilities[1].sum() == 0


def test_nothing_found_is_no_glyph():
    found, where = glyphs(np.full((2, 20, 20), 255, np.uint8))
    assert found.shape == (0, 28, 28)
    assert len(where) == 0


def test_a_picture_without_ink_is_wrong_and_not_answered():
    probabilities = np.zeros((4, 10), np.float32)
    probabilities[[0, 1, 2], [0, 1, 5]] = 1
    found = score_writers("other", probabilities, np.array([0, 1, 2, 0], np.uint8))
    assert (found.n, found.accuracy, found.answered, found.wrong) == (4, 0.5, 0.75, 0.25)
    assert found.calibration_error == pytest.approx(1 / 3)


@pytest.mark.parametrize("images", [0, 3])
def test_a_set_without_any_ink_is_refused(images):
    labels = np.zeros(images, np.uint8)
    with pytest.raises(DataError, match=f"other: no ink is found in its images .{images}.,"):
        score_writers("other", np.zeros((images, 10), np.float32), labels)


def test_refusals_are_counted():
    of_digits = np.eye(10, dtype=np.float32)
    others = np.array([[1.0, *[0] * 9], [0.2, *[0] * 9]], np.float32)
    found = score_refusal("marks", others, of_digits)
    assert (found.n, found.roc_area, found.refused) == (2, 0.75, 0.5)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"x": np.zeros((0, 28, 28), np.uint8)}, "is empty"),
        ({"x": np.zeros((3, 28), np.uint8)}, r"the images are uint8 \(3, 28\)"),
        ({"x": np.zeros((3, 28, 28))}, "the images are float64"),
        ({"x": np.zeros((3, 8, 8), np.uint8), "y": np.array([1, 2])}, "3 images but 2 labels"),
        ({"x": np.zeros((1, 8, 8), np.uint8), "y": np.array([12])}, "must be 0 to 9"),
        ({"pixels": np.zeros((3, 8, 8), np.uint8)}, "has no images; its arrays are pixels"),
    ],
)
def test_another_layout_is_refused(tmp_path, arrays, said):
    with pytest.raises(DataError, match=said):
        find_sets([save(tmp_path / "bad.npz", **arrays)])


def test_a_set_that_lost_all_its_images_is_refused(tmp_path):
    path = save(tmp_path / "not_digits.npz", x=np.zeros((1, 8, 8), np.uint8), y=np.array(["O"]))
    with pytest.raises(DataError, match="is empty"):
        read_set(path)
    with pytest.raises(DataError, match="is empty"):
        score_refusal("none", np.zeros((0, 10), np.float32), np.eye(10, dtype=np.float32))


def test_a_folder_without_sets_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"has no \.npz"):
        find_sets([tmp_path])
    with pytest.raises(DataError, match="no such file or folder"):
        find_sets([tmp_path / "none"])
