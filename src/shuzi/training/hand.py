"""A writer's hand: digits drawn or taken from real handwriting, in one style, set side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.training.pen import curve, cut, parse
from shuzi.training.strokes import DIGITS

TALL = 40
"""Pixels of a digit's height in a written line."""
Ink = NDArray[np.uint8]
"""uint8 (height, width), 255 full ink."""

_MARGIN = 24
_ONES = (
    "0,95! 38,2! 34,100!",
    "0,70 20,42 40,0! 30,100!",
    "0,100! 46,0! 32,100!",
    "0,55! 40,0! 30,100! 44,88",
    "0,78 26,36 46,0! 44,40 38,100",
)
"""1 with the upstrokes of European hands, besides those of `shuzi.training.strokes`."""
_FOURS = (
    "6,10 0,50 20,60 44,42 56,0! 50,50 46,100",
    "0,16 4,52 24,58 50,8! 44,56 38,100",
    "10,0! 0,56 26,56 60,34 / 52,16! 36,100!",
)
"""4 left open, in one stroke or two."""
WAYS = DIGITS | {1: DIGITS[1] + _ONES, 4: DIGITS[4] + _FOURS}
_UPSTROKE = 0.4
"""A 1 whose pen comes from this far below its top looks like a 7 without a bar."""


class Glyphs:
    """Real digits, sorted by their pens' width so that a hand can take like ones.

    Args:
        images: uint8 (n, 28, 28), in MNIST's convention.
        labels: (n,), 0 to 9; each digit at least once.
    """

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.integer]) -> None:
        pens, slants = _pens(images), _slants(images)
        self._of: list[tuple[NDArray[np.uint8], NDArray[np.float64]]] = []
        for digit in range(10):
            chosen = np.flatnonzero(labels == digit)
            chosen = chosen[np.argsort(pens[chosen], kind="stable")]
            self._of.append((images[chosen], slants[chosen]))

    def pick(self, digit: int, place: float, rng: np.random.Generator) -> tuple[Ink, float]:
        """A digit (28, 28) and its slant, its pen near that place, 0 thinnest to 1 widest."""
        images, slants = self._of[digit]
        i = int(len(images) * np.clip(place + rng.normal(0, 0.07), 0, 0.9999))
        return images[i], float(slants[i])


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
    wobble: float
    gap: float
    uneven: float
    drift: float
    joined: float
    """Probability that the pen stays on the paper between two digits."""
    place: float
    """Of its real digits among all by their pen's width."""
    drawn: frozenset[int]
    """Digits that it draws even where the others are real."""


def new_hand(rng: np.random.Generator, real: float = 0.4) -> Hand:
    """A hand drawn at random: all real digits, all drawn, or some of each.

    Args:
        real: share of the hands that are real.
    """
    kind = rng.random()
    share = 1.0 if kind < real else 0.0 if kind < 0.85 else rng.uniform(0.2, 0.8)
    cursive, wide_pen = rng.random() < 0.35, rng.normal()
    return Hand(
        ways=_ways(rng),
        real=share,
        slant=rng.normal(0.4, 0.15) if cursive else rng.normal(0.1, 0.18),
        wide=float(np.exp(rng.normal(-0.1 if cursive else 0.05, 0.2))),
        pen=float(np.clip(0.085 * np.exp(0.4 * wide_pen), 0.03, 0.22)),
        pressure=rng.choice([0.0, 0.35], p=[0.8, 0.2]),
        wobble=rng.uniform(0.01, 0.05),
        gap=rng.uniform(-0.06, 0.06) if rng.random() < 0.35 else rng.gamma(2.0, 0.1),
        uneven=rng.uniform(0.01, 0.16 if cursive else 0.09),
        drift=rng.normal(0, 0.06),
        joined=0.5 if rng.random() < 0.08 else 0.0,
        place=float(np.clip(0.5 + 0.3 * wide_pen + rng.normal(0, 0.1), 0, 1)),
        # MNIST's writers are American; others' digits differ from theirs most in these.
        drawn=frozenset((1, 7)) if rng.random() < 0.5 else frozenset(),
    )


def _ways(rng: np.random.Generator) -> tuple[str, ...]:
    """One way for each digit; who writes 1 like a 7 bars the 7, as people do."""
    ways = [str(WAYS[digit][rng.integers(len(WAYS[digit]))]) for digit in range(10)]
    if _has_upstroke(ways[1]) and rng.random() < 0.8:
        barred = [way for way in WAYS[7] if "/" in way]
        ways[7] = barred[rng.integers(len(barred))]
    return tuple(ways)


