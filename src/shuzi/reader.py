"""Picture -> page network -> regions in reading order -> models -> decisions -> Page."""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil
from os import PathLike
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from shuzi.decide import FLOOR, TARGET_ERROR, Decider
from shuzi.doubts import FOUND, Found, held_back
from shuzi.errors import check_path, check_paths, check_switch, whole
from shuzi.image import MAX_PIXELS, Picture, Pixels, load_pages, source_name
from shuzi.options import check_options
from shuzi.page.boxed import as_boxed
from shuzi.page.image import Flat, PageImage, quad_size
from shuzi.page.network import WRITTEN, Maps, PageNetwork
from shuzi.page.order import Place, as_one, in_reading_order
from shuzi.page.orientation import (
    BEST,
    MANY,
    is_askew,
    is_digit,
    mean_confidence,
    possible_turns,
    reads_better,
    sample_of,
)
from shuzi.page.regions import Region, find_regions
from shuzi.recognise import ruling
from shuzi.recognise.engine import Recogniser
from shuzi.recognise.expected import parse
from shuzi.recognise.second import NAME, SecondReader, find_second_reader
from shuzi.recognise.sequence import Reading, SequenceRecogniser
from shuzi.recognise.strip import HEIGHT, WRITING
from shuzi.recognise.transcriber import SURE, Transcriber, Transcript
from shuzi.result import Box, Digit, Kind, Number, Opinion, Page

Grey = NDArray[np.uint8]
CROP, DRAWING, LEGIBLE = 64, 640, 0.6
"""Pixels of the longer side of a picture that is a crop of one number if the network finds none:
of 100 digits of 16 x 16 pixels the network found 95. And of a larger one, with the confidence that
it must be read with where there is other writing: so are 12 of 34 such numbers, 9 of them rightly,
but none of 128 pictures of words, letters and marks."""
CELLS = 10
"""Cells from which there is other writing on a page."""
ALONE = 0.25
"""Of the picture's height that a number by itself has if the picture shows nothing else."""


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """A page that was read, with what was seen.

    Args:
        grey: uint8 (height, width), upright.
        page: what it says.
        maps: what the network saw of it.
        animated: whether it is the first frame of an animation, whose others are not read.
    """

    grey: Grey
    page: Page
    maps: Maps
    animated: bool = False

    @property
    def other(self) -> Box | None:
        """Around the writing and print that are not numbers, if there are any."""
        y, x = np.nonzero(self.maps.other > WRITTEN)
        if len(x) < CELLS:
            return None
        height, width = self.grey.shape
        # The last cells may reach beyond the picture.
        left, top, right, bottom = (
            min(side, round(float(at) * self.maps.scale))
            for at, side in (
                (x.min(), width - 1),
                (y.min(), height - 1),
                (x.max() + 1, width),
                (y.max() + 1, height),
            )
        )
        return Box(left, top, right - left, bottom - top)

    @property
    def strips(self) -> list[Grey]:
        """What the models read of each number."""
        return [number.strip for number in self.page.numbers if number.strip is not None]


@dataclass(frozen=True, eq=False, slots=True)
class _Seen:
    """A picture, turned by so many degrees, and what the network found in it.

    Args:
        several: printed boxes say that there is, or may be, more than one number in a region.
    """

    picture: PageImage
    rotated: int
    maps: Maps
    regions: list[Region]
    several: bool

    @property
    def other(self) -> bool:
        """Whether there is writing or print that is not a number."""
        return bool((self.maps.other > WRITTEN).sum() >= CELLS)


@dataclass(frozen=True)
class _Models:
    """Those that are loaded when they are needed, once for a reader and those made from it."""

    number_path: str | PathLike[str] | None
    page_path: str | PathLike[str] | None
    threads: int | None

    @cached_property
    def number(self) -> SequenceRecogniser:
        return SequenceRecogniser(self.number_path, threads=self.threads)

    @cached_property
    def page(self) -> PageNetwork:
        return PageNetwork(self.page_path, threads=self.threads)


