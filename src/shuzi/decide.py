"""Confidences -> accept, review or reject, at a wanted error rate."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shuzi.errors import UsageError, way
from shuzi.result import Decision, Page

TARGET_ERROR = 0.01
"""The share of wrong numbers among the accepted, unless another is wanted."""
WINDOW = 200
"""Numbers before a page that are reckoned with when it is decided."""
FLOOR = 0.3
"""Below this confidence it is more likely no number, or none that can be read."""


def decide(
    confidences: Sequence[float], target_error: float = TARGET_ERROR, floor: float = FLOOR
) -> list[Decision]:
    """`accept`, `review` or `reject` for each number.

    As many are accepted as keep the error that is to be expected among them at or below the
    target: the surest ones, while the mean of 1 - confidence over them is at most the target.
    That is the real error if the confidences are calibrated.

    Args:
        confidences: probabilities that each number is right, in [0, 1].
        target_error: in [0, 1); 0 accepts only what is certain.
        floor: what is less sure than this is rejected.

    Raises:
        UsageError: the target is none.
    """
    check_target(target_error)
    sure = np.asarray(confidences, np.float64)
    least = threshold(sure[sure >= floor], target_error)
    return [
        "accept" if c >= max(least, floor) else "review" if c >= floor else "reject" for c in sure
    ]


class Decider:
    """Decides page after page, each over its own numbers and the last 200 of those before it.

    More are accepted at the same error than of a page by itself, and none waits for later ones.

    Raises:
        UsageError: the target is not an error rate.
    """

    def __init__(self, target_error: float = TARGET_ERROR) -> None:
        check_target(target_error)
        self.target_error = target_error
        self._before: list[float] = []

    def decide(self, page: Page) -> Page:
        """The page with a decision for each of its numbers."""
        together = [*self._before, *(number.confidence for number in page.numbers)]
        decisions = decide(together, self.target_error)[len(self._before) :]
        self._before = together[-WINDOW:]
        decided = zip(page.numbers, decisions, strict=True)
        return replace(page, numbers=tuple(replace(n, decision=d) for n, d in decided))


def threshold(confidences: Sequence[float] | np.ndarray, target_error: float) -> float:
    """The least confidence to accept; above 1 if none is sure enough.

    Numbers of the same confidence are accepted together or not at all.
    """
    ranked = np.sort(np.asarray(confidences, np.float64))[::-1]
    expected = np.cumsum(1 - ranked) / np.arange(1, len(ranked) + 1)
    last = np.append(ranked[1:] < ranked[:-1], True)[: len(ranked)]
    within = np.flatnonzero((expected <= target_error + 1e-12) & last)
    return float(ranked[within[-1]]) if len(within) else float(np.nextafter(1, 2))


def check_target(target_error: float) -> None:
    """Refuse what is not an error rate.

    Raises:
        UsageError: it is not in [0, 1).
    """
    if not 0 <= target_error < 1:
        raise UsageError(
            f"{way('target_error')} must be from 0 up to 1, not {target_error}.",
            "Give the share of wrong numbers among the accepted, such as 0.01.",
        )
