"""Marks on paper that are not a digit, for a network that shall say so."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth.pen import cut, draw, resized
from shuzi.synth.strokes import DIGITS, LETTERS

Ink = NDArray[np.uint8]
"""uint8 (height, width), cut to the mark, 255 full ink."""

_FRAMES = (
    "0,0! 100,0! / 0,0! 0,100!",
    "0,0! 0,100! 100,100!",
    "0,50! 100,50! / 50,0! 50,100!",
    "0,0! 100,0! / 50,0! 50,100!",
    "0,100! 100,100! / 50,0! 50,100!",
    "0,0! 100,0! / 0,60! 100,60!",
    "0,0! 100,0! 100,100! 0,100! 0,0!",
)
_CROSSES = (
    "0,0! 100,100! / 100,0! 0,100!",
    "0,20! 100,80! / 0,40! 100,100!",
    "0,40! 100,30! / 0,70! 100,60!",
    "0,100! 90,0! / 10,100! 100,0! / 0,60! 60,0!",
)


def draw_digit(digit: int, rng: np.random.Generator) -> Ink:
    """A digit in one of the world's ways."""
    ways = DIGITS[digit]
    return draw(ways[rng.integers(len(ways))], rng)


def draw_mark(rng: np.random.Generator) -> Ink:
    """A mark of a kind drawn at random: see `MARKS`."""
    kinds = list(MARKS.values())
    return kinds[rng.integers(len(kinds))](rng)


def letter(rng: np.random.Generator) -> Ink:
    return draw(LETTERS[rng.integers(len(LETTERS))], rng)


def dash(rng: np.random.Generator) -> Ink:
    """Flat enough that nobody takes it for a 1."""
    ends = rng.uniform(-18, 18, 3)
    return draw(f"0,{50 + ends[0]:.0f} 50,{50 + ends[1]:.0f} 100,{50 + ends[2]:.0f}", rng)


def speck(rng: np.random.Generator) -> Ink:
    """A blot or a dot."""
    side = int(rng.integers(12, 40))
    ink = np.zeros((side, side), np.uint8)
    axes = rng.uniform(0.25, 0.48, 2) * side
    centre = (side / 2, side / 2)
    cv2.ellipse(ink, (centre, tuple(2 * axes), rng.uniform(0, 180)), 255, -1, cv2.LINE_AA)
    return cut(_eaten(ink, rng))


def scribble(rng: np.random.Generator) -> Ink:
    """A pen that runs to and fro."""
    points = rng.uniform(0, 100, (int(rng.integers(7, 22)), 2)).astype(int)
    return draw(" ".join(f"{x},{y}" for x, y in points), rng)


def zigzag(rng: np.random.Generator) -> Ink:
    """Hatching, as over a mistake or in an empty field."""
    count = int(rng.integers(5, 12))
    xs = np.linspace(0, 100, count) + rng.normal(0, 4, count)
    ys = np.where(np.arange(count) % 2, 8, 92) + rng.normal(0, 8, count)
    end = "!" if rng.random() < 0.5 else ""
    return draw(" ".join(f"{x:.0f},{y:.0f}{end}" for x, y in zip(xs, ys, strict=True)), rng)


def crossed_out(rng: np.random.Generator) -> Ink:
    """A digit under two strokes or more, or under a scribble."""
    digit = draw_digit(int(rng.integers(10)), rng)
    over = [_cross, scribble, zigzag][rng.integers(3)](rng)
    return np.maximum(digit, resized(over, *digit.shape))


def frame(rng: np.random.Generator) -> Ink:
    """A corner, a crossing or a side of a printed box, and no digit in it."""
    return draw(_FRAMES[rng.integers(len(_FRAMES))], rng)


def part(rng: np.random.Generator) -> Ink:
    """The upper or lower third of a round digit: what a cut through it leaves."""
    ink = draw_digit(int(rng.choice([0, 2, 3, 5, 6, 8, 9])), rng)
    height = max(2, round(len(ink) * rng.uniform(0.22, 0.36)))
    return cut(ink[:height] if rng.random() < 0.5 else ink[-height:])


def pair(rng: np.random.Generator) -> Ink:
    """Two digits or three that touch."""
    inks = [draw_digit(int(rng.integers(10)), rng) for _ in range(rng.choice([2, 3], p=[0.8, 0.2]))]
    height = max(len(ink) for ink in inks)
    inks = [resized(ink, height, max(4, ink.shape[1] * height // len(ink))) for ink in inks]
    overlap = max(1, round(rng.uniform(0.0, 0.12) * height))
    row = inks[0]
    for ink in inks[1:]:
        wide = np.zeros((height, row.shape[1] + ink.shape[1] - overlap), np.uint8)
        wide[:, : row.shape[1]] = row
        rest = wide[:, -ink.shape[1] :]
        np.maximum(rest, ink, out=rest)
        row = wide
    return cut(row)


def patch(rng: np.random.Generator) -> Ink:
    """A filled shape with a texture: a stain, a stamp, a picture."""
    side = 48
    shape = np.zeros((side, side), np.uint8)
    corners = rng.uniform(2, side - 2, (int(rng.integers(3, 9)), 2))
    hull = cv2.convexHull(corners.astype(np.float32))
    cv2.fillPoly(shape, [hull.astype(np.int32)], 255)
    if rng.random() < 0.5:
        shape = np.maximum(shape, shape[:, ::-1])
    for _ in range(int(rng.integers(0, 3))):
        corner = rng.integers(0, side - 8, 2)
        shape[corner[0] : corner[0] + rng.integers(3, 30), corner[1] :][
            :, : rng.integers(3, 14)
        ] = 0
    texture = _clouds(side, rng.uniform(0.6, 8), rng)
    texture = 150 + 70 * texture / max(float(np.abs(texture).max()), 1e-6) * rng.uniform(0, 1.4)
    return cut(np.where(shape > 0, texture.clip(40, 255), 0).astype(np.uint8))


def noise(rng: np.random.Generator) -> Ink:
    """What an empty field looks like when its contrast is stretched."""
    field = _clouds(28, rng.uniform(0.4, 3), rng)
    field -= np.quantile(field, rng.uniform(0.2, 0.95))
    return cut((field / field.max() * 255).clip(0, 255).astype(np.uint8))


def _cross(rng: np.random.Generator) -> Ink:
    return draw(_CROSSES[rng.integers(len(_CROSSES))], rng)


def _eaten(ink: Ink, rng: np.random.Generator) -> Ink:
    """With an uneven edge."""
    rough = _clouds(len(ink), 2, rng)
    return np.where(rough > rng.uniform(-0.6, 0) * np.abs(rough).max(), ink, 0).astype(np.uint8)


def _clouds(side: int, size: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Noise (side, side) around 0 with spots of about that size in pixels."""
    noise = rng.normal(0, 1, (side, side)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), size), np.float32)


MARKS: dict[str, Callable[[np.random.Generator], Ink]] = {
    "letter": letter,
    "dash": dash,
    "speck": speck,
    "scribble": scribble,
    "zigzag": zigzag,
    "crossed out": crossed_out,
    "frame": frame,
    "part": part,
    "pair": pair,
    "patch": patch,
    "noise": noise,
}
"""The kinds of mark, by name."""
