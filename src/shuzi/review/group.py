"""What is waiting -> which items are looked at together. No database."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

Kind = TypeVar("Kind", str, int)

SHARED = 4
"""Fewer items read alike than this are not a group."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Items read as `text`; if that is None, those of `length` digits."""

    text: str | None
    length: int


def choose_group(waiting: Mapping[str, int]) -> Alike | None:
    """The text that most items share, or else their most frequent number of digits.

    Args:
        waiting: texts as they were read, and how many items each has.
    """
    if not waiting:
        return None
    text = _most_frequent(waiting)
    if waiting[text] >= SHARED:
        return Alike(text, len(text))
    lengths: Counter[int] = Counter()
    for read, count in waiting.items():
        lengths[len(read)] += count
    return Alike(None, _most_frequent(lengths))


def _most_frequent(counts: Mapping[Kind, int]) -> Kind:
    return min(counts, key=lambda key: (-counts[key], key))
