"""A strip and its digits' places -> the minus sign, decimal points and commas that are clear.

They are told from the form and place of the ink that is no digit's. The limits were chosen on
composed numbers (`tools/measure_signs.py --part tune`); lengths are in heights of the writing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Span = tuple[int, int]
FINER = 2
"""The strip is enlarged by this, which keeps apart what hardly touches."""
HIGH = 22.0 * FINER
"""Rows that the writing is high in the enlarged strip: the unit of the lengths below."""
INKED = 110
"""Of 255: the least of a mark and of a digit."""
FAINT = 60
"""Of 255: ink that still joins a mark to a digit, as a stroke that fades between does."""
TALL, BORDER = 0.45, 0.9
"""Digits are at least so high; and what takes this share of the strip's height is a border."""
SPECK = 0.15
"""Of the pen's square: smaller parts are specks."""
DARK = 0.8
"""Of the digits' darkness, at least, that a point has; a dash may be made with less."""
ABOVE = 0.15
"""So far above a mark there is no digit."""
MANY = 24
"""More small parts than these are the paper's texture."""
COMPANY = 0.25
"""Other marks of that share of its area beside it make a mark part of a line or a pattern."""


@dataclass(frozen=True, slots=True)
class Sign:
    """`text` is -, . or a comma, after `place` digits; `span` its first column and the one after
    its last."""

    text: str
    place: int
    span: Span


