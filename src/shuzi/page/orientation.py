"""What the network says of which way is up, and how the numbers read -> the turn of a picture."""

from collections.abc import Sequence

import numpy as np

from shuzi.page.network import Maps
from shuzi.page.regions import Region
from shuzi.recognise.decoding import digits_of
from shuzi.recognise.sequence import Reading

UPRIGHT = 0.9
"""Probability, by the network, from which a picture is upright."""
LIKELY, POSSIBLE, MANY = 0.4, 0.1, 4
"""Probability of a turn that is tried, and of one that is where there are so many numbers: few may
read as well on their head (of 100 cheques 10 did, all wrongly)."""
BEST, WELL, GAIN = 0.9, 0.6, 0.1
"""Mean confidence from which numbers cannot read better; that of a turned picture at least; and
how much better than the picture as it is it reads."""
DIGIT = 0.95
"""Confidence of a single digit from which a picture does not lie on its side. Of 1,250 digits of
five sets 6 are turned without it, 5 of them an 8 that reads as 00 on its side, and 4 with it; of
588 numbers that lie on their side or their head as many are turned back."""
EITHER_WAY = frozenset("01689")
"""Digits that are digits on their head too: of 641 crops of numbers one that stands upright is
turned to such a number, surely; of as many on their head 200 are turned and accepted rightly, 19 of
such digits alone, and 4 wrongly, all such."""
ASKEW = 0.1
"""Probability of standing upright below which a picture, turned or not, may have been read on its
side or its head. Of 598 crops of numbers, each in the three wrong turns, 81 are accepted wrongly
without it and 27 with it, by the number model alone; of those that stand upright 255 of 598 rightly
instead of 264; no page of `pages/` has less than 0.44."""
SAMPLE = 24
"""Numbers that are read to compare, the largest, as print is smaller than writing."""


def possible_turns(maps: Maps, count: int) -> list[int]:
    """Degrees clockwise by which the network may turn a picture of so many numbers, the likeliest
    first; none where it is clearly upright."""
    if maps.turns[0] >= UPRIGHT:
        return []
    least = POSSIBLE if count >= MANY else LIKELY
    likely = np.argsort(-maps.turns, kind="stable")
    return [90 * int(turn) for turn in likely if turn and maps.turns[turn] >= least]


def sample_of(regions: Sequence[Region]) -> list[Region]:
    """Those to read in both turns."""
    return sorted(regions, key=lambda region: -min(region.box.width, region.box.height))[:SAMPLE]


def reads_better(turned: Sequence[Reading], before: Sequence[Reading]) -> bool:
    """Whether a sample reads better turned than before, and no fewer digits of few numbers.

    Before is the whole picture where that reads better than what was found in it: of 834 crops of
    numbers that stand upright 2 are turned so, 11 without these two rules; of 588 that lie on their
    side or their head 318 are turned back instead of 322.
    """
    few = len(before) < MANY
    if few and _digits_of(turned) < _digits_of(before):
        return False
    return mean_confidence(turned) >= max(WELL, mean_confidence(before) + GAIN)


def is_digit(readings: Sequence[Reading]) -> bool:
    """Whether they are one digit, surely; it may stand on its head."""
    surest = max((reading.confidence for reading in readings if reading.text), default=0.0)
    return _digits_of(readings) == 1 and surest >= DIGIT


def is_askew(maps: Maps, digits: int, *, other: bool) -> bool:
    """Whether so many digits were perhaps read on their side or their head. One by itself says
    little of which way is up: 8 of 143 that were drawn would be held back, 1 is now.

    Args:
        other: there is writing beside them that was not read.
    """
    return bool(maps.turns[0] < ASKEW) and (other or digits > 1)


def reads_either_way(text: str) -> bool:
    """Whether a number may be another one on its head, or a single digit a letter on its side.

    Of a tester's 80 crops like `No 4` 4 were turned, and the N an accepted 2; now none is. Of the
    598 crops of numbers/ in the three wrong turns 582 are accepted rightly and 26 wrongly either
    way.
    """
    digits = digits_of(text)
    return len(digits) < 2 or EITHER_WAY.issuperset(digits)


def _digits_of(readings: Sequence[Reading]) -> int:
    return sum(len(reading.text) for reading in readings)


def mean_confidence(readings: Sequence[Reading]) -> float:
    """Of a sample of a picture's numbers; 0 if it is a digit or none, which may be another one on
    its head."""
    if _digits_of(readings) < 2:
        return 0.0
    return float(np.mean([reading.confidence if reading.text else 0.0 for reading in readings]))
