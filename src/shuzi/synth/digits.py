"""Drawn digits, those of real pen strokes, and what is none, in MNIST's convention."""

import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.glyph import normalise
from shuzi.synth.marks import draw_digit, draw_mark
from shuzi.synth.pen import resized
from shuzi.synth.unipen import Nib, Pens, ink_strokes

STRETCHED = 0.08
"""Share of drawn digits that fill a square, as some forms' software leaves them."""
INKED = 64
"""Pixels of the higher side of a pen's strokes as they are inked, before they shrink to 20."""


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


def pen_glyphs(pens: Pens, kind: str, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
    """All samples of a kind, each inked once: images uint8 (n, 28, 28), and what they say (n,).

    The same seed gives the same images.

    Args:
        kind: `digits` or `letters`.
    """
    rng = np.random.default_rng([seed, 3])
    samples = pens.samples(kind)
    images = np.empty((len(samples), 28, 28), np.uint8)
    for i, (_, _, strokes) in enumerate(samples):
        longer = max(float(np.ptp(np.concatenate(strokes), axis=0).max()), 1.0)
        nib = Nib(INKED * rng.uniform(0.04, 0.16), pressure=rng.uniform(0, 0.3))
        images[i] = normalise(ink_strokes(strokes, INKED / longer, nib, rng))
    return images, np.array([text for text, _, _ in samples])
