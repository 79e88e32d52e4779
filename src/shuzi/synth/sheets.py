"""Whole pages of every kind, with their labels: the kinds and their shares."""

from collections.abc import Callable

import numpy as np

from shuzi.synth import free_sheets
from shuzi.synth.camera import capture
from shuzi.synth.canvas import Canvas
from shuzi.synth.materials import Materials
from shuzi.synth.sample import Sample

Layout = Callable[[Materials, np.random.Generator], Canvas]


def compose_sample(
    materials: Materials, rng: np.random.Generator, kind: str | None = None
) -> Sample:
    """A page of some kind as a camera or a scanner sees it, now and then on its side."""
    name = kind or str(rng.choice(list(LAYOUTS), p=_shares()))
    sample = capture(LAYOUTS[name][0](materials, rng), rng)
    return sample.rotated(int(rng.integers(1, 4))) if rng.random() < TURNED else sample


TURNED = 0.25
"""Share of pictures that lie on their side or their head."""


LAYOUTS: dict[str, tuple[Layout, float]] = {**free_sheets.LAYOUTS}
"""Of each kind, what composes it and its share among all."""


def _shares() -> list[float]:
    total = sum(share for _, share in LAYOUTS.values())
    return [share / total for _, share in LAYOUTS.values()]