class Reader:
    """Reads digits, numbers and pages; keeps its models between them.

    Args:
        model: a digit model, a run folder or a model.onnx that shuzi wrote; the one that shuzi
            carries if None.
        number_model: the model that reads whole numbers; the one that shuzi carries if None.
        page_model: the network that sees where numbers stand, a run of `shuzi train page` or its
            model.onnx; the one that shuzi carries if None.
        kind: what the pictures are, digit, number or page; auto decides from each.
        rotate: degrees to turn the pictures clockwise first: 0, 90, 180 or 270; None turns
            those that lie on their side or their head, where that is clear.
        target_error: the wanted share of wrong numbers among those accepted.
        digits_only: leave out minus signs, decimal points and other signs.
        expect: what the numbers look like: a pattern such as 19dd or dd:dd, d for any digit, or a
            range such as 0..20 or 0.00..9.99, or several of these; what does not is for review.
        fast: leave out the second reader, RapidOCR's recogniser, which otherwise reads too what
            shuzi's own models are not sure of.
        max_pixels: larger pictures are refused.
        threads: that work on one prediction; a core each if None.

    Raises:
        ModelError: the digit model cannot be used.
        UsageError: there is no such kind or turn, the target is not an error rate, or a number of
            pixels or threads, a switch, a path or what is expected is none.
    """

    def __init__(
        self,
        model: str | PathLike[str] | None = None,
        *,
        number_model: str | PathLike[str] | None = None,
        page_model: str | PathLike[str] | None = None,
        kind: str = "auto",
        rotate: int | None = None,
        target_error: float = TARGET_ERROR,
        digits_only: bool = False,
        expect: str | Sequence[str] | None = None,
        fast: bool = False,
        max_pixels: int = MAX_PIXELS,
        threads: int | None = None,
    ) -> None:
        self._choose(kind, rotate, target_error, digits_only, expect)
        check_switch("fast", fast)
        # Which are opened when they are needed.
        check_paths(number_model=number_model, page_model=page_model)
        self.max_pixels = whole("max_pixels", max_pixels, 1)
        self.fast = fast
        self.recogniser = Recogniser(model, threads=threads)
        self.own_model = model is not None
        self._models = _Models(number_model, page_model, threads)

    def with_options(
        self,
        *,
        kind: str,
        rotate: int | None,
        target_error: float,
        digits_only: bool = False,
        expect: str | Sequence[str] | None = None,
    ) -> "Reader":
        """A reader with the same models and these options.

        Raises:
            UsageError: one of them cannot be.
        """
        other = copy(self)
        other._choose(kind, rotate, target_error, digits_only, expect)
        return other

    def _choose(
        self,
        kind: str,
        rotate: int | None,
        target_error: float,
        digits_only: bool,
        expect: str | Sequence[str] | None,
    ) -> None:
        check_options(
            kind=kind,
            rotate=rotate,
            target_error=target_error,
            digits_only=digits_only,
            expect=expect,
        )
        self.kind = kind
        self.rotate = None if rotate is None else int(rotate)
        self.target_error = target_error
        self.digits_only = digits_only
        self.expected = parse(expect, digits_only=digits_only)

    @property
    def sequence_recogniser(self) -> SequenceRecogniser:
        """Loaded at the first number."""
        return self._models.number

    @property
    def second_reader(self) -> SecondReader | None:
        """None if it is left out or not installed; loaded when it is first asked."""
        alone = self.fast or self.kind == "digit"
        return None if alone else find_second_reader(self.recogniser.threads)

    @property
    def decider(self) -> Decider:
        """What is accepted at the wanted error, by the readers that there are."""
        return Decider.at(self.target_error, fast=self.second_reader is None)

    @property
    def page_network(self) -> PageNetwork:
        """Loaded at the first picture."""
        return self._models.page

    @property
    def _transcriber(self) -> Transcriber:
        return Transcriber(
            self.recogniser,
            self.sequence_recogniser,
            self.second_reader,
            alone=self.own_model,
            digits_only=self.digits_only,
            expected=self.expected,
            # What cannot be accepted without the second reader may be with it.
            sure=max(SURE, self.decider.least),
        )

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
            UsageError: it is no path.
        """
        check_path("folder", folder)
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
        from shuzi.explain import write_explanation

        for number, as_stored in enumerate(load_pages(picture, max_pixels=self.max_pixels), 1):
            look = self.look(as_stored, source_name(picture), number)
            if explain is not None:
                write_explanation(look, Path(explain))
            yield look

    def look(self, as_stored: Pixels, source: str, number: int = 1) -> Look:
        """One page as it was loaded; `number` is its place, from 1."""
        seen = self._upright(PageImage(as_stored.grey, as_stored.chroma))
        found = self._read_digit(seen) if self.kind == "digit" else self._read_as_one(seen)
        if found is None:
            wanted = self._wanted(seen.regions)
            found = self._read(seen.picture, wanted) or self._read_unseen(seen)
        places = in_reading_order(np.array([region.quad for region, *_ in found]))
        numbers = [_number(place, *found[place.index], seen.picture) for place in places]
        # Which way is up is sure where it is told, or where many numbers tell it.
        told = self.rotate is not None or self.kind == "digit"
        digits = sum(len(number.digits) for number in numbers)
        numbers = held_back(
            numbers,
            places,
            found,
            seen.picture,
            seen.maps,
            askew=not told and is_askew(seen.maps, digits, other=seen.other),
            turned=not told and bool(seen.rotated) and len(found) < MANY,
            as_one=self._is_of_one,
        )
        page = Page(
            source=source,
            page=number,
            width=seen.picture.grey.shape[1],
            height=seen.picture.grey.shape[0],
            rotated=seen.rotated,
            kind=self._kind_of(numbers, len(seen.picture.grey)),
            numbers=tuple(numbers),
        )
        page = self.decider.decide_page(page, told=self._is_of_one)
        return Look(seen.picture.grey, page, seen.maps, as_stored.animated)

    def _upright(self, picture: PageImage) -> _Seen:
        """The picture turned as it is told, or as the network and the reading say."""
        if self.rotate is not None:
            return self._see(picture, self.rotate)
        seen = self._see(picture, 0)
        count = len(seen.regions)
        turns = possible_turns(seen.maps, count) if self.kind != "digit" else []
        if not turns:
            return seen
        said = self._glance(picture, seen.regions)
        if is_digit(said):
            turns = [turn for turn in turns if turn == 180]
        if count < MANY:
            # The picture may be a number in which no region was found.
            said = max(said, self._glance(picture, [_whole(picture)]), key=mean_confidence)
        for turn in turns:
            if mean_confidence(said) >= BEST:
                break
            turned = self._see(picture, turn)
            readings = self._glance(turned.picture, turned.regions)
            if reads_better(readings, said):
                seen, said = turned, readings
        return seen

    def _see(self, picture: PageImage, degrees: int) -> _Seen:
        picture = picture.turned(degrees) if degrees else picture
        maps = self.page_network.see(picture.grey)
        found = find_regions(maps, picture.grey.shape)
        regions = as_boxed(picture, maps, found)
        return _Seen(picture, degrees, maps, regions, several=regions != found)

    def _glance(self, picture: PageImage, regions: Sequence[Region]) -> list[Reading]:
        """What the number model alone reads, once, of a sample of the regions."""
        quads = [region.quad for region in sample_of(regions)]
        strips = [picture.crop(quad).strip.values for quad in quads]
        return self.sequence_recogniser.glance(strips)

    def _wanted(self, regions: list[Region]) -> list[Region]:
        """Those that may be numbers of the kind that is wanted."""
        if not (self._is_of_one and regions):
            return regions
        return [_joined(regions)] if self.kind == "number" else [max(regions, key=_size)]

    def _read(self, picture: PageImage, regions: list[Region]) -> list[Found]:
        """What the regions say, less those that are not a number."""
        flats = [picture.crop(region.quad) for region in regions]
        transcriber = self._transcriber
        said = transcriber.read(flats, one_digit=self.kind == "digit")
        few = len(regions) < MANY
        return [
            (
                region,
                flat,
                transcriber.as_expected(_without_ruling(picture, region, flat, one, few=few)),
            )
            for region, flat, one in zip(regions, flats, said, strict=True)
            if _is_found(region, one)
        ]

    def _read_digit(self, seen: _Seen) -> list[Found] | None:
        """The digit that fills the picture; None if there is no such."""
        largest = self._wanted(seen.regions)
        if not (largest and _fills(largest[0], seen.picture)):
            return None
        return self._read_whole(seen.picture, largest)

    def _read_as_one(self, seen: _Seen) -> list[Found] | None:
        """The number that is all of the picture; None if it shows something else, or more."""
        regions = seen.regions
        if not (regions or self.kind == "number"):
            return None
        joined = [_joined(regions)] if regions else []
        if not all(_fills(region, seen.picture) for region in joined):
            return None
        complete = all(joined[0].holds(one.quad) for one in regions)
        if self.kind == "number":
            # What lies in none of its pieces may be one.
            return [
                (replace(region, apart=region.apart and complete), flat, said)
                for region, flat, said in self._read_whole(seen.picture, joined)
            ]
        if len(regions) == 1 and not (seen.several or seen.other):
            return self._read_whole(seen.picture, joined)
        if seen.several or not (complete and _is_small(seen.picture)):
            return None
        found = self._read_whole(seen.picture, joined)
        # What is written beside it is no part of it.
        return None if any(said.unread for *_, said in found) else found

    def _read_unseen(self, seen: _Seen) -> list[Found]:
        """What a picture says in which no number was found."""
        picture = seen.picture
        if self._is_of_one or max(picture.grey.shape) <= CROP:
            return self._read(picture, [_whole(picture, seen=self.kind == "digit")])
        if not _is_small(picture):
            return []
        return self._read_whole(picture, [], LEGIBLE if seen.other else FLOOR)

    def _read_whole(
        self, picture: PageImage, regions: list[Region], least: float = FLOOR
    ) -> list[Found]:
        """The number that is all of a picture, in several views; none if no region was found and it
        is less sure than that."""
        views = views_of(picture, regions)
        if self.kind == "digit":
            # A digit at the edge of a picture as it is would be a neighbour's ink. Of 3,280 digits
            # of seven sets 3,246 are right so, by their region alone 3,225; of 500 letters 6 are
            # accepted instead of 11.
            views = views[:-1]
        transcriber = self._transcriber
        said, place = transcriber.read_views(
            [flat for _, flat in views], one_digit=self.kind == "digit"
        )
        region, flat = views[place]
        said = transcriber.as_expected(_without_ruling(picture, region, flat, said))
        # Where a region was found, a number that cannot be read is one that is rejected.
        shown = said.text and (regions or said.confidence >= least)
        return [(region, flat, said)] if shown else []

    @property
    def _is_of_one(self) -> bool:
        """Whether a single digit or number is wanted."""
        return self.kind in {"digit", "number"}

    def _kind_of(self, numbers: Sequence[Number], height: int) -> Kind:
        if self.kind != "auto":
            return cast(Kind, self.kind)
        if len(numbers) != 1 or numbers[0].box.height < ALONE * height:
            return "page"
        return "digit" if numbers[0].probabilities is not None else "number"


def _whole(picture: PageImage, *, seen: bool = True) -> Region:
    """All of a picture; one in which the network sees no number is for review.

    Of 1,016 blank cells of sudokus, where digits show through and corners of frames are like a 7, 4
    are accepted so, without it 8, and 30 `--as number`; of 450 pictures of clothes none instead of
    5 (`tools/measure_reading.py`). Of 1,856 right ones that are accepted of crops, cells and MNIST
    11 are held back, of 502 digits of 16 pixels 52.
    """
    height, width = picture.grey.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return Region(corners, score=0.0, apart=seen)


def views_of(picture: PageImage, regions: Sequence[Region]) -> list[tuple[Region, Flat]]:
    """A number that is all of a picture: its region, the picture with paper around it, and the
    picture as it is. A region may lack a digit; ink at the edge may be a digit or a neighbour's."""
    whole = _whole(picture, seen=bool(regions))
    around = [(region, picture.crop(region.quad)) for region in (*regions, whole)]
    return [*around, (whole, picture.flat(whole.quad))]


