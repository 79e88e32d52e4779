"""Whether probabilities mean what they say, and how to make them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

NOT_A_DIGIT = 10
"""The outcome of what is not a digit, in models that know it."""
NO_DIGITS = 0.05
"""How much of what people give to be read is not a digit; of training images it is far more."""
BINS = 15
"""Of the confidences. A definition, nothing that was tuned: so Guo and others (2017), "On
calibration of modern neural networks", have it."""
_HOTTEST = 5.0
_ITERATIONS = 30
_RIDGE = 1e-9


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


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes logits honest: divided by `temperature`; to the one of no digit, `shift` is added.

    Source: Guo and others (2017), "On calibration of modern neural networks", whose vector scaling
    this is with one factor for all outcomes and a shift for one.
    """

    temperature: float = 1.0
    shift: float = 0.0

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Calibration":
        """As run.json and cards have it; what is missing changes nothing.

        Raises:
            ValueError, TypeError: a value is not a number.
        """
        return cls(float(values.get("temperature", 1.0)), float(values.get("shift", 0.0)))

    def to_dict(self) -> dict[str, float]:
        """The fields as JSON has them."""
        return asdict(self)

    def offsets(self, outcomes: int) -> list[float]:
        """What is added to each logit; of ten outcomes none is that of no digit."""
        return [0.0] * 10 + [self.shift] * (outcomes - 10)


UNCALIBRATED = Calibration()


def fit_calibration(
    logits: NDArray[np.floating], labels: NDArray[np.integer], no_digits: float = NO_DIGITS
) -> Calibration:
    """The calibration for the likeliest labels, its temperature between 0.2 and 5.

    Found by Newton's method: the loss is convex in 1 / temperature and the shift.

    Args:
        logits: float (n, k), of images that were not trained on.
        labels: (n,), 0 to k - 1; 10 is that of no digit, and without any the shift is 0.
        no_digits: the share of them that is reckoned with, however many `labels` has.
    """
    marks = labels == NOT_A_DIGIT
    weights = np.full(len(labels), 1 / len(labels))
    if marks.any():
        weights = np.where(marks, no_digits / marks.sum(), (1 - no_digits) / (~marks).sum())
    shifted = np.zeros_like(logits, np.float64)
    shifted[:, NOT_A_DIGIT:] = 1
    features = np.stack([logits.astype(np.float64), shifted], axis=2)[:, :, : 1 + marks.any()]
    found = np.array([1.0, 0.0])[: features.shape[2]]
    for _ in range(_ITERATIONS):
        probabilities = _softmax(features @ found)
        mean = np.einsum("nk,nkf->nf", probabilities, features)
        gradient = weights @ (mean - features[np.arange(len(labels)), labels])
        square = np.einsum("n,nk,nkf,nkg->fg", weights, probabilities, features, features)
        curvature = square - np.einsum("n,nf,ng->fg", weights, mean, mean)
        found = found - np.linalg.solve(curvature + _RIDGE * np.eye(len(found)), gradient)
        found[0] = np.clip(found[0], 1 / _HOTTEST, _HOTTEST)
    return Calibration(float(1 / found[0]), float(found[1]) if len(found) > 1 else 0.0)


def reliability(confidences: NDArray[np.floating], right: NDArray[np.bool_]) -> tuple[Bin, ...]:
    """Confidence beside accuracy, in bins of equal width.

    Source: Niculescu-Mizil and Caruana (2005), "Predicting good probabilities with supervised
    learning".

    Args:
        confidences: (n,), 0 to 1.
        right: (n,), whether the answer was right.
    """
    places = np.minimum((confidences * BINS).astype(int), BINS - 1)
    counts = np.bincount(places, minlength=BINS)
    sums = [np.bincount(places, values, minlength=BINS) for values in (confidences, right)]
    confidence, accuracy = (total / np.maximum(counts, 1) for total in sums)
    return tuple(
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            n=int(counts[place]),
            confidence=float(confidence[place]),
            accuracy=float(accuracy[place]),
        )
        for place in range(BINS)
    )


def expected_calibration_error(
    confidences: NDArray[np.floating], right: NDArray[np.bool_]
) -> float:
    """Mean gap between confidence and accuracy over bins of equal width, weighted by their size.

    Source: Naeini and others (2015), "Obtaining well calibrated probabilities".

    Args:
        confidences: (n,), 0 to 1.
        right: (n,), whether the answer was right.
    """
    found = reliability(confidences, right)
    return sum(b.n * abs(b.confidence - b.accuracy) for b in found) / len(right)


def chance_error(confidences: NDArray[np.floating], rounds: int = 200) -> float:
    """The mean calibration error of such answers if each is right as often as it says.

    A set of few answers cannot show less. Source: Bröcker and Smith (2007), "Increasing the
    reliability of reliability diagrams", whose consistency resampling this is.

    Args:
        confidences: (n,), 0 to 1.
        rounds: draws that the mean is of.
    """
    draws = np.random.default_rng(0).random((rounds, len(confidences))) < confidences
    return float(np.mean([expected_calibration_error(confidences, d) for d in draws]))


def roc_area(positive: NDArray[np.floating], negative: NDArray[np.floating]) -> float:
    """Probability that a positive's score is above a negative's, ties counting half.

    Source: Mann and Whitney (1947).
    """
    below = np.sort(negative)
    ranks = np.searchsorted(below, positive, "left") + np.searchsorted(below, positive, "right")
    return float(ranks.mean() / 2 / len(negative))


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
