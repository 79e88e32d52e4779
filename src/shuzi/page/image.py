"""A picture as it is to be read, and its regions laid flat."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.crop import Crop
from shuzi.recognise.paper import padded, paper_level

Quad = NDArray[np.float32]
"""float32 (4, 2), x and y in pixels: the text's top left, top right, bottom right, bottom left."""
MARGIN = 0.2
"""Of its height, the paper that a region is read with on each side: with 0.1 to 0.3 as many numbers
of `pages/` are right, with 0.4 a few less."""
HIGHEST = 192
"""Pixels that a region laid flat is high, at most: more than any model looks at."""


@dataclass(frozen=True, slots=True, eq=False)
class PageImage:
    """A picture, its grey and its chroma as `shuzi.grey.Pixels` has them."""

    grey: NDArray[np.uint8]
    chroma: NDArray[np.uint8] | None = None
    _crops: dict[bytes, "Flat"] = field(default_factory=dict, init=False, repr=False)

    def turned(self, degrees: int) -> "PageImage":
        """Turned clockwise by 0, 90, 180 or 270 degrees."""
        times, chroma = -degrees // 90, self.chroma
        if chroma is not None:
            chroma = np.rot90(chroma, times, axes=(1, 2))
        return PageImage(np.ascontiguousarray(np.rot90(self.grey, times)), chroma)

    def crop(self, quad: Quad) -> "Flat":
        """The quadrilateral as it is read, with a margin; laid flat once."""
        key = quad.tobytes()
        if key not in self._crops:
            self._crops[key] = self.flat(quad, MARGIN)
        return self._crops[key]

    def flat(self, quad: Quad, margin: float = 0.0) -> "Flat":
        """The quadrilateral and so many of its heights around it, laid flat.

        At the picture's own resolution, unless that is above 192 pixels; beyond the picture's edge
        there is paper.
        """
        wide, high = quad_size(quad)
        across = (quad[1] - quad[0] + quad[2] - quad[3]) / 2 / wide
        down = (quad[3] - quad[0] + quad[2] - quad[1]) / 2 / high
        more = margin * high
        # Left, top, right, bottom: what of the margin is not in the picture.
        ways = (-across, -down, across, down)
        middles = [(quad[i] + quad[j]) / 2 for i, j in ((3, 0), (0, 1), (1, 2), (2, 3))]
        room = [self._room(at, way, more) for at, way in zip(middles, ways, strict=True)]
        left, top, right, bottom = (max(0, round(side)) for side in room)
        ends = np.array([[0, 0], [wide, 0], [wide, high], [0, high]]) + np.array([left, top])
        size = max(1, round(wide + left + right)), max(1, round(high + top + bottom))
        laid = self._laid(quad, ends, size)
        above, below, before, after = (
            max(0, round(more) - side) for side in (top, bottom, left, right)
        )
        paper = paper_level(laid) if above or below or before or after else 0
        scale = min(1.0, HIGHEST / (above + len(laid) + below))
        rows, columns = (
            np.round(scale * np.cumsum(sides)).astype(int).tolist()
            for sides in ((above, len(laid), below), (before, laid.shape[1], after))
        )
        if scale < 1:
            smaller = max(1, columns[1] - columns[0]), rows[1] - rows[0]
            laid = np.asarray(cv2.resize(laid, smaller, interpolation=cv2.INTER_AREA), np.uint8)
        # Paper is put around what is shrunk: around a tall picture there may be a lot of it.
        beside = columns[0], columns[2] - columns[1]
        laid = padded(laid, (rows[0], rows[2] - rows[1]), beside, paper)
        corners = np.array([-across - down, across - down, across + down, down - across])
        shown = np.asarray(quad + round(more) * corners, np.float32)
        inner = scale * np.array([round(more), round(more) + wide])
        return Flat(laid, (float(inner[0]), float(inner[1])), shown)

    def _room(self, at: NDArray[np.float32], way: NDArray[np.float32], most: float) -> float:
        """How far it is from a point that way to the picture's edge."""
        sides = self.grey.shape[::-1]
        far = [
            ((side if step > 0 else 0) - place) / step
            for place, step, side in zip(at, way, sides, strict=True)
            if abs(step) > 1e-6
        ]
        return float(min([most, *far]))

    def _laid(
        self, quad: Quad, ends: NDArray[np.floating], size: tuple[int, int]
    ) -> NDArray[np.uint8]:
        """A picture of that size in which the quadrilateral's corners are at `ends`."""
        way = cv2.getPerspectiveTransform(ends.astype(np.float32), quad)
        corners = np.array([[[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]]], np.float32)
        shown = cv2.perspectiveTransform(corners, way)[0]
        # OpenCV takes time for the whole of what it warps from.
        left, top = (np.floor(shown.min(axis=0)).astype(int) - 2).clip(0)
        right, bottom = np.ceil(shown.max(axis=0)).astype(int) + 3
        part = self.grey[top:bottom, left:right]
        if not part.size:
            return np.full(size[::-1], 255, np.uint8)
        near = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]], np.float64) @ way
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        laid = cv2.warpPerspective(part, near, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(laid, np.uint8)


@dataclass(frozen=True, eq=False)
class Flat(Crop):
    """A part of a picture that was laid flat.

    Args:
        quad: where its corners are on the picture.
    """

    quad: Quad

    def part(self, left: float, top: float, right: float, bottom: float) -> Quad:
        """Where a rectangle of it, in pixels, is on the picture."""
        height, width = self.grey.shape
        x = np.array([left, right, right, left]) / width
        y = np.array([top, top, bottom, bottom]) / height
        shares = np.array([(1 - x) * (1 - y), x * (1 - y), x * y, (1 - x) * y])
        return np.asarray(shares.T @ self.quad.astype(np.float64), np.float32)


def quad_size(quad: Quad) -> tuple[float, float]:
    """Width and height, the means of its opposite sides, at least a pixel."""
    a, b, c, d = quad.astype(np.float64)
    wide = (np.hypot(*(b - a)) + np.hypot(*(c - d))) / 2
    high = (np.hypot(*(d - a)) + np.hypot(*(c - b))) / 2
    return max(1.0, float(wide)), max(1.0, float(high))


def level(quad: NDArray[np.floating]) -> NDArray[np.float64]:
    """The rotation, float64 (2, 2), that turns points x, y (n, 2), by `points @ level(quad).T`, so
    that its top and bottom lie level."""
    along = (quad[1] - quad[0] + quad[2] - quad[3]).astype(np.float64)
    x, y = along / max(1e-6, float(np.linalg.norm(along)))
    return np.array([[x, y], [-y, x]])
