"""What people write on a part of a page: lines of numbers, digits, lists, prose; and print."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import cv2
import numpy as np

from shuzi.synth import texts
from shuzi.synth.canvas import Canvas, line
from shuzi.synth.drawings import signature
from shuzi.synth.entries import entries, formula, number, quantity, sign, word
from shuzi.synth.placement import APART, Area, Item, level, put, run, stroke
from shuzi.synth.printing import new_word
from shuzi.synth.shares import pick
from shuzi.synth.typeface import Typeface
from shuzi.synth.writer import Writer

MOST = 160
"""Numbers or words that a block holds at most, so that composing stays fast."""


def lines(canvas: Canvas, area: Area, writer: Writer) -> None:
    """One to thirty lines of numbers: level, sloping or curved, ruled or not, some touching."""
    rng, size = writer.rng, writer.size
    pitch = size * rng.choice([rng.uniform(1.2, 1.45), rng.uniform(1.45, 2.2), rng.uniform(2.2, 5)])
    fit = max(1, int((area.height - 0.3 * size) / pitch))
    count = min(fit, int(rng.integers(1, 31)))
    new_text = texts.any_text if rng.random() < 0.5 else pick(texts.TEXTS, rng)
    many = {
        "words": float(rng.choice([0, 0, 0.15, 0.4])),
        "units": float(rng.choice([0, 0, 0.2])),
        "errors": float(rng.choice([0, 0.03, 0.12])),
    }
    gaps = (APART, APART + rng.uniform(0.2, 4))
    slope = rng.normal(0, 0.07) if rng.random() < 0.4 else 0.0
    bow = min(size, 0.05 * area.width) * rng.normal(0, 0.8) if rng.random() < 0.2 else 0.0
    ruled = rng.random() < 0.35
    at_most = max(1, MOST // count)
    ragged = rng.random() < 0.6
    first = area.top + size * rng.uniform(1.05, 1.4)
    if rng.random() < 0.4:
        first += max(0.0, area.height - count * pitch) * rng.uniform(0, 1)
    for i in range(count):
        y, tilt = first + i * pitch, slope + rng.normal(0, 0.006)

        def ground(x: float, y: float = y, tilt: float = tilt) -> float:
            along = (x - area.left) / max(1.0, area.width)
            return y + tilt * (x - area.left - area.width / 2) + bow * 4 * along * (1 - along)

        if ruled:
            rule = y + 0.12 * size
            line(canvas.lines, (area.left, rule), (area.right, rule), 1, 0.35)
        left = area.left + (size * rng.uniform(0, 3) if ragged else 0.2 * size)
        items = islice(entries(writer, new_text, **many), at_most)
        end = area.right if rng.random() < 0.7 else area.left + area.width * rng.uniform(0.2, 1)
        run(canvas, items, left, end, writer, ground, gaps)


def digit_grid(canvas: Canvas, area: Area, writer: Writer) -> None:
    """Single digits side by side and one above the other, up to the area's edges."""
    rng, size = writer.rng, writer.size
    across, down = size * rng.uniform(1.35, 3), size * rng.uniform(1.3, 3)
    if rng.random() < 0.4 and area.width > 10 * size:
        # So many side by side are single digits, however close.
        across, down = size * rng.uniform(0.85, 1.35), size * rng.uniform(1.1, 2)
    least = 2 if across > 1.8 * size else 7
    if area.width < 7 * across:
        across = max(across, 1.8 * size)
    columns = min(int(area.width / across), int(rng.integers(least, 31)))
    most = min(int(rng.integers(1, 31)), max(1, MOST // max(1, columns)))
    rows = min(int(area.height / down), most)
    counted, start = rng.random() < 0.3, int(rng.integers(0, 10))
    loose, slope = rng.uniform(0.02, 0.16) * size, rng.normal(0, 0.02)
    for row in range(rows):
        for column in range(columns):
            text = str((start + column) % 10) if counted else texts.one_digit(rng)
            item = number(writer, text)
            if item.ink.shape[1] > 0.75 * across:
                narrow = round(0.75 * across), len(item.ink)
                small = cv2.resize(item.ink, narrow, interpolation=cv2.INTER_AREA)
                item = item._replace(ink=np.asarray(small, np.uint8))
            x = area.left + across * (column + 0.5) - item.ink.shape[1] / 2 + rng.normal(0, loose)
            y = area.top + down * row + (down + size) / 2 + slope * column * across
            put(canvas, item, x, y + rng.normal(0, loose), writer.strength)


def counting(canvas: Canvas, area: Area, writer: Writer) -> None:
    """0 1 2 ... 10 on one line or several, each a number, close together or far apart."""
    rng, size = writer.rng, writer.size
    pitch = size * rng.uniform(1.6, 6)
    count = min(max(1, int(area.height / pitch)), int(rng.integers(1, 15)))
    gap = rng.uniform(0.65, 3)
    if rng.random() < 0.4:
        gap = rng.uniform(0.38, 0.7)
        writer = replace(writer, hand=replace(writer.hand, gap=min(writer.hand.gap, 0.1)))
    slope = rng.normal(0, 0.06)
    first, last = int(rng.integers(0, 3)), int(rng.choice([9, 10, 10, 12, 20]))
    words = rng.random() < 0.2
    top = area.top
    if rng.random() < 0.3:
        # What is said above the numbers.
        for _ in range(int(rng.integers(1, 3))):
            said = (
                formula(writer) if rng.random() < 0.4 else word(writer)
                for _ in range(int(rng.integers(1, 9)))
            )
            top += 1.8 * size
            run(canvas, said, area.left, area.right, writer, level(top), (0.4, 2))
    for i in range(count):
        y = top + 1.3 * size + i * pitch

        def ground(x: float, y: float = y) -> float:
            return y + slope * (x - area.left - area.width / 2)

        row = [number(writer, str(n)) for n in range(first, last + 1)]
        if words:
            row.insert(0, word(writer))
        left = area.left + size * rng.uniform(0, 1.5)
        run(canvas, row, left, area.right, writer, ground, (0.85 * gap, 1.2 * gap))


def item_list(canvas: Canvas, area: Area, writer: Writer) -> None:
    """Points under each other: a bullet, words, perhaps a number or an amount at the end."""
    rng, size = writer.rng, writer.size
    pitch, bullet = size * rng.uniform(1.5, 3), str(rng.choice([".", ")", "-", "box", "✓", "~"]))
    ends = float(rng.choice([0, 0.5, 1]))
    rows = min(int(area.height / pitch), int(rng.integers(2, 25)))
    flush = rng.random() < 0.5
    for row in range(rows):
        y = area.top + (row + 1) * pitch - 0.3 * size
        items: list[Item] = []
        left = area.left
        if bullet in (".", ")"):
            items = [number(writer, str(row + 1)), sign(writer, bullet, near=True)]
        elif bullet == "box":
            side = size * 0.8
            corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) * side
            stroke(
                canvas.lines,
                corners + np.array([left, y - side]),
                max(1, writer.nib.width),
                writer.strength,
            )
            if rng.random() < 0.4:
                put(canvas, sign(writer, "✓"), left, y, writer.strength)
            left += 1.6 * side
        else:
            items = [sign(writer, bullet)]
        items += [word(writer) for _ in range(rng.integers(1, 4))]
        right = area.right - (6 * size if flush else 0)
        x = run(canvas, items, left, right, writer, level(y), (0.5, 1.0))
        if rng.random() < ends:
            text = texts.amount(rng) if rng.random() < 0.5 else texts.count(rng)
            last = quantity(writer, text) if rng.random() < 0.4 else [number(writer, text)]
            start = area.right - 5.5 * size if flush else x + size * rng.uniform(1, 2)
            run(canvas, last, max(start, x + APART * size), area.right, writer, level(y))


def prose(canvas: Canvas, area: Area, writer: Writer) -> None:
    """Running handwriting, with or without numbers in it, perhaps signed."""
    rng, size = writer.rng, writer.size
    share = float(rng.choice([0, 0, 0.04, 0.15]))
    pitch = size * rng.uniform(1.5, 2.6)
    rows = min(int(area.height / pitch), int(rng.integers(1, 25)))
    slope, ruled = rng.normal(0, 0.02), rng.random() < 0.4
    end = area.right if rng.random() < 0.6 else area.left + rng.uniform(0.4, 1) * area.width
    for row in range(rows):
        y = area.top + (row + 1) * pitch - 0.5 * size
        if ruled:
            line(canvas.lines, (area.left, y + 2), (area.right, y + 2), 1, 0.3)
        words = _prose_items(writer, share, max(3, MOST // max(1, rows)))
        run(
            canvas,
            words,
            area.left,
            end,
            writer,
            level(y, slope, area.left),
            (0.5, 0.9),
        )
    if rng.random() < 0.2:
        signature(
            canvas, Area(area.left + 0.4 * area.width, area.top, area.right, area.bottom), writer
        )


def _prose_items(writer: Writer, share: float, most: int) -> Iterator[Item]:
    rng = writer.rng
    for _ in range(most):
        kind = rng.random()
        if kind < share:
            yield number(writer, texts.any_text(rng))
        elif kind < share + 0.02:
            yield Item(None, *writer.identifier())
        else:
            yield word(writer)
            if kind > 0.92:
                yield sign(writer, str(rng.choice([",", ".", "?", "!", ":"])), near=True)


def print_block(canvas: Canvas, area: Area, writer: Writer) -> None:
    """Running print with few numbers or none, under a heading or not; a pen's among them where the
    text leaves room."""
    rng = writer.rng
    share = float(rng.choice([0, 0, 0.02, 0.08, 0.3], p=[0.3, 0.2, 0.2, 0.2, 0.1]))
    least = 9.0 if share else 6.0
    face = Typeface.new(max(least, writer.size * rng.uniform(0.4, 1.0)), rng)
    strength, y = rng.uniform(0.5, 1), area.top
    filled = float(rng.choice([0, 0, 0.05, 0.15, 0.3]))
    if filled:
        face = Typeface(face.font, max(least, writer.size * rng.uniform(0.35, 0.9)))
    pitch, caps = face.size * rng.uniform(1.5, 2.4), rng.random() < 0.1
    if filled:
        pitch = max(pitch, writer.size * rng.uniform(1.15, 3))
    left, many = 0.0, 0
    while y + pitch < area.bottom and many < 3 * MOST:
        heading = rng.random() < (0.4 if y == area.top else 0.03)
        used = Typeface(face.font, face.size * rng.uniform(1.2, 2)) if heading else face
        y += pitch * (used.size / face.size)
        x = area.left + left
        end = (
            area.right
            if not heading and rng.random() < 0.85
            else area.left + area.width * rng.uniform(0.3, 1)
        )
        by_hand = False
        while True:
            is_number, name = rng.random() < share, new_word(rng)
            text = texts.any_text(rng) if is_number else (name.upper() if caps else name)
            if not is_number and rng.random() < 0.015:
                text = f"{text[:2].upper()}{rng.integers(1, 1000)}"
            elif not is_number and rng.random() < 0.1:
                text += str(rng.choice([",", ".", ";", ":"]))
            ink, below = used.set(text)
            by_hand = not heading and not by_hand and rng.random() < filled
            if by_hand:
                x += used.space() * rng.uniform(0.2, 1.5)
                is_number, text = True, texts.count(rng)
                ink, below = writer.number_on_line(text)
            if x + ink.shape[1] > end or y + below > area.bottom:
                break
            item = Item(text if is_number else None, ink, below)
            put(canvas, item, x, y, writer.strength if by_hand else strength)
            apart = rng.uniform(0.6, 2.4) if by_hand else 2.4 if is_number or share == 0.3 else 1
            x += ink.shape[1] + used.space() * apart
            many += 1
        left = face.size if rng.random() < 0.1 else 0.0
        y += pitch if rng.random() < 0.08 else 0
