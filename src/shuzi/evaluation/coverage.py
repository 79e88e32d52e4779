"""Answering only when sure: how many answers, and how many of them wrong."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What comes of answering at a confidence of `threshold` or more.

    `answered` and `wrong` are shares of all images; `risk` is the share of the answers that are
    wrong, 0 where there are none.
    """

    threshold: float
    answered: float
    wrong: float

    @property
    def risk(self) -> float:
        return self.wrong / self.answered if self.answered else 0.0


def coverage_at(
    probabilities: NDArray[np.float32], labels: NDArray[np.integer], threshold: float
) -> Coverage:
    """What comes of answering at this confidence or more.

    Args:
        probabilities: float (n, 10); what a row lacks to 1 is the probability of no digit. An
            image that is likelier none than any digit is not answered.
        labels: (n,), 0 to 9.
    """
    answered = _confidences(probabilities) >= threshold
    wrong = answered & (probabilities.argmax(axis=1) != labels)
    return Coverage(threshold=threshold, answered=float(answered.mean()), wrong=float(wrong.mean()))


def risk_coverage(
    probabilities: NDArray[np.float32], labels: NDArray[np.integer]
) -> tuple[Coverage, ...]:
    """The risk-coverage curve: a point for each confidence that occurs, the highest first.

    Source: El-Yaniv and Wiener (2010), "On the foundations of noise-free selective
    classification".

    Args:
        probabilities, labels: as in `coverage_at`.
    """
    confidences = _confidences(probabilities)
    order = np.argsort(-confidences, kind="stable")
    order = order[np.isfinite(confidences[order])]
    wrong = (probabilities[order].argmax(axis=1) != labels[order]).cumsum()
    # Images of equal confidence are answered together or not at all.
    last = np.flatnonzero(np.diff(confidences[order], append=-np.inf))
    n = len(labels)
    return tuple(
        Coverage(
            threshold=float(confidences[order[i]]),
            answered=float((i + 1) / n),
            wrong=float(wrong[i] / n),
        )
        for i in last
    )


def _confidences(probabilities: NDArray[np.floating]) -> NDArray[np.floating]:
    """Of the likeliest digit; minus infinity where no digit is likelier."""
    best = probabilities.max(axis=1)
    return np.where(1 - probabilities.sum(axis=1) > best, -np.inf, best)
