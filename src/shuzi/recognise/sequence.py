"""ONNX Runtime: strips with a number in, its text and probability out, without cutting it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from os import PathLike

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from shuzi.errors import ModelError
from shuzi.files import model_file, shipped
from shuzi.recognise.decoding import (
    ALPHABET,
    DIGITS,
    align,
    beam_search,
    digits_of,
    is_marked,
    tidy,
)
from shuzi.recognise.session import open_session

HEIGHT = 32
STRIDE = 4
"""Columns of a strip to a frame of the output."""
CERTAIN = 0.995
"""A number that is read with less confidence is read by the twin as well. Of 818 real crops
(`benchmarks/read_numbers.py`) 724 are right so without the second reader, and 8 of 462 accepted
ones wrong; with 0.97 724, 8 of 465; with 0.9 724, 11 of 484; where the twin reads all 724, 8 of
462; without it 709, 16 of 507."""
SIGNED = 0.8
"""Share, of a number's digits' probability, from which the signs among them are given: of 1,180
numbers without any 4 are given one then, and 70 % of 449 texts with signs are right."""
CHUNK, COLUMNS = 64, 64 * 160
"""Strips that are read together, and the columns of all of them, at most: wide ones take memory."""
PALE, SMALL = 64, 11
"""How bright ink is that may be a piece of a colon, and how many rows of a strip that has, at most:
÷ has three pieces so in 97 of 120 times, with 96 in 65, and a colon two at most either way."""
MARGIN, ACROSS = 4, 0.9
"""Rows at a strip's head and foot where a digit's level stroke is rarely, and the share of one that
is ink, from which it is a line: of 57 pairs of numbers in a cell each, which a tester composed, 39
are accepted as one, as their gaps show without the line, and 32 where a single box is no number's
row of them; of 627 real pictures none is read otherwise."""
_STEP = 16
"""Strips are padded to a multiple of this, so that many share a width."""
_CLASSES = 1 + len(ALPHABET)
_BRIGHT = 80
_REACH = 20
"""Columns that the first and the last digit may reach outwards from their middle."""
_INPUT = ("strips", "tensor(uint8)")
_OUTPUT = ("log_probabilities", "tensor(float)")


Spans = tuple[tuple[int, int], ...]
"""Of characters, each one's first column of a strip and the one after its last."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a strip says.

    Args:
        text: the digits with the signs among them; empty where there is no number.
        confidence: probability that all of `text` is right, 0 to 1.
        spans: of each digit, its first column of the strip and the one after its last.
        alternatives: the next best texts with their probabilities, at most 4.
        marked: probability that something else is written too, which is neither a digit nor a sign.
    """

    text: str
    confidence: float
    spans: Spans
    alternatives: tuple[tuple[str, float], ...]
    marked: float = 0.0

    @property
    def digits(self) -> str:
        return digits_of(self.text)

    @property
    def probabilities(self) -> dict[str, float]:
        """Of the texts that it may say, the likeliest five; empty is no number."""
        return dict(((self.text, self.confidence), *self.alternatives))


class SequenceRecogniser:
    """A model that reads a whole number; of those that shuzi carries a pair.

    Where the first of the pair is in doubt the other, its `twin`, which learned apart from it from
    another beginning, reads the number as well, and the mean of each text's probabilities counts.
    Source: B. Lakshminarayanan and others (2017), "Simple and scalable predictive uncertainty
    estimation using deep ensembles".

    Args:
        path: an ONNX model with input `strips` uint8 (n, 32, w) and output `log_probabilities`
            float32 (n, w / 4, 17), a blank and `ALPHABET`; the pair that shuzi carries if None.
        threads: that work on one prediction; a core each if None.

    Raises:
        ModelError: there is no such file, it is not ONNX, or it has other inputs or outputs.
    """

    def __init__(
        self, path: str | PathLike[str] | None = None, *, threads: int | None = None
    ) -> None:
        self.path = model_file(path) if path is not None else shipped("number.onnx")
        self.threads = threads
        self.twin = (
            SequenceRecogniser(shipped("number_twin.onnx"), threads=threads)
            if path is None
            else None
        )
        self._session  # noqa: B018 - a bad file is refused here, not at the first strip

    def predict(self, strips: Sequence[NDArray[np.uint8]]) -> list[Reading]:
        """What each strip says; one in doubt is read by the twin as well.

        Args:
            strips: each uint8 (32, w), as `shuzi.recognise.strip.normalise_strip` gives them.

        Raises:
            ModelError: a strip has another shape or dtype.
        """
        tables = self.log_probabilities(strips)
        found = [beam_search(table) for table in tables]
        if self.twin is not None:
            doubted = [i for i, ((_, p), *_) in enumerate(found) if p < CERTAIN]
            again = self.twin.log_probabilities([strips[i] for i in doubted])
            for i, table in zip(doubted, again, strict=True):
                found[i] = _mean(found[i], beam_search(table))
        return [_reading(*one) for one in zip(found, tables, strips, strict=True)]

    def glance(self, strips: Sequence[NDArray[np.uint8]]) -> list[Reading]:
        """As `predict`, without the twin."""
        tables = self.log_probabilities(strips)
        seen = zip(map(beam_search, tables), tables, strips, strict=True)
        return [_reading(*one) for one in seen]

    def places(self, strip: NDArray[np.uint8], text: str) -> Spans:
        """The columns of each digit of a text that another read on the strip."""
        (table,) = self.log_probabilities([strip])
        # A digit that occurs twice in a row takes a blank more.
        needed = len(text) + sum(a == b for a, b in pairwise(text))
        if needed > len(table):
            return evenly(len(digits_of(text)), strip.shape[1])
        return _digit_spans(table, text, strip)

    def log_probabilities(self, strips: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """Of the blank and `ALPHABET` in each frame of each strip, float32 (t, 17)."""
        groups: dict[int, list[int]] = defaultdict(list)
        for i, strip in enumerate(strips):
            _check(strip)
            groups[padded_width(strip.shape[1])].append(i)
        found: dict[int, NDArray[np.float32]] = {}
        for width, members in groups.items():
            step = max(1, min(CHUNK, COLUMNS // width))
            for start in range(0, len(members), step):
                chunk = members[start : start + step]
                output = self.run(pad([strips[i] for i in chunk], width))
                found |= dict(zip(chunk, output, strict=True))
        return [found[i] for i in range(len(strips))]

    def run(self, strips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Log-probabilities float32 (n, w / 4, 17) of strips uint8 (n, 32, w), 4 dividing w."""
        outputs = self._session.run([_OUTPUT[0]], {_INPUT[0]: strips})
        return np.asarray(outputs[0], np.float32)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        session = open_session(self.path, self.threads)
        self._check_interface(session)
        return session

    def _check_interface(self, session: onnxruntime.InferenceSession) -> None:
        if [v.shape[-1:] for v in session.get_outputs()] == [[1 + len(DIGITS)]]:
            raise ModelError(
                f"{self.path} knows digits alone; a number model knows {ALPHABET} now.",
                "Train it anew with shuzi train number, or leave it out for the shipped one.",
            )
        for found, wanted, fixed in (
            (session.get_inputs(), _INPUT, (1, HEIGHT)),
            (session.get_outputs(), _OUTPUT, (2, _CLASSES)),
        ):
            place, size = fixed
            same = [(v.name, v.type) for v in found] == [wanted]
            if not same or len(found[0].shape) != 3 or found[0].shape[place] != size:
                described = ", ".join(f"{v.name} {v.type} {v.shape}" for v in found)
                raise ModelError(
                    f"{self.path} reads no numbers: it has {described}; it must have strips uint8 "
                    f"[n, {HEIGHT}, w] in and log_probabilities float [n, t, {_CLASSES}] out.",
                    "Give a number model, or leave it out for the shipped one.",
                )


