"""Drawn digits, and marks that are none, in MNIST's convention."""

import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.glyph import normalise
from shuzi.synth.marks import draw_digit, draw_mark
from shuzi.synth.pen import resized

STRETCHED = 0.08
"""Share of drawn digits that fill a square, as some forms' software leaves them."""


def drawn_digits(n: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images uint8 (n, 28, 28) and labels uint8 (n,), as many of each digit.

    The same seed gives the same images.
    """
    rng = np.random.default_rng([seed, 1])
    labels = (np.arange(n) % 10).astype(np.uint8)
    images = np.empty((n, 28, 28), np.uint8)
    for i, label in enumerate(labels):
        ink = draw_digit(int(label), rng)
        if rng.random() < STRETCHED:
            ink = resized(ink, max(ink.shape), max(ink.shape))
        images[i] = normalise(ink)
    return images, labels


def drawn_marks(n: int, seed: int) -> NDArray[np.uint8]:
    """Images uint8 (n, 28, 28) of marks that are not a digit; the same seed, the same images."""
    rng = np.random.default_rng([seed, 2])
    images = np.empty((n, 28, 28), np.uint8)
    for i in range(n):
        images[i] = normalise(draw_mark(rng))
    return images
