"""Strings of digits as pictures, to train and measure the number model with."""

import numpy as np
from numpy.typing import NDArray

from shuzi.strip import normalise_strip
from shuzi.training.hand import TALL, Glyphs, Hand, Ink, new_hand, write, write_ways
from shuzi.training.scene import add_ghost, add_neighbour, add_print, lay_out, photograph
from shuzi.training.strokes import LETTERS

LENGTHS = (0.11, 0.27, 0.25, 0.17, 0.10, 0.05, 0.03, 0.02)
"""Shares of strings of 1 to 8 digits."""
YEARS = 0.16
"""Share of years, 1700 to 2030."""
EMPTY = 0.08
"""Share of pictures without a number."""
ONES = 0.5
"""Share of strings in which each digit is a 1 with probability 0.3: where most errors are."""

_STRIKES = ("0,20! 100,80!", "0,80! 100,20!", "0,40! 100,60!", "0,60! 100,45!", "0,30! 100,35!")


def compose_strips(
    n: int, glyphs: Glyphs, seed: int, part: int = 0
) -> list[tuple[NDArray[np.uint8], str]]:
    """Strips as the reader makes them, uint8 (32, w), with their digits; empty for no number.

    The same seed and part give the same strips.
    """
    rng = np.random.default_rng([seed, part])
    pairs = (compose(glyphs, rng) for _ in range(n))
    return [(normalise_strip(picture), text) for picture, text in pairs]


def compose(glyphs: Glyphs, rng: np.random.Generator) -> tuple[NDArray[np.uint8], str]:
    """A grey picture of a number with some margin, uint8 (height, width), and its digits."""
    hand = new_hand(rng)
    text = "" if rng.random() < EMPTY else new_text(rng)
    line = _line(text, hand, glyphs, rng) if text else _no_number(hand, glyphs, rng)
    scene = lay_out(line, rng)
    if rng.random() < 0.2:
        neighbour, _ = write(new_text(rng), hand, glyphs, rng)
        add_neighbour(scene, neighbour, rng)
    if rng.random() < 0.1:
        add_ghost(scene, _no_number(new_hand(rng), glyphs, rng), rng)
    add_print(scene, rng)
    return photograph(scene, rng), text


def new_text(rng: np.random.Generator) -> str:
    """1 to 8 digits: a year, or digits of which 1 is the most frequent."""
    if rng.random() < YEARS:
        return str(rng.integers(1700, 2031))
    length = 1 + int(rng.choice(8, p=LENGTHS))
    digits = rng.integers(0, 10, length)
    if rng.random() < ONES:
        digits[rng.random(length) < 0.3] = 1
    return "".join(map(str, digits))


def _line(text: str, hand: Hand, glyphs: Glyphs, rng: np.random.Generator) -> Ink:
    line, _ = write(text, hand, glyphs, rng)
    if rng.random() < 0.06:
        line = _filled(line, hand, rng)
    return line


def _filled(line: Ink, hand: Hand, rng: np.random.Generator) -> Ink:
    """A line with a dash or a dot before or after it, as fillers of a field."""
    blank = np.zeros((TALL, round(TALL * rng.uniform(0.2, 0.8))), np.uint8)
    wide = blank.shape[1]
    thick = max(1, round(hand.pen * TALL))
    middle = TALL // 2 if rng.random() < 0.6 else TALL - thick - 1
    start = 0 if middle == TALL // 2 else max(0, wide // 2 - thick)
    stop = wide if middle == TALL // 2 else wide // 2 + thick
    blank[middle : middle + thick, start:stop] = 255
    pieces = [line, blank] if rng.random() < 0.7 else [blank, line]
    high = max(len(piece) for piece in pieces)
    padded = [np.pad(piece, ((0, high - len(piece)), (0, 0))) for piece in pieces]
    apart = np.zeros((high, round(TALL * rng.uniform(0.15, 0.5))), np.uint8)
    return np.concatenate([padded[0], apart, padded[1]], axis=1)


def _no_number(hand: Hand, glyphs: Glyphs, rng: np.random.Generator) -> Ink:
    """Blank paper, letters, a scribble, a dash or a number crossed out."""
    kind = rng.integers(5)
    if kind == 0:
        return np.zeros((TALL, round(TALL * rng.uniform(0.5, 3))), np.uint8)
    if kind == 1:
        return write_ways(rng.choice(LETTERS, int(rng.integers(1, 7))).tolist(), hand, rng)
    if kind == 2:
        return write_ways([_scribble(rng) for _ in range(rng.integers(1, 4))], hand, rng)
    if kind == 3:
        dash = "0,50! " + f"{rng.integers(40, 300)},{rng.integers(40, 60)}!"
        return write_ways([dash], hand, rng)
    line, _ = write(new_text(rng), hand, glyphs, rng)
    return _crossed_out(line, hand, rng)


def _scribble(rng: np.random.Generator) -> str:
    points = rng.integers(0, 100, (int(rng.integers(7, 20)), 2))
    return " ".join(f"{x},{y}" for x, y in points)


def _crossed_out(line: Ink, hand: Hand, rng: np.random.Generator) -> Ink:
    """Two strokes or more over all of it, or a zigzag."""
    height, width = line.shape
    wide = 100 * width // height
    if rng.random() < 0.4:
        xs = np.arange(0, wide, int(rng.integers(12, 35)))
        ys = np.where(np.arange(len(xs)) % 2, 10, 90) + rng.normal(0, 8, len(xs))
        ways = [" ".join(f"{x},{y:.0f}" for x, y in zip(xs, ys, strict=True)) + f" {wide},50"]
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
