"""Pages that people write freely, and pictures cut out of them: their kinds and shares."""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth import texts
from shuzi.synth.blocks import counting, digit_grid, item_list, lines, print_block, prose
from shuzi.synth.canvas import Canvas, Written, line
from shuzi.synth.close_ups import digit_sheet, equation, large_number, marked_number
from shuzi.synth.drawings import doodle, shapes
from shuzi.synth.entries import number
from shuzi.synth.materials import Materials
from shuzi.synth.placement import Area, Block, Item, drawn_line, put
from shuzi.synth.shares import pick
from shuzi.synth.sums import school_sums
from shuzi.synth.tables import table, tally
from shuzi.synth.writer import Writer

Rng = np.random.Generator
Layout = Callable[[Materials, np.random.Generator], Canvas]
BLOCKS: dict[Block, float] = {
    lines: 0.24,
    digit_grid: 0.06,
    counting: 0.05,
    tally: 0.1,
    table: 0.18,
    school_sums: 0.07,
    item_list: 0.07,
    prose: 0.08,
    print_block: 0.08,
    shapes: 0.07,
}
"""What a page of several blocks is made of, and its shares."""
PRINTED = 0.1
"""Share of blocks that a printer printed."""
LINED, GHOST = 0.25, 0.05
"""Shares of lined paper, and of paper whose other side shows through."""


def page(block: Block, materials: Materials, rng: Rng) -> Canvas:
    """One block over a page."""
    canvas, size = _paper(materials, rng)
    block(canvas, _inset(canvas, rng), _somebody(materials, size, rng))
    return canvas


def mixed_page(materials: Materials, rng: Rng) -> Canvas:
    """Several blocks on one page, of one writer or of several, at one size or at several."""
    canvas, size = _paper(materials, rng)
    alone = rng.random() < 0.6
    writer = _somebody(materials, size, rng)
    for area in _split(_inset(canvas, rng), int(rng.integers(2, 6)), size, rng):
        if not alone:
            writer = _somebody(materials, size * float(np.exp(rng.normal(0, 0.3))), rng)
        pick(BLOCKS, rng)(canvas, area, writer)
    return canvas


