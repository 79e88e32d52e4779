"""A number's confidence -> accept, review or reject, at a wanted error rate.

A number's decision depends on that number alone: it is accepted from a confidence on that was
measured once, on numbers that trained nothing, as the least at which no more than the wanted share
was wrong (selective classification: Geifman and El-Yaniv, 2017). So it is the same for a picture by
itself and for a million, whatever they are. `tools/fit_fusion.py` measures it, with the second
reader and without, and writes it into `models/decisions.json`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from numbers import Real

import numpy as np

from shuzi.errors import UsageError, way
from shuzi.files import read_json, shipped
from shuzi.result import Decision, Page

TARGET_ERROR = 0.01
"""The share of wrong numbers among the accepted, unless another is wanted."""
FLOOR = 0.3
"""Below this confidence it is more likely no number, or none that can be read."""


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides numbers, each by itself.

    Args:
        least: confidence from which a number is accepted; above 1 accepts nothing.
        single: the same of a number of one digit, as which letters are read.
    """

    least: float
    single: float

    @classmethod
    def at(cls, target_error: float = TARGET_ERROR, *, fast: bool = False) -> "Decider":
        """For a wanted share of wrong numbers among the accepted, in [0, 1).

        Args:
            fast: the numbers are read without the second reader.

        Raises:
            UsageError: it is not an error rate.
        """
        check_target(target_error)
        modes = ("alone", "digit") if fast else ("both", "both")
        return cls(*(threshold(target_error, measured()[mode]) for mode in modes))

    def decide(self, confidence: float, digits: int, *, told: bool = False) -> Decision:
        """Of a number of so many digits that is right with this probability, 0 to 1.

        Args:
            told: that it is a number is said by who wants it read, so that it is not likelier none.
        """
        if confidence < FLOOR and not (told and digits):
            return "reject"
        least = self.single if digits == 1 else self.least
        return "accept" if confidence >= least else "review"

    def decide_page(self, page: Page, *, told: bool) -> Page:
        """The page with a decision for each of its numbers, `told` as in `decide`."""
        numbers = (
            replace(n, decision=self.decide(n.confidence, len(n.digits), told=told))
            for n in page.numbers
        )
        return replace(page, numbers=tuple(numbers))


def threshold(target_error: float, least: Mapping[float, float]) -> float:
    """The least confidence to accept at a wanted error, between those that were measured.

    Both are interpolated as logarithms, the confidence as what it lacks to 1. Below the smallest
    error that was measured it falls in proportion: 0 accepts only what is certain.

    Args:
        least: confidences by wanted errors above 0, these in increasing order.
    """
    errors, lacks = np.array(list(least)), 1 - np.array(list(least.values()))
    if target_error <= errors[0]:
        return float(1 - lacks[0] * target_error / errors[0])
    lack = np.interp(math.log(target_error), np.log(errors), np.log(np.maximum(lacks, 1e-9)))
    return float(1 - math.exp(lack))


@cache
def measured() -> dict[str, dict[float, float]]:
    """The least confidences by wanted error: of shuzi's models `alone`, of a single `digit` by
    these, and of `both` readers."""
    values = read_json(shipped("decisions.json"))["least confidence"]
    return {mode: {float(e): float(c) for e, c in values[mode].items()} for mode in values}


def check_target(target_error: float) -> None:
    """Refuse what is not an error rate.

    Raises:
        UsageError: it is not in [0, 1).
    """
    if not (isinstance(target_error, Real) and 0 <= target_error < 1):
        raise UsageError(
            f"{way('target_error')} must be from 0 up to 1, not {target_error!r}.",
            "Give the share of wrong numbers among the accepted, such as 0.01.",
        )
