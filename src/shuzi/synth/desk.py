"""Sheets of paper on a desk, as a telephone's camera sees them."""

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 3000, 4000
"""Pixels of a photo: 12 million."""
FILLS = 0.72, 0.9
"""Of the photo that the sheet's longer side takes."""
ASKEW = 0.02
"""Deviation of the sheet's corners, in widths of the photo: the camera is not held straight."""
DARKER = 0.15, 0.9
"""Of the sheet's brightness that the desk has."""
Picture = NDArray[np.float32]


def photograph_sheet(
    sheet: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The photo, uint8 (4000, 3000), and the way of the sheet's points to it, 3 x 3.

    Args:
        sheet: uint8 (height, width).
    """
    size = HEIGHT, WIDTH
    way = _way(sheet.shape, rng)
    turned = cv2.warpPerspective(sheet.astype(np.float32), way, size[::-1])
    covered = cv2.warpPerspective(np.ones(sheet.shape, np.float32), way, size[::-1])
    shadow = cv2.GaussianBlur(np.roll(covered, (12, 14), (0, 1)), (0, 0), 12)
    level = float(np.median(sheet)) * rng.uniform(*DARKER)
    desk = _desk(size, level, rng) * (1 - 0.45 * shadow)
    scene = (desk * (1 - covered) + turned * covered) * _light(size, rng)
    seen = cv2.GaussianBlur(scene.astype(np.float32), (0, 0), rng.uniform(0.5, 1.6))
    grain = rng.uniform(1, 4) * rng.standard_normal(size, np.float32)
    return _compressed(np.asarray((seen + grain).clip(0, 255), np.uint8), rng), way


def _way(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    height, width = shape
    scale = rng.uniform(*FILLS) * min(WIDTH / width, HEIGHT / height)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    angle = rng.normal(0, 0.03)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    place = (corners - [width / 2, height / 2]) * scale @ turn + [WIDTH / 2, HEIGHT / 2]
    place += WIDTH * ASKEW * (rng.normal(0, 1, 2) + rng.normal(0, 1, (4, 2)))
    return np.asarray(cv2.getPerspectiveTransform(corners, place.astype(np.float32)))


def _desk(size: tuple[int, int], level: float, rng: np.random.Generator) -> Picture:
    """Wood, boards, cloth, or something plain."""
    kind = rng.integers(4)
    if kind == 0:
        return level + 8 * _grain(size, (6, 300), rng) + 12 * _grain(size, (60, 900), rng)
    if kind == 1:
        return level + 4 * _grain(size, (3, 3), rng)
    if kind == 2:
        return level + 15 * _grain(size, (20, 20), rng) + 6 * _grain(size, (3, 3), rng)
    boards = level + 5 * _grain(size, (4, 400), rng)
    for _ in range(4):
        y, slope = (int(n) for n in (rng.integers(size[0]), rng.integers(-40, 40)))
        thick = int(rng.integers(3, 9))
        cv2.line(boards, (0, y), (size[1], y + slope), level - 25, thick)
    return boards


def _grain(size: tuple[int, int], spot: tuple[int, int], rng: np.random.Generator) -> Picture:
    """Noise of deviation 1 with spots so many pixels high and wide."""
    coarse = rng.standard_normal([n // s + 2 for n, s in zip(size, spot, strict=True)], np.float32)
    return np.asarray(cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def _light(size: tuple[int, int], rng: np.random.Generator) -> Picture:
    """The light, 1 in the mean, that falls off to a side, now and then with somebody's shadow."""
    y, x = np.linspace(-1, 1, size[0])[:, None], np.linspace(-1, 1, size[1])
    light = (1 + rng.normal(0, 0.1) * x) * (1 + rng.normal(0, 0.1) * y)
    if rng.random() < 0.4:
        edge = x * rng.normal() + y * rng.normal() + rng.uniform(-0.5, 0.5)
        light = light * (1 - 0.35 / (1 + np.exp(-edge * rng.uniform(3, 15))))
    return np.asarray(light, np.float32)


def _compressed(photo: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 93))]
    _, data = cv2.imencode(".jpg", photo, quality)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
