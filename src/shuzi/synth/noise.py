"""Random fields for paper, wood, light and sensors, cheap enough for whole photos."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth.canvas import Plane

TILE = 512
"""Pixels after which grain repeats itself."""


def clouds(
    shape: tuple[int, int], spot: float | tuple[float, float], rng: np.random.Generator
) -> Plane:
    """A smooth field of deviation 1, float32, with spots so many pixels high and wide."""
    across = (spot, spot) if isinstance(spot, int | float) else spot
    coarse = [max(3, min(n, round(n / s) + 2)) for n, s in zip(shape, across, strict=True)]
    field = rng.standard_normal(coarse, np.float32)
    return np.asarray(cv2.resize(field, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def grain(shape: tuple[int, int], rng: np.random.Generator, spot: float = 0.0) -> Plane:
    """Noise of deviation 1, float32; neighbouring pixels are alike over `spot` pixels."""
    tile = rng.standard_normal([min(TILE, side) for side in shape], np.float32)
    if spot > 0.3:
        tile = np.asarray(cv2.GaussianBlur(tile, (0, 0), spot))
        tile /= max(1e-6, float(tile.std()))
    return tiled(tile, shape)


def tiled(tile: NDArray[np.float32], shape: tuple[int, int]) -> Plane:
    """The tile again and again over a plane of that shape."""
    times = [-(-n // m) for n, m in zip(shape, tile.shape, strict=True)]
    return np.tile(tile, times)[: shape[0], : shape[1]]
