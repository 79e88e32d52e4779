"""Picture -> sight -> glyph or strips -> a model -> Page."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shuzi.decide import FLOOR, TARGET_ERROR, Decider, check_target
from shuzi.errors import UsageError, one_of, way
from shuzi.image import MAX_PIXELS, Picture, load_pages, source_name
from shuzi.numbers import REFUSED, digit_of, doubt
from shuzi.recognise.engine import Recogniser
from shuzi.recognise.glyph import normalise
from shuzi.recognise.ink import Ink
from shuzi.recognise.sequence import SequenceRecogniser
from shuzi.recognise.strip import strip_of_glyph
from shuzi.result import Kind, Number, Page
from shuzi.rings import without_rings
from shuzi.sheet import find_sheet
from shuzi.sight import KINDS, WIDE, Sight
from shuzi.sight import look as look_at
from shuzi.transcriber import Transcriber
from shuzi.upright import turn_upright

Grey = NDArray[np.uint8]
TURNS = (0, 90, 180, 270)
DOUBTFUL, CERTAIN = 0.5, 0.9
"""Confidences of a crop of a number as it is, and turned, that it is turned between; a digit that
the digit model is so certain of is shown to the other model, too."""
EVEN = 0.5
"""A number of several digits is likelier than not."""


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """A page that was read, with what was seen: uint8 grey (height, width), upright.

    `sheet` is the look at the sheet of paper alone, if one lies in the photo: the page was read
    from it, and its boxes are on it.
    """

    grey: Grey
    sight: Sight
    page: Page
    sheet: "Look | None" = None

    @property
    def seen(self) -> "Look":
        """The look that the numbers were read in."""
        return self.sheet or self


class Reader:
    """Reads digits, numbers and pages; keeps its models between them.

    Args:
        model: a digit model, a run folder or a model.onnx that shuzi wrote; the one that shuzi
            carries if None.
        number_model: the model that reads whole numbers; the one that shuzi carries if None.
        kind: what the pictures are, digit, number or page; auto decides from each.
        rotate: degrees to turn the pictures clockwise first: 0, 90, 180 or 270; None turns
            pages that lie on their side or their head, where that is clear.
        target_error: the wanted share of wrong numbers among those accepted.
        digits_only: leave out minus signs, decimal points and commas.
        max_pixels: larger pictures are refused.
        threads: that work on one prediction; a core each if None.

    Raises:
        ModelError: the digit model cannot be used.
        UsageError: there is no such kind or turn, or the target is no error rate.
    """

    def __init__(
        self,
        model: str | PathLike[str] | None = None,
        *,
        number_model: str | PathLike[str] | None = None,
        kind: str = "auto",
        rotate: int | None = None,
        target_error: float = TARGET_ERROR,
        digits_only: bool = False,
        max_pixels: int = MAX_PIXELS,
        threads: int | None = None,
    ) -> None:
        self._choose(kind, rotate, target_error, digits_only)
        self.recogniser = Recogniser(model, threads=threads)
        # Another digit model's answers are its own.
        self.two_opinions = model is None
        self.number_model = number_model
        self.max_pixels = max_pixels

    def with_options(
        self, *, kind: str, rotate: int | None, target_error: float, digits_only: bool = False
    ) -> "Reader":
        """A reader with the same models and these options.

        Raises:
            UsageError: there is no such kind or turn, or the target is no error rate.
        """
        other = copy(self)
        other._choose(kind, rotate, target_error, digits_only)
        return other

    def _choose(
        self, kind: str, rotate: int | None, target_error: float, digits_only: bool
    ) -> None:
        _check("as", kind, KINDS)
        if rotate is not None:
            _check("rotate", rotate, TURNS)
        check_target(target_error)
        self.kind = kind
        self.rotate = rotate
        self.target_error = target_error
        self.digits_only = digits_only

    @cached_property
    def sequence_recogniser(self) -> SequenceRecogniser:
        """Loaded at the first number."""
        return SequenceRecogniser(self.number_model, threads=self.recogniser.threads)

    @property
    def _transcriber(self) -> Transcriber:
        return Transcriber(self.recogniser, self.sequence_recogniser, self.digits_only)

    def read(self, picture: Picture) -> Page:
        """What the picture says, or of a file of several pages the first.

        A picture that is blank, or holds no digits, gives a page without numbers.

        Args:
            picture: a file, or an array as `shuzi.image.load_grey` takes it.

        Raises:
            ImageError: the picture cannot be read.
        """
        return next(self.read_pages(picture))

    def read_pages(self, picture: Picture) -> Iterator[Page]:
        """What each page of the file says, one page in memory at a time.

        Raises:
            ImageError: a page cannot be read; those before it are given.
        """
        for look in self.looks(picture):
            yield look.page

    def explain(self, picture: Picture, folder: str | PathLike[str]) -> Iterator[Page]:
        """As `read_pages`, and write what was seen of each page into `folder`.

        Of a sheet that lies on a desk, the sheet as it was laid flat.

        Raises:
            ImageError: a page cannot be read.
            OutputError: the folder cannot be written.
        """
        for look in self.looks(picture, explain=folder):
            yield look.page

    def looks(
        self, picture: Picture, *, explain: str | PathLike[str] | None = None
    ) -> Iterator[Look]:
        """As `read_pages`, each page with what was seen of it.

        Args:
            explain: a folder to write what was seen into.

        Raises:
            ImageError: a page cannot be read; those before it are given.
            OutputError: the folder cannot be written.
        """
        for number, as_stored in enumerate(load_pages(picture, max_pixels=self.max_pixels), 1):
            look = self.look(as_stored, source_name(picture), number)
            if explain is not None:
                from shuzi.explain import write_explanation

                seen = look.seen
                write_explanation(seen.grey, seen.sight, seen.page, Path(explain))
            yield look

    def look(self, as_stored: Grey, source: str, number: int = 1) -> Look:
        """One page, uint8 grey (height, width), as it was loaded; `number` is its place, from 1."""
        sheet = find_sheet(as_stored)
        if sheet is not None:
            seen = self._look(sheet.grey, source, number)
            if seen.page.numbers:
                page = sheet.on_photo(seen.page)
                return Look(_turned(as_stored, page.rotated), seen.sight, page, seen)
        return self._look(as_stored, source, number)

    def _look(self, as_stored: Grey, source: str, number: int) -> Look:
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
        return Look(grey, sight, Decider(self.target_error).decide(page))

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
            found = self._transcriber.of_crop(_turned(grey, degrees))
            # A lone digit may be another one on its head.
            if found and len(found[0].digits) > 1 and found[0].confidence > sure:
                best, sure = degrees, found[0].confidence
        return best

    def _numbers(self, grey: Grey, sight: Sight) -> tuple[Kind, list[Number]]:
        """What the picture turned out to be, and its numbers."""
        if sight.layout is not None:
            groups = sight.layout.groups
            return sight.kind, self._transcriber.of_layout(sight.layout) if groups else []
        if sight.kind == "number":
            return "number", self._transcriber.of_crop(grey)
        digits = [] if sight.ink is None else self._of_ink(sight.ink)
        if sight.unsure or sight.dashed:
            number = self._transcriber.of_crop(grey)
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


def read(picture: Picture, *, model: str | PathLike[str] | None = None) -> Page:
    """What a picture says; for many pictures, keep a `Reader`.

    Raises:
        ImageError: the picture cannot be read.
        ModelError: the model cannot be used.
    """
    return Reader(model).read(picture)


def _other_turns(shape: tuple[int, ...], kind: str) -> tuple[int, ...]:
    """The turns that would make a crop of that form a number, which is wider than high."""
    if shape[0] >= WIDE * shape[1]:
        return 90, 270
    return (180,) if kind == "number" else ()


def _turned(grey: Grey, degrees: int) -> Grey:
    return np.ascontiguousarray(np.rot90(grey, -degrees // 90))


def _check(option: str, value: str | int, allowed: tuple[str, ...] | tuple[int, ...]) -> None:
    if value not in allowed:
        raise UsageError(f"{way(option)} must be {one_of(allowed)}, not {value}.")