@dataclass(frozen=True, slots=True)
class _Part:
    """Ink that is connected, in pixels of the enlarged strip."""

    left: int
    top: int
    right: int
    bottom: int
    area: int
    label: int = 0

    @property
    def width(self) -> float:
        return (self.right - self.left) / HIGH

    @property
    def height(self) -> float:
        return (self.bottom - self.top) / HIGH

    @property
    def middle(self) -> tuple[float, float]:
        """Column and row."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


def find_signs(strip: Grey, spans: Sequence[Span]) -> tuple[Sign, ...]:
    """The marks beside and between the digits, from left to right; none that is not clear.

    Args:
        strip: bright ink on 0, uint8 (32, w), as `shuzi.recognise.strip.normalise_strip` gives it.
        spans: of each digit, its first column and the one after its last.
    """
    writing = _Writing(strip)
    if not 0 < len(writing.small) <= MANY:
        return ()
    digits = writing.digits(spans)
    if not digits:
        return ()
    return (*_minus(writing, digits), *_decimal_marks(writing, digits))


def signed(digits: str, signs: Sequence[Sign]) -> str:
    """The digits with their signs: 75 with a comma after one digit is 7,5."""
    before = {sign.place: sign.text for sign in signs}
    return "".join(before.get(place, "") + digit for place, digit in enumerate(digits))


class _Writing:
    """The parts of a strip's ink: those as high as digits, and the `small` ones."""

    def __init__(self, strip: Grey) -> None:
        self.ink = cv2.resize(strip, None, fx=FINER, fy=FINER, interpolation=cv2.INTER_LINEAR)
        mask = (self.ink > INKED).astype(np.uint8)
        _, self.labels, stats, _ = cv2.connectedComponentsWithStats(mask)
        height = stats[:, cv2.CC_STAT_HEIGHT]
        is_border = height >= BORDER * len(mask)
        is_border[0] = True
        is_tall = (height >= TALL * HIGH) & ~is_border
        self.tall = is_tall[self.labels]
        self.pen = _pen(self.tall.astype(np.uint8))
        parts = [_part(row, label) for label, row in enumerate(stats.tolist())]
        is_small = ~is_tall & ~is_border & (stats[:, cv2.CC_STAT_AREA] >= SPECK * self.pen**2)
        self.small = [parts[i] for i in np.flatnonzero(is_small)]
        self.large = [parts[i] for i in np.flatnonzero(is_tall | is_border)[1:]]

    # Most numbers have no small parts, and nothing of this is asked.
    @cached_property
    def faint(self) -> NDArray[np.int32]:
        """Each pixel's part at half the darkness."""
        _, labels = cv2.connectedComponents((self.ink > FAINT).astype(np.uint8))
        return np.asarray(labels, np.int32)

    @cached_property
    def joined(self) -> set[int]:
        """The faint parts that tall ones are in."""
        return set(np.unique(self.faint[self.tall]).tolist())

    @cached_property
    def full(self) -> float:
        """The darkness of tall ink."""
        return float(self.ink[self.tall].mean()) if self.tall.any() else 255.0

    def digits(self, spans: Sequence[Span]) -> list[_Part]:
        """The tall ink in each span; none at all if a digit has none."""
        found = []
        for first, end in spans:
            left = FINER * first
            inside = self.tall[:, left : FINER * end].astype(np.uint8)
            x, y, width, height = cv2.boundingRect(inside)
            if width == 0:
                return []
            found.append(_Part(left + x, y, left + x + width, y + height, 0))
        return found

    def gaps(self, part: _Part) -> tuple[float, float]:
        """From its ends to the next tall ink on its left and right, in about its rows."""
        middle = int(part.middle[0])
        rows = self.tall[max(0, part.top - 2) : part.bottom + 2].any(axis=0)
        before, after = np.flatnonzero(rows[:middle]), np.flatnonzero(rows[middle:])
        left = part.left - int(before[-1]) - 1 if len(before) else np.inf
        right = middle + int(after[0]) - part.right if len(after) else np.inf
        return left / HIGH, right / HIGH

    def is_clear(self, part: _Part) -> bool:
        """Whether it is no piece of a digit: not joined to one, and none lies right above it."""
        window = self.labels[part.top : part.bottom, part.left : part.right] == part.label
        faint = self.faint[part.top : part.bottom, part.left : part.right][window]
        middle = int(part.middle[0])
        above = self.tall[
            max(0, part.top - round(ABOVE * HIGH)) : part.top, middle - 1 : middle + 2
        ]
        return faint[0] not in self.joined and not above.any()

    def darkness(self, part: _Part) -> float:
        """Of its ink, over that of the digits."""
        window = slice(part.top, part.bottom), slice(part.left, part.right)
        return float(self.ink[window][self.labels[window] == part.label].mean()) / self.full

    def shape(self, part: _Part) -> tuple[float, float]:
        """How much longer than wide it is, and how steep: 0 level, 1 upright, -1 leaning back."""
        y, x = np.nonzero(self.labels[part.top : part.bottom, part.left : part.right] == part.label)
        if len(x) < 2:
            return 1.0, 0.0
        # A pixel is no point: its own spread is a twelfth.
        spread = np.cov(x, y) + np.eye(2) / 12
        (least, most), axes = np.linalg.eigh(spread)
        across, up = axes[0, 1], -axes[1, 1]
        return float(np.sqrt(most / least)), float(abs(up) if across * up > -0.2 else -abs(up))


def _part(row: list[int], label: int) -> _Part:
    left, top, width, height, area = row
    return _Part(left, top, left + width, top + height, area, label)


def _pen(mask: Grey) -> float:
    """About the width of the strokes in pixels: twice their area over the length of their edge."""
    area = int(mask.sum())
    edge = area - int(cv2.erode(mask, np.ones((3, 3), np.uint8)).sum())
    return 2 * area / max(edge, 1)


