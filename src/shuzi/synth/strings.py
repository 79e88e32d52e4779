"""Strings of digits as pictures, to train and measure the number model with."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.strip import normalise_strip
from shuzi.synth.blanks import crossed_out, no_number
from shuzi.synth.fillers import beside, with_filler
from shuzi.synth.forms import KINDS, compose_form, cut_out
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.hand import Hand, new_hand
from shuzi.synth.printing import print_line
from shuzi.synth.scene import (
    add_cells,
    add_ghost,
    add_neighbour,
    add_print,
    lay_out,
    photograph,
)
from shuzi.synth.writing import TALL, Ink, write

LENGTHS = (0.12, 0.27, 0.25, 0.15, 0.10, 0.06, 0.03, 0.02)
"""Shares of strings of 1 to 8 digits."""
YEARS = 0.2
"""Share of years, 1700 to 2030, most of 1800 to 1999."""
EMPTY = 0.13
"""Share of pictures without a number."""
ONES = 0.5
"""Share of strings in which each digit is a 1 with probability 0.3: where most errors are."""
NOUGHTS = 0.08
"""Share of strings in which each digit is a 0 with probability a half: 007, 1000."""
ALIKE = 0.03
"""Share of strings of one digit again and again: 11, 777."""
FORMS = 0.04
"""Share of forms among pictures and forms, each of which gives `FIELDS`: a fifth of the strings."""
FIELDS = 3, 2
"""Rows and columns."""
REAL = 0.5
"""Share of the forms whose digits are all real ones."""
PRINTED = 0.04
"""Share of printed numbers."""
FILLED, CORRECTED = 0.08, 0.03
"""Shares of numbers with a filler, and with one crossed out before them."""


def compose_strips(
    n: int, glyphs: Glyphs, seed: int, part: int = 0
) -> list[tuple[NDArray[np.uint8], str]]:
    """Strips as the reader makes them, uint8 (32, w), with their digits; empty for no number.

    The same seed and part give the same strips.
    """
    pairs = islice(_pictures(glyphs, np.random.default_rng([seed, part])), n)
    return [(normalise_strip(picture), text) for picture, text in pairs]


def _pictures(glyphs: Glyphs, rng: np.random.Generator) -> Iterator[tuple[NDArray[np.uint8], str]]:
    """Pictures of numbers and their digits, alone or from a form's fields, without end."""
    while True:
        if rng.random() < FORMS:
            yield from fields(glyphs, rng)
        else:
            yield compose(glyphs, rng)


def fields(glyphs: Glyphs, rng: np.random.Generator) -> list[tuple[NDArray[np.uint8], str]]:
    """The fields of a form as pictures, uint8 (height, width), and the digits in each."""
    kind, dpi = str(rng.choice(KINDS)), int(np.exp(rng.uniform(np.log(70), np.log(220))))
    photo = rng.random() < 0.5
    form, page = compose_form(kind, glyphs, rng, FIELDS, dpi, photo=photo, real=REAL, blank=EMPTY)
    return [(cut_out(form, number.box, rng), number.text) for number in page.numbers]


def compose(glyphs: Glyphs, rng: np.random.Generator) -> tuple[NDArray[np.uint8], str]:
    """A grey picture of a number with some margin, uint8 (height, width), and its digits."""
    hand = new_hand(rng)
    text = "" if rng.random() < EMPTY else new_text(rng)
    if text:
        line, middles = _line(text, hand, glyphs, rng)
    else:
        line, middles = no_number(new_text(rng), hand, glyphs, rng), []
    scene = lay_out(line, rng)
    if hand.pitch and rng.random() < 0.8:
        add_cells(scene, middles, round(TALL * hand.pitch), rng)
    if rng.random() < 0.2:
        neighbour, _ = write(new_text(rng), hand, glyphs, rng)
        add_neighbour(scene, neighbour, rng)
    if rng.random() < 0.17:
        add_ghost(scene, no_number(new_text(rng), new_hand(rng), glyphs, rng), rng)
    add_print(scene, rng)
    return photograph(scene, rng), text


def new_text(rng: np.random.Generator) -> str:
    """1 to 8 digits: a year, or digits of which 1, and in some 0, is the most frequent."""
    if rng.random() < YEARS:
        return str(rng.integers(1700, 2031) if rng.random() < 0.3 else rng.integers(1800, 2000))
    length = 1 + int(rng.choice(8, p=LENGTHS))
    digits = rng.integers(0, 10, length)
    if rng.random() < ONES:
        digits[rng.random(length) < 0.3] = 1
    if rng.random() < NOUGHTS:
        digits[rng.random(length) < 0.5] = 0
    if rng.random() < ALIKE:
        digits[:] = digits[0]
    return "".join(map(str, digits))


def _line(text: str, hand: Hand, glyphs: Glyphs, rng: np.random.Generator) -> tuple[Ink, list[int]]:
    """The line and the columns of its digits' middles, none where something stands beside it."""
    if rng.random() < PRINTED:
        return print_line(text, rng), []
    line, spans = write(text, hand, glyphs, rng)
    kind = rng.random()
    if hand.pitch or kind > FILLED + CORRECTED:
        return line, [(a + b) // 2 for a, b in spans]
    if kind < FILLED:
        return with_filler(line, hand, rng), []
    wrong = crossed_out(write(new_text(rng), hand, glyphs, rng)[0], hand, rng)
    return beside([wrong, line], TALL * rng.uniform(0.2, 0.6)), []
