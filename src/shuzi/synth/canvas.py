"""A page while it is composed: what lies on the paper, and what the page network is to find."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Quad = NDArray[np.floating]
"""float32 (4, 2): the corners top left, top right, bottom right, bottom left as x, y."""
MARGIN = 0.06
"""Of its height, the paper that belongs to a number's quadrilateral around its ink."""
LONELY = 0.5
"""Width over height that a number's quadrilateral has at least: a 1 is narrower."""


@dataclass(frozen=True, slots=True)
class Written:
    """A number on the page: its text as a person would type it, and where it stands."""

    text: str
    quad: Quad


@dataclass(slots=True)
class Canvas:
    """Ink on paper by kind, float32 (height, width) each, 0 bare paper to 1 full ink.

    Args:
        ink: numbers, written or printed.
        other: writing and print that are not numbers: words, letters, stamps, ticks, crossings-out,
            fillers, signatures. The network learns to tell it from numbers.
        lines: rulings, boxes, frames, hatching, watermarks, show-through: the network learns to
            see none of it.
        numbers: what stands in `ink`.
    """

    ink: Plane
    other: Plane
    lines: Plane
    numbers: list[Written] = field(default_factory=list)

    @classmethod
    def blank(cls, height: int, width: int) -> "Canvas":
        ink, other, lines = (np.zeros((height, width), np.float32) for _ in range(3))
        return cls(ink, other, lines)

    @property
    def shape(self) -> tuple[int, int]:
        return self.ink.shape[0], self.ink.shape[1]

    @property
    def dark(self) -> Plane:
        """All of it together."""
        return np.maximum(np.maximum(self.ink, self.other), self.lines)

    def write(
        self, text: str, *pieces: tuple[NDArray[np.uint8], float, float], strength: float = 1.0
    ) -> None:
        """Write one number: its pieces, each uint8 ink cut to its size, and its left and top.

        A number in a row of boxes has a piece a box; one written freely has one piece. A piece
        that does not lie wholly on the canvas is refused, for its label would lie.
        """
        left, top = min(x for _, x, _ in pieces), min(y for _, _, y in pieces)
        right = max(x + piece.shape[1] for piece, x, _ in pieces)
        bottom = max(y + piece.shape[0] for piece, _, y in pieces)
        height, width = self.shape
        if left < 0 or top < 0 or right > width or bottom > height:
            raise ValueError(f"{text} does not lie on the canvas")
        for piece, x, y in pieces:
            paste(self.ink, piece, x, y, strength)
        self.numbers.append(Written(text, quad_around(left, top, right, bottom)))

    def scribble(
        self, piece: NDArray[np.uint8], left: float, top: float, strength: float = 1.0
    ) -> None:
        """Put ink that is not a number on the paper; what lies off the canvas is cut off."""
        paste(self.other, piece, left, top, strength)


def paste(
    plane: Plane, piece: NDArray[np.uint8], left: float, top: float, strength: float = 1.0
) -> None:
    """The piece, uint8 ink, onto the plane where it is darker; cut off at the edges."""
    x, y = round(left), round(top)
    a, b = max(0, -y), max(0, -x)
    target = plane[max(0, y) : max(0, y + piece.shape[0]), max(0, x) : max(0, x + piece.shape[1])]
    shown = piece[a : a + target.shape[0], b : b + target.shape[1]]
    np.maximum(target, shown.astype(np.float32) * np.float32(strength / 255), out=target)


def quad_around(left: float, top: float, right: float, bottom: float) -> Quad:
    """The quadrilateral of upright ink, with a little paper, at least as wide as a digit."""
    more = MARGIN * (bottom - top) + 1
    wide = max(0.0, LONELY * (bottom - top) - (right - left)) / 2
    left, right, top, bottom = left - more - wide, right + more + wide, top - more, bottom + more
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def line(
    plane: Plane,
    start: tuple[float, float],
    end: tuple[float, float],
    thick: float = 1.0,
    strength: float = 1.0,
) -> None:
    """A straight line onto a plane, in place; a thin one is paler."""
    margin = thick + 2
    left, top = [max(0, int(min(start[i], end[i]) - margin)) for i in (0, 1)]
    right, bottom = [max(0, int(max(start[i], end[i]) + margin)) for i in (0, 1)]
    target = plane[top:bottom, left:right]
    if not target.size:
        return
    drawn = np.zeros_like(target)
    a, b = [(round(16 * (x - left)), round(16 * (y - top))) for x, y in (start, end)]
    cv2.line(drawn, a, b, strength * min(1.0, thick), max(1, round(thick)), cv2.LINE_AA, 4)
    np.maximum(target, drawn, out=target)
