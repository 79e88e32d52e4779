"""What the models said -> numbers with their digits and places."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.sequence import Reading
from shuzi.recognise.signs import Sign, signed
from shuzi.recognise.strip import Strip
from shuzi.result import Box, Digit, Number
from shuzi.rules.groups import Group
from shuzi.rules.layout import Layout

LETTER, LETTERS, PASSED_OVER = 0.4, 3, 2
"""Heights of a word that a letter has; a word has so many letters besides those taken for digits,
and so many to each of these. Fewer may be fillers, or crossed out."""
SEVERAL, UNSURE = 2, 0.5
"""Where so many are passed over, it is a word as often as a number: a unit, or a word's letters."""
SPACE, SMALL = 1.5, 1.1
"""Heights of a letter between words; and how high it is against their small letters. Digits are
higher."""
EVEN, PRINTED = 0.06, 0.4
"""Of their height, how far small letters of print differ; and their share of a text's letters."""
REFUSED = 0.4
"""Above this probability that it is no digit there is none; below, the digit is given as unsure."""
WHOLE = 0.6
"""What a row of boxes read as a whole counts, against its digits read apart."""
AGREES = 0.5
"""So probable is a digit to the number model that it takes for nothing else."""
FILLER = 0.5
"""Above this probability that it is no digit, what a box holds is a dash or a crossing-out."""


def averaged(reading: Reading, opinion: NDArray[np.float32], width: int) -> Reading:
    """The mean of what both models say of each text.

    That the ink is not one digit speaks for all other texts alike, several digits and none.
    """
    said = reading.probabilities
    others = sum(p for text, p in said.items() if len(text) != 1) or 1.0
    refused = max(0.0, 1 - float(opinion.sum()))
    share = {text: p / others * refused for text, p in said.items() if len(text) != 1} or {
        "": refused
    }
    share |= {str(digit): p for digit, p in enumerate(opinion.tolist())}
    mean = {text: (said.get(text, 0.0) + p) / 2 for text, p in share.items()}
    (text, confidence), *rest = sorted(mean.items(), key=lambda item: -item[1])
    spans = reading.spans if text == reading.text else _evenly(len(text), width)
    return Reading(text, min(1.0, confidence), spans, tuple(rest[:4]))


def doubt(probabilities: NDArray[np.float32], reading: Reading) -> float:
    """What the digit model's probabilities of one digit are to be multiplied by.

    1 unless the number model takes the same ink for something else rather than that digit, as it
    does many letters; then such that the digit is as probable as both say in the mean.
    """
    own = float(probabilities.max())
    other = reading.probabilities.get(str(probabilities.argmax()), 0.0)
    return 1.0 if other >= AGREES else (own + other) / (2 * own)


def agreed(number: Number, reading: Reading) -> tuple[str, float]:
    """The likelier digits of what two looks at the same ink saw, and their confidence.

    The mean of both, so that what only one of them sees is unsure.

    Args:
        number: from the digits apart, or without the border.
        reading: of the whole.
    """
    said = {text: WHOLE * p for text, p in reading.probabilities.items()}
    own = unsigned(number)
    said[own] = said.get(own, 0.0) + (1 - WHOLE) * number.confidence
    text = max((own, reading.text), key=lambda text: said[text])
    return text, min(1.0, said[text])


def unsigned(number: Number) -> str:
    """Its digits alone."""
    return "".join(digit.text for digit in number.digits)


