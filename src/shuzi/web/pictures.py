"""Pictures that go with an answer, as data URLs."""

from base64 import b64encode
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.reader import Look

Grey = NDArray[np.uint8]
LONGEST_SIDE = 2400
"""Pixels; an upright page is shrunk to it, its boxes stay in pixels of the page."""
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 85]


def seen(look: Look) -> list[dict[str, Any]]:
    """Of each number its box, and the strip that the models read."""
    return [
        {"box": number.box.to_list(), "png": _url("png", strip, [])}
        for number, strip in zip(look.page.numbers, look.strips, strict=True)
    ]


def upright(look: Look) -> str:
    """The page as it was read, turned upright."""
    height, width = look.grey.shape
    shrink = LONGEST_SIDE / max(height, width)
    if shrink >= 1:
        return _url("jpeg", look.grey, _QUALITY)
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    small = cv2.resize(look.grey, size, interpolation=cv2.INTER_AREA)
    return _url("jpeg", np.asarray(small, np.uint8), _QUALITY)


def _url(kind: str, picture: Grey, options: list[int]) -> str:
    _, data = cv2.imencode(f".{kind}", picture, options)
    return f"data:image/{kind};base64,{b64encode(data.tobytes()).decode()}"
