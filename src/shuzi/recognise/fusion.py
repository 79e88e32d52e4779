"""What both readers say of a number -> the texts that it may be, with calibrated probabilities.

A log-linear pool: each text's score is the weighted sum of the logarithms of both readers'
probabilities (Genest and Zidek, 1986). That the likeliest text is right is then a logistic function
of its log-odds in the pool (Platt, 1999). `tools/fit_fusion.py` fits all weights and writes them
into `models/decisions.json`.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from shuzi.files import read_json, shipped
from shuzi.recognise.decoding import digits_of
from shuzi.recognise.second import Line

SPREAD, LEAST = 0.1, 1e-3
"""Of what a reader's likeliest text lacks to 1, the share that any other text has, be it listed or
not; and what each has besides: a reader that is unsure rules nothing out."""
FITTED = shipped("decisions.json")
DOUBTFUL = 0.5
"""Confidence of a number whose digits are surer than its signs, at most."""
Texts = list[tuple[str, float]]
Counts = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the pool, and of its calibration.

    Args:
        both: what the logarithms of both readers' probabilities count, alike: composed pictures
            would have the model that learned from such count twice as much as the other; of
            `benchmarks/read_numbers.py` 0.780 instead of 0.825 of the cheques are right then, 0.900
            instead of 0.893 of the logbook, 0.969 of the years either way.
        signed: added for a text with signs that is not the number model's.
        clear: added for the text with signs that is.
        none: added for there being no number.
        offset, slope: of the confidence's log-odds, from the pool's.
        caution: logarithm of how much likelier than the digits alone a text with signs must be: a
            sign that nobody wrote is worse than one that is left to a person.
    """

    both: float
    signed: float
    clear: float
    none: float
    offset: float
    slope: float
    caution: float

    @property
    def pool(self) -> Counts:
        return self.both, self.signed, self.clear, self.none


def candidates(own: Mapping[str, float], line: Line, clear: str) -> dict[str, Counts]:
    """Each text that a reader says, the empty one too, and what counts for it, in the order of
    `Weights`.

    Args:
        own: texts and their probabilities; empty for no number.
        line: what the second reader says.
        clear: the text that the number model says.
    """
    # What it says of the digits if nothing else is written counts as much as that is likely.
    texts = {text: (1 - line.marked) * p for text, p in line.texts.items()}
    nothing = line.marked + texts.get("", 0.0)
    first, second = _Counting(own.values()), _Counting(texts.values())
    found: dict[str, Counts] = {"": (first(own.get("", 0.0)) + second(nothing), 0.0, 0.0, 1.0)}
    for text in (*own, *texts, *map(digits_of, texts), clear):
        if text and text not in found:
            said = first(own.get(text, 0.0)) + second(texts.get(text, 0.0))
            signed, is_clear = not text.isdigit(), text == clear
            found[text] = (
                said,
                float(signed and not is_clear),
                float(signed and is_clear),
                0.0,
            )
    return found


class _Counting:
    """What a reader's probabilities count, given all of them."""

    def __init__(self, all_of_them: Iterable[float]) -> None:
        self._anything = SPREAD * (1 - max(all_of_them, default=0.0)) + LEAST

    def __call__(self, probability: float) -> float:
        return math.log(probability + self._anything)


def fuse(own: Mapping[str, float], line: Line, clear: str, weights: Weights | None = None) -> Texts:
    """The texts, best first: the first's probability is calibrated, the others, and that there is
    no number, share what it lacks. Nothing if nobody read any.

    Args as of `candidates`; the shipped weights if there are none.
    """
    weights = weights or shipped_weights()
    shares = pool(candidates(own, line, clear), weights.pool)
    text = choose(shares, clear, weights.caution)
    if not text:
        return []
    share = shares[text]
    confidence = _sure(share, weights)
    # The second reader sees one view, which may lack a sign that others show: without this rule 8
    # of 60 crops of a minus with paper behind it lose it and are accepted; of 818 real crops of one
    # number as many are accepted rightly.
    likeliest = max(own, key=own.__getitem__, default=text)
    if likeliest != text and digits_of(likeliest) == digits_of(text):
        confidence = min(confidence, DOUBTFUL)
    scale = (1 - confidence) / max(1 - share, 1e-9)
    others = [(other, scale * p) for other, p in shares.items() if other != text]
    return [(text, confidence), *sorted(others, key=lambda item: -item[1])]


def choose(shares: Mapping[str, float], clear: str, caution: float) -> str:
    """The likeliest digits, and with them the likeliest signs, if these are likely enough."""
    of_digits: dict[str, float] = defaultdict(float)
    for text, share in shares.items():
        of_digits[digits_of(text)] += share
    of_digits.pop("", None)
    digits = max(of_digits, key=of_digits.__getitem__, default="")
    same = [text for text in shares if digits_of(text) == digits]
    text = max(same, key=shares.__getitem__, default="")
    likelier = (
        math.log(max(shares[text], 1e-9) / max(shares.get(digits, 0.0), 1e-9)) if text else 0.0
    )
    return text if text == clear or likelier >= caution else digits


def pool(counted: Mapping[str, Counts], weights: Sequence[float]) -> dict[str, float]:
    """Each text's share of the pool."""
    scores = {
        text: sum(w * value for w, value in zip(weights, values, strict=True))
        for text, values in counted.items()
    }
    top = max(scores.values())
    total = sum(math.exp(score - top) for score in scores.values())
    return {text: math.exp(score - top) / total for text, score in scores.items()}


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


@cache
def shipped_weights() -> Weights:
    """Those of the models that shuzi carries."""
    return Weights(**read_json(FITTED)["readers"])


def _sure(share: float, weights: Weights) -> float:
    return _probability(weights.offset + weights.slope * log_odds(share))


def log_odds(p: float) -> float:
    """Of a probability, not without end."""
    return math.log((p + 1e-4) / (1 - p + 1e-4))