def no_number(materials: Materials, rng: Rng) -> Canvas:
    """Blank paper with dark edges, stains, noise, texture, scribbles or letters: no number."""
    height, width = (round(np.exp(rng.uniform(np.log(40), np.log(900)))) for _ in range(2))
    canvas = Canvas.blank(height, width)
    if rng.random() < 0.5:
        _dark_edges(canvas, rng)
    if rng.random() < 0.3:
        small = rng.random((max(2, height // 16), max(2, width // 16)), np.float32)
        clouds = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
        np.maximum(canvas.lines, clouds * rng.uniform(0.1, 0.7), out=canvas.lines)
    if rng.random() < 0.15:
        speckle = rng.random((height, width), np.float32) > rng.uniform(0.9, 0.999)
        np.maximum(canvas.lines, speckle * np.float32(rng.uniform(0.3, 1)), out=canvas.lines)
    if rng.random() < 0.2:
        step, dark = rng.uniform(12, 60), rng.uniform(0.1, 0.6)
        for y in np.arange(step / 2, height, step):
            line(canvas.lines, (0, y), (width, y), 1, dark)
        for x in np.arange(step / 2, width, step) if rng.random() < 0.4 else []:
            line(canvas.lines, (x, 0), (x, height), 1, dark)
    size = float(np.clip(min(height, width) * rng.uniform(0.08, 0.6), 8, 160))
    writer = Writer.new(materials, size, rng)
    for _ in range(int(rng.choice([0, 1, 2, 6]))):
        doodle(canvas, rng.uniform(0, width), rng.uniform(0, height), 4 * size, writer)
    return canvas


# Pictures of little: a digit, a number, a few lines.


def digit_crop(materials: Materials, rng: Rng) -> Canvas:
    """One digit that fills most of a small picture, up to the whole of it."""
    size = float(np.exp(rng.uniform(np.log(16), np.log(200))))
    writer, margins = Writer.new(materials, size, rng), rng.uniform(0.03, 0.6, 4)
    return _with_paper(number(writer, texts.one_digit(rng)), writer, margins)


def number_crop(materials: Materials, rng: Rng) -> Canvas:
    """One number with a little paper around it."""
    size = float(np.exp(rng.uniform(np.log(14), np.log(130))))
    margins = rng.uniform(0.05, min(rng.choice([0.3, 1.0, 3.0, 8.0]), 500 / size), 4)
    writer = _somebody(materials, size, rng)
    return _with_paper(number(writer, texts.any_text(rng)), writer, margins)


def few_lines(materials: Materials, rng: Rng) -> Canvas:
    """Two or three short lines in a small picture."""
    size = float(np.exp(rng.uniform(np.log(14), np.log(90))))
    writer = Writer.new(materials, size, rng)
    count, make = int(rng.integers(2, 6)), pick(texts.TEXTS, rng)
    items = [number(writer, make(rng)) for _ in range(count)]
    pitch = max(len(item.ink) for item in items) + size * rng.uniform(0.15, 1.5)
    around = size * rng.uniform(0.08, 0.8, 4)
    wide = max(item.ink.shape[1] for item in items)
    shape = around[0] + around[1] + count * pitch, around[2] + around[3] + wide
    canvas = Canvas.blank(*(max(24, round(side)) for side in shape))
    loose = rng.choice([0.0, 1.0])
    for i, item in enumerate(items):
        left = around[2] + loose * rng.uniform(0, 1) * (wide - item.ink.shape[1])
        put(canvas, item, left, around[0] + (i + 1) * pitch - 0.1 * size, writer.strength)
    _traces(canvas, writer, rng)
    return canvas


def cut_crop(materials: Materials, rng: Rng) -> Canvas:
    """A number as cut out of a page: what is left of its neighbours is no number."""
    size = float(np.exp(rng.uniform(np.log(12), np.log(60))))
    blocks: list[Block] = [lines, table, tally, prose, item_list, school_sums]
    canvas = Canvas.blank(round(size * rng.uniform(6, 10)), round(size * rng.uniform(9, 18)))
    block = blocks[rng.choice(6, p=[0.35, 0.25, 0.2, 0.08, 0.06, 0.06])]
    writer = Writer.new(materials, size, rng)
    block(canvas, Area(0, 0, canvas.shape[1], canvas.shape[0]), writer)
    if not canvas.numbers:
        return canvas
    quad = canvas.numbers[rng.integers(len(canvas.numbers))].quad
    low, high = quad.min(axis=0), quad.max(axis=0)
    more = size * rng.uniform(0.0, rng.choice([0.25, 0.8, 2.0]), 4)
    return cut_out(
        canvas, Area(low[0] - more[0], low[1] - more[1], high[0] + more[2], high[1] + more[3])
    )


def cut_out(canvas: Canvas, area: Area) -> Canvas:
    """A part of a canvas; the ink of a number that is cut by its edge becomes other writing."""
    height, width = canvas.shape
    left, top = max(0, round(area.left)), max(0, round(area.top))
    right, bottom = min(width, round(area.right)), min(height, round(area.bottom))
    ink, other = canvas.ink.copy(), canvas.other.copy()
    kept = []
    for written in canvas.numbers:
        slack = 0.1 * float(np.linalg.norm(written.quad[3] - written.quad[0])) + 1
        low, high = written.quad.min(axis=0), written.quad.max(axis=0)
        inside = low[0] >= left - slack and low[1] >= top - slack
        if inside and high[0] <= right + slack and high[1] <= bottom + slack:
            kept.append(Written(written.text, written.quad - np.array([left, top], np.float32)))
            continue
        mask = np.zeros(canvas.shape, np.uint8)
        cv2.fillConvexPoly(mask, np.round(written.quad).astype(np.int32), 1)
        for neighbour in canvas.numbers:
            if neighbour is not written:
                cv2.fillConvexPoly(mask, np.round(neighbour.quad).astype(np.int32), 0)
        np.maximum(other, ink * mask, out=other)
        ink[mask > 0] = 0
    part = (slice(top, bottom), slice(left, right))
    return Canvas(ink[part].copy(), other[part].copy(), canvas.lines[part].copy(), kept)


def _with_paper(item: Item, writer: Writer, margins: NDArray[np.float64]) -> Canvas:
    """The item and so many heights of paper on its four sides, with traces of what was near."""
    high, wide = item.ink.shape
    left, right, top, bottom = margins * max(high, writer.size)
    canvas = Canvas.blank(
        max(16, round(top + high + bottom) + 1), max(16, round(left + wide + right) + 1)
    )
    put(canvas, item, left, top + high - item.below, writer.strength)
    _traces(canvas, writer, writer.rng)
    return canvas


def _traces(canvas: Canvas, writer: Writer, rng: Rng) -> None:
    """Now and then a ruling, parts of a frame, dark edges."""
    height, width = canvas.shape
    kind, dark, thin = (
        rng.random(),
        rng.uniform(0.2, 1),
        max(0.8, writer.size * rng.uniform(0.02, 0.08)),
    )
    if kind < 0.12:
        y = height * rng.uniform(0.75, 1.0)
        drawn_line(canvas.lines, (0, y), (width, y + rng.normal(0, 0.02) * width), thin, dark, rng)
    elif kind < 0.28:
        inset = rng.uniform(0, 0.06, 4) * [width, height, width, height]
        a, b, c, d = inset[0], inset[1], width - inset[2], height - inset[3]
        sides = [
            ((a, 0), (a, height)),
            ((0, b), (width, b)),
            ((c, 0), (c, height)),
            ((0, d), (width, d)),
        ]
        for side in rng.permutation(4)[: rng.integers(1, 5)]:
            start, end = sides[side]
            drawn_line(canvas.lines, start, end, thin, dark, rng)
    elif kind < 0.34:
        _dark_edges(canvas, rng)


def _dark_edges(canvas: Canvas, rng: Rng) -> None:
    """What lies beside the paper, on one side or more."""
    for plane in (canvas.lines, canvas.lines[::-1], canvas.lines.T, canvas.lines.T[::-1]):
        if rng.random() < 0.35:
            edge = np.float32(len(plane) * rng.uniform(0.005, 0.06))
            soft = np.float32(rng.uniform(0.5, 0.2 * edge + 1))
            slope = np.float32(rng.normal(0, 0.01)) * np.arange(plane.shape[1], dtype=np.float32)
            shade = 1 / (
                1
                + np.exp(
                    np.clip(
                        (np.arange(len(plane), dtype=np.float32)[:, None] - edge - slope) / soft,
                        -30,
                        30,
                    )
                )
            )
            np.maximum(plane, shade * np.float32(rng.uniform(0.3, 1)), out=plane)


def _somebody(materials: Materials, size: float, rng: Rng) -> Writer:
    """A person with a pen; now and then a printer."""
    new = Writer.printer if rng.random() < PRINTED else Writer.new
    return new(materials, size, rng)


def _paper(materials: Materials, rng: Rng) -> tuple[Canvas, float]:
    """Blank, lined or squared paper, and how large one writes on it."""
    size = float(np.exp(rng.uniform(np.log(9.5), np.log(120))))
    sides = size * np.exp(rng.uniform(np.log(7), np.log(60), 2))
    height, width = np.clip(sides, 120, min(1500, 3 * sides.min())).round().astype(int).tolist()
    canvas = Canvas.blank(height, width)
    if rng.random() < LINED:
        step, dark = size * rng.uniform(0.6, 2.5), rng.uniform(0.08, 0.5)
        for y in np.arange(step * rng.uniform(0.2, 1), height, step):
            line(canvas.lines, (0, y), (width, y), 1, dark)
        for x in np.arange(step * rng.uniform(0.2, 1), width, step) if rng.random() < 0.4 else ():
            line(canvas.lines, (x, 0), (x, height), 1, dark)
        if rng.random() < 0.3:
            x = width * rng.choice([rng.uniform(0.03, 0.2), rng.uniform(0.8, 0.97)])
            line(canvas.lines, (x, 0), (x, height), rng.uniform(1, 2), rng.uniform(0.2, 0.8))
    if rng.random() < GHOST:
        behind = Canvas.blank(height, width)
        block = (prose, print_block, lines)[rng.integers(3)]
        block(behind, Area(0, 0, width, height), _somebody(materials, size, rng))
        ghost = cv2.GaussianBlur(behind.dark[:, ::-1], (0, 0), rng.uniform(0.5, 2))
        np.maximum(canvas.lines, ghost * np.float32(rng.uniform(0.08, 0.25)), out=canvas.lines)
    return canvas, size


def _inset(canvas: Canvas, rng: Rng) -> Area:
    height, width = canvas.shape
    left, top, right, bottom = rng.uniform(0, rng.choice([0.01, 0.06, 0.2]), 4)
    return Area(left * width, top * height, (1 - right) * width, (1 - bottom) * height)


def _split(area: Area, count: int, size: float, rng: Rng) -> list[Area]:
    """The area in so many parts, with paper between them; fewer where they would be too small."""
    parts = [area]
    while len(parts) < count:
        part = max(parts, key=lambda part: part.width * part.height)
        share, gap = rng.uniform(0.3, 0.7), 0.7 * size
        if max(part.width, part.height) < 10 * size:
            break
        parts.remove(part)
        if part.width > part.height:
            middle = part.left + share * part.width
            parts += [
                Area(part.left, part.top, middle - gap, part.bottom),
                Area(middle + gap, part.top, part.right, part.bottom),
            ]
        else:
            middle = part.top + share * part.height
            parts += [
                Area(part.left, part.top, part.right, middle - gap),
                Area(part.left, middle + gap, part.right, part.bottom),
            ]
    return parts


LAYOUTS: dict[str, tuple[Layout, float]] = {
    "lines": (partial(page, lines), 0.12),
    "digit grid": (partial(page, digit_grid), 0.05),
    "counting": (partial(page, counting), 0.06),
    "tally": (partial(page, tally), 0.1),
    "table": (partial(page, table), 0.1),
    "sums": (partial(page, school_sums), 0.04),
    "list": (partial(page, item_list), 0.04),
    "prose": (partial(page, prose), 0.05),
    "print": (partial(page, print_block), 0.12),
    "shapes": (partial(page, shapes), 0.05),
    "mixed": (mixed_page, 0.15),
    "no number": (no_number, 0.05),
    "digit": (digit_crop, 0.06),
    "number": (number_crop, 0.04),
    "few lines": (few_lines, 0.03),
    "cut": (cut_crop, 0.06),
    "large": (large_number, 0.06),
    "marked": (marked_number, 0.03),
    "equation": (equation, 0.025),
    "digit sheet": (digit_sheet, 0.05),
}
"""Of each kind, what composes it and its share among these."""
