"""A picture of a page with its labels, pixel by pixel: what the page network learns from."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth.canvas import Canvas, Quad

ACROSS, ALONG = 0.27, 0.2
"""A kernel is its number's quadrilateral less so much of its height above and below, and at each
end."""
SHORTEST = 0.3
"""Height over which a kernel is at least so long."""
VISIBLE = 0.2
"""Full ink over which other writing counts as seen."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture and what is where in it.

    Args:
        picture: uint8 grey (height, width).
        extents: uint16 (height, width): 0, or 1 + the place in `texts` of the number whose
            quadrilateral the pixel lies in.
        kernels: uint16 (height, width), the same of the shrunk quadrilaterals.
        other: uint8 (height, width), 255 where writing or print is not a number, else 0.
        texts: the numbers.
        ignored: uint8 (height, width), 255 where nobody knows, or None.
        turned: quarter turns clockwise that bring the picture upright, 0 to 3.
    """

    picture: NDArray[np.uint8]
    extents: NDArray[np.uint16]
    kernels: NDArray[np.uint16]
    other: NDArray[np.uint8]
    texts: tuple[str, ...]
    ignored: NDArray[np.uint8] | None = None
    turned: int = 0

    def rotated(self, quarters: int) -> "Sample":
        """Turned counter-clockwise by so many quarters: upright paper seen by a turned camera."""
        return replace(
            self,
            picture=np.ascontiguousarray(np.rot90(self.picture, quarters)),
            extents=np.ascontiguousarray(np.rot90(self.extents, quarters)),
            kernels=np.ascontiguousarray(np.rot90(self.kernels, quarters)),
            other=np.ascontiguousarray(np.rot90(self.other, quarters)),
            ignored=None
            if self.ignored is None
            else np.ascontiguousarray(np.rot90(self.ignored, quarters)),
            turned=(self.turned + quarters) % 4,
        )


def label(
    canvas: Canvas,
) -> tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint8]]:
    """The canvas's extents, kernels and other writing, as a `Sample` has them."""
    extents, kernels = (np.zeros(canvas.shape, np.uint16) for _ in range(2))
    for place, number in enumerate(canvas.numbers, 1):
        fill(extents, number.quad, place)
        fill(kernels, shrunk(number.quad), place)
    other = np.where(canvas.other > VISIBLE, 255, 0).astype(np.uint8)
    return extents, kernels, other


def shrunk(quad: Quad) -> Quad:
    """The kernel of a number's quadrilateral."""
    a, b, c, d = quad.astype(np.float64)
    high = float(np.linalg.norm(d - a) + np.linalg.norm(c - b)) / 2
    long = float(np.linalg.norm(b - a) + np.linalg.norm(c - d)) / 2
    x = min(ALONG * high, max(0.0, (long - SHORTEST * high) / 2)) / max(long, 1e-6)
    y = ACROSS
    places = [(x, y), (1 - x, y), (1 - x, 1 - y), (x, 1 - y)]
    inner = [a + (b - a) * u * (1 - v) + (d - a) * v * (1 - u) + (c - a) * u * v for u, v in places]
    return np.array(inner, np.float32)


def fill(plane: NDArray[np.uint16] | NDArray[np.uint8], quad: Quad, value: int) -> None:
    """Give the pixels in a quadrilateral a value, in place."""
    cv2.fillConvexPoly(plane, np.round(quad * 16).astype(np.int32), value, cv2.LINE_8, 4)
