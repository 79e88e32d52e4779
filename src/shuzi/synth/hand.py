"""A writer's hand: how one writes, and each digit's way."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from shuzi.synth.pen import parse
from shuzi.synth.strokes import CURSIVE, DIGITS

WAYS = {digit: DIGITS[digit] + CURSIVE[digit] for digit in range(10)}
PLAIN, LEANING = 0.18, 0.07
"""Shares of hands whose 1 is one straight stroke: upright, as a box's border, or leaning, as all
that the hand writes."""
HASTY = 0.4
"""Share of hands that write in haste."""
_UPSTROKE = 0.4
"""A 1 whose pen comes from this far below its top looks like a 7 without a bar."""


@dataclass(frozen=True, slots=True)
class Hand:
    """How one writes: lengths in heights of a digit."""

    ways: tuple[str, ...]
    real: float
    """Probability that a digit is a real one."""
    slant: float
    wide: float
    pen: float
    pressure: float
    """How much the pen's width varies by chance."""
    nib: float
    """How much thinner a stroke is that does not go down, as a flexible nib's; 0 a ball pen."""
    wobble: float
    gap: float
    uneven: float
    drift: float
    joined: float
    """Probability that the pen stays on the paper between two digits."""
    hanging: float
    """How far 3, 4, 5, 7 and 9 hang below the others, as in old hands."""
    swash: float
    """Probability that the bar of a 4, 5 or 7 runs over the next digit."""
    pitch: float
    """From a digit's middle to the next one's, as in a form's boxes; 0 as they come."""
    place: float
    """Of its real digits among all by their pen's width."""
    drawn: frozenset[int]
    """Digits that it draws even where the others are real."""
    haste: float = 0.0
    """How hurried its strokes are, 0 to 1, as `shuzi.synth.haste` makes them."""


def new_hand(rng: np.random.Generator, real: float = 0.36) -> Hand:
    """A hand drawn at random: all real digits, all drawn, or some of each.

    Args:
        real: share of the hands that are real.
    """
    kind = rng.random()
    share = 1.0 if kind < real else 0.0 if kind < 0.85 else rng.uniform(0.2, 0.8)
    cursive, wide_pen, one = rng.random() < 0.4, rng.normal(), rng.random()
    ways, slant = _ways(rng, cursive=cursive), _slant(rng, cursive=cursive)
    plain = one < PLAIN + LEANING
    if plain:
        ways = ways[0], DIGITS[1][0], *ways[2:]
        slant = rng.normal(0, 0.04) if one < PLAIN else rng.uniform(0.25, 0.9)
    return Hand(
        ways=ways,
        real=share,
        slant=slant,
        wide=float(np.exp(rng.normal(-0.2 if cursive else 0.05, 0.22))),
        pen=float(np.clip(0.085 * np.exp(0.4 * wide_pen), 0.03, 0.22)),
        pressure=0.35 if rng.random() < 0.15 else 0.0,
        nib=rng.uniform(0.3, 0.8) if rng.random() < (0.4 if cursive else 0.06) else 0.0,
        wobble=rng.uniform(0.01, 0.05),
        gap=rng.uniform(-0.05, 0.05) if rng.random() < 0.25 else rng.gamma(2.0, 0.1),
        uneven=rng.uniform(0.01, 0.16 if cursive else 0.09),
        drift=rng.normal(0, 0.06),
        joined=rng.uniform(0.2, 0.7) if rng.random() < (0.08 if cursive else 0.015) else 0.0,
        hanging=rng.uniform(0.1, 0.4) if rng.random() < (0.3 if cursive else 0.05) else 0.0,
        swash=0.5 if rng.random() < 0.04 else 0.0,
        pitch=rng.uniform(0.8, 1.6) if rng.random() < 0.08 else 0.0,
        place=float(np.clip(0.5 + 0.3 * wide_pen + rng.normal(0, 0.1), 0, 1)),
        # MNIST's writers are American; others' digits differ from theirs most in these.
        drawn=frozenset((1, 7)) if rng.random() < 0.5 or plain else frozenset(),
        haste=rng.uniform(0.2, 0.9) if rng.random() < HASTY else 0.0,
    )


def _slant(rng: np.random.Generator, *, cursive: bool) -> float:
    """Of the digits' axes to the right, a height; 1 is 45 degrees."""
    if cursive and rng.random() < 0.12:
        return rng.uniform(0.5, 1.0)
    return rng.normal(0.4, 0.15) if cursive else rng.normal(0.1, 0.18)


def _ways(rng: np.random.Generator, *, cursive: bool) -> tuple[str, ...]:
    """One way for each digit; who writes 1 like a 7 bars the 7, as people do."""
    fast = 0.6 if cursive else 0.2
    pools = [CURSIVE if rng.random() < fast else DIGITS for _ in range(10)]
    ways = [str(pool[d][rng.integers(len(pool[d]))]) for d, pool in enumerate(pools)]
    if _has_upstroke(ways[1]) and rng.random() < 0.8:
        barred = [way for way in WAYS[7] if "/" in way]
        ways[7] = barred[rng.integers(len(barred))]
    return tuple(ways)


@cache
def _has_upstroke(one: str) -> bool:
    points = parse(one)[0]
    return bool(points[0, 1] - points[:, 1].min() >= _UPSTROKE)
