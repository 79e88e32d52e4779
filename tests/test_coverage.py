"""Answering only when sure, counted by hand."""

import numpy as np
import pytest

from shuzi.evaluation.coverage import coverage_at, risk_coverage


def row(digit, confidence, nothing=0.0):
    """Probabilities of one image: the digit's, the rest on others but for `nothing`."""
    chances = np.full(10, (1 - confidence - nothing) / 9, np.float64)
    chances[digit] = confidence
    return chances


LABELS = np.array([1, 2, 3, 4, 5])
PROBABILITIES = np.stack(
    [row(1, 0.9), row(2, 0.8), row(9, 0.7), row(4, 0.6), row(5, 0.2, nothing=0.75)]
)


def test_the_curve_counts_wrong_answers_as_the_threshold_falls():
    curve = risk_coverage(PROBABILITIES, LABELS)
    assert [p.threshold for p in curve] == pytest.approx([0.9, 0.8, 0.7, 0.6])
    assert [p.answered for p in curve] == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert [p.wrong for p in curve] == pytest.approx([0, 0, 0.2, 0.2])
    assert [p.risk for p in curve] == pytest.approx([0, 0, 1 / 3, 1 / 4])


def test_equal_confidences_are_one_point():
    curve = risk_coverage(np.stack([row(1, 0.9), row(7, 0.9)]), np.array([1, 2]))
    assert [(p.answered, p.wrong) for p in curve] == [(1.0, 0.5)]


def test_every_point_is_what_its_threshold_gives():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.full(11, 0.3), 200)[:, :10].astype(np.float32)
    labels = rng.integers(0, 10, 200)
    for point in risk_coverage(probabilities, labels):
        assert coverage_at(probabilities, labels, point.threshold) == point
