"""Pictures that no camera took of paper: tiny ones of a digit, as data sets have them, its ink up
to the edges, and noise."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth import texts
from shuzi.synth.canvas import Canvas
from shuzi.synth.entries import number
from shuzi.synth.materials import Materials
from shuzi.synth.sample import Sample, label
from shuzi.synth.writer import Writer

SIDES = (8, 12, 16, 16, 20, 28, 28, 32, 40, 64)
"""Pixels of the longer side."""
SHOWN, MAGNIFIED = 128, 4
"""Pixels of the longer side that the picture is enlarged to, by so much at most, as it is when it
is read."""
BRIGHT, BINARY, NOISY = 0.5, 0.3, 0.3
"""Shares that are light on dark, of two levels only, with noise."""
LONGER = 0.12
"""Share with a number of several digits."""


def compose_bitmap(materials: Materials, rng: np.random.Generator) -> Sample:
    """A digit, now and then a number, that fills a tiny picture."""
    writer = Writer.new(materials, 90, rng)
    text = texts.count(rng)[:3] if rng.random() < LONGER else texts.one_digit(rng)
    ink = number(writer, text).ink
    high, wide = ink.shape
    square = max(0, high - wide) * float(rng.random() < 0.8)
    edges = max(high, wide) * rng.uniform(0, rng.choice([0.05, 0.25]), 4)
    left, right, above, below = (round(edge) for edge in edges)
    left, right = left + round(square / 2), right + round(square / 2)
    canvas = Canvas.blank(high + above + below, wide + left + right)
    canvas.write(text, (ink, left, above))
    side = int(rng.choice(SIDES)) * max(1.0, wide / high)
    enlarged = max(1.0, min(MAGNIFIED, SHOWN / side))
    tiny = _resized(canvas.ink, side, cv2.INTER_AREA)
    tiny /= max(0.3, float(tiny.max()))
    if rng.random() < BINARY:
        tiny = (tiny > rng.uniform(0.25, 0.6)).astype(np.float32)
    if rng.random() < NOISY:
        tiny += rng.normal(0, rng.uniform(0.01, 0.08), tiny.shape).astype(np.float32)
    paper, full = rng.uniform(170, 255), rng.uniform(0, 90)
    grey = paper + (full - paper) * tiny if rng.random() > BRIGHT else 255 * tiny
    shown = _resized(grey.clip(0, 255), side * enlarged, cv2.INTER_LINEAR)
    size = shown.shape[1], shown.shape[0]
    extents, kernels, _ = label(canvas)
    numbers = [
        np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST), np.uint16)
        for plane in (extents, kernels)
    ]
    nothing = np.zeros(shown.shape, np.uint8)
    return Sample(shown.astype(np.uint8), numbers[0], numbers[1], nothing, (text,))


def compose_noise(rng: np.random.Generator) -> Sample:
    """Nothing but noise, fine or coarse, of any contrast."""
    grain = rng.uniform(1, 6)
    shape = [round(float(np.exp(rng.uniform(np.log(40), np.log(700))))) for _ in range(2)]
    few = [max(2, round(side / grain)) for side in shape]
    values = rng.random(few, np.float32) if rng.random() < 0.5 else rng.normal(0.5, 0.2, few)
    low, high = np.sort(rng.uniform(0, 255, 2)) if rng.random() < 0.6 else (0.0, 255.0)
    how = cv2.INTER_LINEAR if rng.random() < 0.5 else cv2.INTER_NEAREST
    grey = cv2.resize((low + (high - low) * values).astype(np.float32), shape[::-1], None, 0, 0, how)
    numbers = np.zeros(grey.shape, np.uint16)
    picture = np.asarray(grey.clip(0, 255), np.uint8)
    return Sample(picture, numbers, numbers.copy(), np.zeros(grey.shape, np.uint8), ())


def _resized(plane: NDArray[np.float32], side: float, how: int) -> NDArray[np.float32]:
    """The plane with that longer side."""
    scale = side / max(plane.shape)
    size = [max(2, round(n * scale)) for n in plane.shape[::-1]]
    return np.asarray(cv2.resize(plane, size, interpolation=how), np.float32)
