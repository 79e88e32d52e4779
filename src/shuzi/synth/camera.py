"""What a camera or a scanner makes of a page: light, view, blur, grain, compression."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth.canvas import Canvas
from shuzi.synth.sample import Sample, label


def capture(canvas: Canvas, rng: np.random.Generator) -> Sample:
    """The page as a picture, with its labels where the camera sees them."""
    height, width = canvas.shape
    extents, kernels, other = label(canvas)
    way = _view(height, width, rng)
    size = (width, height)
    dark = np.asarray(cv2.warpPerspective(canvas.dark, way, size), np.float32)
    seen = [
        cv2.warpPerspective(plane, way, size, flags=cv2.INTER_NEAREST)
        for plane in (extents, kernels, other)
    ]
    dark = np.asarray(cv2.GaussianBlur(dark, (0, 0), rng.uniform(0.3, 1.2)), np.float32)
    paper = rng.uniform(90, 255)
    depth = paper * np.exp(rng.uniform(np.log(0.15), np.log(0.95)))
    x, y = np.linspace(-1, 1, width), np.linspace(-1, 1, height)[:, None]
    light = (1 + rng.normal(0, 0.08) * x + rng.normal(0, 0.08) * y).astype(np.float32)
    grey = (paper - depth * dark) * light
    grey += rng.uniform(0.5, 0.08 * depth + 1) * rng.standard_normal(grey.shape, np.float32)
    picture = np.asarray(grey.clip(0, 255), np.uint8)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))]
        picture = np.asarray(
            cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_GRAYSCALE), np.uint8
        )
    return Sample(
        picture,
        extents=np.asarray(seen[0], np.uint16),
        kernels=np.asarray(seen[1], np.uint16),
        other=np.asarray(seen[2], np.uint8),
        texts=tuple(number.text for number in canvas.numbers),
    )


def _view(height: int, width: int, rng: np.random.Generator) -> NDArray[np.float64]:
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    angle = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, 1.5), 1.0)
    turned = corners @ angle[:, :2].T + angle[:, 2]
    moved = turned + rng.normal(0, 0.01, (4, 2)) * [width, height]
    return np.asarray(cv2.getPerspectiveTransform(corners, moved.astype(np.float32)))
