"""Figures are pictures of what they are given."""

import numpy as np
import pytest
from PIL import Image

from shuzi.errors import OutputError
from shuzi.evaluation import figures

ROW = {"epoch": 1, "loss": 1.0, "accuracy": 0.5, "val_loss": 0.8, "val_accuracy": 0.6}


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def has_colour(picture, colour):
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return bool((np.abs(picture - wanted).sum(axis=2) < 12).any())


def test_curves_show_training_and_validation(tmp_path):
    figures.curves([ROW, ROW | {"epoch": 2, "loss": 0.5}], tmp_path / "curves.png")
    picture = pixels(tmp_path / "curves.png")
    assert has_colour(picture, figures._TRAIN)
    assert has_colour(picture, figures._VALIDATION)


def test_curves_without_validation_show_only_training(tmp_path):
    figures.curves([ROW | {"val_loss": None, "val_accuracy": None}], tmp_path / "curves.png")
    picture = pixels(tmp_path / "curves.png")
    assert has_colour(picture, figures._TRAIN)
    assert not has_colour(picture, figures._VALIDATION)


def test_the_surest_mistakes_are_shown(tmp_path):
    images = np.zeros((3, 28, 28), np.uint8)
    images[2, :, :] = 255
    labels = np.array([0, 1, 2], np.uint8)
    probabilities = np.eye(10, dtype=np.float32)[[0, 1, 7]]
    figures.mistakes(images, labels, probabilities, tmp_path / "one.png")
    figures.mistakes(images, labels, np.eye(10, dtype=np.float32)[:3], tmp_path / "none.png")
    dark = [(pixels(tmp_path / name) < 60).all(axis=2).sum() for name in ("one.png", "none.png")]
    assert dark[0] > dark[1] + 1000


def test_confusion_of_digits_that_are_missing(tmp_path):
    figures.confusion(np.zeros((10, 10), int), tmp_path / "confusion.png")
    assert pixels(tmp_path / "confusion.png").size > 0


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(OutputError, match=r"none/curves.png"):
        figures.curves([ROW], tmp_path / "none" / "curves.png")
