"""Numbers that may be parts of one, or characters of a word, by what they say and where they stand;
and a minus that may be the dash before an item of a list."""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shuzi.page.image import Quad, quad_size
from shuzi.page.network import WRITTEN, Maps
from shuzi.page.order import Place
from shuzi.page.regions import means_beside
from shuzi.recognise.ruling import MINUS
from shuzi.result import Number

CLOSE = 0.6
"""Heights of paper between two numbers of a line, below which the second may go on with the first:
on a tester's pages of telephone numbers and ranges 12 hyphens were accepted as a minus, 0.4 and
less behind another number; in `pages/` no minus is."""
SHARED = 0.3
"""Of the lower one's height, what two neighbours on a line share, at least."""
GROUP = 3
"""Digits of a group, at least."""
FOLLOWS, AFTER = 6.0, 0.04
"""Heights after a number within which the words of a list's item begin, and their least share of
the middle of its line: behind the tester's dashes it is 0.07 to 0.21. Of 60 items of a list
(`tools/measure_marks.py`) 1 is accepted with a minus, 30 without this."""
_FRACTION = re.compile(r"\d+/\d+")


def are_items(
    maps: Maps, places: Sequence[Place], quads: Sequence[Quad], texts: Sequence[str]
) -> set[int]:
    """Which numbers with a minus may be items of a list, and the minus the dash before one: no
    other number is before them on their line.

    Args:
        places, quads, texts: as `are_parts` takes them.
    """
    written = (maps.other > WRITTEN).astype(np.float32)
    behind = {second.index for first, second in pairwise(places) if first.line == second.line}
    return {
        i
        for i, (quad, text) in enumerate(zip(quads, texts, strict=True))
        if text.startswith(MINUS) and i not in behind and _is_item(written, quad / maps.scale - 0.5)
    }


def are_parts(
    places: Sequence[Place],
    quads: Sequence[Quad],
    texts: Sequence[str],
    in_boxes: Sequence[bool],
) -> set[int]:
    """Which numbers may be parts of one, as a hyphen, read as a minus, a fraction or another group
    of digits follows closely on the number before it.

    Args:
        places: in reading order.
        quads, texts, in_boxes: of each number, by its place's index; printed boxes tell by
            themselves which digits are one number's.
    """
    neighbours = [pair for pair in pairwise(places) if pair[0].line == pair[1].line]
    close = [pair for pair in neighbours if _gap(*(quads[place.index] for place in pair)) < CLOSE]
    # Of two columns some numbers are further apart, of two groups none.
    columns = {_columns(pair) for pair in neighbours if pair not in close} - {None}
    runs, found, groups = [], set[int](), set[int]()
    for pair in close:
        i, j = (place.index for place in pair)
        first, second = texts[i], texts[j]
        if second.startswith(MINUS) or is_mixed_number(first, second):
            found |= {i, j}
        if not (in_boxes[i] or in_boxes[j] or _columns(pair) in columns):
            runs.append((i, j))
            groups |= {i, j} if _may_be_groups(first, second) else set()
    # A group of two digits may be the first or the last: 20 534 926.
    for i, j in (*runs, *reversed(runs)):
        if (i in groups) != (j in groups) and (texts[i] + texts[j]).isdigit():
            groups |= {i, j}
    return found | groups


def _gap(left: Quad, right: Quad) -> float:
    """The paper between two, in heights of the second."""
    ends = right[[0, 3]].mean(axis=0) - left[[1, 2]].mean(axis=0)
    return float(np.linalg.norm(ends)) / quad_size(right)[1]


def _columns(pair: tuple[Place, Place]) -> tuple[int, int] | None:
    """Those of two neighbours, if both stand in one."""
    first, second = pair[0].column, pair[1].column
    return None if first is None or second is None else (first, second)


def are_in_words(numbers: Sequence[Number], none: Sequence[bool]) -> set[int]:
    """Which single digits may be characters of a word, as one of their neighbours is likelier no
    number.

    On a tester's pages of Chinese, Japanese, Korean and other scripts 21 of 126 accepted wrongly
    have such a neighbour, and 21 of 700 right ones, which stand between characters; none of 1,511
    of `pages/`, the browser's documents and the examples that are accepted.

    Args:
        none: which of the numbers are rejected.
    """
    boxes = [(n.box.x, n.box.y, n.box.right, n.box.bottom) for n in numbers]
    left, top, right, bottom = np.array(boxes, np.float64).reshape(-1, 4).T
    high, words, found = bottom - top, np.flatnonzero(none), set[int]()
    for i, number in enumerate(numbers):
        if len(number.digits) != 1 or none[i]:
            continue
        shared = np.minimum(bottom[words], bottom[i]) - np.maximum(top[words], top[i])
        away = np.maximum(left[words] - right[i], left[i] - right[words])
        beside = shared >= SHARED * np.minimum(high[words], high[i])
        if (beside & (away < CLOSE * high[i])).any():
            found.add(i)
    return found


def is_mixed_number(first: str, second: str) -> bool:
    """Whether a whole number and a fraction follow each other."""
    return first.isdigit() and _FRACTION.fullmatch(second) is not None


def _may_be_groups(first: str, second: str) -> bool:
    """Whether a long number may be written in groups, as in telephones, cards and accounts.

    On a tester's pages of these 88 of 93 parts that are accepted are told with the short ones
    beside them, 76 without these, and 1 of 191 other numbers; of `tools/measure_rows.py`'s none
    instead of 12 is accepted.
    """
    return first.isdigit() and second.isdigit() and min(len(first), len(second)) >= GROUP


def _is_item(written: NDArray[np.float32], quad: Quad) -> bool:
    """Whether other writing follows on a number's line and none is before it, so that a minus may
    be the dash of a list; all in cells."""
    before, after = means_beside(written, quad.astype(np.float64), 0, FOLLOWS)
    return before < AFTER <= after
