"""A strip a little otherwise each time that it comes, so that few drawn strings are many."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.sequence import HEIGHT

_LEVELS = np.arange(256) / 255


def wobble(strip: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The strip wider or narrower, higher or lower, leaning, its ink darker or lighter.

    Args:
        strip: uint8 (32, w).

    Returns:
        uint8 (32, w'), w' about as wide.
    """
    across, down = np.exp(rng.normal(0, 0.08)), np.exp(rng.normal(0, 0.06))
    lean, lift = rng.normal(0, 0.08), rng.uniform(-2, 2)
    width = max(8, round(strip.shape[1] * across))
    middle = HEIGHT / 2 - 0.5
    matrix = np.array([[across, lean, -lean * middle], [0, down, middle * (1 - down) + lift]])
    moved = np.asarray(cv2.warpAffine(strip, matrix, (width, HEIGHT)), np.uint8)
    curve = _LEVELS ** np.exp(rng.normal(0, 0.3))
    return np.asarray(cv2.LUT(moved, (255 * curve).astype(np.uint8)), np.uint8)
