"""What people put beside a number so that nobody adds a digit to it, and what belongs to it."""

from collections.abc import Callable

import numpy as np

from shuzi.synth.hand import Hand
from shuzi.synth.pen import resized
from shuzi.synth.strokes import LETTERS
from shuzi.synth.writing import TALL, Ink, write_ways

_CROSS = "0,20! 50,90! / 50,20! 0,90!"
_EQUAL = "0,38! 50,38! / 0,62! 50,62!"


def with_filler(line: Ink, hand: Hand, rng: np.random.Generator) -> Ink:
    """A line with a dash, a dot, crosses or a unit before or after it."""
    filler = _filler(hand, rng)
    filler = filler[: max(TALL, len(line))]
    pieces = [line, filler] if rng.random() < 0.6 else [filler, line]
    return beside(pieces, TALL * rng.uniform(0.15, 0.5))


def beside(pieces: list[Ink], gap: float) -> Ink:
    """The pieces on one ground line, with a gap in pixels between them."""
    high = max(len(piece) for piece in pieces)
    first, last = (np.pad(piece, ((high - len(piece), 0), (0, 0))) for piece in pieces)
    return np.concatenate([first, np.zeros((high, round(gap)), np.uint8), last], axis=1)


def _filler(hand: Hand, rng: np.random.Generator) -> Ink:
    kinds = list(_KINDS)
    return kinds[rng.choice(len(kinds), p=list(_KINDS.values()))](hand, rng)


def _dashes(hand: Hand, rng: np.random.Generator) -> Ink:
    dash = f"0,50! {rng.integers(20, 90)},50!"
    return _raised([dash] * int(rng.integers(1, 4)), hand, rng)


def _crosses(hand: Hand, rng: np.random.Generator) -> Ink:
    return write_ways([_CROSS] * int(rng.integers(1, 4)), hand, rng)


def _wave(hand: Hand, rng: np.random.Generator) -> Ink:
    xs = range(0, int(rng.integers(40, 200)), 16)
    return _raised([" ".join(f"{x},{50 + 14 * (x // 16 % 2)}" for x in xs)], hand, rng)


def _equal(hand: Hand, rng: np.random.Generator) -> Ink:
    return _raised([_EQUAL], hand, rng)


def _unit(hand: Hand, rng: np.random.Generator) -> Ink:
    unit = write_ways(rng.choice(LETTERS, int(rng.integers(1, 4))).tolist(), hand, rng)
    small = rng.uniform(0.5, 1)
    return resized(unit, max(2, round(len(unit) * small)), max(2, round(unit.shape[1] * small)))


def _raised(ways: list[str], hand: Hand, rng: np.random.Generator) -> Ink:
    """The marks half a digit above the ground line."""
    ink = write_ways(ways, hand, rng)
    return np.pad(ink, ((0, max(0, round(TALL * rng.uniform(0.3, 0.6)))), (0, 0)))


def _dots(hand: Hand, rng: np.random.Generator) -> Ink:
    side = max(2, round(hand.pen * TALL * rng.uniform(0.7, 1.5)))
    dot, gap = np.full((side, side), 255, np.uint8), np.zeros((side, side + 4), np.uint8)
    count = 1 if rng.random() < 0.55 else int(rng.integers(3, 12))
    return np.concatenate([dot] + [gap, dot] * (count - 1), axis=1)


_KINDS: dict[Callable[[Hand, np.random.Generator], Ink], float] = {
    _dashes: 0.35,
    _dots: 0.27,
    _crosses: 0.1,
    _wave: 0.1,
    _equal: 0.05,
    _unit: 0.13,
}
"""The kinds and their shares."""
