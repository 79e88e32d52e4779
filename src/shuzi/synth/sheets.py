"""Whole pages of every kind, with their labels: the kinds and their shares."""

from collections.abc import Callable

import numpy as np

from shuzi.synth.camera import capture
from shuzi.synth.canvas import Canvas, line
from shuzi.synth.form_sheets import LAYOUTS as FORMS
from shuzi.synth.materials import Materials
from shuzi.synth.sample import Sample
from shuzi.synth.strings import new_text
from shuzi.synth.writer import Writer, printed_words

Layout = Callable[[Materials, np.random.Generator], Canvas]


def compose_sample(
    materials: Materials, rng: np.random.Generator, kind: str | None = None
) -> Sample:
    """A page of some kind as a camera or a scanner sees it, now and then on its side."""
    if materials.puzzles and kind is None and rng.random() < PHOTOS:
        puzzle = materials.puzzles[int(rng.integers(len(materials.puzzles)))]
        return puzzle.sample().rotated(int(rng.integers(4)))
    name = kind or str(rng.choice(list(LAYOUTS), p=_shares()))
    sample = capture(LAYOUTS[name][0](materials, rng), rng)
    return sample.rotated(int(rng.integers(1, 4))) if rng.random() < TURNED else sample


PHOTOS = 0.04
"""Share of real photos, where there are some."""
TURNED = 0.25
"""Share of pictures that lie on their side or their head."""


def lines_of_numbers(materials: Materials, rng: np.random.Generator) -> Canvas:
    """Numbers in lines with words among them, on plain or ruled paper."""
    canvas = Canvas.blank(int(rng.integers(600, 1400)), int(rng.integers(600, 1400)))
    height, width = canvas.shape
    writer = Writer.new(materials, float(np.exp(rng.uniform(np.log(16), np.log(70)))), rng)
    pitch = writer.size * rng.uniform(1.5, 3.2)
    ruled = rng.random() < 0.5
    for y in np.arange(writer.size, height - 2 * writer.size, pitch):
        x = rng.uniform(0, 3) * writer.size
        if ruled:
            line(canvas.lines, (0, y + 1.2 * writer.size), (width, y + 1.2 * writer.size), 1, 0.3)
        while x < width:
            word = rng.random() < 0.15
            text = new_text(rng)
            piece = printed_words(0.7 * writer.size, rng) if word else writer.number(text)
            if x + piece.shape[1] > width or y + len(piece) > height:
                break
            if word:
                canvas.scribble(piece, x, y)
            else:
                canvas.write(text, (piece, x, y + max(0, writer.size - len(piece)) / 2))
            x += piece.shape[1] + writer.size * rng.uniform(0.9, 4)
    return canvas


LAYOUTS: dict[str, tuple[Layout, float]] = {"lines": (lines_of_numbers, 1.0), **FORMS}
"""Of each kind, what composes it and its share among all."""


def _shares() -> list[float]:
    total = sum(share for _, share in LAYOUTS.values())
    return [share / total for _, share in LAYOUTS.values()]