def _joined(regions: Sequence[Region]) -> Region:
    """The clearest, with those that follow it closely on its line: the pieces of one number."""
    main = max(range(len(regions)), key=lambda i: _size(regions[i]))
    return replace(regions[main], quad=as_one(np.array([one.quad for one in regions]), main))


def _is_small(picture: PageImage) -> bool:
    """Whether it may be a drawing, or cut out of a page."""
    return bool(max(picture.grey.shape) <= DRAWING)


def _fills(region: Region, picture: PageImage) -> bool:
    """Whether a picture shows little more than that region's line."""
    return region.box.height >= ALONE * len(picture.grey)


def _is_found(region: Region, said: Transcript) -> bool:
    """Whether there is a number: one that can be read, or that the network is sure of."""
    return said.confidence >= FLOOR or region.score >= FOUND


def _without_ruling(
    picture: PageImage, region: Region, flat: Flat, said: Transcript, *, few: bool = True
) -> Transcript:
    """What a region says, less a minus that is a line which comes from further left.

    Args:
        few: on a picture of few numbers the edge cuts off a minus, on others a line.
    """
    if not said.text.startswith(ruling.MINUS):
        return said
    around = picture.flat(region.quad, ruling.AROUND)
    wide, _ = quad_size(around.quad)
    edge = max(0.0, -float(around.quad[[0, 3], 0].mean())) * around.grey.shape[1] / wide
    digit, _ = said.strip.in_crop(said.reading.spans[0])
    (start, end), (left, right) = flat.inner, around.inner
    digit = left + (digit - start) * (right - left) / (end - start)
    comes, cut = ruling.runs_in(around.grey, round(left), round(digit), ceil(edge))
    if not comes and (few or not cut):
        # Nobody writes -0, but a scale has a mark there.
        nought = not said.text.strip(ruling.MINUS + "0")
        in_doubt = said.unread or cut or nought
        in_doubt = in_doubt or ruling.hangs(around.grey, round(left), round(digit))
        return replace(said, unread=in_doubt)
    said = replace(said, unread=said.unread or cut)
    reading = ruling.without_minus(said.reading)
    return replace(said, reading=reading)


