"""A picture as it is to be read, and its regions laid flat."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Quad = NDArray[np.float32]
"""float32 (4, 2), x and y in pixels: the text's top left, top right, bottom right, bottom left."""
HIGHEST = 192
"""Pixels that a region laid flat is high, at most: more than any model looks at."""


@dataclass(frozen=True, slots=True, eq=False)
class PageImage:
    """grey: uint8 (height, width), 0 black to 255 white."""

    grey: NDArray[np.uint8]

    def turned(self, degrees: int) -> "PageImage":
        """Turned clockwise by 0, 90, 180 or 270 degrees."""
        return PageImage(np.ascontiguousarray(np.rot90(self.grey, -degrees // 90)))

    def flat(self, quad: Quad, margin: float = 0.0) -> NDArray[np.uint8]:
        """What lies in the quadrilateral and so many of its heights around, uint8, laid flat.

        At the picture's own resolution, unless that is above 192 pixels; beyond the picture's edge
        its last pixels go on.
        """
        wide, high = quad_size(quad)
        more = margin * high
        size = max(1, round(wide + 2 * more)), max(1, round(high + 2 * more))
        own = [[more, more], [more + wide, more], [more + wide, more + high], [more, more + high]]
        left, top = np.floor(quad.min(axis=0) - 2 * more - 2).astype(int).clip(0)
        right, bottom = np.ceil(quad.max(axis=0) + 2 * more + 2).astype(int)
        part = self.grey[top:bottom, left:right]
        if not part.size:
            return np.full(size[::-1], 255, np.uint8)
        shift = np.array([left, top], np.float32)
        way = cv2.getPerspectiveTransform(np.array(own, np.float32), quad - shift)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        laid = cv2.warpPerspective(part, way, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        if size[1] > HIGHEST:
            smaller = max(1, round(size[0] * HIGHEST / size[1])), HIGHEST
            laid = cv2.resize(laid, smaller, interpolation=cv2.INTER_AREA)
        return np.asarray(laid, np.uint8)


def quad_size(quad: Quad) -> tuple[float, float]:
    """Width and height, the means of its opposite sides, at least a pixel."""
    a, b, c, d = quad.astype(np.float64)
    wide = (np.hypot(*(b - a)) + np.hypot(*(c - d))) / 2
    high = (np.hypot(*(d - a)) + np.hypot(*(c - b))) / 2
    return max(1.0, float(wide)), max(1.0, float(high))