def _sign(text: str, place: int, part: _Part) -> Sign:
    return Sign(text, place, (part.left // FINER, -(-part.right // FINER)))


def _minus(writing: _Writing, digits: list[_Part]) -> list[Sign]:
    first = digits[0]
    before = [part for part in writing.small if part.middle[0] < first.left]
    dashes = [part for part in before if _is_minus(part, writing, first)]
    if len(dashes) != 1 or _has_company(dashes[0], before, first):
        return []
    # A digit that was not read, or a border close by or between, makes it something else.
    reach = dashes[0].left - COMPANY * HIGH
    for other in writing.large:
        is_border = other.bottom - other.top >= BORDER * len(writing.ink)
        if other.middle[0] < first.left and (not is_border or other.right > reach):
            return []
    return [_sign("-", 0, dashes[0])]


def _is_minus(part: _Part, writing: _Writing, first: _Part) -> bool:
    """A short flat stroke of the digits' pen, at half their height, close to the first."""
    thick = part.area / (part.right - part.left)
    slope = (part.bottom - part.top - thick) / (part.right - part.left)
    height = (part.middle[1] - first.top) / (first.bottom - first.top)
    gap = (first.left - part.right) / HIGH
    return (
        part.left > 0
        and part.top > 0
        and 0.2 <= part.width <= 0.9
        and 1.3 * thick <= part.right - part.left
        and slope <= 0.3
        and 0.5 <= thick / writing.pen <= 2.2
        and 0.25 <= height <= 0.72
        and -0.25 <= gap <= 0.3
        and writing.gaps(part)[1] >= 0.04
        and writing.is_clear(part)
        and writing.darkness(part) >= 0.7
    )


def _has_company(dash: _Part, others: list[_Part], first: _Part) -> bool:
    """Whether there are more marks before the digit, as in a row of dashes or an equals sign."""
    top, bottom = first.top - 0.1 * HIGH, first.bottom + 0.1 * HIGH
    return any(
        other != dash
        and other.area >= COMPANY * dash.area
        and other.bottom > top
        and other.top < bottom
        for other in others
    )


def _decimal_marks(writing: _Writing, digits: list[_Part]) -> list[Sign]:
    centres = [digit.middle[0] for digit in digits]
    places = {part: sum(c < part.middle[0] for c in centres) for part in writing.small}
    between = {part: place for part, place in places.items() if 0 < place < len(digits)}
    texts = {
        part: _decimal_mark(part, writing, digits[place - 1], digits[place])
        for part, place in between.items()
    }
    marks = [part for part, text in texts.items() if text]
    clear = [part for part in marks if not _is_of_pattern(part, marks, places, writing)]
    return [_sign(texts[part], places[part], part) for part in sorted(clear, key=lambda p: p.left)]


def _decimal_mark(part: _Part, writing: _Writing, before: _Part, after: _Part) -> str:
    """A point, a comma, or nothing."""
    if not _lies_between(part, writing, before, after) or writing.darkness(part) < DARK:
        return ""
    # Where the digits stand: the ground line may rise or fall from one to the next.
    high, low = sorted((before.bottom, after.bottom))
    long, steep = writing.shape(part)
    is_cut = part.bottom == len(writing.ink)
    if (
        0.2 <= part.height <= TALL
        and (long >= 1.5 or is_cut)
        and steep >= 0.45
        and (part.top - high) / HIGH >= -0.25
        and (part.top - low) / HIGH <= 0.3
        and (part.bottom - high) / HIGH >= 0.05
    ):
        return ","
    rests = (part.bottom - high) / HIGH >= -0.1 and (part.bottom - low) / HIGH <= 0.1
    thick = part.area / max(part.right - part.left, part.bottom - part.top)
    small = max(part.width, part.height) <= 0.4 and thick >= 0.5 * writing.pen
    return "." if rests and small and long <= 1.7 and not is_cut else ""


def _lies_between(part: _Part, writing: _Writing, before: _Part, after: _Part) -> bool:
    """Whether it is low enough, and beside both digits but no piece of one."""
    apart = max(part.left - before.right, after.left - part.right) / HIGH
    return (
        part.top > 0
        and apart <= 0.4
        and (part.top - min(before.bottom, after.bottom)) / HIGH <= TALL
        and min(before.height, after.height) >= TALL
        and min(writing.gaps(part)) >= 0
        and writing.is_clear(part)
    )


def _is_of_pattern(
    part: _Part, marks: list[_Part], places: dict[_Part, int], writing: _Writing
) -> bool:
    """Whether there are like parts on its line, as in a dotted guide, or between its digits."""
    for other in writing.small:
        if other == part or other.area < COMPANY * part.area:
            continue
        level = abs(other.middle[1] - part.middle[1]) <= COMPANY * HIGH
        if places[other] == places[part] or (level and other not in marks):
            return True
    return False
