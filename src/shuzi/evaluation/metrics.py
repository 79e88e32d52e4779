"""How good predictions are."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

SMALLEST = 1e-7
"""Keras's epsilon: probabilities are kept this far from 0, so that no logarithm is infinite."""


def accuracy(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """Share of images whose likeliest digit is the label.

    Args:
        probabilities: float (n, 10), rows summing to 1.
        labels: (n,), 0 to 9.
    """
    return float((probabilities.argmax(axis=1) == labels).mean())


def log_loss(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """Mean categorical cross-entropy in nats, -log of the label's probability.

    Args:
        probabilities: float (n, 10), rows summing to 1.
        labels: (n,), 0 to 9.
    """
    right = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.log(right.clip(SMALLEST, 1)).mean())


def confusion_matrix(guesses: NDArray[np.integer], labels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """int64 (10, 10): how often digit `row` was read as digit `column`."""
    pairs = labels.astype(np.int64) * 10 + guesses
    return np.bincount(pairs, minlength=100).reshape(10, 10)


def accuracy_by_class(matrix: NDArray[np.int64]) -> list[float | None]:
    """Share of each digit's images that were read right, which is its recall; None for a digit
    without images."""
    return _shares(matrix.diagonal(), matrix.sum(axis=1))


def precision_by_class(matrix: NDArray[np.int64]) -> list[float | None]:
    """Share of the images read as each digit that are of it; None for a digit that was never
    read."""
    return _shares(matrix.diagonal(), matrix.sum(axis=0))


def f1_by_class(matrix: NDArray[np.int64]) -> list[float | None]:
    """The harmonic mean of each digit's precision and recall, 0 if none was read right; None for a
    digit without images that was never read."""
    return _shares(2 * matrix.diagonal(), matrix.sum(axis=0) + matrix.sum(axis=1))


def _shares(parts: NDArray[np.int64], totals: NDArray[np.int64]) -> list[float | None]:
    return [
        float(part / total) if total else None for part, total in zip(parts, totals, strict=True)
    ]


def wilson_interval(share: float, n: int) -> tuple[float, float]:
    """Wilson's score interval (1927) of a share measured on n images, of 95 %."""
    z = 1.959964
    centre = share + z**2 / (2 * n)
    half = z * sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)
