"""Forms with numbers in printed boxes, combs and tables, and where each number stands."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.result import Box, Number, Page
from shuzi.synth.blanks import crossed_out
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.hand import Hand, new_hand
from shuzi.synth.pen import draw
from shuzi.synth.scene import Scene
from shuzi.synth.writing import TALL, Ink, write

KINDS = ("box", "row", "comb", "open", "table", "cells", "digit")
"""One box for a number; a row of boxes, a comb, boxes without a top, with a digit each; stacked
rows of three boxes a number; a table with a number in each cell; one box for a digit."""
FILLERS = ("0,0! 100,100! / 100,0! 0,100!", "0,50! 100,48!", "0,75! 100,30!")
"""What stands in an unused box: a cross, a dash, a slanted one."""
SQUARE = 1.15
"""Width over height of a box for one digit, at most."""
MARGINS = 3, 15
"""Millimetres of paper around the fields of a form."""
WORDS = ("Name", "Total", "Liste", "Sum", "Partai", "Votes", "Exam", "Stimmen")


@dataclass(frozen=True, slots=True)
class Fields:
    """How a form's fields are printed, lengths in millimetres.

    `gap` lies between the boxes of a number, `across` between numbers side by side, `down` between
    rows. A comb's teeth have the share `teeth` of its height; `top` if there is a line above.
    """

    cells: int
    width: float
    height: float
    gap: float = 0.0
    across: float = 8.0
    down: float = 6.0
    teeth: float = 1.0
    top: bool = True
    border: float = 0.35
    outer: float = 0.35
    """Thickness of the lines between a number's boxes, and of those around a number."""


@dataclass(frozen=True, slots=True)
class _Writer:
    hand: Hand
    glyphs: Glyphs
    strength: float


def compose_form(
    kind: str,
    glyphs: Glyphs,
    rng: np.random.Generator,
    shape: tuple[int, int] = (1, 1),
    dpi: int = 200,
    *,
    photo: bool = False,
    real: float = 0.85,
    blank: float = 0.0,
) -> tuple[NDArray[np.uint8], Page]:
    """A form that one hand filled in, uint8 (height, width), and its numbers with their fields.

    Args:
        kind: one of `KINDS`.
        shape: rows and columns of numbers.
        photo: with perspective, shadow and compression, else as a scanner sees it.
        real: share of the hands whose digits are all real ones.
        blank: share of the fields with no number in them; its text is empty.
    """
    fields, mm = _fields(kind, rng), dpi / 25.4
    hand = replace(new_hand(rng, real=real), pitch=0.0, drift=0.0, swash=0.0)
    writer = _Writer(hand, glyphs, rng.uniform(0.6, 1.0))
    wide = fields.cells * fields.width + (fields.cells - 1) * fields.gap
    margin, label = rng.uniform(*MARGINS), 25.0 if shape[0] > 1 else 0.0
    across, down = wide + fields.across, fields.height + fields.down
    size = [
        round(mm * (2 * margin + n * step + more))
        for n, step, more in ((shape[0], down, 0.0), (shape[1], across, label))
    ]
    scene, numbers = Scene.blank(*size), []
    strength = rng.uniform(0.35, 1.0)
    for row in range(shape[0]):
        y = margin + row * down
        if label:
            _word(scene, (margin * mm, (y + 0.7 * fields.height) * mm), mm, rng)
        for column in range(shape[1]):
            x = margin + label + column * across
            _print(scene.print, fields, (x, y), mm, strength)
            empty = blank > 0 and rng.random() < blank
            text = _fill(scene.ink, fields, (x, y), mm, writer, rng, empty=empty)
            box = Box(*(round(mm * v) for v in (x, y, wide, fields.height)))
            numbers.append(Number(text=text, confidence=1.0, box=box, line=row + 1))
    picture, boxes = _seen(scene, [number.box for number in numbers], rng, photo=photo)
    found = tuple(replace(n, box=box) for n, box in zip(numbers, boxes, strict=True))
    height, width = picture.shape
    return picture, Page(source=kind, width=width, height=height, kind="page", numbers=found)


