"""ONNX Runtime: a picture in, maps of its numbers and other writing out, and which way is up."""

from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from shuzi.errors import ModelError
from shuzi.files import model_file, shipped
from shuzi.recognise.paper import padded, paper_level
from shuzi.recognise.session import open_session

STRIDE = 2
"""Pixels of what goes in to a cell of the maps."""
MULTIPLE = 64
"""What goes in has sides that are multiples of it."""
LONGEST, SHORT, MAGNIFIED = 1280, 128, 4.0
"""Pixels of the longer side that a picture is reduced to, and enlarged to, by so much at most."""
SURROUND, SMALL, EDGE = 0.5, 128, 16
"""Of a picture's shorter side, the paper that is put around it, if that has so many pixels at most;
and how many pixels of it at least."""
AGAIN = 0.7
"""Of the size at which it is looked at, that of a second look, whose maps are averaged with the
first's: of 560 digits in photos of sudokus 540 are right instead of 504, of the 16 votes of
`pages/` 11 instead of 10, of its lines a hundredth less."""
CELLS = 3
"""A kernel of fewer is noise."""
CORE, CLEAR = 0.5, 0.85
"""Probability of a cell that is of a kernel; and what the mean of each kernel is where there is no
second look: of 1,048 crops and digits 954 are right then and 772 accepted, instead of 952 and 759
with one, in four fifths of the time."""
LOW, WANTED, CLOSEST, LITTLE = 7.5, 11, 2.2, 1.6
"""Cells that kernels are high, half of them at most, where a picture that is not clear is looked at
from closer: so many times that they are 11 cells high, but no more; up to 1.6 times the first look
is the second one. Of 617 numbers on two sheets of nine composed pages each 0.940 are right so
instead of 0.911, with 6 as with 9. With 9 instead of 7.5 the order of the lines of `pages/` is
0.953 instead of 0.964, and one number more of 336 is right."""
COARSE, LEAST = 0.375, 40
"""Of that size, at which it is looked at again, and again until its longer side has fewer pixels:
what is written large is seen from further away."""
NEAR = 256
"""Pixels of the longer side up to which a picture that is clear is not: of 1,714 crops and digits
one more is right so, and one less accepted."""
WRITTEN = 0.5
"""Probability of a cell of the maps from which there is other writing."""
_INPUT = ("pictures", "tensor(uint8)")
_OUTPUTS = [("maps", "tensor(float)"), ("turns", "tensor(float)")]


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """What the network sees, a cell a few pixels.

    Args:
        kernels: float32 (height, width), 0 to 1: the middle of a number, apart from its neighbours.
        extents: the same: some number's quadrilateral.
        other: the same: writing or print that is not a number.
        turns: float32 (4,): probabilities that the picture is brought upright by turning it
            clockwise by 0, 90, 180 or 270 degrees.
        scale: pixels of the picture to a cell.
        loose: the kernels, or what a look from further away took for kernels, if that is more; None
            where there was none.
        coarse: the same from further away, for what is written large; None of the furthest.
    """

    kernels: NDArray[np.float32]
    extents: NDArray[np.float32]
    other: NDArray[np.float32]
    turns: NDArray[np.float32]
    scale: float
    loose: NDArray[np.float32] | None = None
    coarse: "Maps | None" = None


