"""Text regions laid flat -> what they say: the number model reads each whole, the digit model joins
where it may be one digit, and the second reader where that can change the text or the decision."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.boxes import Field
from shuzi.recognise.crop import Crop
from shuzi.recognise.decoding import MARK, digits_of
from shuzi.recognise.engine import Recogniser
from shuzi.recognise.expected import Expected
from shuzi.recognise.fusion import fuse
from shuzi.recognise.glyph import normalise
from shuzi.recognise.ruling import without_minus
from shuzi.recognise.second import Line, SecondReader
from shuzi.recognise.sequence import (
    Reading,
    SequenceRecogniser,
    cautious,
    evenly,
    is_blank,
)
from shuzi.recognise.strip import Strip, make_strip

Grey = NDArray[np.uint8]
NARROW = 1.1
"""Width over height of writing that may be a single digit though the number model reads none: of
1,473 digits of five sets 1,456 are right, 1,414 without it. Where it reads several they are: of 202
pairs of MNIST's test digits, one of them a 1, that are no wider, the digit model would say that 66
are one digit."""
TRUST, LEAST = (0.7, 0.5), 1e-3
"""What the digit model and the number model count of a single digit, and what is added to each
probability. Of 2,780 digits of six sets 99.21 % are right (by the digit model alone 99.10, by the
mean of both 98.96), with an expected calibration error of 0.01; of 500 letters 0.6 % are as sure as
0.99 (2.2)."""
PARTLY = 0.5
"""Confidence of a number beside which there is ink that was not read, at most."""
GUESS = 0.05
"""How probable a text must be, at least, to be given where it is likelier that there is none."""
ALTERNATIVES = 4
"""Other texts that are told of a number, at most."""
SURE = 0.995
"""Confidence of shuzi's own models with which nobody else is asked, unless more is wanted. With
0.98 an A4 page of 200 digits takes a sixth less time, of 818 real crops as many are right, and none
of 1,064 letters of unseen writers is accepted, either; but one more wrong number of the logbook is
among its surest half."""
BOXED = 0.8
"""Confidence below which a number in printed boxes is read without their lines, too: of 651 real
pictures (numbers/, `pages/`, 24 photos of sudokus) 9 change, with two more cells of a sudoku and
three more numbers of the logbook for the better and a heading that is for review; of 400 such
fields of forms 316 are right, 265 with the lines alone. Of 1,727 surer ones 1,691 are right with
the lines, 1,635 without, where a stroke in an unused box is a minus."""
LIKELIER, SIGN = 10, 0.1
"""How many times likelier a text is that looks as numbers are said to, unless one with a sign that
does not has so much. Of 98 years said to be 18dd or 19dd 83 are accepted instead of 75, none of
them wrongly (100 times: 87), of 100 numbers of the logbook of three digits 67 instead of 60; of 300
of another length than is said none is (100 times: 3 of 124 that are not of two digits). Of a
tester's 900 numbers of another form than is said, 367 with signs, 16 are, 11 without it, too; 21
where signs do not matter."""
MARKED, OWN_MARKED = 0.9, 0.5
"""How probable a mark that is neither a digit nor a sign must be to the second reader, and to the
number model, to make a number one for review."""
KEPT = 0.5
"""Of a region's margin: of 699 composed numbers 89.1 % are right; with all of it 86.8 %, with none
87.7 %."""


@dataclass(frozen=True, slots=True, eq=False)
class Transcript:
    """What a region says.

    Args:
        strip: what was read.
        reading: the digits and their signs, as they are written, with the digits' places on the
            strip; its text is empty where nothing can be read.
        probabilities: of a single digit, float64 (10,): of the digits 0 to 9; what they lack to 1
            is that it is none, or several.
        unread: something else is written too.
        plain: the region without the lines of its boxes, if it has any and is not sure with them.
        said: the text and its confidence by shuzi's models alone, if the second reader was asked.
        second: what that one said.
        unexpected: numbers are said to look otherwise.
        digits_only: the signs do not count.
    """

    strip: Strip
    reading: Reading
    probabilities: NDArray[np.float64] | None = None
    unread: bool = False
    plain: Grey | None = None
    said: tuple[str, float] | None = None
    second: Line | None = None
    unexpected: bool = False
    digits_only: bool = False

    @property
    def text(self) -> str:
        """What is given of the reading."""
        return self.reading.digits if self.digits_only else self.reading.text

    @property
    def confidence(self) -> float:
        """That all of the text is right, and all that is written, 0 to 1."""
        if not self.text:
            return 0.0
        likely, digits = self.reading.probabilities, self.reading.digits
        sure = min(1.0, sum(p for text, p in likely.items() if digits_of(text) == digits))
        if not self.digits_only:
            # Digits that are sure, with doubtful signs, are for a person, and not nothing.
            sure = max(self.reading.confidence, min(PARTLY, sure))
        return min(PARTLY, sure) if self.unread or self.unexpected else sure

    def digit(self, place: int) -> dict[str, float]:
        """What the digit at that place of the reading may be, the likeliest first, of all texts
        with as many digits."""
        own: dict[str, float] = defaultdict(float)
        for text, probability in self.reading.probabilities.items():
            digits = digits_of(text)
            if len(digits) == len(self.reading.digits):
                own[digits[place]] += probability
        return dict(sorted(own.items(), key=lambda pair: -pair[1]))


class Transcriber:
    """Reads regions with both models, and the second reader.

    Args:
        second: None leaves it out.
        alone: a single digit is read by the digit model alone, as one's own model is.
        digits_only: leave out all signs.
        expected: what numbers look like; others are for review.
        sure: confidence with which the second reader is not asked.
    """

    def __init__(
        self,
        recogniser: Recogniser,
        sequences: SequenceRecogniser,
        second: SecondReader | None = None,
        *,
        alone: bool = False,
        digits_only: bool = False,
        expected: Sequence[Expected] = (),
        sure: float = SURE,
    ) -> None:
        self.recogniser, self.sequences, self.second = recogniser, sequences, second
        self.alone, self.digits_only, self.sure = alone, digits_only, sure
        self.expected = expected

    def read(self, crops: Sequence[Crop], *, one_digit: bool = False) -> list[Transcript]:
        """What each crop says.

        Args:
            one_digit: each is a single digit, whatever it looks like.
        """
        found = self._own(crops, one_digit=one_digit)
        if one_digit:
            return found
        lines = [
            partial(line_image, crop, one.plain) for crop, one in zip(crops, found, strict=True)
        ]
        return self._asked(found, lines)

    def read_views(
        self, views: Sequence[Crop], *, one_digit: bool = False
    ) -> tuple[Transcript, int]:
        """What one number says of which there are several views, and which of these shows it.

        Each text's probability is the mean of the views'. Of `benchmarks/read_numbers.py`'s sets
        0.887 of the logbook, 0.949 of the years, 0.715 of the cheques and 0.915 of the strings are
        right so without the second reader; in their regions alone 0.803, 0.949, 0.555, 0.865, in
        the pictures alone 0.873, 0.949, 0.695, 0.922.

        Args:
            views: the region, if there is one, the picture with paper around it, the picture as
                it is.
            one_digit: it is a single digit, which the second reader is not asked about.
        """
        found = self._own(views, one_digit=one_digit)
        shown, place = self._pooled(found, one_digit=one_digit)
        if one_digit:
            return shown, place
        # Not every view shows the boxes, and what is written in one besides.
        boxed = any(view.unread for view in found if view.plain is not None)
        shown = replace(shown, unread=shown.unread or boxed)
        view = asked_view(views, place) if shown.plain is None else shown.plain
        (said,) = self._asked([shown], [lambda: view])
        best = _showing(found, said.reading.text)
        if best != place:
            # The second reader may read a digit that the view lacks.
            strip = found[best].strip
            spans = self.sequences.places(strip.values, said.reading.text)
            said = replace(said, strip=strip, reading=replace(said.reading, spans=spans))
        return said, best

    def as_expected(self, own: Transcript) -> Transcript:
        """With what is known of numbers besides: what looks as it is expected is so much likelier,
        and what does not is for review."""
        said = own.reading.probabilities
        if not (self.expected and own.text):
            return own
        shown = {text: digits_of(text) if self.digits_only else text for text in said}
        fits = {t for t in said if any(one.fits(shown[t]) for one in self.expected)}
        # Where there may be a sign, it may be another kind of number.
        others = {text: p for text, p in said.items() if text and text not in fits}
        signed = any(p >= SIGN for text, p in others.items() if not text.isdigit())
        more = 1 if signed else LIKELIER
        weighed = {text: p * (more if text in fits else 1) for text, p in said.items()}
        total = sum(weighed.values()) + max(0.0, 1 - sum(said.values()))
        ranked = sorted(((t, p / total) for t, p in weighed.items()), key=lambda pair: -pair[1])
        (text, confidence), *rest = ranked
        if text not in fits:
            return replace(own, unexpected=True)
        return self._saying(own, text, confidence, rest)

    def _pooled(
        self, found: Sequence[Transcript], *, one_digit: bool = False
    ) -> tuple[Transcript, int]:
        """What several views of a number say, by the mean of each text's probabilities, and which
        of them shows it."""
        total: dict[str, float] = defaultdict(float)
        for one in found:
            for text, p in one.reading.probabilities.items():
                total[text] += p
        # What no view gives to any text is left out: the likeliest would seem too unlikely. What
        # none gives to a digit says that it is none.
        whole = len(found) if one_digit else max(sum(total.values()), LEAST)
        pooled = {text: p / whole for text, p in total.items()}
        least = 0.0 if one_digit else GUESS
        likely = {text: p for text, p in pooled.items() if text and p >= least} or {"": 0.0}
        # Views that differ in a sign speak for the same digits.
        (text, confidence), *rest = cautious(likely)
        place = _showing(found, text)
        others = rest if one_digit else [("", pooled.get("", 0.0)), *rest][:ALTERNATIVES]
        return self._saying(found[place], text, confidence, others), place

    def _own(self, crops: Sequence[Crop], *, one_digit: bool = False) -> list[Transcript]:
        """What shuzi's own models say of each crop; of one in several boxes, or in one and not
        sure, of each box by itself, too, and if need be without their lines."""
        found = self._read([crop.strip for crop in crops], one_digit=one_digit)
        opened = {i: field for i, crop in enumerate(crops) if (field := crop.field)}
        fields = {i: f for i, f in opened.items() if len(f.cells) > 1 or found[i].confidence < SURE}
        for i, field in fields.items():
            found[i] = replace(self._in_cells(found[i], field), plain=field.plain)
        again = {i: field for i, field in fields.items() if found[i].confidence < BOXED}
        strips = [make_strip(field.plain) for field in again.values()]
        others = self._read(strips, one_digit=one_digit)
        for (i, field), other in zip(again.items(), others, strict=True):
            # A stroke fills the boxes before a number.
            plain = replace(other, reading=without_minus(other.reading))
            views = [found[i], self._in_cells(plain, field)]
            pooled, _ = self._pooled(views, one_digit=one_digit)
            unread = any(view.unread for view in views)
            found[i] = replace(pooled, unread=unread, plain=field.plain)
        for i, field in fields.items():
            if self._are_marked(field):
                found[i] = replace(found[i], unread=True)
        return found

    def _are_marked(self, field: Field) -> bool:
        """Whether one of several boxes has something else than a digit, or one that is struck out.

        Of 60 numbers in boxes with a digit struck out (`tools/measure_marks.py`) 11 are accepted,
        without it 20; of 1,056 plain ones of `tools/sweep_forms.py`'s composer, half of them worn,
        869 are accepted rightly, without it 872.
        """
        if len(field.cells) < 2:
            return False
        readings = self.sequences.predict([strip.values for strip in field.strips])
        return any(reading.marked > OWN_MARKED for reading in readings)

    def _in_cells(self, own: Transcript, field: Field) -> Transcript:
        """With what the digit model says of each box that is written in, where the number may have
        a digit in each.

        Of 1,488 numbers in 1 to 12 boxes (`tools/sweep_forms.py`'s composer with seeds of their
        own), half of them worn, 1,107 are accepted rightly and 1 wrongly, without it 1,058 and 4;
        of the real ones of `pages/` all sixteen are right either way.
        """
        said, n = own.reading.probabilities, len(field.cells)
        if n < 2 or not any(len(text) == n and p >= GUESS for text, p in said.items()):
            return own
        glyphs = np.array([normalise(strip.writing) for strip in field.strips])
        opinions = self.recogniser.predict(glyphs)
        likeliest = "".join(map(str, opinions.argmax(axis=1)))
        chances = {text: _of_cells(opinions, text) for text in (*said, likeliest)}
        pooled = {text: _pool(p, said.get(text, 0.0)) for text, p in chances.items()}
        total = sum(pooled.values())
        ranked = sorted(((t, p / total) for t, p in pooled.items()), key=lambda pair: -pair[1])
        (text, confidence), *others = ranked
        return self._saying(own, text, confidence, others[:ALTERNATIVES])

    def _read(self, strips: Sequence[Strip], *, one_digit: bool) -> list[Transcript]:
        readings = self.sequences.predict([strip.values for strip in strips])
        single = [
            i
            for i, (strip, reading) in enumerate(zip(strips, readings, strict=True))
            if one_digit or len(reading.text) == 1 or (not reading.text and _is_narrow(strip))
        ]
        glyphs = np.array([normalise(strips[i].writing) for i in single], np.uint8)
        opinions = self.recogniser.predict(glyphs.reshape(-1, 28, 28))
        for i, opinion in zip(single, opinions, strict=True):
            readings[i] = self._together(strips[i], readings[i], opinion, one_digit=one_digit)
        joined = dict(zip(single, opinions, strict=True))
        return [
            self._transcript(strip, reading, joined.get(i))
            for i, (strip, reading) in enumerate(zip(strips, readings, strict=True))
        ]

    def _asked(
        self, found: list[Transcript], lines: Sequence[Callable[[], Grey]]
    ) -> list[Transcript]:
        """With what the second reader says of those that it can change; `lines` makes each one's
        picture for it."""
        if self.second is None:
            return found
        digits = {i for i, one in enumerate(found) if self.alone and len(one.text) == 1}
        asked = [i for i, one in enumerate(found) if is_open(one, self.sure) and i not in digits]
        for i, line in zip(asked, self.second.read([lines[i]() for i in asked]), strict=True):
            found[i] = self._fused(found[i], line)
        return found

    def _together(
        self, strip: Strip, reading: Reading, opinion: NDArray[np.float32], *, one_digit: bool
    ) -> Reading:
        """What both models say of ink that may be one digit: the product of powers of their
        probabilities (a logarithmic opinion pool: Genest and Zidek, 1986).

        That the ink is not one digit speaks for all other texts alike, several digits and none.
        """
        said = reading.probabilities
        digits = {str(digit): p for digit, p in enumerate(opinion.tolist())}
        refused = max(0.0, 1 - sum(digits.values()))
        if self.alone and (one_digit or len(reading.text) < 2):
            pooled = digits | {"": refused}
        else:
            others = {text: p for text, p in said.items() if len(text) != 1} or {"": LEAST}
            none = sum(others.values()) or 1.0
            pooled = {text: _pool(refused, none) * p / none for text, p in others.items()}
            pooled |= {text: _pool(p, said.get(text, 0.0)) for text, p in digits.items()}
            total = sum(pooled.values())
            pooled = {text: p / total for text, p in pooled.items()}
        if one_digit:
            pooled = {text: pooled[text] for text in digits}
        (text, confidence), *rest = sorted(pooled.items(), key=lambda item: -item[1])
        width = strip.values.shape[1]
        same = digits_of(text) == reading.digits
        spans = reading.spans if same else evenly(len(digits_of(text)), width)
        return Reading(text, min(1.0, confidence), spans, tuple(rest), reading.marked)

    def _fused(self, own: Transcript, line: Line) -> Transcript:
        """What both readers say."""
        texts = fuse(own.reading.probabilities, line, own.reading.text) or [("", 0.0)]
        (text, confidence), *rest = texts
        own = replace(own, said=(own.text, own.confidence), second=line)
        # A mark that neither takes for a number is none.
        if not text or (not own.text and line.marked > MARKED):
            return own
        own = replace(own, unread=own.unread or line.marked > MARKED)
        return self._saying(own, text, confidence, rest[:ALTERNATIVES])

    def _saying(
        self, own: Transcript, text: str, confidence: float, others: list[tuple[str, float]]
    ) -> Transcript:
        """The same strip, with what it says by more than one reader or view."""
        spans = own.reading.spans
        if digits_of(text) != own.reading.digits:
            spans = self.sequences.places(own.strip.values, text)
        reading = Reading(text, confidence, spans, tuple(others), own.reading.marked)
        probabilities = None
        if own.probabilities is not None and len(text) == 1:
            likely = reading.probabilities
            probabilities = np.array([likely.get(str(d), 0.0) for d in range(10)])
        return replace(own, reading=reading, probabilities=probabilities)

    def _transcript(
        self, strip: Strip, reading: Reading, opinion: NDArray[np.float32] | None
    ) -> Transcript:
        if not reading.text:
            reading = _best_guess(reading, strip)
        probabilities = None
        if opinion is not None and len(reading.text) == 1:
            said = reading.probabilities
            probabilities = np.array([said.get(str(d), 0.0) for d in range(10)])
        unread = reading.marked > OWN_MARKED or MARK in reading.text
        return Transcript(strip, reading, probabilities, unread, digits_only=self.digits_only)


def is_open(own: Transcript, sure: float = SURE) -> bool:
    """Whether the second reader can change the text or the decision."""
    unsure = own.confidence < sure or own.unread
    return unsure and not is_blank(own.strip.values)


def asked_view(views: Sequence[Crop], place: int) -> Grey:
    """What the second reader reads of a number that the view in that place shows best: that one,
    but the picture as it is instead of the one with paper around.

    Of 248 fields of forms (the report part of `tools/measure_forms.py`, cut out) 168 are accepted
    so, with the last view always 153, of which 2 are wrong either way; of 705 crops 641 are right,
    638 with the last one.

    Args:
        views: as `Transcriber.read_views` takes them.
    """
    return views[-1 if place == len(views) - 2 else place].grey


def _showing(views: Sequence[Transcript], text: str) -> int:
    """Which of them shows a text best; the last, which the second reader reads, if none does."""
    chances = [view.reading.probabilities.get(text, 0.0) for view in views]
    return chances.index(max(chances)) if any(chances) else len(views) - 1


def line_image(crop: Crop, plain: Grey | None = None) -> Grey:
    """The crop, or what it is without its boxes' lines, with half of its margin, with which the
    second reader reads best."""
    grey = crop.grey if plain is None else plain
    cut = round(crop.inner[0] * KEPT)
    height, width = grey.shape
    if min(height, width) <= 4 * cut:
        return grey
    return grey[cut : height - cut, cut : width - cut]


def _pool(digit_model: float, number_model: float) -> float:
    return float((digit_model + LEAST) ** TRUST[0] * (number_model + LEAST) ** TRUST[1])


def _of_cells(opinions: NDArray[np.float32], text: str) -> float:
    """How probable a text is by what is said of each cell alone, float32 (n, 10)."""
    if len(text) != len(opinions):
        return 0.0
    return math.prod(
        float(opinion[int(c)]) if c.isdigit() else max(0.0, 1 - float(opinion.sum()))
        for c, opinion in zip(text, opinions, strict=True)
    )


def _is_narrow(strip: Strip) -> bool:
    height, width = strip.writing.shape
    return bool(width <= NARROW * height)


def _best_guess(reading: Reading, strip: Strip) -> Reading:
    """The likeliest digits where there are more likely none: that a region was found says that
    something is written there."""
    others = [(text, p) for text, p in reading.alternatives if text and p >= GUESS]
    if not others:
        return Reading("", 0.0, (), (), reading.marked)
    (text, confidence), *rest = others
    spans = evenly(len(digits_of(text)), strip.values.shape[1])
    others = [("", reading.confidence), *rest]
    return Reading(text, confidence, spans, tuple(others), reading.marked)
