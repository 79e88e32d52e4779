"""What is reviewed and what is said of it: frozen values."""

import re
from dataclasses import dataclass
from datetime import datetime

from shuzi.errors import UsageError
from shuzi.result import Box, Number

LONGEST_NAME = 60
LONGEST_NUMBER = 40
NUMBER = r"-?[0-9]+([\-.,\/:][0-9]+)*"
"""A regular expression, Python's and JavaScript's: digits, perhaps with a minus before them and
signs between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """A number for the queue, or ink in which none was read, whose text is empty.

    `crop` and `surroundings` are PNG; `inside` is the number's box in the surroundings. `sampled`
    if it was accepted and is here to measure how often that is wrong. `seen` tells the page from
    all others by its pixels; without it, its source and place do.
    """

    source: str
    page: int
    number: Number
    crop: bytes
    surroundings: bytes
    inside: Box
    sampled: bool = False
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A number in the queue.

    `state` is open, decided or disputed; `answer` is what was decided, None for no number.
    `attempt` counts the person who decides now: 2 if one has answered already.
    """

    id: int
    source: str
    page: int
    number: Number
    inside: Box
    sampled: bool
    required: int
    state: str
    answer: str | None
    attempt: int

    @property
    def text(self) -> str:
        """As it was read; empty if nothing was."""
        return self.number.text

    @property
    def confidence(self) -> float:
        return self.number.confidence


@dataclass(frozen=True, slots=True)
class Pictures:
    """PNG: the number with a margin, and what is around it."""

    crop: bytes
    surroundings: bytes


@dataclass(frozen=True, slots=True)
class Lease:
    """Items that nobody else gets until `expires` (UTC)."""

    token: str
    expires: datetime
    items: tuple[Item, ...]

    @property
    def text(self) -> str | None:
        """What all of them were read as; None if they differ."""
        texts = {item.text for item in self.items}
        return texts.pop() if len(texts) == 1 else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's answer for an item: its text, or None for no number; `seconds` it took.

    Raises:
        UsageError: the text is not a number of at most 40 characters, or the seconds are none.
    """

    item: int
    text: str | None
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.text is not None and not is_number(self.text):
            raise UsageError(
                f"{ascii(self.text)[:60]} is not a number.",
                "Give its digits, such as 75, -5 or 7,5, or none at all for no number.",
            )
        if not 0 <= self.seconds <= 86_400:
            raise UsageError(f"{self.seconds} seconds for an item are not 0 to 86400.")


@dataclass(frozen=True, slots=True)
class Decided:
    """How many items were decided as the verdicts say, and those that were not.

    Args:
        lost: somebody else has them by now.
        otherwise: the lease has said something else of them before, which stands.
        unknown: there are none.
    """

    count: int
    lost: tuple[int, ...] = ()
    otherwise: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A row of an item's history, in UTC; `action` is decided or undone."""

    id: int
    item: int
    at: datetime
    reviewer: str
    action: str
    text: str | None
    seconds: float


def is_number(text: str) -> bool:
    """Whether it is the text of a number: 75, -5, 7.5 or 7,5."""
    return len(text) <= LONGEST_NUMBER and re.fullmatch(NUMBER, text, re.ASCII) is not None


def check_reviewer(name: str) -> str:
    """The name without spaces around it.

    Raises:
        UsageError: it is not 1 to 60 printable characters.
    """
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise UsageError(
            "A reviewer's name is 1 to 60 printable characters.", "Give a shorter or plainer one."
        )
    return name
