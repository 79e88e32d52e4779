"""What numbers are said to look like: patterns such as 19dd, and ranges such as 0..20."""

import re
import reprlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shuzi.errors import UsageError, way
from shuzi.recognise.decoding import DIGITS, SIGNS

ANY = "d"
"""Stands for any digit in a pattern."""
TO = ".."
"""Stands between the ends of a range."""
LONGEST = 64
"""Characters of a pattern, at most."""
_PATTERN = re.compile(f"-?[{DIGITS}{ANY}](?:[{re.escape(SIGNS)}]?[{DIGITS}{ANY}])*")
"""As texts are: from a digit, or a minus before it, to a digit, with one sign between two."""
_BOUND = re.compile(r"(-?)([0-9]{1,20})(?:([.,])([0-9]{1,20}))?")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Texts of one form: 19dd, dd:dd, -d.d."""

    form: str

    def fits(self, text: str) -> bool:
        return len(text) == len(self.form) and all(
            c.isdigit() if wanted == ANY else c == wanted
            for c, wanted in zip(text, self.form, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from one to another, both included, with as many decimals as these have.

    Args:
        least, most: these two.
        point: what is before the decimals; empty if there are none.
        decimals: how many.
        fewest, longest: digits before them: 001..999 has three, 1..999 up to three, 007 too.
    """

    least: Decimal
    most: Decimal
    point: str
    decimals: int
    fewest: int
    longest: int

    def fits(self, text: str) -> bool:
        found = _BOUND.fullmatch(text)
        if found is None:
            return False
        _, whole, point, decimals = found.groups()
        same = (point or "", len(decimals or "")) == (self.point, self.decimals)
        fits = same and self.fewest <= len(whole) <= self.longest
        return fits and self.least <= _value(text) <= self.most


Expected = Pattern | Range


def each(expect: Any) -> tuple[str, ...]:
    """The patterns and ranges that an option is given: one, several, or none as None.

    Raises:
        UsageError: it is something else.
    """
    if expect is None:
        return ()
    several = [expect] if isinstance(expect, str) else expect
    if not isinstance(several, list | tuple) or not all(isinstance(one, str) for one in several):
        raise _unusable(expect)
    return tuple(several)


def parse(expect: Any, *, digits_only: bool = False) -> tuple[Expected, ...]:
    """
    Args:
        expect: as `each` takes it.
        digits_only: no signs are given.

    Raises:
        UsageError: one is neither a pattern nor a range, or has signs though none are given.
    """
    several = each(expect)
    expected = tuple(map(_parse, several))
    for one in several:
        if digits_only and set(SIGNS).intersection(one.replace(TO, "")):
            raise UsageError(
                f"{way('expect')} {one} has a sign, and {way('digits_only')} leaves them out.",
                "Give one of the two.",
            )
    return expected


def _parse(expected: str) -> Expected:
    if TO in expected:
        first, _, last = expected.partition(TO)
        return _range(expected, _BOUND.fullmatch(first), _BOUND.fullmatch(last))
    if len(expected) > LONGEST or not _PATTERN.fullmatch(expected):
        raise _unusable(expected)
    return Pattern(expected)


def _range(expected: str, first: re.Match[str] | None, last: re.Match[str] | None) -> Range:
    if first is None or last is None:
        raise _unusable(expected)
    (_, low, *decimals), (_, high, *others) = first.groups(""), last.groups("")
    (point, places), (other, more) = decimals, others
    if (point, len(places)) != (other, len(more)):
        raise _unusable(expected)
    least, most = _value(first[0]), _value(last[0])
    if least > most:
        raise UsageError(
            f"{way('expect')} {expected} ends before it begins.", "Give the lesser number first."
        )
    fewest = len(low) if low[0] == "0" else 1
    return Range(least, most, point, len(places), fewest, max(len(low), len(high)))


def _value(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _unusable(expected: object) -> UsageError:
    return UsageError(
        f"{way('expect')} must be a pattern such as 19dd or dd:dd, of digits and d for any digit, "
        f"perhaps with a minus before them and a sign ({' '.join(SIGNS)}) between two, or a range "
        f"such as 0..20 or 0.00..9.99, not {reprlib.repr(expected)}."
    )
