"""One person with a pen, or one printer: says what stands in a field or on a line."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth.hand import Hand, new_hand
from shuzi.synth.materials import Materials
from shuzi.synth.printing import print_line, print_words
from shuzi.synth.writing import TALL, write

Ink = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Writer:
    """A hand that writes digits `size` pixels high."""

    hand: Hand
    materials: Materials
    size: float
    rng: np.random.Generator

    @classmethod
    def new(cls, materials: Materials, size: float, rng: np.random.Generator) -> "Writer":
        return cls(new_hand(rng), materials, size, rng)

    def number(self, text: str) -> Ink:
        """Digits, cut to their ink."""
        return scaled(write(text, self.hand, self.materials.glyphs, self.rng)[0], self.size / TALL)


def printed(text: str, size: float, rng: np.random.Generator) -> Ink:
    """The text in one of many fonts, a capital `size` pixels high, cut to its ink."""
    return scaled(print_line(text, rng), size / TALL)


def printed_words(size: float, rng: np.random.Generator) -> Ink:
    """A word or a few, as `printed`."""
    return scaled(print_words(rng), size / TALL)


def scaled(ink: Ink, scale: float) -> Ink:
    """So many times as large."""
    size = [max(1, round(side * scale)) for side in ink.shape[::-1]]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, size, interpolation=how), np.uint8)