def cut_out(form: NDArray[np.uint8], field: Box, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The picture of one field, with a little of what is around it."""
    left, top, right, bottom = (rng.uniform(0.05, 0.35, 4) * field.height).round().astype(int)
    height, width = form.shape
    rows = slice(max(0, field.y - top), min(height, field.bottom + bottom))
    columns = slice(max(0, field.x - left), min(width, field.right + right))
    return form[rows, columns]


def _fields(kind: str, rng: np.random.Generator) -> Fields:
    tall, thin = rng.uniform(6, 10), rng.uniform(0.2, 0.45)
    wide = tall * rng.uniform(0.7, 1.1)
    apart = Fields(1, wide, tall, 0.0, rng.uniform(8, 14), rng.uniform(3, 9), 1.0, True, thin, thin)
    if kind == "box":
        return replace(apart, width=tall * rng.uniform(1.2, 3.5))
    if kind == "cells":
        return replace(apart, width=tall * rng.uniform(2, 4), across=0.0, down=0.0)
    if kind == "table":
        thick = thin if rng.random() < 0.5 else 2.5 * thin
        across = rng.uniform(2, 5) if thick == thin else 0.0
        down = 0.0 if rng.random() < 0.7 else rng.uniform(1, 3)
        return replace(apart, cells=3, across=across, down=down, outer=thick)
    if kind == "digit":
        return replace(apart, across=0.0 if rng.random() < 0.5 else rng.uniform(3, 8))
    several = replace(apart, cells=int(rng.integers(2, 9)))
    if kind in ("comb", "open"):
        teeth = rng.uniform(0.2, 0.5) if kind == "comb" else 1.0
        return replace(several, teeth=teeth, top=False)
    return replace(several, gap=0.0 if rng.random() < 0.5 else rng.uniform(0.8, 3))


def _print(
    paper: NDArray[np.float32], f: Fields, at: tuple[float, float], mm: float, strength: float
) -> None:
    """The field's lines, in place."""
    x, y = at
    wide = f.cells * f.width + (f.cells - 1) * f.gap
    for cell in range(f.cells):
        left = x + cell * (f.width + f.gap)
        for side, edge in ((left, cell == 0), (left + f.width, cell == f.cells - 1)):
            top = y + (1 - f.teeth) * f.height
            _line(
                paper, (side, top, side, y + f.height), mm, f.outer if edge else f.border, strength
            )
        if f.gap:
            _level(paper, f, (left, y), f.width, mm, strength)
    if not f.gap:
        _level(paper, f, at, wide, mm, strength)


def _level(
    paper: NDArray[np.float32],
    f: Fields,
    at: tuple[float, float],
    wide: float,
    mm: float,
    strength: float,
) -> None:
    """The lines below and, if there is one, above."""
    x, y = at
    for line in (y, y + f.height) if f.top else (y + f.height,):
        _line(paper, (x, line, x + wide, line), mm, f.border, strength)


def _line(
    paper: NDArray[np.float32],
    ends: tuple[float, float, float, float],
    mm: float,
    thick: float,
    strength: float,
) -> None:
    a, b, c, d = (round(16 * mm * v) for v in ends)
    cv2.line(paper, (a, b), (c, d), strength, max(1, round(thick * mm)), cv2.LINE_AA, 4)


def _fill(
    ink: NDArray[np.float32],
    f: Fields,
    at: tuple[float, float],
    mm: float,
    writer: _Writer,
    rng: np.random.Generator,
    *,
    empty: bool,
) -> str:
    """Write a number into the field, in place; fillers or nothing before it. Its digits."""
    if f.cells == 1:
        most = 1 if f.width < SQUARE * f.height else 4
        text, line = _crossed_out(writer, rng) if empty else _whole(writer, rng, most)
        _place(ink, line, (at[0], at[1], f.width, f.height), mm, writer, rng)
        return text
    used = f.cells if rng.random() < 0.6 else int(rng.integers(1, f.cells + 1))
    used = 0 if empty else used
    text = "".join(map(str, rng.integers(0, 10, used)))
    filler = rng.choice(["", *FILLERS])
    for cell in range(f.cells):
        digit = cell - (f.cells - used)
        if digit >= 0:
            piece, _ = write(text[digit], writer.hand, writer.glyphs, rng)
        elif filler:
            piece = draw(str(filler), rng)
        else:
            continue
        x = at[0] + cell * (f.width + f.gap)
        _place(ink, piece, (x, at[1], f.width, f.height), mm, writer, rng)
    return text


def _whole(writer: _Writer, rng: np.random.Generator, most: int) -> tuple[str, Ink]:
    """A number of so many digits at most; now and then with one crossed out before it."""
    text = str(rng.integers(0, 10 ** int(rng.integers(1, most + 1))))
    line, _ = write(text, writer.hand, writer.glyphs, rng)
    if rng.random() < 0.1 and most > 1:
        line = _beside(_crossed_out(writer, rng)[1], line, 0.4 * TALL)
    return text, line


def _beside(first: Ink, second: Ink, gap: float) -> Ink:
    """The two on one ground line, with a gap in pixels between them."""
    high = max(len(first), len(second))
    left, right = (np.pad(ink, ((high - len(ink), 0), (0, 0))) for ink in (first, second))
    return np.concatenate([left, np.zeros((high, round(gap)), np.uint8), right], axis=1)


def _crossed_out(writer: _Writer, rng: np.random.Generator) -> tuple[str, Ink]:
    """What says nothing any more, so its text is empty."""
    wrong, _ = write(str(rng.integers(1, 100)), writer.hand, writer.glyphs, rng)
    return "", crossed_out(wrong, writer.hand, rng)


def _place(
    ink: NDArray[np.float32],
    piece: Ink,
    cell: tuple[float, float, float, float],
    mm: float,
    writer: _Writer,
    rng: np.random.Generator,
) -> None:
    """The piece about the middle of a cell; it may touch the border, or cross it a little."""
    x, y, width, height = (mm * v for v in cell)
    scale = height * rng.uniform(0.55, 0.85) / max(TALL, len(piece))
    scale = min(scale, 0.95 * width / piece.shape[1])
    size = max(1, round(piece.shape[1] * scale)), max(1, round(len(piece) * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = np.asarray(cv2.resize(piece, size, interpolation=how), np.float32)
    left = round(x + (width - size[0]) / 2 + rng.normal(0, 0.06) * width)
    top = round(y + (height - size[1]) / 2 + rng.normal(0, 0.06) * height)
    target = ink[top : top + size[1], left : left + size[0]]
    shown = scaled[: target.shape[0], : target.shape[1]] * np.float32(writer.strength / 255)
    np.maximum(target, shown, out=target)


def _word(scene: Scene, at: tuple[float, float], mm: float, rng: np.random.Generator) -> None:
    """A printed word, in place."""
    letters = np.zeros(scene.print.shape, np.uint8)
    where, thick = (round(at[0]), round(at[1])), max(1, round(0.3 * mm))
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(letters, str(rng.choice(WORDS)), where, font, 0.11 * mm, 230, thick, cv2.LINE_AA)
    np.maximum(scene.print, letters.astype(np.float32) / 255, out=scene.print)


def _seen(
    scene: Scene, boxes: list[Box], rng: np.random.Generator, *, photo: bool
) -> tuple[NDArray[np.uint8], list[Box]]:
    """The picture, and where the boxes are in it."""
    dark = np.maximum(scene.ink, scene.print)
    height, width = dark.shape
    way = _view(height, width, rng, 0.02 if photo else 0.0, 2.0 if photo else 0.6)
    dark = np.asarray(cv2.warpPerspective(dark, way, (width, height)), np.float32)
    blur = rng.uniform(0.6, 1.3) if photo else rng.uniform(0.3, 0.7)
    dark = np.asarray(cv2.GaussianBlur(dark, (0, 0), blur), np.float32)
    light = _shadow((height, width), rng) if photo else np.full_like(dark, rng.uniform(225, 252))
    noise = rng.uniform(2, 5) if photo else rng.uniform(0.5, 2.5)
    grey = light * (1 - 0.85 * dark) + noise * rng.standard_normal(dark.shape, np.float32)
    quality = int(rng.integers(45, 85) if photo else rng.integers(80, 96))
    _, data = cv2.imencode(
        ".jpg", grey.clip(0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    return picture, [_moved(box, way) for box in boxes]


def _view(
    height: int, width: int, rng: np.random.Generator, skew: float, turn: float
) -> NDArray[np.float32]:
    """The perspective of a camera that is not held straight; `skew` of the picture's sides."""
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    angle = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, turn / 2), 1.0)
    turned = corners @ angle[:, :2].T + angle[:, 2]
    moved = turned + rng.uniform(-skew, skew, (4, 2)) * [width, height]
    return np.asarray(cv2.getPerspectiveTransform(corners, moved.astype(np.float32)), np.float32)


def _moved(box: Box, way: NDArray[np.float32]) -> Box:
    corners = [[box.x, box.y], [box.right, box.y], [box.right, box.bottom], [box.x, box.bottom]]
    moved = cv2.perspectiveTransform(np.array([corners], np.float32), way)
    return Box(*cv2.boundingRect(np.asarray(moved, np.float32)))


def _shadow(shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Paper in uneven light, now and then with a shadow's edge."""
    x, y = np.linspace(-1, 1, shape[1]), np.linspace(-1, 1, shape[0])[:, None]
    light = rng.uniform(140, 235) * (1 + rng.normal(0, 0.1) * x + rng.normal(0, 0.1) * y)
    if rng.random() < 0.4:
        edge = (x * rng.normal() + y * rng.normal() + rng.uniform(-0.6, 0.6)) * rng.uniform(3, 12)
        light = light * (1 - rng.uniform(0.1, 0.45) / (1 + np.exp(-edge)))
    return np.asarray(light, np.float32)
