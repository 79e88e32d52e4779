"""A page's groups -> the turn that brings its numbers upright."""

from itertools import islice

import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.sequence import SequenceRecogniser
from shuzi.recognise.strip import normalise_strip
from shuzi.rules.layout import Layout

SAMPLE = 40
"""Groups that are looked at, the largest, as print is smaller than writing."""
FIRST, SURE = 12, 0.9
"""If so many are read with that mean confidence, or better than in any other turn, the page is
upright and the rest not looked at."""
LEAST = 0.15
"""Mean confidence below which a turn is no better than another: there are no numbers."""
LEVEL, LEAST_LEVEL = 2.0, 0.5
"""Median width over height of groups of words or numbers that run level, as on its side most of
what is beside each other belongs to other lines; and the least for such a page on its head: there
some words look like numbers."""
GAIN, DEVIATIONS = 1.5, 2.0
"""A turn must read so many groups more, and by so many standard errors."""


def turn_upright(layout: Layout, recogniser: SequenceRecogniser) -> int:
    """Degrees to turn the page clockwise, 0, 90, 180 or 270; 0 unless another is clearly better.

    By how sure the model is of the same groups in each of the four turns.
    """
    crops = _sample(layout)
    few = crops[:FIRST]
    upright = _confidences(few, 0, recogniser) if len(crops) > 1 else np.ones(1)
    if upright.mean() > SURE or _is_best(upright, few, recogniser):
        return 0
    as_it_is = _confidences(crops, 0, recogniser)
    quarters, least = ((2,), LEAST_LEVEL) if _runs_level(layout) else ((1, 2, 3), LEAST)
    turns = {turn: _confidences(crops, turn, recogniser) for turn in quarters}
    best = max(turns, key=lambda turn: float(turns[turn].sum()))
    clear = turns[best].mean() > least and _is_clear(turns[best] - as_it_is)
    return -90 * best % 360 if clear else 0


def _runs_level(layout: Layout) -> bool:
    """Whether the writing runs from left to right; then print's round letters are no noughts."""
    free = [group.box for group in layout.groups if not group.boxes]
    shapes = [box.width / box.height for box in free]
    return len(shapes) > FIRST and float(np.median(shapes)) > LEVEL


def _sample(layout: Layout) -> list[NDArray[np.uint8]]:
    printed = (box for group in layout.groups for box in group.boxes)
    boxes = [layout.paper_in(box) for box in islice(printed, SAMPLE)]
    free = [group for group in layout.groups if not group.boxes]
    free.sort(key=lambda group: -min(group.box.width, group.box.height))
    return boxes + [layout.crop(group) for group in free[: SAMPLE - len(boxes)]]


def _confidences(
    crops: list[NDArray[np.uint8]], quarters: int, recogniser: SequenceRecogniser
) -> NDArray[np.float64]:
    turned = [np.ascontiguousarray(np.rot90(crop, quarters)) for crop in crops]
    readings = recogniser.glance([normalise_strip(crop) for crop in turned])
    return np.array([reading.confidence if reading.text else 0.0 for reading in readings])


def _is_best(
    upright: NDArray[np.float64], crops: list[NDArray[np.uint8]], recogniser: SequenceRecogniser
) -> bool:
    """Whether the crops are read better as they are than in every other turn."""
    turned = (_confidences(crops, quarters, recogniser) for quarters in (1, 2, 3))
    return all(sure.sum() < upright.sum() for sure in turned)


def _is_clear(gains: NDArray[np.float64]) -> bool:
    error = max(float(gains.std(ddof=1)) / len(gains) ** 0.5, 1e-9)
    return float(gains.sum()) >= GAIN and float(gains.mean()) / error >= DEVIATIONS
