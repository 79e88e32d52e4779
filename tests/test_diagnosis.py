"""A training that stays at chance says so."""

from dataclasses import replace

import numpy as np
import pytest

import shuzi

SETTINGS = {"epochs": 2, "hidden": (32,), "scale": 255, "batch_size": 50}


def said_of(digits, tmp_path, capsys, **settings):
    shuzi.train(dataset=digits, out=tmp_path / "run", settings=SETTINGS | settings, verbose=2)
    return capsys.readouterr().err


def test_a_normal_training_says_nothing(digits, tmp_path, capsys):
    assert said_of(digits, tmp_path, capsys) == ""


def test_shuffled_labels_are_told_by_the_models_reading(digits, tmp_path, capsys):
    labels = np.random.default_rng(0).permutation(digits.train_labels)
    said = said_of(replace(digits, train_labels=labels), tmp_path, capsys)
    assert "is no better than to say the commonest digit always" in said
    assert "the labels are shuffled or of other images" in said


def test_labels_that_are_all_the_same_are_named(digits, tmp_path, capsys):
    labels = np.full_like(digits.train_labels, 3)
    said = said_of(replace(digits, train_labels=labels), tmp_path, capsys)
    assert "all training images have the same label" in said


@pytest.mark.parametrize(
    ("settings", "cause"),
    [
        ({"lr": 50.0}, "lower the learning rate"),
        ({"lr": 0.0, "hidden": (4,)}, "raise or lower the learning rate"),
        ({"lr": 50.0}, "of the hidden units are saturated"),
    ],
)
def test_a_learning_rate_that_teaches_nothing_is_named(digits, tmp_path, capsys, settings, cause):
    assert cause in said_of(digits, tmp_path, capsys, **settings)


def test_nothing_is_said_where_silence_is_wanted(digits, tmp_path, capsys):
    shuzi.train(dataset=digits, out=tmp_path / "run", settings=SETTINGS | {"lr": 0.0}, verbose=0)
    assert capsys.readouterr().err == ""
