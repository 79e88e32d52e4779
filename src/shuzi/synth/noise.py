"""Random fields for paper, wood, light and sensors, cheap enough for whole photos; and blur."""

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
    if min(across) > 16 and min(shape) > 16:
        quarter = clouds((shape[0] // 4, shape[1] // 4), (across[0] / 4, across[1] / 4), rng)
        return resized(quarter, shape)
    coarse = [max(3, min(n, round(n / s) + 2)) for n, s in zip(shape, across, strict=True)]
    field = rng.standard_normal(coarse, np.float32)
    return np.asarray(cv2.resize(field, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def grain(shape: tuple[int, int], rng: np.random.Generator, spot: float = 0.0) -> Plane:
    """Noise of deviation 1, float32; neighbouring pixels are alike over `spot` pixels."""
    tile = rng.standard_normal([min(TILE, side) for side in shape], np.float32)
    if spot > 0.3:
        tile = blurred(tile, spot)
        tile /= max(1e-6, float(tile.std()))
    return tiled(tile, shape)


def tiled(tile: NDArray[np.float32], shape: tuple[int, int]) -> Plane:
    """The tile again and again over a plane of that shape."""
    times = [-(-n // m) for n, m in zip(shape, tile.shape, strict=True)]
    return np.asarray(cv2.repeat(tile, *times), np.float32)[: shape[0], : shape[1]]


def blurred(plane: Plane, sigma: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)


def resized(plane: Plane, shape: tuple[int, int]) -> Plane:
    """Larger or smaller, float32 of that shape."""
    how = cv2.INTER_AREA if shape[0] < plane.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(plane, shape[::-1], interpolation=how), np.float32)


def softened(plane: Plane, sigma: float) -> Plane:
    """Blurred widely, at a quarter of the resolution, which is quick."""
    height, width = plane.shape
    small = resized(plane, (max(1, height // 4), max(1, width // 4)))
    return resized(blurred(small, max(0.4, sigma / 4)), (height, width))
