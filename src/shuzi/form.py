"""MNIST's form, and how stored images are brought into it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from shuzi.errors import DataError
from shuzi.files.datasets import Part, Pictures
from shuzi.files.datasets.folder import NOT_A_DIGIT
from shuzi.recognise.glyph import SIDE, find_glyph
from shuzi.recognise.paper import paper_level

SAMPLED = 64
"""Pictures that show whether all are in MNIST's form already."""
BRIGHT = 128
"""Of paper, at which ink is dark; MNIST's paper is 0."""


class Orientation(NamedTuple):
    """What is done to images to bring them into MNIST's form."""

    invert: bool = False
    transpose: bool = False

    def apply(self, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The images uint8 (..., height, width), inverted, transposed, or both."""
        if self.transpose:
            images = images.swapaxes(-2, -1)
        return np.ascontiguousarray(255 - images if self.invert else images)


UPRIGHT = Orientation()


@dataclass(frozen=True, kw_only=True, eq=False)
class Images:
    """Images in MNIST's form, uint8 (n, 28, 28), ink bright on 0, and their labels.

    Args:
        labels: uint8 (n,), 0 to 9; None where there are none.
        not_digits: further images, of what is not a digit; there may be none.
        form: what they were recognised as.
        notes: what was done to them, for people, a sentence each.
        names: of the images, where each was a file of its own.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8] | None
    not_digits: NDArray[np.uint8]
    form: str = ""
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """How stored images are brought into MNIST's form.

    Args:
        orientation: what is done to them first.
        normalise: whether each picture's ink is found, scaled to 20 pixels and centred, as MNIST's
            were; None does so to what is not 28 x 28, and to pictures with dark ink.
        progress: show a bar on a terminal.
    """

    orientation: Orientation = UPRIGHT
    normalise: bool | None = None
    progress: bool = False

    def fit(self, part: Part, source: str, *, transposed: bool = False) -> Images:
        """A part's images in MNIST's form.

        Those without ink are left out if they have labels, and else all 0.

        Args:
            source: where they are from, for messages.
            transposed: whether the part's rows are stored as columns.
        """
        notes = []
        turn = self.orientation._replace(transpose=self.orientation.transpose != transposed)
        images, normalised = self._fit(part.images, turn)
        if isinstance(part.images, Pictures) or normalised:
            notes.append(_what_was_done(part.images, normalised))
        names = part.images.names if isinstance(part.images, Pictures) else []
        kept: NDArray[np.bool_] = np.ones(len(images), np.bool_)
        if normalised and part.labels is not None:
            kept = np.any(images, axis=(1, 2))
            if blank := int((~kept).sum()):
                notes.append(f"Left out, as no ink was found in them: {blank}.")
            if not kept.any():
                raise DataError(f"{source} has only blank pictures.", "Give pictures of digits.")
        if part.labels is None:
            return Images(
                images=images,
                labels=None,
                not_digits=images[:0],
                notes=tuple(notes),
                names=tuple(names),
            )
        digits = kept & (part.labels != NOT_A_DIGIT)
        return Images(
            images=images[digits],
            labels=part.labels[digits],
            not_digits=images[kept & ~digits],
            notes=tuple(notes),
            names=tuple(compress(names, digits)),
        )

    def _fit(
        self, images: NDArray[np.uint8] | Pictures, turn: Orientation
    ) -> tuple[NDArray[np.uint8], bool]:
        """uint8 (n, 28, 28), and whether each was normalised."""
        normalise = self.normalise
        if normalise is None:
            normalise = not _is_mnists(images)
        if isinstance(images, np.ndarray) and images.shape[1:] == (SIDE, SIDE) and not normalise:
            return turn.apply(images), False
        fitted = np.zeros((len(images), SIDE, SIDE), np.uint8)
        for number, picture in enumerate(self._shown(images)):
            upright = turn.apply(picture)
            glyph = find_glyph(upright) if normalise else _scaled(upright)
            if glyph is not None:
                fitted[number] = glyph
        return fitted, normalise

    def _shown(self, images: NDArray[np.uint8] | Pictures) -> Iterator[NDArray[np.uint8]]:
        """Each of them, with a bar where it is wanted and standard error is a terminal."""
        hidden = None if self.progress else True
        yield from tqdm(
            images, total=len(images), unit=" pictures", leave=False, disable=hidden, delay=1
        )


def _is_mnists(images: NDArray[np.uint8] | Pictures) -> bool:
    """Whether they are 28 x 28; and of pictures, whether their ink is bright, by a sample."""
    if isinstance(images, np.ndarray):
        return images.shape[1:] == (SIDE, SIDE)
    sample = images.sample(SAMPLED)
    if not sample or any(picture.shape != (SIDE, SIDE) for picture in sample):
        return False
    edges = [np.concatenate([p[0], p[-1], p[:, 0], p[:, -1]]) for p in sample]
    return float(np.median(edges)) < BRIGHT


def _scaled(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The whole picture, its longer side 28 pixels, on its own paper."""
    height, width = picture.shape
    scale = SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    square = np.full((SIDE, SIDE), paper_level(picture), np.uint8)
    top, left = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = small
    return square


def _what_was_done(images: NDArray[np.uint8] | Pictures, normalised: bool) -> str:
    what = "pictures" if isinstance(images, Pictures) else f"images of {images.shape[1:]} pixels"
    if normalised:
        return (
            f"The {what} are brought into MNIST's form: the ink is found, bright on 0, its longer "
            "side 20 pixels, its centre of mass in the middle of 28 x 28; --no-normalise only "
            "scales them."
        )
    return (
        f"The {what} are taken as they are, scaled to 28 x 28 at most; --normalise finds the ink."
    )
