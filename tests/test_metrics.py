"""Scores against scikit-learn."""

import numpy as np
import pytest
import sklearn.metrics

from shuzi.evaluation import metrics

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 10, 300).astype(np.uint8)
PROBABILITIES = RNG.dirichlet(np.ones(10), 300).astype(np.float32)
PROBABILITIES[np.arange(200), LABELS[:200]] += 1
PROBABILITIES /= PROBABILITIES.sum(axis=1, keepdims=True)
GUESSES = PROBABILITIES.argmax(axis=1)


def test_accuracy():
    expected = sklearn.metrics.accuracy_score(LABELS, GUESSES)
    assert metrics.accuracy(PROBABILITIES, LABELS) == pytest.approx(expected)


def test_log_loss():
    exact = PROBABILITIES.astype(float)
    exact /= exact.sum(axis=1, keepdims=True)
    expected = sklearn.metrics.log_loss(LABELS, exact, labels=range(10))
    assert metrics.log_loss(PROBABILITIES, LABELS) == pytest.approx(expected, rel=1e-5)


def test_log_loss_of_an_impossible_label_is_finite():
    probabilities = np.eye(10, dtype=np.float32)[[3]]
    assert metrics.log_loss(probabilities, np.array([4], np.uint8)) == pytest.approx(
        16.118, abs=0.01
    )


def test_confusion_matrix():
    expected = sklearn.metrics.confusion_matrix(LABELS, GUESSES, labels=range(10))
    np.testing.assert_array_equal(metrics.confusion_matrix(GUESSES, LABELS), expected)


def test_accuracy_by_class():
    matrix = metrics.confusion_matrix(GUESSES, LABELS)
    expected = sklearn.metrics.recall_score(LABELS, GUESSES, average=None)
    np.testing.assert_allclose(metrics.accuracy_by_class(matrix), expected)


@pytest.mark.parametrize("name", ["precision", "f1"])
def test_precision_and_f1_by_class(name):
    expected = getattr(sklearn.metrics, f"{name}_score")(LABELS, GUESSES, average=None)
    found = getattr(metrics, f"{name}_by_class")(metrics.confusion_matrix(GUESSES, LABELS))
    np.testing.assert_allclose(found, expected)


def test_scores_of_three_images():
    """Both ones are read, one of them as a seven, and so is the seven."""
    matrix = metrics.confusion_matrix(np.array([1, 7, 7]), np.array([1, 1, 7], np.uint8))
    assert [metrics.precision_by_class(matrix)[digit] for digit in (1, 7)] == [1, 1 / 2]
    assert [metrics.accuracy_by_class(matrix)[digit] for digit in (1, 7)] == [1 / 2, 1]
    assert [metrics.f1_by_class(matrix)[digit] for digit in (1, 7)] == [2 / 3, 2 / 3]


def test_a_digit_without_images_has_no_scores():
    for score in (metrics.accuracy_by_class, metrics.precision_by_class, metrics.f1_by_class):
        assert score(np.zeros((10, 10), int)) == [None] * 10


def test_wilson_interval_is_the_published_one():
    # Newcombe (1998), table I, method 3: 81 of 263.
    assert metrics.wilson_interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_wilson_interval_stays_within_0_and_1():
    assert metrics.wilson_interval(1.0, 20)[1] == 1.0
    assert metrics.wilson_interval(0.0, 20)[0] == 0.0
