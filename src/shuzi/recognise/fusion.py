"""What both readers say of a number -> the texts that it may be, with calibrated probabilities.

A log-linear pool: each text's score is the weighted sum of the logarithms of both readers'
probabilities (Genest and Zidek, 1986). That the likeliest text is right is then a logistic function
of its log-odds in the pool (Platt, 1999). `tools/fit_fusion.py` fits all weights.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shuzi.recognise.second import SIGNS, Line

LEAST = 0.01
"""What is added to each probability."""
RARE = 1e-3
"""Texts less probable than this are not considered."""
Texts = list[tuple[str, float]]
Counts = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the pool, and of its calibration.

    Args:
        own, second: what each reader counts.
        signed: added for a text with signs that are not clear from their form. It is less than
            what is likeliest, for a sign that nobody wrote is worse than one that is lost.
        clear: added for the text with those signs that are.
        offset, slope: of the confidence's log-odds, from the pool's.
        regained: added to those of a text that was chosen in spite of `signed`.
    """

    own: float
    second: float
    signed: float
    clear: float
    offset: float
    slope: float
    regained: float

    @property
    def pool(self) -> tuple[float, float, float, float]:
        return self.own, self.second, self.signed, self.clear


WEIGHTS = Weights(
    own=0.746, second=0.697, signed=-2.088, clear=1.491, offset=-0.488, slope=0.791, regained=1.253
)


def candidates(own: Mapping[str, float], line: Line, clear: str) -> dict[str, Counts]:
    """Each text that a reader says, and what counts for it, in the order of `Weights`.

    Args:
        own: texts of digits and their probabilities; empty for no number.
        line: what the second reader says.
        clear: the text with the signs that are clear from their form.
    """
    texts = dict.fromkeys(
        [
            *(text for text, p in own.items() if p > RARE),
            *(text for text, p in line.texts.items() if p > RARE),
            clear,
        ]
    )
    return {
        text: (
            math.log(_without_signs(text, own) + LEAST),
            math.log(line.texts.get(text, 0.0) + LEAST),
            float(not text.isdigit() and text != clear),
            float(not text.isdigit() and text == clear),
        )
        for text in texts
        if text
    }


def fuse(own: Mapping[str, float], line: Line, clear: str, weights: Weights = WEIGHTS) -> Texts:
    """The texts, best first: the first's probability is calibrated, the others share what it lacks.

    Args as of `candidates`.
    """
    ranked = pool(candidates(own, line, clear), weights.pool)
    if not ranked:
        return []
    (text, share), *others = ranked
    odds = weights.offset + weights.slope * log_odds(share)
    odds += 0.0 if text.isdigit() or text == clear else weights.regained
    confidence = 1 / (1 + math.exp(-odds))
    scale = (1 - confidence) / (1 - share) if others else 0.0
    return [(text, confidence), *((other, scale * p) for other, p in others)]


def pool(counted: Mapping[str, Counts], weights: Sequence[float]) -> Texts:
    """Each text's share of the pool, the largest first."""
    scores = {
        text: sum(w * value for w, value in zip(weights, values, strict=True))
        for text, values in counted.items()
    }
    top = max(scores.values(), default=0.0)
    total = sum(math.exp(score - top) for score in scores.values())
    shares = ((text, math.exp(score - top) / total) for text, score in scores.items())
    return sorted(shares, key=lambda item: -item[1])


def log_odds(p: float) -> float:
    """Of a probability, not without end."""
    return math.log((p + 1e-4) / (1 - p + 1e-4))


def _without_signs(text: str, own: Mapping[str, float]) -> float:
    """How probable a text is to a reader that knows no signs: to it each is a digit, or nothing."""
    if text.isdigit():
        return own.get(text, 0.0)
    may_be = re.compile(re.sub(f"[{re.escape(SIGNS)}]", r"\\d?", text))
    return max((p for other, p in own.items() if other and may_be.fullmatch(other)), default=0.0)
