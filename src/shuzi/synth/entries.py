"""What stands on a line: numbers, words, signs, quantities, corrections."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from shuzi.synth.placement import Item, Rng, drawn_line, stroke
from shuzi.synth.writer import Ink, Writer


def number(writer: Writer, text: str, *, near: bool = False) -> Item:
    ink, below = writer.number_on_line(text)
    return Item(text, ink, below, near)


def word(writer: Writer, *, near: bool = False) -> Item:
    return Item(None, *writer.word_on_line(), near)


def sign(writer: Writer, text: str, *, near: bool = False) -> Item:
    return Item(None, *writer.sign_on_line(text), near)


def formula(writer: Writer) -> Item:
    """Letters, brackets and signs close together, as p(x) or f: A -> B; no number."""
    rng = writer.rng

    def letter() -> tuple[Ink, float]:
        return writer.letters_on_line(str(rng.choice(list("abfghpxyABEFGHKNPRX"))))

    pieces = [letter()]
    for _ in range(int(rng.integers(1, 3))):
        kind = rng.random()
        if kind < 0.5:
            pieces += [writer.sign_on_line("("), letter(), writer.sign_on_line(")")]
        elif kind < 0.75:
            pieces += [writer.sign_on_line(str(rng.choice(list("=+<>:-")))), letter()]
        else:
            pieces += [writer.sign_on_line("-"), writer.sign_on_line(">"), letter()]
    return Item(None, *writer.side_by_side(pieces, max(0.05, writer.hand.gap)))


def struck(writer: Writer, text: str) -> Item:
    """A number that was crossed out: no number any more."""
    rng, size = writer.rng, writer.size
    ink, below = writer.number_on_line(text)
    pad = round(0.25 * size)
    ink = np.pad(ink, pad)
    high, wide = ink.shape
    over = np.zeros(ink.shape, np.float32)
    kind = int(rng.choice(4, p=[0.3, 0.2, 0.25, 0.25])) if len(text) > 1 else rng.integers(1, 4)
    if kind == 0:
        for _ in range(rng.integers(1, 4)):
            y, slope = high * rng.uniform(0.38, 0.62), rng.normal(0, 0.12) * high
            ends = (pad * rng.uniform(0, 1), y - slope), (wide - pad * rng.uniform(0, 1), y + slope)
            drawn_line(over, *ends, max(1, writer.nib.width), 1.0, rng, 0.01 * high)
    elif kind == 1:
        for a, b in (((0.1, 0.1), (0.9, 0.9)), ((0.9, 0.12), (0.08, 0.9))):
            ends = (a[0] * wide, a[1] * high), (b[0] * wide, b[1] * high)
            drawn_line(over, *ends, max(1, writer.nib.width), 1.0, rng, 0.01 * high)
    else:
        count = max(6, round(wide / size * rng.uniform(4, 9)))
        x = np.linspace(0.1 * pad, wide - 0.1 * pad, count)
        y = np.where(np.arange(count) % 2, 0.2, 0.8) * high + rng.normal(0, 0.08 * high, count)
        if kind == 3:
            x = x + rng.normal(0, 0.15 * size, count)
        stroke(over, np.stack([x, y], axis=1), max(1, writer.nib.width), 1.0)
    return Item(None, np.maximum(ink, (255 * over).astype(np.uint8)), below + pad)


def overwritten(writer: Writer, text: str) -> Item:
    """A number of which one digit was written over another, darker."""
    first = text[:-1] + str(writer.rng.integers(0, 10))
    under, over = writer.number(first), writer.number(text)
    under = np.asarray(cv2.resize(under, over.shape[::-1]), np.uint8)
    under[:, : -round(0.7 * writer.size) or None] = 0
    return Item(text, np.maximum(over, under))


UNITS = ("kg", "cm", "km", "EUR", "ml", "h", "Pf", "kWh", "m", "g", "Fr", "USD", "min", "pcs")


def quantity(writer: Writer, text: str) -> list[Item]:
    """A number with a unit, a currency, brackets or another sign close to it; or a date."""
    rng, kind = writer.rng, writer.rng.random()
    if kind < 0.07:
        year = number(writer, str(rng.integers(1950, 2031)), near=True)
        return [number(writer, str(rng.integers(1, 32))), word(writer, near=True), year]
    if kind < 0.4:
        before = str(rng.choice(["$", "€", "$", "€", "#", "~", "+", ">", "="]))
        return [sign(writer, before), number(writer, text, near=True)]
    if kind < 0.5:
        close = sign(writer, ")", near=True)
        return [sign(writer, "("), number(writer, text, near=True), close]
    if kind < 0.7:
        after = str(rng.choice(["%", "%", "€", "?", "!", ")", ",", ";", "="]))
        return [number(writer, text), sign(writer, after, near=True)]
    unit = writer.letters_on_line(str(rng.choice(UNITS)))
    return [number(writer, text), Item(None, *unit, near=True)]


def entries(
    writer: Writer,
    new_text: Callable[[Rng], str],
    *,
    words: float = 0.0,
    units: float = 0.0,
    errors: float = 0.03,
) -> Iterator[Item]:
    """Numbers without end, a share of words, units and corrections among them."""
    rng = writer.rng
    while True:
        kind, text = rng.random(), new_text(rng)
        if kind < words:
            yield word(writer)
        elif kind < words + units:
            yield from quantity(writer, text)
        elif kind < words + units + errors:
            yield struck(writer, new_text(rng))
            yield number(writer, text, near=rng.random() < 0.5)
        elif kind < words + units + 1.3 * errors and text.isdecimal():
            yield overwritten(writer, text)
        elif kind < words + units + 1.3 * errors + 0.01:
            yield Item(None, *writer.identifier())
        elif kind > 0.985:
            yield Item(*writer.whole_number())
        else:
            yield number(writer, text)
