"""A page -> pictures of its numbers, small enough to keep with the queue."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shuzi.result import Box

MARGIN = 0.2
"""Of the number's height, on each side of the crop."""
AROUND = 3.0
"""Heights of the number, on each side of it, that the surroundings show."""
CROP_SIDE, SURROUNDINGS_SIDE = 600, 1000
"""Pixels of the longer side; larger cuts are shrunk."""
THUMBNAIL_SIDE = 240
"""Pixels of a thumbnail's longer side."""
LEAST_CONTRAST = 24
"""Grey levels from paper to ink; less is the camera's noise, which is not made louder."""

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Cut:
    """PNG pictures of a number and of what is around it; `inside` is its box in the latter."""

    crop: bytes
    surroundings: bytes
    inside: Box


def cut(grey: Grey, box: Box) -> Cut:
    """The number in `box`, and the page around it.

    Args:
        grey: uint8 (height, width), the upright page that the box is on.
    """
    near = _grown(box, max(2, round(MARGIN * box.height)), grey.shape)
    far = _grown(box, round(AROUND * box.height), grey.shape)
    surroundings, shrink = _shrunk(grey, far, SURROUNDINGS_SIDE)
    inside = Box(
        round((box.x - far.x) * shrink),
        round((box.y - far.y) * shrink),
        max(1, round(box.width * shrink)),
        max(1, round(box.height * shrink)),
    )
    return Cut(_png(_shrunk(grey, near, CROP_SIDE)[0]), _png(surroundings), inside)


def thumbnail(crop: bytes) -> bytes:
    """A crop as it is seen best: of one size, its contrast stretched to black and white.

    Args:
        crop: a PNG picture.

    Raises:
        OSError: it is not a picture.
    """
    with Image.open(io.BytesIO(crop), formats=["PNG"]) as opened:
        grey = np.asarray(opened.convert("L"), np.float32)
    dark, light = np.percentile(grey, (1, 99))
    stretched = 255 * (grey - dark) / max(light - dark, LEAST_CONTRAST)
    picture = Image.fromarray(stretched.clip(0, 255).astype(np.uint8))
    scale = THUMBNAIL_SIDE / max(picture.size)
    width, height = (max(1, round(length * scale)) for length in picture.size)
    return _png(picture.resize((width, height), Image.Resampling.BICUBIC))


def _grown(box: Box, by: int, shape: tuple[int, ...]) -> Box:
    height, width = shape[:2]
    # A box may reach beyond a page that was levelled; a pixel of the page is always left.
    left, top = (min(max(0, at - by), side - 1) for at, side in ((box.x, width), (box.y, height)))
    right, bottom = min(box.right + by, width), min(box.bottom + by, height)
    return Box(left, top, max(1, right - left), max(1, bottom - top))


def _shrunk(grey: Grey, box: Box, side: int) -> tuple[Image.Image, float]:
    """That part of the page, and by what it was scaled."""
    picture = Image.fromarray(grey[box.y : box.bottom, box.x : box.right])
    scale = min(1.0, side / max(picture.size))
    if scale < 1:
        width, height = (max(1, round(length * scale)) for length in picture.size)
        picture = picture.resize((width, height), Image.Resampling.BOX)
    return picture, scale


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