@cache
def _has_upstroke(one: str) -> bool:
    points = parse(one)[0]
    return bool(points[0, 1] - points[:, 1].min() >= _UPSTROKE)


def write(
    text: str, hand: Hand, glyphs: Glyphs, rng: np.random.Generator
) -> tuple[Ink, list[tuple[int, int]]]:
    """A line of digits, cut to its ink, and the columns of each digit, first and last + 1."""
    pieces = [_digit(int(c), hand, glyphs, rng) for c in text]
    line, spans = set_line(pieces, hand, rng)
    if hand.joined:
        _join(line, spans, hand, rng)
    left, top, width, height = cv2.boundingRect((line > 30).astype(np.uint8))
    return line[top : top + height, left : left + width], [
        (max(0, a - left), min(width, b - left)) for a, b in spans
    ]


def write_ways(ways: Sequence[str], hand: Hand, rng: np.random.Generator) -> Ink:
    """A line of other marks, in the notation of `shuzi.training.strokes`."""
    return cut(set_line([draw_way(way, hand, rng) for way in ways], hand, rng)[0])


def set_line(
    pieces: Sequence[Ink], hand: Hand, rng: np.random.Generator
) -> tuple[Ink, list[tuple[int, int]]]:
    """The pieces side by side, the hand's gap between their nearest ink; and their columns."""
    tall = max(len(piece) for piece in pieces)
    deep = round(TALL * 0.35) + 2
    line = np.zeros((tall + 2 * deep, sum(piece.shape[1] + TALL for piece in pieces)), np.uint8)
    edge = np.full(len(line), -1.0)
    spans = []
    for i, piece in enumerate(pieces):
        high, wide = piece.shape
        fall = TALL * (hand.drift * i + rng.normal(0, 0.01 + 0.5 * hand.uneven))
        top = int(np.clip(deep + tall - high + fall, 0, len(line) - high))
        rows = slice(top, top + high)
        gap = TALL * (hand.gap + rng.normal(0, 0.3 * abs(hand.gap) + 0.015))
        left = _place(piece, edge[rows], gap, first=i == 0)
        left = min(left, line.shape[1] - wide)
        target = line[rows, left : left + wide]
        np.maximum(target, piece, out=target)
        inked = piece > 60
        last = np.where(inked.any(axis=1), left + wide - inked[:, ::-1].argmax(axis=1), -1)
        edge[rows] = np.maximum(edge[rows], last)
        spans.append((left, left + wide))
    return line, spans


def _place(piece: Ink, edge: NDArray[np.float64], gap: float, *, first: bool) -> int:
    """The column where a piece starts, given where the ink before it ends in each row."""
    if first:
        return 0
    inked = piece > 60
    begin = np.where(inked.any(axis=1), inked.argmax(axis=1), 10_000)
    # Ink a few rows off counts too, or a hook would slip under its neighbour.
    reach = np.asarray(cv2.dilate(edge[:, None], np.ones((9, 1))))[:, 0]
    nearest = float((reach - begin).max())
    if nearest < -1000:
        nearest = float(edge.max())
    return max(0, round(nearest + gap))


def _digit(digit: int, hand: Hand, glyphs: Glyphs, rng: np.random.Generator) -> Ink:
    if digit not in hand.drawn and rng.random() < hand.real:
        return _real(*glyphs.pick(digit, hand.place, rng), hand, rng)
    way = hand.ways[digit]
    if rng.random() < 0.15:
        way = WAYS[digit][rng.integers(len(WAYS[digit]))]
    return draw_way(way, hand, rng)


def _real(glyph: Ink, slant: float, hand: Hand, rng: np.random.Generator) -> Ink:
    """A real digit in the hand's size and slant."""
    # Its own slant is kept in part; 20 of the 28 rows hold the ink.
    shear = 0.6 * (hand.slant - slant) + rng.normal(0, 0.04)
    down = TALL / 20 * (1 + rng.normal(0, hand.uneven))
    across = down * (0.5 + 0.5 * hand.wide) * np.exp(rng.normal(0, 0.06))
    side = round(28 * down) + _MARGIN
    matrix = np.array([[across, -shear * down, 0], [0, down, 0]])
    matrix[:, 2] = side / 2 - matrix[:, :2] @ [13.5, 13.5]
    return cut(np.asarray(cv2.warpAffine(glyph, matrix, (side, side)), np.uint8))


