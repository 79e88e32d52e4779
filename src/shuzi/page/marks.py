"""Marks that look like digits, by what else the hand wrote: ditto marks, a slash for nothing, a
ring before a number or around it, a digit that is blacked out."""

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
RING = 0.55, 0.6
"""Heights of a number's other digits below which a 0 before them may be a ring, as a list's bullet
is; and of the numbers around, for a 0 by itself. Of UNIPEN's numbers with a 0 in front all of 132
have 0.55 and more (0.6: three have less), of 70 such rings none. A 0 behind may be as low: with 0.5
two of 191 numbers of the logbook and two of 66 cheques that are accepted would be for review."""
WITHIN = 0.4
"""Height of a 0 from which a piece within it, by itself, may be a number that the ring is around;
of those of a tester's that are accepted as 0 it is 0.50 to 0.59, a point's less than 0.2."""
SOLID, BLOT = 160, 6.2
"""How bright a strip's ink is that is solid, and pixels of a strip, of which 22 are a number's
height, that a digit's is thick to each side, from which it is blacked out: of a tester's 138
numbers with such a digit 6 instead of 24 are accepted; of 1,556 accepted ones of numbers/,
`pages/`, desks and the browser's documents all have 5.6 at most."""
INK = 96
"""How bright a strip's ink is; with 127 21 instead of 22 slashes and others are accepted wrongly on
the pages below."""
HAND = 6
"""Digits that tell how a hand leans, at least: by two or three others 23 of 144 1s of UNIPEN's
numbers reach as far as a slash, by a page's 6 of 160."""


def are_marks(
    quads: Sequence[Quad], said: Sequence[Transcript], in_boxes: Sequence[bool]
) -> set[int]:
    """Which numbers may be marks: an 11 the two strokes that stand for what is written above, as
    they are much lower than the numbers around them; a 1 a slash that stands for nothing, as it
    leans more than the hand; a 0, by itself or before others, a list's bullet, as it is low, or
    the ring around a number; a digit one that is blacked out.

    On pages in hands that are held out of training (`tools/measure_rows.py`) of 133 ditto marks
    none is accepted instead of 42, and of 567 numbers and slashes 22 are accepted wrongly instead
    of 95, 391 rightly instead of 398; of 60 numbers behind a ring (`tools/measure_marks.py`) none
    is accepted wrongly instead of 19. Of the 943 of `pages/` and the crops a 0 and a 1 are held
    back. Of UNIPEN's numbers with two 1s 9 of 10 have 1s of 0.85 and more of their other digits'
    height.

    Args:
        quads, said: of each number.
        in_boxes: which are in printed boxes, whose lines would be rings around them.
    """
    texts = [one.reading.text for one in said]
    suspects = [i for i, text in enumerate(texts) if text in ("0", "1", "11")]
    others = np.array([i for i, text in enumerate(texts) if text != "0" and text.strip("1")], int)
    found = {
        i
        for i, (one, boxed) in enumerate(zip(said, in_boxes, strict=True))
        if not boxed and (_has_ring(one) or _is_ringed(one) or _has_blot(one))
    }
    if not (suspects and len(others)):
        return found
    middles = np.array([quad.mean(axis=0) for quad in quads])
    high = np.array([quad_size(quad)[1] for quad in quads])
    leans = [lean for i in others for lean in _leans(said[i])]
    hand = float(np.median(leans)) if len(leans) >= HAND else None
    for i in suspects:
        nearest = np.linalg.norm(middles[others] - middles[i], axis=1).argsort()[:6]
        size = high[i] / np.median(high[others[nearest]])
        if texts[i] == "11":
            is_mark = size < LOW
        elif texts[i] == "0":
            is_mark = size < RING[1]
        else:
            is_mark = hand is not None and (_lean(said[i].strip.writing) - hand) * size > REACH
        if is_mark:
            found.add(i)
    return found


def _has_ring(said: Transcript) -> bool:
    """Whether the first digit of several is a 0 that is much lower than the others."""
    digits, ink = said.reading.digits, said.strip.values > INK
    if len(digits) < 2 or digits[0] != "0":
        return False
    rows = [np.flatnonzero(ink[:, first:last].any(axis=1)) for first, last in said.reading.spans]
    first, *others = (int(at[-1] - at[0]) + 1 if len(at) else 0 for at in rows)
    return first < RING[0] * float(np.median(others))


def _is_ringed(said: Transcript) -> bool:
    """Whether a 0 by itself may be the ring around a number: a piece is within that is not small,
    as the point in some hands' 0 is."""
    if said.reading.digits != "0":
        return False
    ink = (said.strip.values > INK).astype(np.uint8)
    count, _, found, _ = cv2.connectedComponentsWithStats(ink)
    if count < 2:
        return False
    left, top, wide, high, _ = np.asarray(found, np.int64)[1:].T
    ring = high.argmax()
    inside = (left > left[ring]) & (left + wide < (left + wide)[ring])
    inside &= (top > top[ring]) & (top + high < (top + high)[ring])
    return bool((inside & (high >= WITHIN * high[ring])).any())


def _has_blot(said: Transcript) -> bool:
    """Whether a digit is so thick that it is blacked out."""
    spans = said.reading.spans
    if not spans:
        return False
    ink = (said.strip.values[:, spans[0][0] : spans[-1][1]] > SOLID).astype(np.uint8)
    # A shadow or a frame reaches over or under the writing: without this 18 instead of 6
    # of 6,025 accepted numbers in photos of sudokus are told.
    _, names = cv2.connectedComponents(ink)
    ink[np.isin(names, names[[0, -1]])] = 0
    return bool(cv2.distanceTransform(ink, cv2.DIST_L2, cv2.DIST_MASK_5).max() >= BLOT)


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
    moments = cv2.moments((ink > INK).astype(np.uint8), binaryImage=True)
    return -moments["mu11"] / max(moments["mu02"], 1e-9)
