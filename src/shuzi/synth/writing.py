"""Lines of digits as a hand writes them: drawn or real, set side by side."""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth.glyphs import Glyphs
from shuzi.synth.hand import WAYS, Hand
from shuzi.synth.haste import hurried
from shuzi.synth.pen import curve, cut, parse

TALL = 40
"""Pixels of a digit's height in a written line."""
Ink = NDArray[np.uint8]
"""uint8 (height, width), 255 full ink."""

LANDING = 0.04
"""Deviation of where a stroke after the first one begins, in heights of the digit."""
_MARGIN = 24
_HANGING = "34579"
_SWUNG = {"4": 0.55, "5": 0.03, "7": 0.5}
"""Digits with a bar that may run over the next one, and how deep the bar lies."""


def write(
    text: str,
    hand: Hand,
    glyphs: Glyphs,
    rng: np.random.Generator,
    own: Callable[[str], Ink] | None = None,
) -> tuple[Ink, list[tuple[int, int]]]:
    """A line of digits, cut to its ink, and the columns of each digit, first and last + 1.

    Args:
        own: gives the ink of a digit, `TALL` pixels high; the hand's own ways or glyphs if None.
    """
    pieces = [own(c) if own else _digit(int(c), hand, glyphs, rng) for c in text]
    line, spans = set_line(pieces, hand, rng, [c in _HANGING for c in text])
    if hand.joined:
        _join(line, spans, hand, rng)
    if hand.swash:
        _swing(line, spans, text, hand, rng)
    left, top, width, height = cv2.boundingRect((line > 30).astype(np.uint8))
    return line[top : top + height, left : left + width], [
        (max(0, a - left), min(width, b - left)) for a, b in spans
    ]


def write_ways(ways: Sequence[str], hand: Hand, rng: np.random.Generator) -> Ink:
    """A line of other marks, in the notation of `shuzi.synth.strokes`."""
    return cut(set_line([draw_way(way, hand, rng) for way in ways], hand, rng)[0])


def set_line(
    pieces: Sequence[Ink],
    hand: Hand,
    rng: np.random.Generator,
    hanging: Sequence[bool] | None = None,
) -> tuple[Ink, list[tuple[int, int]]]:
    """The pieces side by side, the hand's gap between their nearest ink; and their columns.

    Args:
        hanging: of each piece, whether the hand lets it hang below the others.
    """
    tall = max(len(piece) for piece in pieces)
    deep = round(TALL * 0.5) + 2
    apart = round(TALL * (1 + hand.pitch))
    line = np.zeros((tall + 2 * deep, sum(piece.shape[1] + apart for piece in pieces)), np.uint8)
    edge = np.full(len(line), -1.0)
    spans = []
    for i, piece in enumerate(pieces):
        high, wide = piece.shape
        fall = TALL * (hand.drift * i + rng.normal(0, 0.01 + 0.5 * hand.uneven))
        if hanging and hanging[i]:
            fall += TALL * hand.hanging
        top = int(np.clip(deep + tall - high + fall, 0, len(line) - high))
        rows = slice(top, top + high)
        gap = TALL * (hand.gap + rng.normal(0, 0.3 * abs(hand.gap) + 0.015))
        if hand.pitch:
            middle = TALL * (hand.pitch * (i + 0.5) + rng.normal(0, 0.06))
            left = max(0, round(middle - wide / 2))
        else:
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
    paths: list[NDArray[np.float64]] = []
    for points, spline in _strokes(way):
        shaken = points + rng.normal(0, hand.wobble, points.shape)
        if paths:
            # A pen that was lifted does not land just where it meant to.
            shaken += rng.normal(0, LANDING, 2)
        x, y = (spline @ shaken).T
        across = wide * x - slant * (y - 0.5) + bend[0] * np.sin(np.pi * y)
        paths.append(np.stack([across, y + bend[1] * np.sin(np.pi * x)], axis=1))
    if hand.haste:
        paths = hurried(paths, hand.haste, rng)
    everything = np.concatenate(paths)
    low, high = everything.min(axis=0), everything.max(axis=0)
    width, height = (np.ceil((high - low) * size).astype(int) + _MARGIN).tolist()
    ink = np.zeros((height, width), np.uint8)
    for path in paths:
        _follow(ink, (path - low) * size + _MARGIN / 2, hand, rng)
    return cut(ink)


def _follow(ink: Ink, path: NDArray[np.float64], hand: Hand, rng: np.random.Generator) -> None:
    """The stroke's ink; of a nib or with pressure, in pieces of unequal width."""
    points = np.round(path * 16).astype(np.int32)[:, None]
    wide = hand.pen * TALL * np.exp(rng.normal(0, 0.06))
    step = 4 if hand.nib else 10 if hand.pressure else len(points)
    for start in range(0, max(1, len(points) - 1), step):
        piece = points[start : start + step + 1]
        thick = wide * (1 + hand.pressure * rng.uniform(-1, 1)) if hand.pressure else wide
        if hand.nib:
            thick *= _nib(piece[-1, 0] - piece[0, 0], hand.nib)
        cv2.polylines(ink, [piece], False, 255, max(1, round(thick)), cv2.LINE_AA, 4)


def _nib(way: NDArray[np.int32], thin: float) -> float:
    """How wide a flexible nib writes in that direction: strokes down open it."""
    down = float(way[1]) / max(1.0, float(np.hypot(way[0], way[1])))
    return 1 - thin + 1.6 * thin * max(0.0, down) ** 2


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


def _swing(
    line: Ink, spans: list[tuple[int, int]], text: str, hand: Hand, rng: np.random.Generator
) -> None:
    """Bars that run on over the next digit."""
    thick = max(1, round(0.8 * hand.pen * TALL))
    rows = np.flatnonzero(line.any(axis=1))
    for digit, (a, b) in zip(text, spans, strict=True):
        if digit in _SWUNG and rng.random() < hand.swash:
            deep = rows[0] + round(len(rows) * (_SWUNG[digit] + rng.normal(0, 0.06)))
            end = b + round(TALL * rng.uniform(0.2, 0.9))
            rise = round(TALL * rng.normal(0.05, 0.06))
            cv2.line(line, ((a + b) // 2, deep), (end, deep - rise), 255, thick, cv2.LINE_AA)


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
