"""Ink that is no number: letters, words, print, scribbles, dashes, stains, crossed out numbers."""

from collections.abc import Callable

import cv2
import numpy as np

from shuzi.recognise.decoding import MARK
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.hand import Hand
from shuzi.synth.marks import MARKS
from shuzi.synth.pen import resized
from shuzi.synth.printing import print_words
from shuzi.synth.strokes import LETTERS
from shuzi.synth.writing import TALL, Ink, set_line, write, write_ways

_STRIKES = ("0,20! 100,80!", "0,80! 100,20!", "0,40! 100,60!", "0,60! 100,45!", "0,30! 100,35!")
_MARKS = ("speck", "frame", "patch", "noise")
_LOOPS = (
    "4,62 16,44 12,34 2,50 8,92 24,80",
    "0,84 18,30 22,4 12,4 10,60 18,96 34,80",
    "4,50 4,96 10,54 20,44 24,60 22,96 34,84",
    "4,46 4,84 14,96 24,80 26,46 26,90 38,86",
    "4,50 4,96 12,50 20,58 18,96 26,52 34,56 32,96 44,84",
    "22,44 6,50 4,84 18,96 28,70 24,44 34,56",
    "26,46 8,48 4,84 18,92 26,50 26,90 38,84",
    "2,84 14,44 18,56 10,96 24,92 32,80",
    "10,0 10,70 16,96 28,84",
    "24,48 6,52 4,84 16,92 26,50 20,120 6,128 10,110 36,80",
)
"""Small letters as they join in a word; the next one begins where one ends."""


def no_number(text: str, hand: Hand, glyphs: Glyphs, rng: np.random.Generator) -> Ink:
    """Blank paper, or a mark of some kind.

    Args:
        text: a number, for a kind that crosses it out.
    """
    return no_number_and_marks(text, hand, glyphs, rng)[0]


def no_number_and_marks(
    text: str, hand: Hand, glyphs: Glyphs, rng: np.random.Generator
) -> tuple[Ink, str]:
    """The same, and what it says: nothing, a dash, or `MARK` for other writing.

    Args:
        text: a number, for a kind that crosses it out.
    """
    kind = rng.random()
    if kind < 0.15:
        return np.zeros((TALL, round(TALL * rng.uniform(0.5, 3))), np.uint8), ""
    if kind < 0.32:
        return crossed_out(write(text, hand, glyphs, rng)[0], hand, rng), MARK
    kinds = list(_KINDS)
    draw = kinds[rng.choice(len(kinds), p=[share for share, _ in _KINDS.values()])]
    return draw(hand, rng), _KINDS[draw][1]


def crossed_out(line: Ink, hand: Hand, rng: np.random.Generator) -> Ink:
    """Two strokes or more over all of it, a zigzag or a scribble."""
    line = line.copy()
    height, width = line.shape
    wide, kind = 100 * width // height, rng.random()
    if kind < 0.4:
        xs = np.arange(0, wide, int(rng.integers(12, 35)))
        ys = np.where(np.arange(len(xs)) % 2, 10, 90) + rng.normal(0, 8, len(xs))
        ways = [" ".join(f"{x},{y:.0f}" for x, y in zip(xs, ys, strict=True)) + f" {wide},50"]
    elif kind < 0.55:
        points = rng.integers(0, 100, (int(wide // 14) + 6, 2)) * [wide / 100, 1]
        ways = [" ".join(f"{x:.0f},{y:.0f}" for x, y in points)]
    else:
        strikes = rng.choice(_STRIKES, int(rng.integers(2, 5)))
        ways = [way.replace(" 100,", f" {wide},") for way in strikes]
    for way in ways:
        over = write_ways([way], hand, rng)
        over = over[:height, :width]
        top = (height - len(over)) // 2
        target = line[top : top + len(over), : over.shape[1]]
        np.maximum(target, over, out=target)
    return line


def _letters(hand: Hand, rng: np.random.Generator) -> Ink:
    return write_ways(rng.choice(LETTERS, int(rng.integers(1, 7))).tolist(), hand, rng)


def draw_word(hand: Hand, rng: np.random.Generator) -> Ink:
    """Joined small letters, perhaps with a capital before them."""
    x, points = 0, []
    for loop in rng.choice(_LOOPS, int(rng.integers(3, 9))).tolist():
        pairs = [tuple(map(int, word.split(","))) for word in loop.split()]
        points += [f"{x + a},{b}" for a, b in pairs]
        x += pairs[-1][0] - 2
    word = [" ".join(points)]
    return write_ways(rng.choice(LETTERS, int(rng.random() < 0.5)).tolist() + word, hand, rng)


def _printed(_hand: Hand, rng: np.random.Generator) -> Ink:
    return print_words(rng)


def _scribbles(hand: Hand, rng: np.random.Generator) -> Ink:
    ways = []
    for _ in range(rng.integers(1, 4)):
        points = rng.integers(0, 100, (int(rng.integers(7, 20)), 2))
        ways.append(" ".join(f"{x},{y}" for x, y in points))
    return write_ways(ways, hand, rng)


def _dashes(hand: Hand, rng: np.random.Generator) -> Ink:
    """One, several or a wave; or one that runs upwards over the whole field."""
    kind = rng.random()
    if kind < 0.15:
        xs = range(0, int(rng.integers(80, 300)), 20)
        return write_ways([" ".join(f"{x},{50 + 12 * (x // 20 % 2)}" for x in xs)], hand, rng)
    if kind < 0.25:
        return write_ways([f"0,100! {rng.integers(130, 300)},0!"], hand, rng)
    count = 1 if kind < 0.6 else int(rng.integers(2, 5))
    length = rng.integers(30, 300 // count)
    return write_ways([f"0,50! {length},{rng.integers(42, 58)}!"] * count, hand, rng)


def _marks(hand: Hand, rng: np.random.Generator) -> Ink:
    """Stains, frames, textures: marks of `shuzi.synth.marks` that nobody wrote, one or a few."""
    pieces = []
    for name in rng.choice(_MARKS, int(rng.choice([1, 2, 3], p=[0.6, 0.25, 0.15]))):
        mark = MARKS[str(name)](rng)
        height = max(2, round(TALL * rng.uniform(0.5, 1.2)))
        wide = min(4 * TALL, max(2, mark.shape[1] * height // len(mark)))
        pieces.append(resized(mark, height, wide))
    return set_line(pieces, hand, rng)[0]


def _dots(hand: Hand, rng: np.random.Generator) -> Ink:
    line = np.zeros((TALL, round(TALL * rng.uniform(1, 4))), np.uint8)
    for x in np.arange(4, line.shape[1], rng.uniform(0.12, 0.5) * TALL):
        cv2.circle(line, (int(x), TALL - 5), max(1, round(hand.pen * TALL * 0.6)), 255, -1)
    return line


_KINDS: dict[Callable[[Hand, np.random.Generator], Ink], tuple[float, str]] = {
    _letters: (0.28, MARK),
    draw_word: (0.2, MARK),
    _printed: (0.2, MARK),
    _scribbles: (0.07, MARK),
    _dashes: (0.1, "-"),
    _marks: (0.12, ""),
    _dots: (0.03, ""),
}
"""The kinds, their shares and what they say."""
