"""A part of a page, as somebody cuts out a field or some lines."""

import numpy as np

from shuzi.synth.canvas import Canvas, Written

LEAST, MOST = 0.12, 6.0
"""Heights of a number of paper that is left on each side of it."""


def excerpt(canvas: Canvas, rng: np.random.Generator) -> Canvas:
    """The surroundings of a number of the page; numbers that the cut would hurt are left out."""
    if not canvas.numbers:
        return canvas
    height, width = canvas.shape
    middle = canvas.numbers[int(rng.integers(len(canvas.numbers)))].quad
    high = float(middle[3, 1] - middle[0, 1])
    left, top, right, bottom = high * np.exp(rng.uniform(np.log(LEAST), np.log(MOST), 4))
    x, y = (max(0, int(v)) for v in (middle[0, 0] - left, middle[0, 1] - top))
    end = min(width, int(np.ceil(middle[2, 0] + right)))
    floor = min(height, int(np.ceil(middle[2, 1] + bottom)))
    inside = [
        number
        for number in canvas.numbers
        if x <= number.quad[0, 0] + 1
        and y <= number.quad[0, 1] + 1
        and number.quad[2, 0] - 1 <= end
        and number.quad[2, 1] - 1 <= floor
    ]
    ink = np.zeros_like(canvas.ink)
    for number in inside:
        (a, b), (c, d) = number.quad[0].round().astype(int), number.quad[2].round().astype(int)
        rows, columns = slice(max(0, b), d + 1), slice(max(0, a), c + 1)
        ink[rows, columns] = canvas.ink[rows, columns]
    part = slice(y, floor), slice(x, end)
    shift = np.array([x, y], np.float32)
    return Canvas(
        ink[part],
        canvas.other[part].copy(),
        canvas.lines[part].copy(),
        [Written(number.text, number.quad - shift) for number in inside],
    )
