"""Calibration against scikit-learn and cases that can be counted by hand."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score

from shuzi.evaluation.calibration import (
    chance_error,
    expected_calibration_error,
    fit_calibration,
    reliability,
    roc_area,
)

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_was_applied_is_found(temperature):
    logits = RNG.normal(0, 2, (20_000, 10))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (chances.cumsum(axis=1) > RNG.random((20_000, 1))).argmax(axis=1)
    found = fit_calibration(logits * temperature, labels)
    assert found.temperature == pytest.approx(temperature, rel=0.05)
    assert found.shift == 0


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_no_digit_is_as_likely_as_it_is_reckoned_with(share):
    """At the least loss a shift's gradient, mean probability less share, is nought."""
    labels = RNG.choice(11, 5_000, p=[0.05] * 10 + [0.5])
    logits = RNG.normal(0, 1, (5_000, 11)) + 2.0 * np.eye(11)[labels]
    found = fit_calibration(logits, labels, no_digits=share)
    powers = np.exp(logits / found.temperature + found.offsets(11))
    chances = (powers / powers.sum(axis=1, keepdims=True))[:, 10]
    mean = share * chances[labels == 10].mean() + (1 - share) * chances[labels < 10].mean()
    assert mean == pytest.approx(share, abs=1e-6)


def test_error_is_the_gap_weighted_by_size():
    confidences = np.array([0.95, 0.95, 0.95, 0.95, 0.55, 0.55])
    right = np.array([True, True, True, False, True, True])
    expected = (4 * (0.95 - 0.75) + 2 * (1 - 0.55)) / 6
    assert expected_calibration_error(confidences, right) == pytest.approx(expected)


def test_chance_alone_gives_a_small_set_an_error():
    """Of n answers with one confidence p the mean is that of a binomial, about
    sqrt(2 p (1 - p) / (pi n))."""
    for n in (100, 10_000):
        expected = np.sqrt(2 * 0.9 * 0.1 / (np.pi * n))
        assert chance_error(np.full(n, 0.9), rounds=2000) == pytest.approx(expected, rel=0.1)


def test_bins_are_those_of_scikit_learn():
    confidences = RNG.random(500)
    right = RNG.random(500) < confidences
    accuracy, confidence = calibration_curve(right, confidences, n_bins=15)
    bins = [b for b in reliability(confidences, right) if b.n]
    assert [b.accuracy for b in bins] == pytest.approx(accuracy.tolist())
    assert [b.confidence for b in bins] == pytest.approx(confidence.tolist())
    assert sum(b.n for b in bins) == 500


def test_certainty_that_is_right_has_no_error():
    assert expected_calibration_error(np.ones(5), np.ones(5, bool)) == 0


def test_area_is_that_of_scikit_learn():
    positive, negative = RNG.normal(1, 1, 300).round(1), RNG.normal(0, 1, 200).round(1)
    truth = np.r_[np.ones(300), np.zeros(200)]
    theirs = roc_auc_score(truth, np.r_[positive, negative])
    assert roc_area(positive, negative) == pytest.approx(theirs)
