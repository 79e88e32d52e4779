"""Whether probabilities mean what they say, and how to make them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_TEMPERATURES = np.geomspace(0.2, 5, 401)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Answers whose confidence lies in [low, high), 1 belonging to the last.

    `confidence` and `accuracy` are their means, 0 where `n` is 0.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.integer]) -> float:
    """What logits must be divided by for the likeliest labels, between 0.2 and 5.

    Source: Guo and others (2017), "On calibration of modern neural networks".

    Args:
        logits: float (n, k), of images that were not trained on.
        labels: (n,), 0 to k - 1.
    """
    losses = [_log_loss(logits / temperature, labels) for temperature in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def reliability(
    confidences: NDArray[np.floating], right: NDArray[np.bool_], bins: int = 15
) -> tuple[Bin, ...]:
    """Confidence beside accuracy, in bins of equal width.

    Source: Niculescu-Mizil and Caruana (2005), "Predicting good probabilities with supervised
    learning".

    Args:
        confidences: (n,), 0 to 1.
        right: (n,), whether the answer was right.
    """
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    counts = np.bincount(places, minlength=bins)
    sums = [np.bincount(places, values, minlength=bins) for values in (confidences, right)]
    confidence, accuracy = (total / np.maximum(counts, 1) for total in sums)
    return tuple(
        Bin(
            low=place / bins,
            high=(place + 1) / bins,
            n=int(counts[place]),
            confidence=float(confidence[place]),
            accuracy=float(accuracy[place]),
        )
        for place in range(bins)
    )


def expected_calibration_error(
    confidences: NDArray[np.floating], right: NDArray[np.bool_], bins: int = 15
) -> float:
    """Mean gap between confidence and accuracy over bins of equal width, weighted by their size.

    Source: Naeini and others (2015), "Obtaining well calibrated probabilities".

    Args:
        confidences: (n,), 0 to 1.
        right: (n,), whether the answer was right.
    """
    found = reliability(confidences, right, bins)
    return sum(b.n * abs(b.confidence - b.accuracy) for b in found) / len(right)


def roc_area(positive: NDArray[np.floating], negative: NDArray[np.floating]) -> float:
    """Probability that a positive's score is above a negative's, ties counting half.

    Source: Mann and Whitney (1947).
    """
    below = np.sort(negative)
    ranks = np.searchsorted(below, positive, "left") + np.searchsorted(below, positive, "right")
    return float(ranks.mean() / 2 / len(negative))


def _log_loss(logits: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    right = shifted[np.arange(len(labels)), labels]
    return float((np.log(np.exp(shifted).sum(axis=1)) - right).mean())
