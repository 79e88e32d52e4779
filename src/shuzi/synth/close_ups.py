"""Pictures of little, seen large: a number in a thin pen, a sum, a sheet full of single digits."""

from dataclasses import replace

import cv2
import numpy as np

from shuzi.synth import texts
from shuzi.synth.canvas import Canvas
from shuzi.synth.entries import number, quantity, sign
from shuzi.synth.materials import Materials
from shuzi.synth.placement import Item, level, put, run
from shuzi.synth.strokes import DIGITS
from shuzi.synth.writer import Writer

Rng = np.random.Generator


def large_number(materials: Materials, rng: Rng) -> Canvas:
    """A number by itself on much paper, its digits as far apart as its writer likes."""
    writer = _writer(materials, rng)
    if rng.random() < 0.65:
        writer = replace(writer, hand=replace(writer.hand, gap=rng.uniform(0.25, 1.0)))
    if rng.random() < 0.75:
        digits = rng.integers(0, 10, int(rng.integers(1, 7)))
        digits[rng.random(len(digits)) < 0.15] = 1
        text = "".join(map(str, digits))
    else:
        text = texts.any_text(rng)
    return _around([number(writer, text)], writer, 0.0)


def marked_number(materials: Materials, rng: Rng) -> Canvas:
    """A number with a currency, a unit or another sign close to it; or with a sign of its own."""
    writer = _writer(materials, rng)
    writer = replace(writer, hand=replace(writer.hand, gap=min(writer.hand.gap, 0.3)))
    kind = rng.random()
    if kind < 0.25:
        return _around([number(writer, texts.negative(rng))], writer, 0.0)
    text = (texts.amount, texts.decimal, texts.count)[int(rng.integers(3))](rng)
    return _around(quantity(writer, text), writer, rng.uniform(0.1, 0.4))


def equation(materials: Materials, rng: Rng) -> Canvas:
    """Numbers with operators between them: each its own."""
    writer = _writer(materials, rng)
    writer = replace(writer, hand=replace(writer.hand, gap=min(writer.hand.gap, 0.2)))
    items = [number(writer, texts.count(rng))]
    for _ in range(int(rng.integers(1, 3))):
        operator = str(rng.choice(list("xx+*=")))
        items += [sign(writer, operator), number(writer, texts.count(rng))]
    if rng.random() < 0.3:
        items.append(sign(writer, str(rng.choice(list("=?")))))
    return _around(items, writer, rng.uniform(0.15, 0.9))


def digit_sheet(materials: Materials, rng: Rng) -> Canvas:
    """Single digits in lines up to the picture's edges, of one writer or of many."""
    size = float(np.exp(rng.uniform(np.log(12), np.log(45))))
    across, down = size * rng.uniform(0.85, 1.5), size * rng.uniform(1.05, 2)
    columns, rows = int(rng.integers(7, 31)), int(rng.integers(1, 21))
    columns, rows = min(columns, int(1500 / across)), min(rows, 120 // columns + 1)
    edge = size * rng.uniform(0, rng.choice([0.1, 1.0]), 2)
    shape = max(1.4 * size, rows * down + 2 * edge[1]), columns * across + 2 * edge[0]
    canvas = Canvas.blank(*(round(side) for side in shape))
    people = [_real(Writer.new(materials, size, rng), rng) for _ in range(rng.choice([1, 6]))]
    loose = rng.uniform(0, 0.06) * size
    for row in range(rows):
        for column in range(columns):
            writer = people[int(rng.integers(len(people)))]
            item = number(writer, texts.one_digit(rng))
            ink, most = item.ink, round(0.85 * across)
            if ink.shape[1] > most:
                ink = np.asarray(cv2.resize(ink, (most, len(ink)), interpolation=cv2.INTER_AREA))
            x = edge[0] + across * (column + 0.5) - ink.shape[1] / 2 + rng.normal(0, loose)
            y = edge[1] + down * row + (down + len(ink)) / 2 + rng.normal(0, loose)
            x = float(np.clip(x, 0, canvas.shape[1] - ink.shape[1]))
            put(canvas, Item(item.text, ink), x, float(np.clip(y, len(ink), canvas.shape[0])), 1.0)
    return canvas


def _real(writer: Writer, rng: Rng) -> Writer:
    if rng.random() < 0.5:
        return writer
    return replace(writer, person=None, hand=replace(writer.hand, real=1.0))


def _writer(materials: Materials, rng: Rng) -> Writer:
    """Of large digits, as a rule with a thin pen, which may be a straight line's on a screen."""
    size = float(np.exp(rng.uniform(np.log(30), np.log(150))))
    writer = Writer.new(materials, size, rng)
    if rng.random() < 0.35:
        return writer
    pen = rng.uniform(0.012, 0.05)
    nib = replace(writer.nib, width=max(1.0, pen * size), pressure=0.0)
    hand = replace(writer.hand, pen=pen, nib=0.0, pressure=0.0, joined=0.0, real=0.0)
    if rng.random() < 0.5:
        # A straight pen's 1 is a line, and a number all the same.
        hand = replace(hand, ways=(hand.ways[0], DIGITS[1][0], *hand.ways[2:]), slant=0.0)
        writer = replace(writer, person=None)
    return replace(writer, hand=hand, nib=nib, strength=max(writer.strength, 0.6))


def _around(items: list[Item], writer: Writer, gap: float) -> Canvas:
    """The items on a line, the gap between them, with little or much paper around them."""
    rng, size = writer.rng, writer.size
    long = sum(item.ink.shape[1] for item in items) + gap * 1.3 * size * len(items)
    high = max(len(item.ink) for item in items)
    sides = size * rng.uniform(0.08, rng.choice([0.6, 2.0, 5.0]), 4)
    width, height = min(1600.0, long + sides[0] + sides[1]), high + sides[2] + sides[3]
    canvas = Canvas.blank(round(height) + round(0.6 * size), round(max(width, long + 4)))
    left = min(sides[0], canvas.shape[1] - long - 2)
    slope = rng.normal(0, 0.02) if len(items) > 1 else 0.0
    below = max(item.below for item in items)
    ground = level(sides[2] + high - below + 0.3 * size, slope, left)
    run(canvas, items, left, canvas.shape[1], writer, ground, (gap, 1.3 * gap))
    return canvas
