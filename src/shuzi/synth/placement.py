"""Ink on a canvas: pieces on a ground line, strokes of a pen, lines."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth.canvas import Canvas, Plane, Written, line, paste, quad_around
from shuzi.synth.sample import VISIBLE
from shuzi.synth.writer import Ink, Writer

Rng = np.random.Generator
LEVEL = 0.012
"""Radians under which a piece is not turned with its line."""
CROWDED = 0.12
"""Of a number's ink, what may lie there already: neighbours touch and do not cover each other."""
APART = 0.9
"""Heights between two numbers on a line at least."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a canvas, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


Block = Callable[[Canvas, Area, Writer], None]


class Item(NamedTuple):
    """A piece of a line.

    Args:
        text: of a number; None for what is none.
        below: pixels that its ink reaches below the ground line.
        near: whether it stands close to what is before it, as a unit does.
    """

    text: str | None
    ink: Ink
    below: float = 0.0
    near: bool = False


def put(
    canvas: Canvas, item: Item, left: float, ground: float, strength: float, angle: float = 0.0
) -> bool:
    """The item with its left end on the ground line, turned clockwise by the angle in radians.

    A number that does not lie wholly on the canvas, or on other ink, is not written; says whether
    it was.
    """
    ink, (high, wide) = item.ink, item.ink.shape
    top = ground + item.below - high
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float64) + np.array(
        [left, top]
    )
    quad = quad_around(left, top, left + wide, top + high)
    if abs(angle) > LEVEL:
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        foot = np.array([left, ground])
        corners = (corners - foot) @ turn.T + foot
        quad = np.asarray((quad - foot) @ turn.T + foot, np.float32)
        low = np.floor(corners.min(axis=0))
        size = np.ceil(corners.max(axis=0) - low).astype(int) + 1
        matrix = np.column_stack([turn, corners[0] - low])
        ink = np.asarray(cv2.warpAffine(ink, matrix, size.tolist()), np.uint8)
        left, top = low.tolist()
    height, width = canvas.shape
    if item.text is None:
        paste(canvas.other, ink, left, top, strength)
        return True
    if corners.min() < 0 or corners[:, 0].max() > width or corners[:, 1].max() > height:
        return False
    x, y, x_end, y_end = round(left), round(top), round(left) + ink.shape[1], round(top) + len(ink)
    rim = round(0.2 * high)
    core = (slice(y + rim, max(y + rim + 1, y_end - rim)), slice(x, x_end))
    taken = np.count_nonzero(np.maximum(canvas.ink[core], canvas.other[core]) > VISIBLE)
    if taken > CROWDED * np.count_nonzero(ink > 100):
        return False
    paste(canvas.ink, ink, left, top, strength)
    canvas.numbers.append(Written(item.text, quad))
    return True


def run(
    canvas: Canvas,
    items: Iterable[Item],
    left: float,
    right: float,
    writer: Writer,
    ground: Callable[[float], float],
    gaps: tuple[float, float] = (APART, 2.0),
) -> float:
    """Items along a ground line until one would pass the right end; where the last one ends."""
    x, size, rng = left, writer.size, writer.rng
    for item in items:
        wide = item.ink.shape[1]
        if x > left:
            x += size * (rng.uniform(0.08, 0.4) if item.near else rng.uniform(*gaps))
        if x + wide > right:
            break
        angle = np.arctan2(ground(x + wide) - ground(x), wide)
        put(canvas, item, x, ground(x), writer.strength, angle)
        x += wide
    return x


def level(y: float, slope: float = 0.0, start: float = 0.0) -> Callable[[float], float]:
    """A straight ground line, at that height where it starts."""
    return lambda x: y + slope * (x - start)


def stroke(plane: Plane, points: NDArray[np.floating], width: float, strength: float) -> None:
    """A curve through points, float (n, 2), as a pen draws it; cut off at the plane's edges."""
    margin = width + 2
    low = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
    high = np.ceil(points.max(axis=0) + margin).astype(int)
    target = plane[low[1] : max(low[1], high[1]), low[0] : max(low[0], high[0])]
    if not target.size:
        return
    drawn = np.zeros(target.shape, np.uint8)
    path = np.round((points - low) * 16).astype(np.int32)[:, None]
    cv2.polylines(drawn, [path], False, 255, max(1, round(width)), cv2.LINE_AA, 4)
    strength *= min(1.0, max(width, 0.4))
    np.maximum(target, drawn.astype(np.float32) * np.float32(strength / 255), out=target)


def drawn_line(
    plane: Plane,
    start: tuple[float, float],
    end: tuple[float, float],
    width: float,
    strength: float,
    rng: Rng,
    shake: float = 0.0,
) -> None:
    """A line drawn with a ruler, or, with a shake in pixels, by hand."""
    if shake <= 0:
        line(plane, start, end, width, strength)
        return
    steps = np.linspace(0, 1, 12)[:, None]
    path = np.array(start) * (1 - steps) + np.array(end) * steps
    wave = np.cumsum(rng.normal(0, shake, path.shape), axis=0)
    stroke(plane, path + wave - steps * wave[-1] / 2, width, strength)