def is_blank(strip: NDArray[np.uint8]) -> bool:
    """Whether it has no ink."""
    return int(strip.max()) < _BRIGHT


def evenly(count: int, width: int) -> Spans:
    """The columns of so many digits, if nothing is known of them."""
    return tuple((i * width // count, (i + 1) * width // count) for i in range(count))


def padded_width(width: int) -> int:
    """The width that a strip is padded to: some paper at its end, and a multiple of 16."""
    return -(-(width + STRIDE) // _STEP) * _STEP


def pad(strips: Sequence[NDArray[np.uint8]], width: int) -> NDArray[np.uint8]:
    """uint8 (n, 32, width), each strip at the left, paper at the right."""
    padded = np.zeros((len(strips), HEIGHT, width), np.uint8)
    for row, strip in zip(padded, strips, strict=True):
        row[:, : strip.shape[1]] = strip
    return padded


def _mean(*said: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """The texts that any of them has, best first, with the means of their probabilities."""
    total: dict[str, float] = defaultdict(float)
    for texts in said:
        for text, probability in texts:
            total[text] += probability / len(said)
    return sorted(total.items(), key=lambda item: -item[1])


def _reading(
    found: list[tuple[str, float]], table: NDArray[np.float32], strip: NDArray[np.uint8]
) -> Reading:
    """From what is written and its probabilities, and the table that gives the places."""
    if is_blank(strip):
        # No ink, no number; no training string is as empty as paper that was never scanned.
        return Reading("", 1.0, (), ())
    total = sum(p for _, p in found)
    marked = sum(p for text, p in found if is_marked(text)) / max(total, 1e-9)
    # Where there may be more than the number says, it is less sure; where there is, its digits are
    # as sure as they are.
    alone = 1 - marked if marked < 0.5 else 1.0
    of_text: dict[str, float] = defaultdict(float)
    for written, p in found:
        of_text[tidy(written)] += alone * p
    (text, confidence), *others = cautious(of_text)
    # The marks and signs around it have columns of their own.
    written = next((w for w, _ in found if digits_of(w) == digits_of(text)), text)
    spans = _spans(align(table, written), strip)
    if _is_no_colon(written, spans, strip):
        marked = 1.0
    spans = _of_digits(written, spans)
    rest = tuple((other, min(1.0, p)) for other, p in others[:4])
    return Reading(text, min(1.0, confidence), spans, rest, marked)


def cautious(of_text: Mapping[str, float]) -> list[tuple[str, float]]:
    """The texts and their probabilities, best first: the likeliest digits, and with them only signs
    that are likely."""
    of_digits: dict[str, float] = defaultdict(float)
    for text, p in of_text.items():
        of_digits[digits_of(text)] += p
    digits = max(of_digits, key=of_digits.__getitem__)
    same = {text: p for text, p in of_text.items() if digits_of(text) == digits}
    best = max(same, key=same.__getitem__)
    if same[best] < SIGNED * of_digits[digits]:
        best = digits
    rest = sorted((pair for pair in of_text.items() if pair[0] != best), key=lambda pair: -pair[1])
    return [(best, of_text.get(best, 0.0)), *rest]


def _digit_spans(table: NDArray[np.float32], text: str, strip: NDArray[np.uint8]) -> Spans:
    """The columns of each digit of what is written."""
    return _of_digits(text, _spans(align(table, text), strip))


def _of_digits(text: str, spans: Spans) -> Spans:
    return tuple(span for c, span in zip(text, spans, strict=True) if c.isdigit())


def _is_no_colon(text: str, spans: Spans, strip: NDArray[np.uint8]) -> bool:
    """Whether a colon between two others has more than two pieces: a division's sign, two colons.

    Of 155 times (35 of UNIPEN's, 120 composed of its signs) none has more; of 60 pairs of numbers
    with ÷ or :: between them (`tools/measure_marks.py`) 8 instead of 22 are accepted as one.
    """
    places = [i for i, c in enumerate(text) if c == ":" and 0 < i < len(text) - 1]
    if not places:
        return False
    _, _, found, _ = cv2.connectedComponentsWithStats((strip > PALE).astype(np.uint8))
    left, _, wide, high, area = np.asarray(found, np.int64)[1:].T
    column, small = left + wide / 2, (high <= SMALL) & (area > 2)
    for i in places:
        (start, first), (last, end) = spans[i - 1], spans[i + 1]
        between = (column >= first - 2) & (column <= last + 2)
        # The lines of a cell reach further than the digits on both sides.
        if (small & between & (left >= start) & (left + wide <= end)).sum() > 2:
            return True
    return False


def _spans(frames: list[tuple[int, int]], strip: NDArray[np.uint8]) -> Spans:
    """The columns of each character: cut where there is least ink between two, and closed in."""
    if not frames:
        return ()
    width = strip.shape[1]
    ink = strip > _BRIGHT
    # A cell's lines, over and under its digits, part none of them.
    lines = ink.mean(axis=1) >= ACROSS
    lines[MARGIN:-MARGIN] = False
    # The last frames lie in the padding.
    columns = np.pad(ink[~lines].sum(axis=0), (0, padded_width(width) - width))
    middles = [(first + last) * STRIDE // 2 for first, last in frames]
    cuts = [max(0, middles[0] - _REACH)]
    cuts += [a + 1 + int(columns[a + 1 : b].argmin()) for a, b in pairwise(middles)]
    cuts.append(middles[-1] + _REACH)
    spans = []
    for a, b in pairwise(cuts):
        inked = a + np.flatnonzero(columns[a:b] > 1)
        first, last = (int(inked[0]), int(inked[-1])) if len(inked) else (a, b - 1)
        spans.append((min(first, width - 1), min(last + 1, width)))
    return tuple(spans)


def _check(strip: NDArray[np.uint8]) -> None:
    if strip.dtype != np.uint8 or strip.ndim != 2 or len(strip) != HEIGHT or strip.shape[1] == 0:
        raise ModelError(
            f"A strip is {strip.dtype} {strip.shape}; the model takes uint8 ({HEIGHT}, w).",
            "Make it with shuzi.recognise.strip.normalise_strip.",
        )