class PageNetwork:
    """The model that sees pages.

    Args:
        path: an ONNX model with input `pictures` uint8 (n, h, w), h and w multiples of 64, and
            outputs `maps` float32 (n, 3, h / 2, w / 2) and `turns` float32 (n, 4); the model that
            shuzi carries if None.
        threads: that work on one picture; a core each if None.

    Raises:
        ModelError: there is no such file, it is not ONNX, or it has other inputs or outputs.
    """

    def __init__(
        self, path: str | PathLike[str] | None = None, *, threads: int | None = None
    ) -> None:
        self.path = model_file(path) if path is not None else shipped("page.onnx")
        self.threads = threads
        self._session  # noqa: B018 - a bad file is refused here, not at the first picture

    def see(self, grey: NDArray[np.uint8]) -> Maps:
        """The maps of a picture, uint8 (height, width)."""
        fitted, scale = fit(grey)
        seen = self._maps(fitted, scale)
        closer = 1.0 if _is_clear(seen.kernels) else _closer(seen.kernels)
        if closer == 1:
            return self._further(fitted, scale, seen)
        scale *= closer
        fitted = reduced(grey, scale)
        near = _loosely(self._maps(fitted, scale), seen)
        return self._further(fitted, scale, near, seen if closer <= LITTLE else None)

    def _further(
        self, fitted: NDArray[np.uint8], scale: float, seen: Maps, again: Maps | None = None
    ) -> Maps:
        """What was seen at that size, averaged with a second look where it is not clear, and, while
        there is anything to be seen, with the maps from further away.

        Args:
            again: the second look, if there was one.
        """
        longer, clear = max(fitted.shape), _is_clear(seen.kernels)
        if not clear and AGAIN * longer >= LEAST:
            again = again or self._maps(resized(fitted, AGAIN), AGAIN * scale)
            seen = _mean(seen, again)
        if COARSE * longer < LEAST or (clear and longer <= NEAR):
            return seen
        fitted, scale = resized(fitted, COARSE), COARSE * scale
        coarse = self._further(fitted, scale, self._maps(fitted, scale))
        return replace(seen, coarse=coarse)

    def _maps(self, fitted: NDArray[np.uint8], scale: float) -> Maps:
        margin = margin_around(fitted.shape)
        maps, turns = self.run(on_paper(fitted, margin)[None])
        (top, left), (height, width) = (
            [-(-side // STRIDE) for side in sides] for sides in ((margin, margin), fitted.shape)
        )
        kernels, extents, other = maps[0, :, top : top + height, left : left + width]
        return Maps(kernels, extents, other, turns[0], STRIDE / scale)

    def run(self, pictures: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Maps and turns of pictures uint8 (n, h, w), h and w multiples of 64."""
        maps, turns = self._session.run([name for name, _ in _OUTPUTS], {_INPUT[0]: pictures})
        return np.asarray(maps, np.float32), np.asarray(turns, np.float32)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        session = open_session(self.path, self.threads)
        taken = [(value.name, value.type) for value in session.get_inputs()]
        given = [(value.name, value.type) for value in session.get_outputs()]
        if taken != [_INPUT] or given != _OUTPUTS:
            described = ", ".join(
                f"{v.name} {v.type} {v.shape}"
                for v in (*session.get_inputs(), *session.get_outputs())
            )
            raise ModelError(
                f"{self.path} is not a page model: it has {described}; it must have pictures uint8"
                " [n, h, w] in and maps float [n, 3, h / 2, w / 2], turns float [n, 4] out.",
                "Give a model of `shuzi train page`, or leave it out for the shipped one.",
            )
        return session


def _is_clear(kernels: NDArray[np.float32]) -> bool:
    """Whether there are numbers, each of them surely one."""
    inside = kernels > CORE
    count, labels = cv2.connectedComponents(inside.astype(np.uint8))
    if count < 2:
        return False
    of_each = np.asarray(labels)[inside]
    means = np.bincount(of_each, kernels[inside])[1:] / np.bincount(of_each)[1:]
    return bool(means.min() >= CLEAR)


def _closer(kernels: NDArray[np.float32]) -> float:
    """How many times as large the numbers would be seen best, at least 1."""
    parts = cv2.connectedComponentsWithStats((kernels > CORE).astype(np.uint8))[2][1:]
    heights = parts[parts[:, cv2.CC_STAT_AREA] >= CELLS, cv2.CC_STAT_HEIGHT]
    middle = float(np.median(heights)) if len(heights) else WANTED
    return min(CLOSEST, WANTED / middle) if middle <= LOW else 1.0


def _loosely(maps: Maps, other: Maps) -> Maps:
    """The maps, and the larger ones of their kernels and those of another size."""
    theirs = cv2.resize(other.kernels, maps.kernels.shape[::-1])
    return replace(maps, loose=np.maximum(maps.kernels, theirs))


def _mean(maps: Maps, other: Maps) -> Maps:
    """The maps averaged with those of another size."""
    size = maps.kernels.shape[::-1]
    kernels, extents, writing = (
        np.asarray((mine + cv2.resize(theirs, size)) / 2, np.float32)
        for mine, theirs in (
            (maps.kernels, other.kernels),
            (maps.extents, other.extents),
            (maps.other, other.other),
        )
    )
    return replace(maps, kernels=kernels, extents=extents, other=writing)


def fit(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """The picture at the size that the network looks at, and how many times as large that is."""
    longer = max(grey.shape)
    scale = LONGEST / longer if longer > LONGEST else max(1.0, min(MAGNIFIED, SHORT / longer))
    return reduced(grey, scale), scale


def reduced(grey: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """As `resized`; a scan's half is made in no time, and the rest from there in half of it."""
    if scale < 0.5 and min(grey.shape) > 1:
        half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        return resized(np.asarray(half, np.uint8), 2 * scale)
    return resized(grey, scale)


def resized(grey: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """The picture so many times as large, at least a pixel."""
    if scale == 1.0:
        return grey
    size = [max(1, round(side * scale)) for side in grey.shape[::-1]]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, size, interpolation=how), np.uint8)


def margin_around(shape: tuple[int, ...]) -> int:
    """Pixels of paper to be put around a picture: a digit may fill it, or touch its edge."""
    shorter = min(shape)
    margin = max(EDGE, SURROUND * shorter) if shorter <= SMALL else EDGE
    return STRIDE * round(margin / STRIDE)


def on_paper(picture: NDArray[np.uint8], margin: int) -> NDArray[np.uint8]:
    """With so much paper around, and more to the right and below, to multiples of 64."""
    below, beside = (margin + -(side + 2 * margin) % MULTIPLE for side in picture.shape)
    return padded(picture, (margin, below), (margin, beside), paper_level(picture))
