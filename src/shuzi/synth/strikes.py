"""Strokes that cross out what is written: a number, or one of its digits."""

import numpy as np
from numpy.typing import NDArray

from shuzi.synth.placement import drawn_line, stroke

Ink = NDArray[np.uint8]
WAYS = {"line": 0.34, "slash": 0.22, "backslash": 0.12, "cross": 0.14, "zigzag": 0.1, "wild": 0.08}
"""How people strike out, and how often."""
LOOKS_WRITTEN = {"0": ("slash",), "7": ("line",), "1": ("slash",)}
"""What is no strike through a single digit: a slashed 0, a barred 7, a 1 that is drawn twice."""
AROUND = 0.4
"""Heights of the ink that a stroke reaches beyond it, at most."""


def strike(
    ink: Ink, rng: np.random.Generator, *, pen: float, of: str, span: tuple[int, int] | None = None
) -> Ink:
    """The ink struck out, uint8, with room for the strokes on all sides.

    Args:
        ink: uint8 (height, width), 255 full ink.
        pen: pixels of its width.
        of: what is struck out.
        span: the first column of that, and the one after its last; all of them if None.
    """
    size = len(ink)
    pad = round(AROUND * size)
    first, last = span or (0, ink.shape[1])
    ink = np.pad(ink, pad)
    over = np.zeros(ink.shape, np.float32)
    shares = {way: p for way, p in WAYS.items() if way not in LOOKS_WRITTEN.get(of, ())}
    total = sum(shares.values())
    way = str(rng.choice(list(shares), p=[p / total for p in shares.values()]))
    reach = rng.uniform(0.05, AROUND - 0.05, 4) * size
    left, right = pad + first - reach[0], pad + last + reach[1]
    top, bottom = pad - 0.7 * reach[2], pad + size + 0.7 * reach[3]
    thick, shake = max(1.0, pen * rng.uniform(0.8, 1.2)), 0.012 * size

    def draw(start: tuple[float, float], end: tuple[float, float]) -> None:
        drawn_line(over, start, end, thick, 1.0, rng, shake)

    if way == "line":
        middle, slope = pad + size * rng.uniform(0.35, 0.65), rng.normal(0, 0.07) * size
        for apart in (0.0, rng.uniform(0.1, 0.22) * size)[: 1 + (rng.random() < 0.25)]:
            draw((left, middle + apart + slope), (right, middle + apart - slope))
    if way in ("slash", "cross"):
        draw((left, bottom), (right, top))
    if way in ("backslash", "cross"):
        draw((left, top), (right, bottom))
    if way in ("zigzag", "wild"):
        count = max(5, round((right - left) / size * rng.uniform(4, 9)))
        x, y = np.linspace(left, right, count), np.where(np.arange(count) % 2, 0.15, 0.85)
        loose = 0.16 * size if way == "wild" else 0.03 * size
        path = np.stack([x, pad + size * y], axis=1) + rng.normal(0, loose, (count, 2))
        stroke(over, path, thick, 1.0)
    return np.maximum(ink, (255 * over).astype(np.uint8))
