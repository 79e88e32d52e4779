"""What makes a number one for review, however sure its readers are: it may be a part of something,
or several, or nothing that is meant."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import compress, pairwise

import numpy as np

from shuzi.decide import FLOOR
from shuzi.page.faint import are_faint_or_cut
from shuzi.page.fractions import are_in_fractions
from shuzi.page.image import Flat, PageImage
from shuzi.page.inks import are_of_two_inks
from shuzi.page.marks import are_marks
from shuzi.page.network import Maps
from shuzi.page.order import Place
from shuzi.page.orientation import reads_either_way
from shuzi.page.parts import are_in_words, are_items, are_parts, is_mixed_number
from shuzi.page.regions import Region
from shuzi.page.strikes import are_struck
from shuzi.recognise import ruling
from shuzi.recognise.glyph import FAINTEST
from shuzi.recognise.transcriber import PARTLY, Transcript
from shuzi.result import Digit, Number

Found = tuple[Region, Flat, Transcript]
"""A region, as it was laid flat, and what it says."""
FOUND = 0.65
"""How sure the network is of what is a number though it cannot be read: of 260 numbers of `pages/`
97.7 % have more, of 91 regions that cannot be read 55 %. And of what may be accepted, lest it be a
part of something: of the four numbers of `pages/` that were accepted wrongly, with the second
reader or without, two have less, and two of 2,648 right ones of pages, crops, sudokus, digits."""
GHOST = 0.2
"""Confidence, at most, of a number that has less and is in doubt besides, so that it is rejected:
of 10 such of `pages/`, desks and 32 photos of sudokus one is read rightly."""
WIDE, BETWEEN_SIGNED = 0.6, 0.3
"""Heights of digits between two of a number, with no sign there, from which they may be two
numbers: so are 6 of 6 wrong ones that are accepted on forms of single boxes of
`tools/sweep_forms.py`, and 4 of 867 right ones of these forms, `pages/`, cheques, the logbook, the
years, UNIPEN's strings, desks and composed pages. And between what have a sign each, as 6-0 6-0 may
come out as 6-06-0, or a whole number and a fraction: of 33 right ones with signs that are accepted
of cheques and `pages/` none has more between digits than 0.26."""
SEVERAL, CLOSE, JUMP, APART = 4, 0.2, 0.15, 0.35
"""Digits, at least, of numbers side by side, as 15 5 14 39; and heights of digits between those of
one, at most, how many more between two, and how many, at least. Of a tester's 40 crops of such
lists 13 were accepted as one number, 4 are. All 943 real numbers are read as before, 4 of 816 that
were accepted of composed pages and desks are for review; of three digits, and in boxes, 16 are."""


def held_back(
    numbers: Sequence[Number],
    places: Sequence[Place],
    found: Sequence[Found],
    picture: PageImage,
    maps: Maps,
    *,
    askew: bool,
    turned: bool,
    as_one: bool,
) -> list[Number]:
    """The numbers of a page, those that are in doubt with the confidence of what a person must see.

    Args:
        numbers: in reading order, with the confidence of their readers.
        places: where each stands; its index is that of what was found.
        askew: whether all of the page may lie on its side or its head.
        turned: whether it was turned, and nothing but its few numbers says that this is right.
        as_one: whether it was said to show one number.
    """
    regions = [region for region, *_ in found]
    unsure = set(compress(range(len(found)), are_faint_or_cut(picture.grey, regions)))
    unsure |= set(compress(range(len(found)), are_in_fractions(picture, regions)))
    transcripts, quads = [said for *_, said in found], [region.quad for region in regions]
    # As they are written, also where no signs are given.
    texts = [said.reading.text for said in transcripts]
    in_boxes = [region.boxed or flat.row is not None for region, flat, _ in found]
    unsure |= are_items(maps, places, quads, [said.text for said in transcripts])
    unsure |= are_parts(places, quads, texts, in_boxes)
    unsure |= are_marks(quads, transcripts, in_boxes)
    held = []
    for number, place in zip(numbers, places, strict=True):
        region, flat, said = found[place.index]
        # A number cut in two gives two that touch: so did 13 of 30 wrong numbers of `pages/` that
        # were accepted, and 14 of 208 right ones.
        in_doubt = askew or place.index in unsure or place.touches or not _is_clear(region, said)
        text = texts[place.index]
        in_doubt |= _may_be_two(text, number.digits)
        # A digit may stand anywhere in its box.
        has_boxes = region.boxed or (flat.row is not None and len(flat.row.boxes) > 1)
        in_doubt |= not has_boxes and _may_be_several(text, number.digits)
        in_doubt |= turned and reads_either_way(number.text)
        # A line may part what nobody said to be one number.
        in_doubt = in_doubt or (not as_one and _is_in_cells(flat, said))
        if not in_doubt and number.confidence > PARTLY:
            in_doubt = are_of_two_inks(picture, [digit.box for digit in number.digits])
        hardly = 0 < region.score < FOUND
        most = GHOST if hardly and in_doubt else PARTLY if hardly or in_doubt else 1.0
        held.append(_believed(number, most))
    words = are_in_words(held, [number.confidence < FLOOR for number in held])
    sure = [i for i, number in enumerate(held) if number.confidence > PARTLY]
    of_sure = [found[places[i].index][:2] for i in sure]
    struck = are_struck(picture, [region for region, _ in of_sure], [flat for _, flat in of_sure])
    for i in words.union(compress(sure, struck)):
        held[i] = _believed(held[i], PARTLY)
    return held


def _believed(number: Number, most: float) -> Number:
    return replace(number, confidence=min(most, number.confidence))


def _is_clear(region: Region, said: Transcript) -> bool:
    """Whether a region is one number, and not so faint that it may show through or be rubbed out.

    Of 2,262 numbers that are accepted of crops, `pages/` and sudokus one has less contrast, all
    others 18 levels and more; in 1,016 blank cells of sudokus two such digits are, without it.
    """
    return region.apart and said.strip.contrast >= FAINTEST


def _may_be_two(text: str, digits: Sequence[Digit]) -> bool:
    """Whether two digits that follow each other in the text are far apart."""
    if len(digits) < 2:
        return False
    high = float(np.median([digit.box.height for digit in digits]))
    places = [place for place, character in enumerate(text) if character.isdigit()]
    for (before, after), (left, right) in zip(pairwise(places), pairwise(digits), strict=True):
        first, second = text[:after], text[after:]
        signed = not (first.isdigit() or second.isdigit()) or is_mixed_number(first, second)
        wide = BETWEEN_SIGNED if signed else WIDE
        if after == before + 1 and right.box.x - left.box.right >= wide * high:
            return True
    return False


def _may_be_several(text: str, digits: Sequence[Digit]) -> bool:
    """Whether some digits that follow each other are close together, and others are not."""
    if len(digits) < SEVERAL or not text.isdigit():
        return False
    high = float(np.median([digit.box.height for digit in digits]))
    gaps = np.sort([right.box.x - left.box.right for left, right in pairwise(digits)]) / high
    grow = (np.diff(gaps) >= JUMP) & (gaps[:-1] <= CLOSE)
    return bool(grow.any() and gaps[-1] >= APART)


def _is_in_cells(flat: Flat, said: Transcript) -> bool:
    """Whether a line runs down between two of the digits, and not between all of several, as it
    does where each has a box; of boxes that are found their lines tell which are one number.

    Of 60 crops of two cells with a line between them (`tools/measure_marks.py`) 7 are accepted
    wrongly without it, none with it; of `pages/`, desks and the browser's vote forms the same as
    without it.
    """
    if flat.row is not None or len(said.reading.spans) < 2:
        return False
    digits = [said.strip.in_crop(span) for span in said.reading.spans]
    lines = ruling.parting_lines(flat.grey, digits)
    return max(lines, default=0) == 2 and not (len(lines) > 1 and all(lines))
