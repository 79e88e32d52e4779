"""Lines that are no part of a number: one before it, that comes from further left and is no minus,
and one that runs down between two of its digits."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.glyph import FAINTEST
from shuzi.recognise.paper import dilated
from shuzi.recognise.sequence import Reading
from shuzi.recognise.strip import ink_mask, ink_of

MINUS = "-"
AROUND = 1.0
"""Of a number's height, the paper around it in which a line is looked for."""
SHORT = 0.25
"""Heights that a minus is long, at least."""
EDGE = 0.15
"""Of a number's height, from its top and from its foot, where a stroke is a cell's line rather than
a minus, if another is between. Of 602 numbers in tight cells, half with a minus
(`tools/measure_rows.py`), 3 instead of 16 are accepted wrongly and 361 instead of 352 rightly; of
350 of a tester's pages of such 1 instead of 36 is wrong (0.1: 14, 0.2: 1)."""
MOST, PALE = 0.65, 0.3
"""Share of a stroke's columns that are paler than it, at most, where it may be shorter than thought
or touch a digit; and how dark a line is in terms of it, at least. On a tester's pages of squared
and lined paper 38 minuses that stand on a line were taken for it, and the number accepted without;
2 are so, 33 are read with it, and 681 of 686 other numbers accepted as before; of 364 of
`tools/measure_rows.py` 10 instead of 179 are accepted wrongly, 243 instead of 80 rightly. With 0.45
two more of the 32 counts in `pages/tally_*` are wrong, whose lines blur to the left."""
AS_DARK = 0.7
"""How dark it is in terms of the stroke, below which a minus may lie on it: none of 3 such in a
tester's pencil on ruled lines is accepted without; one of the 32 counts is for review."""
FAR, SLOPE, WHOLE = 0.6, 0.1, 0.95
"""Heights that a line runs on before the number, how far it may rise or fall meanwhile, and how
much of it must be there. Of the 32 counts in `pages/tally_*`, whose rows' lines run into them, 28
are read as they are written instead of 21, and 3 fewer of the wrong ones are accepted; the minuses
of `pages/` stay."""
HALF, APART, NEAR = 0.5, 0.15, 0.3
"""How dark ink is in terms of a stroke's, at least, to be of it or of what it hangs on; heights
that each of two lines in a row is long, at least; and that the second begins before the number, at
most. Of a tester's numbers beside axes, brackets and trees 16 instead of 47 are accepted wrongly,
249 rightly instead of 252; of 943 real ones all as before."""


def runs_in(grey: NDArray[np.uint8], number: int, digit: int, edge: int) -> tuple[bool, bool]:
    """Whether the stroke before a number's first digit is a line that comes from further left; and
    whether nobody knows, as the picture's edge cuts it off, or it is much paler than the stroke.

    Args:
        grey: uint8 (height, width), the number laid flat with `AROUND` heights around it.
        number: its first column without the paper around it.
        digit: the first column of its first digit.
        edge: the picture's first column.
    """
    high = number / AROUND
    first = max(edge, round(number - FAR * high))
    rows, columns = _place(grey, number, digit)
    ink = ink_of(grey)[rows]
    stroke = ink[:, columns]
    # A sign may touch the picture's edge.
    before = ink[:, first : max(number, first + 2)]
    if not (stroke.size and before.size):
        return False, False
    row = _row(stroke)
    around = slice(max(0, row - round(SLOPE * high)), row + round(SLOPE * high) + 1)
    dark = np.quantile(stroke[around].max(axis=0), MOST)
    follows = (before[around].max(axis=0) >= PALE * dark).mean()
    comes = bool(dark >= FAINTEST and follows >= WHOLE)
    runs = _runs(ink[around, first : max(digit, number + 1)] >= HALF * dark, APART * high)
    # A line that ends before a stroke leaves it a minus.
    if comes and len(runs) > 1 and runs[-1][0] > number - first - NEAR * high:
        return False, True
    in_doubt = comes and bool(np.median(before[around].max(axis=0)) < AS_DARK * dark)
    return comes and first > edge, comes and (first == edge or in_doubt)


def hangs(grey: NDArray[np.uint8], number: int, digit: int) -> bool:
    """Whether the stroke before a number's first digit hangs on something as high as the number: an
    axis, whose mark it is, a bracket, the trunk of a tree.

    Args:
        grey, number, digit: as `runs_in` takes them.
    """
    rows, columns = _place(grey, number, digit)
    ink = ink_of(grey)[:, : columns.stop]
    stroke = ink[rows, columns]
    if not stroke.size:
        return False
    row = _row(stroke)
    column = int(stroke[row].argmax())
    dark = np.quantile(stroke[max(0, row - 1) : row + 2].max(axis=0), MOST)
    mask = (ink >= HALF * max(float(dark), 1.0)).astype(np.uint8)
    _, names, stats, _ = cv2.connectedComponentsWithStats(mask)
    piece = names[rows.start + row, number + column]
    return bool(piece and stats[piece, cv2.CC_STAT_HEIGHT] >= number / AROUND)


def _place(grey: NDArray[np.uint8], number: int, digit: int) -> tuple[slice, slice]:
    """The rows of a number, and the columns of the stroke before its first digit."""
    high = number / AROUND
    rows = slice(round(high), len(grey) - round(high))
    return rows, slice(number, max(digit, number + round(SHORT * high)))


def _row(stroke: NDArray[np.float32]) -> int:
    """That of the stroke; at the edge of a number's rows only if there is none in their middle."""
    dark = stroke.mean(axis=1)
    row, edge = int(dark.argmax()), round(EDGE * len(dark))
    middle = edge + int(dark[edge : max(edge + 1, len(dark) - edge)].argmax())
    return middle if dark[middle] >= HALF * dark[row] else row


def _runs(inked: NDArray[np.bool_], least: float) -> list[list[int]]:
    """The columns between which there is ink without a break, of bool (height, width)."""
    steps = np.diff(inked.any(axis=0).astype(int), prepend=0, append=0)
    runs = np.flatnonzero(steps).reshape(-1, 2)
    return [run for run in runs.tolist() if run[1] - run[0] >= max(2, least)]


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
