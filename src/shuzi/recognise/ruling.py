"""Lines that are no part of a number: one before it, that comes from further left and is no minus,
and one that runs down between two of its digits."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.paper import dilated
from shuzi.recognise.sequence import Reading
from shuzi.recognise.strip import ink_mask

MINUS = "-"
AROUND = 1.0
"""Of a number's height, the paper around it in which a line is looked for."""
FAR, SLOPE, WHOLE = 0.6, 0.1, 0.95
"""Heights that a line runs on before the number, how far it may rise or fall meanwhile, and how
much of it must be there. Of the 32 counts in `pages/tally_*`, whose rows' lines run into them, 28
are read as they are written instead of 21, and 3 fewer of the wrong ones are accepted; the minuses
of `pages/` stay."""


def runs_in(grey: NDArray[np.uint8], number: int, edge: int) -> tuple[bool, bool]:
    """Whether a line that comes from the left ends at a number; and whether the picture's edge cuts
    it off, so that nobody knows.

    Args:
        grey: uint8 (height, width), the number laid flat with `AROUND` heights around it.
        number: its first column without the paper around it.
        edge: the picture's first column.
    """
    high = number / AROUND
    first = max(edge, round(number - FAR * high))
    # A sign may touch the picture's edge.
    last = max(number, first + 2)
    before = ink_mask(grey)[round(high) : len(grey) - round(high), first:last]
    sloping = dilated(before, max(3, round(SLOPE * high)), 1)
    comes = bool(before.size and sloping.mean(axis=1).max() >= WHOLE)
    return comes and first > edge, comes and first == edge


def parting_lines(grey: NDArray[np.uint8], digits: Sequence[tuple[float, float]]) -> list[int]:
    """Of each two digits that follow each other, in how many halves of the crop, the upper and the
    lower one, a line runs down between them.

    Args:
        grey: uint8 (height, width), a number laid flat with some paper over and under it.
        digits: the first column of each, and the one after its last.
    """
    mask, half = dilated(ink_mask(grey), 1, 3), len(grey) // 2
    # It may lean, and be in other columns above than below.
    lines = [part.mean(axis=0) >= WHOLE for part in (mask[:half], mask[half:])]
    found = []
    for (first, end), (start, last) in pairwise(digits):
        # A digit's columns may hold a part of the line.
        between = slice(max(0, int((first + 3 * end) / 4)), max(0, ceil((3 * start + last) / 4)))
        found.append(sum(bool(line[between].any()) for line in lines))
    return found


def without_minus(reading: Reading) -> Reading:
    """What is said of the digits, whether a minus is before them or not."""
    texts: dict[str, float] = defaultdict(float)
    for text, probability in reading.probabilities.items():
        texts[text.removeprefix(MINUS)] += probability
    text = reading.text.removeprefix(MINUS)
    confidence = min(1.0, texts.pop(text))
    others = tuple(sorted(texts.items(), key=lambda pair: -pair[1]))
    return replace(reading, text=text, confidence=confidence, alternatives=others)
