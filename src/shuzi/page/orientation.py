"""What the network says of which way is up, and how the numbers read -> the turn of a picture."""

from collections.abc import Sequence

import numpy as np

from shuzi.page.network import Maps
from shuzi.page.regions import Region
from shuzi.recognise.sequence import Reading

CLEAR = 0.9
"""Probability of a turn, by the network, from which it is tried."""
GAIN = 0.1
"""Mean confidence that the numbers are read with in that turn, above that without it."""
SAMPLE = 24
"""Numbers that are read to compare, the largest, as print is smaller than writing."""


def likely_turn(maps: Maps) -> int:
    """Degrees clockwise by which the network would clearly turn the picture, else 0."""
    turn = int(maps.turns.argmax())
    return 90 * turn if maps.turns[turn] >= CLEAR else 0


def sample_of(regions: Sequence[Region]) -> list[Region]:
    """Those to read in both turns."""
    return sorted(regions, key=lambda region: -min(region.box.width, region.box.height))[:SAMPLE]


def reads_better(turned: Sequence[Reading], as_it_is: Sequence[Reading]) -> bool:
    """Whether the sample of a turned picture reads clearly better than that of the picture.

    Not if it is one digit only: that may be another one on its head.
    """
    if sum(len(reading.text) for reading in turned) < 2:
        return False
    return _mean_confidence(turned) >= _mean_confidence(as_it_is) + GAIN


def _mean_confidence(readings: Sequence[Reading]) -> float:
    sure = [reading.confidence if reading.text else 0.0 for reading in readings]
    return float(np.mean(sure)) if sure else 0.0
