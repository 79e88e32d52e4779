"""A pen that follows a path, as a hand would: never twice the same."""

import cv2
import numpy as np
from numpy.typing import NDArray

FINE = 120
"""Pixels of a mark's height while it is drawn; it is shrunk afterwards."""
_MARGIN = 40


def draw(way: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The ink of one mark, uint8 (height, width), cut to its size, 255 full ink.

    Slant, width, size, pen and the state of the paper are drawn anew for each mark.

    Args:
        way: a path in the notation of `shuzi.synth.strokes`.
    """
    strokes = [curve(_shake(points, rng)) for points in parse(way)]
    ink = _ink(_lean(strokes, rng), rng)
    return cut(_scan(ink, rng))


def parse(way: str) -> list[NDArray[np.float64]]:
    """The strokes' points, float64 (n, 2), the mark's height being 1; corners stand twice."""
    return [_points(stroke) for stroke in way.split("/")]


def curve(points: NDArray[np.float64], steps: int = 8) -> NDArray[np.float64]:
    """A Catmull-Rom spline through the points, float64 (n, 2), with `steps` from each to the next.

    Source: Catmull and Rom (1974), "A class of local interpolating splines".
    """
    p = np.concatenate([points[:1], points, points[-1:]])
    a, b, c, d = (p[i : len(p) - 3 + i, None] for i in range(4))
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    bend = (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    between = (2 * b + (c - a) * t + bend) / 2
    return np.concatenate([between.reshape(-1, 2), points[-1:]])


def cut(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The part that holds the ink; a single pixel if there is none."""
    left, top, width, height = cv2.boundingRect((ink > 30).astype(np.uint8))
    return ink[top : top + max(1, height), left : left + max(1, width)]


def resized(ink: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _points(stroke: str) -> NDArray[np.float64]:
    points = []
    for word in stroke.split():
        x, y = word.rstrip("!").split(",")
        points += [(int(x) / 100, int(y) / 100)] * (2 if word.endswith("!") else 1)
    return np.array(points)


def _shake(points: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Each point a little elsewhere; the two points of a corner together."""
    moved = points + rng.normal(0, rng.uniform(0.01, 0.05), points.shape)
    same = np.r_[False, (points[1:] == points[:-1]).all(axis=1)]
    moved[same] = moved[np.flatnonzero(same) - 1]
    return moved


def _lean(
    strokes: list[NDArray[np.float64]], rng: np.random.Generator
) -> list[NDArray[np.float64]]:
    """The strokes slanted, stretched, turned and bent, in pixels of the fine picture."""
    slant, width = rng.normal(0.1, 0.2), np.exp(rng.normal(0.1, 0.25))
    angle = rng.normal(0, 0.07)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    bend = rng.normal(0, 0.06, 2)
    leant = []
    for x, y in (stroke.T for stroke in strokes):
        across = x * width - slant * (y - 0.5) + bend[0] * np.sin(np.pi * y)
        down = y + bend[1] * np.sin(np.pi * x)
        leant.append(np.stack([across, down], axis=1) @ turn)
    low = np.concatenate(leant).min(axis=0)
    return [(stroke - low) * FINE + _MARGIN for stroke in leant]


def _ink(strokes: list[NDArray[np.float64]], rng: np.random.Generator) -> NDArray[np.uint8]:
    high = np.concatenate(strokes).max(axis=0)
    width, height = (np.ceil(high).astype(int) + _MARGIN).tolist()
    ink = np.zeros((height, width), np.uint8)
    pen = FINE * np.clip(np.exp(rng.normal(np.log(0.085), 0.45)), 0.025, 0.26)
    pressure = rng.choice([0.0, 0.3], p=[0.6, 0.4])
    for stroke in strokes:
        _follow(ink, stroke, pen, pressure, rng)
    return ink


def _follow(
    ink: NDArray[np.uint8],
    stroke: NDArray[np.float64],
    pen: float,
    pressure: float,
    rng: np.random.Generator,
) -> None:
    """Draw a stroke; where the pressure changes, piece by piece."""
    path = np.round(stroke * 16).astype(np.int32)
    pieces = [path] if pressure == 0 else [path[i : i + 5] for i in range(0, len(path) - 1, 4)]
    phase, pace = rng.uniform(0, 6.28), rng.uniform(0.2, 0.7)
    for i, piece in enumerate(pieces):
        thick = pen * (1 + pressure * np.sin(phase + pace * i))
        cv2.polylines(ink, [piece[:, None]], False, 255, max(1, round(thick)), cv2.LINE_AA, 4)


def _scan(ink: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The ink at a camera's or scanner's resolution: blurred, noisy, or black on white."""
    scale = np.exp(rng.uniform(np.log(12), np.log(64))) / FINE
    size = [max(2, round(side * scale)) for side in ink.shape[::-1]]
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    if rng.random() < 0.4:
        blurred = cv2.GaussianBlur(small, (0, 0), rng.uniform(0.3, 0.035 * min(size) + 0.4))
        small = np.asarray(blurred, np.float32)
    if rng.random() < 0.3:
        small += rng.normal(0, rng.uniform(5, 40), small.shape) * (small > 40)
    if rng.random() < 0.25:
        small = np.where(small > rng.uniform(60, 180), 255.0, 0.0).astype(np.float32)
    return small.clip(0, 255).astype(np.uint8)
