"""Drawn shapes around numbers, and what is drawn beside them: arrows, stars, stamps, signatures."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shuzi.synth import texts
from shuzi.synth.canvas import Canvas
from shuzi.synth.entries import number, sign, word
from shuzi.synth.placement import Area, Item, Rng, drawn_line, put, stroke
from shuzi.synth.printing import new_word
from shuzi.synth.typeface import Typeface
from shuzi.synth.writer import Writer


def shapes(canvas: Canvas, area: Area, writer: Writer) -> None:
    """Numbers in drawn shapes, arrows between them, doodles, letters, brackets, operators."""
    rng, size = writer.rng, writer.size
    step = size * rng.uniform(3, 6)
    columns, rows = max(1, int(area.width // step)), max(1, int(area.height // step))
    places = rng.permutation(columns * rows)[: rng.integers(1, 25)]
    only_doodles = rng.random() < 0.15
    for place in places:
        x = area.left + step * (place % columns + 0.5) + rng.normal(0, 0.08) * step
        y = area.top + step * (place // columns + 0.5) + rng.normal(0, 0.08) * step
        kind = rng.random()
        if only_doodles or kind < 0.25:
            doodle(canvas, x, y, step, writer)
            continue
        text = texts.one_digit(rng) if rng.random() < 0.5 else texts.any_text(rng)
        item = number(writer, text)
        if item.ink.shape[1] > 0.9 * step and rng.random() < 0.8:
            item = number(writer, texts.one_digit(rng))
        high, wide = item.ink.shape
        if not put(canvas, item, x - wide / 2, y + high / 2 - item.below, writer.strength):
            continue
        if kind < 0.75:
            shape = _shape(wide / 2, high / 2, size, rng) + np.array([x, y])
            width = max(1, writer.nib.width * rng.uniform(0.7, 1.3))
            stroke(canvas.lines, shape, width, writer.strength)
        elif kind < 0.85:
            for level in [0.75, 0.9][: rng.integers(1, 3)]:
                ends = (
                    (x - wide * rng.uniform(0.5, 0.8), y + level * high),
                    (
                        x + wide * rng.uniform(0.5, 0.8),
                        y + level * high + rng.normal(0, 0.05) * size,
                    ),
                )
                drawn_line(
                    canvas.lines, *ends, max(1, writer.nib.width), writer.strength, rng, 0.01 * size
                )
        elif kind < 0.92:
            _arrow(
                canvas,
                (x + wide / 2 + 0.3 * size, y),
                size * rng.uniform(1, 2),
                rng.uniform(-0.8, 0.8),
                writer,
            )


def _shape(wide: float, high: float, size: float, rng: Rng) -> NDArray[np.float64]:
    """A closed curve around a box of that half width and height: the middle is 0."""
    kind = int(rng.integers(0, 5))
    a, b = wide + size * rng.uniform(0.3, 0.9), high + size * rng.uniform(0.3, 0.8)
    if kind == 0:
        angle = np.linspace(0, 2 * np.pi * rng.uniform(0.97, 1.15), 48) + rng.uniform(0, 6)
        ring = np.stack([1.25 * a * np.cos(angle), 1.25 * b * np.sin(angle)], axis=1)
        return np.asarray(ring * np.linspace(1, rng.uniform(0.93, 1.07), 48)[:, None])
    if kind == 1:
        angle = np.linspace(0, 2 * np.pi, 90)
        bumps = 1.3 + 0.14 * np.abs(np.sin(angle * int(rng.integers(3, 7))))
        return np.stack([bumps * a * np.cos(angle), bumps * b * np.sin(angle)], axis=1)
    if kind == 2:
        lean = rng.normal(0, 0.3) * b
        points = [[lean - a, -b], [lean + a, -b], [a - lean, b], [-a - lean, b], [lean - a, -b]]
    elif kind == 3:
        points = [[0, -2.4 * b], [2 * a, b], [-2 * a, b], [0, -2.4 * b]]
    else:
        points = [[-1.7 * a, 0], [0, -1.7 * b], [1.7 * a, 0], [0, 1.7 * b], [-1.7 * a, 0]]
    corners = np.array(points) + rng.normal(0, 0.04 * size, (len(points), 2))
    steps = np.linspace(0, 1, 8, endpoint=False)[:, None]
    sides = [p * (1 - steps) + q * steps for p, q in pairwise(corners)]
    path = np.concatenate([*sides, corners[:1]])
    return np.asarray(path + rng.normal(0, 0.012 * size, path.shape))


def _arrow(
    canvas: Canvas, start: tuple[float, float], length: float, angle: float, writer: Writer
) -> None:
    """A shaft, which is a line, and a head, which is writing."""
    along = np.array([np.cos(angle), np.sin(angle)])
    tip = np.array(start) + length * along
    width = max(1, writer.nib.width)
    drawn_line(
        canvas.lines, start, (tip[0], tip[1]), width, writer.strength, writer.rng, 0.006 * length
    )
    side = np.array([-along[1], along[0]])
    back, out = 0.3 * writer.size * along, 0.22 * writer.size * side
    stroke(
        canvas.other, np.array([tip - back + out, tip, tip - back - out]), width, writer.strength
    )


def doodle(canvas: Canvas, x: float, y: float, room: float, writer: Writer) -> None:
    """A letter, word, sign, smiley, star, scribble, stamp, bracket, tally marks or an arrow."""
    rng, size = writer.rng, writer.size
    kind = int(rng.integers(0, 10))
    strength, width = writer.strength, max(1, writer.nib.width)
    if kind < 3:
        piece = [
            word(writer),
            Item(None, *writer.letters_on_line()),
            sign(writer, str(rng.choice(list("+=x%$()?!#<>&~✓€")))),
        ][kind]
        put(canvas, piece, x - piece.ink.shape[1] / 2, y + size / 2, strength)
    elif kind == 3:
        r, turn = size * rng.uniform(0.6, 1.2), np.linspace(0, 2 * np.pi, 40)
        ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        stroke(canvas.other, ring * r + [x, y], width, strength)
        stroke(canvas.other, ring[3:18] * r * 0.55 + [x, y], width, strength)
        for eye in (-0.35, 0.35):
            stroke(canvas.other, ring * 0.06 * r + [x + eye * r, y - 0.3 * r], width, strength)
    elif kind == 4:
        turn = np.arange(6) * 4 * np.pi / 5 - np.pi / 2
        star = np.stack([np.cos(turn), np.sin(turn)], axis=1) * size * rng.uniform(0.4, 1)
        stroke(canvas.other, star + np.array([x, y]), width, strength)
    elif kind == 5:
        turn = np.linspace(0, rng.uniform(12, 50), 160)
        grow = np.linspace(0.1, 1, 160) if rng.random() < 0.5 else 0.6 + 0.4 * np.sin(turn / 3.1)
        loops = np.stack([np.cos(turn) * grow, 0.6 * np.sin(turn) * grow], axis=1)
        loops[:, 0] += np.linspace(-1, 1, 160) * rng.uniform(0, 1)
        stroke(canvas.other, loops * size * rng.uniform(0.5, 1.3) + [x, y], width, strength)
    elif kind == 6:
        stamp(canvas, x, y, room, rng)
    elif kind == 7:
        high, t = size * rng.uniform(0.8, 2), np.linspace(-1, 1, 30)
        bulge = size * 0.25 * (1 - t**2 if rng.random() < 0.5 else np.abs(t) ** 6 * -1)
        stroke(canvas.other, np.stack([x + bulge, y + t * high], axis=1), width, strength)
    elif kind == 8:
        apart, bars = size * rng.uniform(0.25, 0.45), int(rng.integers(3, 6))
        for i in range(bars):
            bar = np.array([[i * apart, -size / 2], [i * apart, size / 2]])
            bar += rng.normal(0, 0.05 * size, (2, 2)) + np.array([x, y])
            stroke(canvas.other, bar, width, strength)
        if bars > 3 and rng.random() < 0.7:
            bar = np.array([[-0.5 * apart, size / 3], [(bars - 0.5) * apart, -size / 3]])
            stroke(canvas.other, bar + np.array([x, y]), width, strength)
    else:
        _arrow(canvas, (x, y), size * rng.uniform(1, 2), rng.uniform(-3.1, 3.1), writer)


def stamp(canvas: Canvas, x: float, y: float, room: float, rng: Rng) -> None:
    """Words in a ring or a frame, turned, as a rubber stamp prints them."""
    face = Typeface.new(max(6.0, room * rng.uniform(0.1, 0.16)), rng)
    strength, angle = rng.uniform(0.3, 0.9), rng.normal(0, 0.25)
    drop = 1.7 * face.size
    inks = [face.set(new_word(rng).upper()) for _ in range(rng.integers(1, 4))]
    for i, (ink, below) in enumerate(inks):
        down = (i - (len(inks) - 1) / 2) * drop + face.size / 2
        left = x - ink.shape[1] / 2 * np.cos(angle) - down * np.sin(angle)
        ground = y - ink.shape[1] / 2 * np.sin(angle) + down * np.cos(angle)
        put(canvas, Item(None, ink, below), left, ground, strength, angle)
    a = max(ink.shape[1] for ink, _ in inks) / 2 + face.size
    b = len(inks) * drop / 2 + 0.6 * face.size
    turn = np.linspace(0, 2 * np.pi, 60)
    if rng.random() < 0.5:
        ring = np.stack([1.1 * a * np.cos(turn), max(1.3 * b, 0.7 * a) * np.sin(turn)], axis=1)
    else:
        ring = np.array([[-a, -b], [a, -b], [a, b], [-a, b], [-a, -b]])
    rotate = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    for grow in [1.0, 1.08][: rng.integers(1, 3)]:
        stroke(canvas.other, ring * grow @ rotate + [x, y], max(1, 0.12 * face.size), strength)


def signature(canvas: Canvas, area: Area, writer: Writer) -> None:
    """A name written large, with a flourish."""
    rng = writer.rng
    large = replace(writer, size=writer.size * rng.uniform(1.2, 2.2))
    ink, below = large.word_on_line()
    y = area.bottom - rng.uniform(0.2, 1) * large.size
    put(canvas, Item(None, ink, below), area.left, y, writer.strength)
    steps = np.linspace(0, 1, 40)
    x = area.left + ink.shape[1] * (0.1 + steps * rng.uniform(0.6, 1.2))
    wave = y + large.size * (0.2 + 0.2 * np.sin(steps * rng.uniform(3, 20)) * (1 - steps))
    stroke(canvas.other, np.stack([x, wave], axis=1), writer.nib.width, writer.strength)
