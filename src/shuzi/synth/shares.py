"""Kinds and how often each comes -> one of them."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def pick(shares: Mapping[T, float], rng: np.random.Generator) -> T:
    """A kind at random.

    Args:
        shares: of each kind; their sum is 1.
    """
    kinds = list(shares)
    return kinds[rng.choice(len(kinds), p=list(shares.values()))]
