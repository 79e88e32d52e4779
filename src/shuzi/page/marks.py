"""Marks that look like 1s, by what else the hand wrote: ditto marks, and a slash for nothing."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.page.image import Quad, quad_size
from shuzi.recognise.transcriber import Transcript

LOW = 0.75
"""Heights of the numbers around it below which a number of two strokes may be ditto marks; of
226 numbers accepted in `pages/` 95 of 100 have 0.79 and more."""
REACH = 0.3
"""How far a single stroke that may be a slash reaches to the right, in heights of the numbers
around it, beside how the hand leans: the slashes of UNIPEN's dates do in 74 of 100, 2 of 601 1s in
80 photos of sudokus, 1 of 23 in `pages/`. With 0.25 81 of 100, 2 of 601 and 2 of 23."""
HAND = 6
"""Digits that tell how a hand leans, at least."""


def are_marks(quads: Sequence[Quad], said: Sequence[Transcript]) -> set[int]:
    """Which 11 may be the two strokes that stand for what is written above, as they are much lower
    than the numbers around them, and which 1 a slash that stands for nothing, as it leans more.

    On pages in hands that are held out of training (`tools/measure_rows.py`) of 133 ditto marks
    none is accepted instead of 42, and of 567 numbers and slashes 21 are accepted wrongly instead
    of 95, 391 rightly instead of 398; of the 943 of `pages/` and the crops one is held back. Of
    UNIPEN's numbers with two 1s 9 of 10 have 1s of 0.85 and more of their other digits' height.

    Args:
        quads, said: of each number.
    """
    texts = [one.text for one in said]
    suspects = [i for i, text in enumerate(texts) if text in ("1", "11")]
    others = np.array([i for i, text in enumerate(texts) if text.strip("1")], int)
    if not (suspects and len(others)):
        return set()
    middles = np.array([quad.mean(axis=0) for quad in quads])
    high = np.array([quad_size(quad)[1] for quad in quads])
    leans = [lean for i in others for lean in _leans(said[i])]
    hand = float(np.median(leans)) if len(leans) >= HAND else None
    found = set[int]()
    for i in suspects:
        nearest = np.linalg.norm(middles[others] - middles[i], axis=1).argsort()[:6]
        size = high[i] / np.median(high[others[nearest]])
        if texts[i] == "11":
            is_mark = size < LOW
        else:
            is_mark = hand is not None and (_lean(said[i].strip.writing) - hand) * size > REACH
        if is_mark:
            found.add(i)
    return found


def _leans(said: Transcript) -> list[float]:
    """How each of a number's digits leans that is no 1."""
    reading, values = said.reading, said.strip.values
    return [
        _lean(values[:, first:last])
        for digit, (first, last) in zip(reading.digits, reading.spans, strict=True)
        if digit != "1"
    ]


def _lean(ink: NDArray[np.uint8]) -> float:
    """How far ink, uint8 (height, width), goes to the right, a row upwards: by its second moments,
    the slope of the columns' regression on the rows."""
    moments = cv2.moments((ink > 127).astype(np.uint8), binaryImage=True)
    return -moments["mu11"] / max(moments["mu02"], 1e-9)