def _evenly(count: int, width: int) -> tuple[tuple[int, int], ...]:
    return tuple((i * width // count, (i + 1) * width // count) for i in range(count))


def on_page(layout: Layout, group: Group, strip: Strip, reading: Reading) -> Number:
    """A group's reading as a number in its place on the picture."""
    number = number_of(reading, strip, layout.crop_box(group), group.box)
    digits = tuple(replace(d, box=layout.on_picture(d.box)) for d in number.digits)
    return replace(number, box=layout.on_picture(group.box), line=group.line, digits=digits)


def passed_over(layout: Layout, group: Group, strip: Strip, reading: Reading) -> int:
    """How many of the group's letters or digits the reading leaves out."""
    stats = layout.stats[list(group.parts)]
    letters = stats[stats[:, 3] >= LETTER * stats[:, 3].max()]
    middles = letters[:, 0] + letters[:, 2] / 2
    crop = layout.crop_box(group)
    ends = [[strip.on_crop(column) for column in span] for span in reading.spans]
    begin, end = crop.x + np.array(ends).T
    return int((~((begin <= middles[:, None]) & (middles[:, None] <= end)).any(axis=1)).sum())


def doubted(number: Number) -> Number:
    """The number, at most as sure as one that may be a word."""
    return replace(number, confidence=min(UNSURE, number.confidence))


def is_of_a_word(text: str, unread: int) -> bool:
    """Whether most of a group was passed over: its digits are letters of a word."""
    return unread >= max(LETTERS, PASSED_OVER * len(text))


def is_a_letter(layout: Layout, group: Group, words: Sequence[Group]) -> bool:
    """Whether it stands between two words and is no higher than their small letters: an a, an o.

    Of print only: in handwriting a digit may be as low as they are.
    """
    box, reach = group.box, SPACE * group.box.height
    line = [word for word in words if word.line == group.line]
    before = [word for word in line if 0 <= box.x - word.box.right <= reach]
    after = [word for word in line if 0 <= word.box.x - box.right <= reach]
    if not before or not after:
        return False
    letters = layout.stats[[part for word in (*before, *after) for part in word.parts], 3]
    small = float(np.percentile(letters, 25))
    even = np.abs(letters - small) <= max(1.0, EVEN * small)
    return bool(box.height <= SMALL * small and even.mean() >= PRINTED)


def number_of(
    reading: Reading, strip: Strip, crop: Box, limits: Box, signs: Sequence[Sign] = ()
) -> Number:
    """A reading of the strip of `crop` and the signs in it, its boxes within `limits`."""
    boxes = [_box(span, strip, crop, limits) for span in reading.spans]
    digits = tuple(_digit(reading, place, box) for place, box in enumerate(boxes))
    boxes += [_box(sign.span, strip, crop, limits) for sign in signs]
    left, right = min(box.x for box in boxes), max(box.right for box in boxes)
    box = Box(left, limits.y, right - left, limits.height)
    text = signed(reading.text, signs)
    return Number(text=text, confidence=reading.confidence, box=box, digits=digits)


def _box(span: tuple[int, int], strip: Strip, crop: Box, limits: Box) -> Box:
    begin, end = (crop.x + round(strip.on_crop(column)) for column in span)
    left = min(max(begin, limits.x), limits.right - 1)
    right = max(min(end, limits.right), left + 1)
    return Box(left, limits.y, right - left, limits.height)


def _digit(reading: Reading, place: int, box: Box) -> Digit:
    """One digit; it is as sure as the texts of the same length that agree on it."""
    sums: dict[str, float] = defaultdict(float)
    for text, probability in reading.probabilities.items():
        if len(text) == len(reading.text):
            sums[text[place]] += probability
    own = reading.text[place]
    others = sorted(((t, p) for t, p in sums.items() if t != own), key=lambda pair: -pair[1])
    confidence = min(1.0, sums[own])
    return Digit(text=own, confidence=confidence, box=box, alternatives=tuple(others[:3]))


def boxed_number(boxes: list[Box], table: NDArray[np.float32], whole: Box) -> Number:
    """The number in a row of boxes, one digit each; it is as sure as all of them together.

    What is no digit is a filler before the number and after it, and within it one that cannot be
    read: its likeliest digit stands for it.

    Args:
        boxes: those that hold something, from left to right, in pixels of the picture.
        table: float32 (n, 10), what the digit model says of each.
        whole: the row.
    """
    refused = (1 - table.sum(axis=1)).clip(0, 1)
    read = np.flatnonzero(refused <= FILLER)
    first, last = (int(read[0]), int(read[-1]) + 1) if len(read) else (0, 0)
    digits = tuple(digit_of(table[i], boxes[i]) for i in range(first, last))
    fillers = float(np.prod(refused[:first]) * np.prod(refused[last:]))
    sure = fillers * float(np.prod([digit.confidence for digit in digits]))
    text = "".join(digit.text for digit in digits)
    return Number(text=text, confidence=min(1.0, sure), box=whole, digits=digits)


def digit_of(probabilities: NDArray[np.float32], box: Box) -> Digit:
    """The likeliest digit, with the next three as its alternatives."""
    ranked = [(str(d), float(probabilities[d])) for d in np.argsort(-probabilities)]
    (text, confidence), others = ranked[0], tuple(ranked[1:4])
    return Digit(text=text, confidence=confidence, box=box, alternatives=others)
