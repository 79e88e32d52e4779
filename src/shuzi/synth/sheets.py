"""Whole pages of every kind, with their labels: the kinds and their shares."""

from collections.abc import Callable

import numpy as np

from shuzi.synth import form_sheets, free_sheets
from shuzi.synth.bitmaps import compose_bitmap, compose_noise
from shuzi.synth.camera import capture
from shuzi.synth.canvas import Canvas
from shuzi.synth.materials import Materials
from shuzi.synth.sample import Sample

Layout = Callable[[Materials, np.random.Generator], Canvas]


def compose_sample(materials: Materials, rng: np.random.Generator) -> Sample:
    """A page of some kind as a camera or a scanner sees it, now and then on its side."""
    if materials.puzzles and rng.random() < PHOTOS:
        puzzle = materials.puzzles[int(rng.integers(len(materials.puzzles)))]
        sample = puzzle.sample()
        return sample.rotated(int(rng.integers(1, 4))) if rng.random() < TURNED else sample
    if rng.random() < BITMAPS:
        return compose_bitmap(materials, rng)
    if rng.random() < NOISE:
        return compose_noise(rng)
    shares = [share for _, share in LAYOUTS.values()]
    name = str(rng.choice(list(LAYOUTS), p=shares))
    sample = capture(LAYOUTS[name][0](materials, rng), rng)
    return sample.rotated(int(rng.integers(1, 4))) if rng.random() < TURNED else sample


PHOTOS = 0.04
"""Share of real photos, where there are some."""
BITMAPS, NOISE = 0.06, 0.01
"""Shares of tiny pictures of a digit, and of noise."""
TURNED = 0.2
"""Share of pictures that lie on their side or their head: they teach which way is up alone."""


def _all() -> dict[str, tuple[Layout, float]]:
    """Forms and pages written freely, each kind by its share, as many of the ones as the others."""
    found: dict[str, tuple[Layout, float]] = {}
    for group, layouts in (("form", form_sheets.LAYOUTS), ("free", free_sheets.LAYOUTS)):
        total = sum(share for _, share in layouts.values())
        found |= {
            f"{group} {name}": (do, share / total / 2) for name, (do, share) in layouts.items()
        }
    return found


LAYOUTS = _all()
"""Of each kind, what composes it and its share among all."""
