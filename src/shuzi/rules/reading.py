"""Picture -> sight -> glyph or strips -> a model -> Page, by the rules of this folder."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuzi.decide import FLOOR, Decider
from shuzi.recognise.engine import Recogniser
from shuzi.recognise.glyph import normalise
from shuzi.recognise.sequence import SequenceRecogniser
from shuzi.recognise.strip import strip_of_glyph
from shuzi.result import Kind, Number, Page
from shuzi.rules.ink import Ink
from shuzi.rules.numbers import REFUSED, digit_of, doubt
from shuzi.rules.rings import without_rings
from shuzi.rules.sheet import find_sheet
from shuzi.rules.sight import WIDE, Sight
from shuzi.rules.sight import look as look_at
from shuzi.rules.transcriber import Transcriber
from shuzi.rules.upright import turn_upright

Grey = NDArray[np.uint8]
DOUBTFUL, CERTAIN = 0.5, 0.9
"""Confidences of a crop of a number as it is, and turned, that it is turned between; a digit that
the digit model is so certain of is shown to the other model, too."""
EVEN = 0.5
"""A number of several digits is likelier than not."""


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """A page that was read, with what was seen: uint8 grey (height, width), upright.

    `sheet` is the look at the sheet of paper alone, if one lies in the photo: the page was read
    from it, and its boxes are on it.
    """

    grey: Grey
    sight: Sight
    page: Page
    sheet: "Found | None" = None

    @property
    def seen(self) -> "Found":
        """The look that the numbers were read in."""
        return self.sheet or self

    @property
    def strips(self) -> list[Grey]:
        """What the models read of each number: its strip, or a digit's glyph."""
        from shuzi.rules.explain import model_inputs

        seen = self.seen
        return model_inputs(seen.grey, seen.sight, seen.page)


@dataclass(frozen=True, eq=False, slots=True)
class Rules:
    """Reads a picture by rules; the arguments are those of `shuzi.Reader`.

    Args:
        sequences: gives the number model, which is loaded when it is first asked for.
        two_opinions: a single digit's probabilities are the digit model's and the number model's.
    """

    recogniser: Recogniser
    sequences: Callable[[], SequenceRecogniser]
    kind: str
    rotate: int | None
    target_error: float
    digits_only: bool
    two_opinions: bool

    @property
    def sequence_recogniser(self) -> SequenceRecogniser:
        return self.sequences()

    @property
    def transcriber(self) -> Transcriber:
        return Transcriber(self.recogniser, self.sequence_recogniser, self.digits_only)

    def look(self, as_stored: Grey, source: str, number: int = 1) -> Found:
        """One page, uint8 grey (height, width), as it was loaded; `number` is its place, from 1."""
        sheet = find_sheet(as_stored)
        if sheet is not None:
            seen = self._look(sheet.grey, source, number)
            if seen.page.numbers:
                page = sheet.on_photo(seen.page)
                return Found(_turned(as_stored, page.rotated), seen.sight, page, seen)
        return self._look(as_stored, source, number)

    def _look(self, as_stored: Grey, source: str, number: int) -> Found:
        """The picture, or the sheet in it, by itself."""
        rotated, grey, sight = self._upright(without_rings(as_stored))
        kind, numbers = self._numbers(grey, sight)
        turn = self._turn_of_crop(grey, sight, numbers)
        if turn:
            rotated, grey, sight = turn, _turned(grey, turn), Sight("number")
            kind, numbers = self._numbers(grey, sight)
        page = Page(
            source=source,
            page=number,
            width=grey.shape[1],
            height=grey.shape[0],
            rotated=rotated,
            kind=kind,
            numbers=tuple(numbers),
        )
        grey = _turned(as_stored, rotated)
        return Found(grey, sight, Decider(self.target_error).decide(page))

    def _upright(self, grey: Grey) -> tuple[int, Grey, Sight]:
        """The degrees that the picture was turned by, the turned one, and what is seen of it."""
        if self.rotate is not None:
            grey = _turned(grey, self.rotate)
            return self.rotate, grey, look_at(grey, self.kind)
        sight = look_at(grey, self.kind)
        if sight.kind != "page" or sight.layout is None:
            return 0, grey, sight
        degrees = turn_upright(sight.layout, self.sequence_recogniser)
        if degrees:
            grey = _turned(grey, degrees)
            sight = look_at(grey, self.kind)
        return degrees, grey, sight

    def _turn_of_crop(self, grey: Grey, sight: Sight, numbers: list[Number]) -> int:
        """Degrees to turn a crop that reads badly as it is, and well so; else 0."""
        told = self.rotate is not None or self.kind == "digit" or sight.layout is not None
        if told or max((number.confidence for number in numbers), default=0.0) > DOUBTFUL:
            return 0
        best, sure = 0, CERTAIN
        for degrees in _other_turns(grey.shape, sight.kind):
            found = self.transcriber.of_crop(_turned(grey, degrees))
            # A lone digit may be another one on its head.
            if found and len(found[0].digits) > 1 and found[0].confidence > sure:
                best, sure = degrees, found[0].confidence
        return best

    def _numbers(self, grey: Grey, sight: Sight) -> tuple[Kind, list[Number]]:
        """What the picture turned out to be, and its numbers."""
        if sight.layout is not None:
            groups = sight.layout.groups
            return sight.kind, self.transcriber.of_layout(sight.layout) if groups else []
        if sight.kind == "number":
            return "number", self.transcriber.of_crop(grey)
        digits = [] if sight.ink is None else self._of_ink(sight.ink)
        if sight.unsure or sight.dashed:
            number = self.transcriber.of_crop(grey)
            sure = number[0].confidence if number else 0.0
            if sight.unsure and sure > max((digit.confidence for digit in digits), default=FLOOR):
                return "number", number
            # The digit model saw a part of the ink only, or the minus sign with it.
            more = sight.partial and sure > FLOOR and len(number[0].digits) > 1
            if more or (sure > EVEN and number[0].text.startswith("-")):
                return "number", number
        return "digit", digits

    def _of_ink(self, ink: Ink) -> list[Number]:
        glyph = normalise(ink.values)
        probabilities = self.recogniser.predict(glyph)[0]
        if 1 - probabilities.sum() > REFUSED:
            return []
        if self.two_opinions and probabilities.max() > CERTAIN:
            reading = self.sequence_recogniser.glance([strip_of_glyph(glyph)])[0]
            probabilities *= doubt(probabilities, reading)
        digit = digit_of(probabilities, ink.box)
        return [
            Number(
                text=digit.text,
                confidence=digit.confidence,
                box=ink.box,
                digits=(digit,),
                probabilities=tuple(map(float, probabilities)),
            )
        ]


def _other_turns(shape: tuple[int, ...], kind: str) -> tuple[int, ...]:
    """The turns that would make a crop of that form a number, which is wider than high."""
    if shape[0] >= WIDE * shape[1]:
        return 90, 270
    return (180,) if kind == "number" else ()


def _turned(grey: Grey, degrees: int) -> Grey:
    return np.ascontiguousarray(np.rot90(grey, -degrees // 90))
