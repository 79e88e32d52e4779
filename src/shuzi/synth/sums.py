"""Sums as in school: under each other or on a line, with operators, underlines and results."""

import numpy as np

from shuzi.synth import texts
from shuzi.synth.canvas import Canvas, line
from shuzi.synth.entries import number, sign
from shuzi.synth.placement import Area, Item, drawn_line, level, put, run
from shuzi.synth.writer import Writer, scaled


def school_sums(canvas: Canvas, area: Area, writer: Writer) -> None:
    """Sums under each other or on a line, with operators, underlines, carries and results."""
    rng, size = writer.rng, writer.size
    wide, high = size * rng.uniform(6, 10), size * rng.uniform(5.5, 9)
    flat = rng.random() < 0.35
    wide = min(wide, area.width)
    if flat:
        wide, high = area.width, size * rng.uniform(1.5, 3)
    columns, rows = max(1, int(area.width // wide)), max(1, int(area.height // high))
    squared = rng.random() < 0.25
    if squared:
        step = size * rng.uniform(0.6, 1.2)
        for x in np.arange(area.left, area.right, step):
            line(canvas.lines, (x, area.top), (x, area.bottom), 1, 0.2)
        for y in np.arange(area.top, area.bottom, step):
            line(canvas.lines, (area.left, y), (area.right, y), 1, 0.2)
    for place in range(min(columns * rows, 16)):
        left = area.left + wide * (place % columns) + size * rng.uniform(0, 0.6)
        top = area.top + high * (place // columns)
        if flat:
            _equation(canvas, left, top + 1.35 * size, area.right, writer)
        elif rng.random() < 0.9:
            _sum(canvas, Area(left, top, left + wide - 0.8 * size, top + high), writer)


def _equation(canvas: Canvas, left: float, ground: float, right: float, writer: Writer) -> None:
    rng = writer.rng
    operator = str(rng.choice(["+", "-", "x", "*", "/", ":"]))
    items = [number(writer, texts.count(rng))]
    for _ in range(rng.integers(1, 4)):
        items += [sign(writer, operator), number(writer, texts.count(rng))]
    if rng.random() < 0.8:
        items += [sign(writer, "="), number(writer, texts.count(rng))]
    close = rng.uniform(0.1, 0.6)
    run(canvas, items, left, right, writer, level(ground), (close, close + 0.3))


def _sum(canvas: Canvas, area: Area, writer: Writer) -> None:
    rng, size = writer.rng, writer.size
    operator = str(rng.choice(["+", "-", "x"], p=[0.5, 0.3, 0.2]))
    a, b = (int(10 ** rng.uniform(0.5, 3.5)) for _ in range(2))
    rows = [str(a), str(b)]
    if operator == "+":
        rows += [str(int(10 ** rng.uniform(0.5, 3.5))) for _ in range(rng.integers(0, 3))]
        results = [str(sum(map(int, rows)))]
    elif operator == "-":
        rows = [str(max(a, b)), str(min(a, b))]
        results = [str(abs(a - b))]
    else:
        rows = [str(a), str(b % 100)]
        results = [str(a * (b % 10)), str(a * (b % 100 // 10)), str(a * (b % 100))][
            -3 if b % 100 > 9 else -1 :
        ]
    pitch, ground = size * rng.uniform(1.2, 1.6), area.top + 1.2 * size
    pen = max(1, writer.nib.width)
    if operator == "+" and rng.random() < 0.15:
        ground += 0.6 * size
        carried = scaled(number(writer, "1").ink, 0.5)
        at = area.right - size * rng.uniform(1.2, 2)
        put(canvas, Item(None, carried), at, area.top + 0.6 * size, writer.strength)
    for i, text in enumerate([*rows, *results]):
        item = number(writer, text)
        shift = size * 0.8 if len(results) == 3 and i == len(rows) + 1 else 0.0
        left = area.right - shift - item.ink.shape[1]
        if left < area.left + size or ground > area.bottom:
            return
        put(canvas, item, left, ground, writer.strength)
        if i == len(rows) - 1 or (0 < i < len(rows) and rng.random() < 0.3):
            put(canvas, sign(writer, operator), area.left, ground, writer.strength)
        if (
            i == len(rows) - 1
            or (len(results) == 3 and i == len(rows) + 1)
            or (text == results[-1] and rng.random() < 0.3)
        ):
            for y in [0.2, 0.35][: 1 if i < len(rows) + len(results) - 1 else rng.integers(1, 3)]:
                ends = (area.left, ground + y * size), (area.right + 0.2 * size, ground + y * size)
                drawn_line(canvas.lines, *ends, pen, writer.strength, rng, 0.012 * size)
            ground += 0.3 * size
        ground += pitch