def draw_way(way: str, hand: Hand, rng: np.random.Generator) -> Ink:
    """A drawn digit or mark, cut to its ink."""
    size = TALL * (1 + rng.normal(0, hand.uneven))
    wide, slant = hand.wide * np.exp(rng.normal(0, 0.08)), hand.slant + rng.normal(0, 0.05)
    bend = rng.normal(0, 0.04, 2)
    paths = []
    for points, spline in _strokes(way):
        shaken = points + rng.normal(0, hand.wobble, points.shape)
        x, y = (spline @ shaken).T
        across = wide * x - slant * (y - 0.5) + bend[0] * np.sin(np.pi * y)
        paths.append(np.stack([across, y + bend[1] * np.sin(np.pi * x)], axis=1))
    everything = np.concatenate(paths)
    low, high = everything.min(axis=0), everything.max(axis=0)
    width, height = (np.ceil((high - low) * size).astype(int) + _MARGIN).tolist()
    ink = np.zeros((height, width), np.uint8)
    for path in paths:
        _follow(ink, (path - low) * size + _MARGIN / 2, hand, rng)
    return cut(ink)


def _follow(ink: Ink, path: NDArray[np.float64], hand: Hand, rng: np.random.Generator) -> None:
    """The stroke's ink; with pressure, in pieces of unequal width."""
    points = np.round(path * 16).astype(np.int32)[:, None]
    wide = hand.pen * TALL * np.exp(rng.normal(0, 0.06))
    step = 10 if hand.pressure else len(points)
    for start in range(0, max(1, len(points) - 1), step):
        thick = wide * (1 + hand.pressure * rng.uniform(-1, 1))
        piece = points[start : start + step + 1]
        cv2.polylines(ink, [piece], False, 255, max(1, round(thick)), cv2.LINE_AA, 4)


def _join(line: Ink, spans: list[tuple[int, int]], hand: Hand, rng: np.random.Generator) -> None:
    """The pen's way from the foot of a digit to the next one, where it was not lifted."""
    thick = max(1, round(0.8 * hand.pen * TALL))
    rows = np.flatnonzero(line.any(axis=1))
    for (_, b), (c, d) in pairwise(spans):
        if rng.random() < hand.joined:
            foot = rows[-1] - round(TALL * rng.uniform(0, 0.15))
            head = rows[0] + round(TALL * rng.uniform(0.1, 0.8))
            start, end = (b - round(0.15 * TALL), foot), (c + (d - c) // 4, head)
            cv2.line(line, start, end, 255, thick, cv2.LINE_AA)


@cache
def _strokes(way: str) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]:
    """Of each stroke, its distinct points (u, 2) and the matrix (m, u) from them to the spline."""
    return tuple(_stroke(points) for points in parse(way))


def _stroke(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    own = np.r_[True, (points[1:] != points[:-1]).any(axis=1)]
    which = np.cumsum(own) - 1
    matrix = np.zeros((len(curve(points)), int(own.sum())))
    for i, place in enumerate(which):
        one = np.zeros((len(points), 2))
        one[i] = 1
        matrix[:, place] += curve(one)[:, 0]
    return points[own], matrix


def _pens(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """About the width of each one's strokes: twice the ink over its edge."""
    ink = np.pad(images > 100, ((0, 0), (1, 1), (1, 1)))
    inner = ink[:, 1:-1, 1:-1] & ink[:, :-2, 1:-1] & ink[:, 2:, 1:-1]
    inner &= ink[:, 1:-1, :-2] & ink[:, 1:-1, 2:]
    area = ink.sum(axis=(1, 2)).astype(np.float64)
    return np.asarray(2 * area / np.maximum(area - inner.sum(axis=(1, 2)), 1))


def _slants(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How far each one leans to the right, a row: its moments' ratio."""
    weight = images / np.maximum(images.sum(axis=(1, 2), keepdims=True, dtype=np.float64), 1)
    steps = np.arange(28.0)
    x, y = weight.sum(axis=1) @ steps, weight.sum(axis=2) @ steps
    xy = np.einsum("nij,i,j->n", weight, steps, steps, optimize=True) - x * y
    yy = weight.sum(axis=2) @ steps**2 - y * y
    return np.asarray(np.clip(-xy / np.maximum(yy, 1e-6), -1, 1), np.float64)