def _size(region: Region) -> float:
    return region.score * region.box.width * region.box.height


def _number(
    place: Place, region: Region, flat: Flat, said: Transcript, picture: PageImage
) -> Number:
    """What a region says, in its place on the picture, which was perhaps turned."""
    digits = []
    for i, (digit, span) in enumerate(zip(said.reading.digits, said.reading.spans, strict=True)):
        likely = {text: min(1.0, p) for text, p in said.digit(i).items()}
        digits.append(
            Digit(
                text=digit,
                confidence=likely.pop(digit),
                box=_digit_box(span, said, flat, picture.grey.shape),
                alternatives=tuple(likely.items())[:3],
            )
        )
    return Number(
        text=said.text,
        confidence=said.confidence,
        box=region.box,
        quad=tuple((round(float(x), 1), round(float(y), 1)) for x, y in region.quad),
        line=place.line,
        row=place.row,
        column=place.column,
        digits=tuple(digits),
        probabilities=None if said.probabilities is None else tuple(said.probabilities.tolist()),
        readers=_opinions(said),
        strip=said.strip.values,
    )


def _opinions(said: Transcript) -> tuple[Opinion, ...]:
    """What each reader said, if there were two."""
    if said.said is None or said.second is None:
        return ()
    second = said.second
    return Opinion("shuzi", *said.said), Opinion(NAME, second.text, second.confidence)


def _digit_box(span: tuple[int, int], said: Transcript, flat: Flat, shape: tuple[int, ...]) -> Box:
    """Where a digit's columns of the strip are on the picture."""
    strip, above = said.strip, (HEIGHT - WRITING) / 2
    first, last = strip.in_crop(span)
    top, bottom = (strip.top + row * strip.step for row in (above, HEIGHT - above))
    corners = flat.part(first, top, last, bottom).clip(0, np.array(shape[::-1]))
    left, high = np.floor(corners.min(axis=0)).astype(int).tolist()
    right, low = np.ceil(corners.max(axis=0)).astype(int).tolist()
    return Box(left, high, max(1, right - left), max(1, low - high))


def read(picture: Picture, *, model: str | PathLike[str] | None = None) -> Page:
    """What a picture says; for many pictures, keep a `Reader`.

    Raises:
        ImageError: the picture cannot be read.
        ModelError: the model cannot be used.
    """
    return Reader(model).read(picture)
