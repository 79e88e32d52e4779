"""Where a camera looks: each pixel of the picture's place on the sheet, which may be bent."""

from dataclasses import dataclass, replace
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth.canvas import Canvas, Plane

Label = TypeVar("Label", np.uint8, np.uint16)
STEP = 16
"""Pixels of the picture between the places that are reckoned; between them they are interpolated,
for nothing bends faster."""
CUT = 0.25
"""Share of a number beyond the picture's edge with which it is a number no more."""


@dataclass(frozen=True, slots=True)
class Relief:
    """How a sheet is bent, on a coarse grid over it.

    Args:
        x, y: float32, pixels of the sheet by which the camera sees a place moved.
        light: float32, factor around 1 on the sheet's brightness.
    """

    x: Plane
    y: Plane
    light: Plane

    @classmethod
    def flat(cls) -> "Relief":
        still = np.zeros((2, 2), np.float32)
        return cls(still, still, still + 1)


@dataclass(frozen=True, slots=True)
class View:
    """Of each pixel of the picture, its place x, y on the sheet, float32 (height, width) each."""

    x: Plane
    y: Plane

    @classmethod
    def through(
        cls,
        corners: NDArray[np.floating],
        size: tuple[int, int],
        sheet: tuple[int, int],
        relief: Relief | None = None,
    ) -> "View":
        """What a camera sees whose picture of `size` (height, width) has its corners, top left
        and on clockwise, at these places of a sheet of shape `sheet`."""
        height, width = size
        frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        way = cv2.getPerspectiveTransform(frame - 0.5, corners.astype(np.float32) - 0.5)
        rows, columns = [-(-side // STEP) + 2 for side in size]
        y, x = np.mgrid[:rows, :columns] * float(STEP) - (STEP + 1) / 2
        x, y, far = np.einsum("ij,jhw->ihw", way, np.stack([x, y, np.ones_like(x)]))
        x, y = (x / far).astype(np.float32), (y / far).astype(np.float32)
        if relief is not None:
            scale = [(m - 1) / max(1, n - 1) for m, n in zip(relief.x.shape, sheet, strict=True)]
            x, y = (
                at
                + cv2.remap(
                    moved,
                    x * scale[1],
                    y * scale[0],
                    cv2.INTER_LINEAR,
                    borderMode=cv2.BORDER_REPLICATE,
                )
                for at, moved in ((x, relief.x), (y, relief.y))
            )
        return cls(*(_fine(np.asarray(at, np.float32), size) for at in (x, y)))

    def seen(self, plane: Plane, beyond: float | None = None) -> Plane:
        """The plane as the camera sees it; beyond its edge `beyond`, or more of the same."""
        border = cv2.BORDER_REPLICATE if beyond is None else cv2.BORDER_CONSTANT
        return np.asarray(
            cv2.remap(plane, self.x, self.y, cv2.INTER_LINEAR, None, border, beyond or 0)
        )

    def labels(self, plane: NDArray[Label]) -> NDArray[Label]:
        """A plane of labels, nearest neighbour; 0 beyond its edge."""
        return np.asarray(cv2.remap(plane, self.x, self.y, cv2.INTER_NEAREST), plane.dtype)

    def frame(self) -> NDArray[np.float32]:
        """The picture's edge as a polygon on the sheet, float32 (n, 2)."""
        x, y = self.x, self.y
        edges = [
            np.stack([at[side] for at in (x, y)], 1)[::way]
            for side, way in (
                ((0, slice(None)), STEP),
                ((slice(None), -1), STEP),
                ((-1, slice(None)), -STEP),
                ((slice(None), 0), -STEP),
            )
        ]
        return np.concatenate(edges)


def _fine(coarse: Plane, size: tuple[int, int]) -> Plane:
    full = cv2.resize(coarse, None, fx=STEP, fy=STEP, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(full[STEP : STEP + size[0], STEP : STEP + size[1]], np.float32)


def framed(canvas: Canvas, view: View) -> Canvas:
    """The canvas for its labels: numbers that the picture's edge cuts are other writing."""
    inside = np.zeros(canvas.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(view.frame()).astype(np.int32)], 1)
    if inside.all():
        return canvas
    if not canvas.numbers:
        return canvas
    cut = shown(np.array([number.quad for number in canvas.numbers]), inside) < 1 - CUT
    other = canvas.other.copy()
    for i in np.flatnonzero(cut):
        quad = np.round(canvas.numbers[i].quad).astype(np.int32)
        left, top, wide, high = cv2.boundingRect(quad)
        left, top, right, bottom = max(0, left), max(0, top), left + wide, top + high
        mask = np.zeros(canvas.ink[top:bottom, left:right].shape, np.float32)
        cv2.fillConvexPoly(mask, quad - [left, top], 1)
        place = other[top:bottom, left:right]
        np.maximum(place, canvas.ink[top:bottom, left:right] * mask, out=place)
    kept = [number for number, gone in zip(canvas.numbers, cut, strict=True) if not gone]
    return replace(canvas, other=other, numbers=kept)


def shown(quads: NDArray[np.floating], inside: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Of each of the quadrilaterals, (n, 4, 2), the share that lies where `inside` is not 0."""
    v, u = (np.mgrid[:12, :12].reshape(2, -1, 1) + 0.5) / 12
    a, b, c, d = (quads[:, None, corner] for corner in range(4))
    places = a * (1 - u) * (1 - v) + b * u * (1 - v) + c * u * v + d * (1 - u) * v
    x, y = np.moveaxis(places.round().astype(int), 2, 0)
    height, width = inside.shape
    lies = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    found = inside[y.clip(0, height - 1), x.clip(0, width - 1)] > 0
    # What of a quadrilateral lies off the sheet shows no ink and counts for nothing.
    return np.asarray((found & lies).sum(1) / np.maximum(1, lies.sum(1)))
