"""Photos of sudokus filled in by hand, whose cells are labelled, as samples to learn from."""

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth.canvas import quad_around
from shuzi.synth.sample import Sample, fill, shrunk

FLAT = 36
"""Pixels of a cell while its ink is looked for."""
BORDER = 5
"""Of them, at each side, that may show the cell's border."""
LONGEST = 2000
"""Pixels of a photo's longer side that are kept."""
HELD_OUT = 5
"""Every puzzle in so many is kept for measuring, all its photos, as `tools/sets.py` does."""


@dataclass(frozen=True, slots=True)
class Puzzle:
    """corners: float32 (4, 2) of the grid in the photo; cells: 81 digits, kinds: h by hand, p
    printed, c candidates, . blank, ? undecided."""

    photo: Path
    corners: NDArray[np.float32]
    cells: str
    kinds: str

    def sample(self) -> Sample:
        """The photo with its labels; what lies outside the grid is not judged."""
        grey = cv2.imread(str(self.photo), cv2.IMREAD_GRAYSCALE)
        assert grey is not None, self.photo
        scale = min(1.0, LONGEST / max(grey.shape))
        size = [round(side * scale) for side in grey.shape[::-1]]
        picture = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
        side = 9 * FLAT
        square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
        way = np.asarray(cv2.getPerspectiveTransform(square, self.corners * scale), np.float64)
        seen = cv2.warpPerspective(picture, np.linalg.inv(way), (side, side))
        flat = np.asarray(seen, np.uint8)
        extents, kernels = (np.zeros(picture.shape, np.uint16) for _ in range(2))
        other, ignored = np.zeros(picture.shape, np.uint8), np.full(picture.shape, 255, np.uint8)
        cv2.fillConvexPoly(ignored, np.round(self.corners * scale).astype(np.int32), 0)
        texts = []
        for place, (digit, kind) in enumerate(zip(self.cells, self.kinds, strict=True)):
            row, column = divmod(place, 9)
            cell = np.array([column, row], np.float32) * FLAT
            if kind in "hp":
                texts.append(digit)
                quad = _ink(flat, row, column) + cell
                fill(extents, _seen(quad, way), len(texts))
                fill(kernels, _seen(shrunk(quad), way), len(texts))
            elif kind != ".":
                whole = cell + np.array([[0, 0], [FLAT, 0], [FLAT, FLAT], [0, FLAT]], np.float32)
                fill(ignored, _seen(whole, way), 255)
        return Sample(picture, extents, kernels, other, tuple(texts), ignored=ignored)


def load_puzzles(folder: Path) -> tuple[Puzzle, ...]:
    """The puzzles of a folder with labels.csv and photos/ that may train."""
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    kept = set(sorted({row["puzzle"] for row in rows})[::HELD_OUT])
    return tuple(_puzzle(folder, row) for row in rows if row["puzzle"] not in kept)


def _puzzle(folder: Path, row: dict[str, str]) -> Puzzle:
    corners = [
        [float(row[f"{axis}_{corner}"]) for axis in "xy"] for corner in ("tl", "tr", "br", "bl")
    ]
    return Puzzle(
        folder / "photos" / row["file"],
        np.array(corners, np.float32),
        row["grid_81_rowmajor"],
        row["kind_81_rowmajor"],
    )


def _ink(flat: NDArray[np.integer], row: int, column: int) -> NDArray[np.float32]:
    """The quadrilateral around a cell's digit, in pixels from the cell's corner."""
    inner = flat[
        row * FLAT + BORDER : (row + 1) * FLAT - BORDER,
        column * FLAT + BORDER : (column + 1) * FLAT - BORDER,
    ].astype(np.uint8)
    _, mask = cv2.threshold(inner, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    sizes = stats[1:, cv2.CC_STAT_AREA]
    large = 1 + np.flatnonzero(sizes >= 0.25 * sizes.max(initial=1))
    y, x = np.nonzero(np.isin(labels, large))
    if len(x) == 0:
        return quad_around(FLAT * 0.3, FLAT * 0.2, FLAT * 0.7, FLAT * 0.8)
    left, top, right, bottom = (int(v) + BORDER for v in (x.min(), y.min(), x.max(), y.max()))
    return quad_around(left, top, right + 1, bottom + 1)


def _seen(quad: NDArray[np.floating], way: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.asarray(cv2.perspectiveTransform(quad[None].astype(np.float32), way)[0], np.float32)
