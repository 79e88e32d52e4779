"""The answers of an item -> what becomes of it. No database."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person says that the number is; None: that there is none."""

    reviewer: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state of an item, and what was decided if it is decided."""

    state: str
    answer: str | None = None


def outcome(answers: Sequence[Answer], required: int) -> Outcome:
    """What an item is after these answers, in their order.

    One answer decides an item that needs one. One that needs two is decided when both say the
    same, else disputed until a third person decides. Who answers again after two have agreed
    changes nothing.

    Args:
        answers: those that stand, not those undone.
        required: 1, or 2 for double entry.
    """
    if len(answers) < required:
        return Outcome("open")
    if required == 1:
        return Outcome("decided", answers[-1].text)
    first, second, *later = answers
    if first.text == second.text:
        return Outcome("decided", first.text)
    return Outcome("decided", later[0].text) if later else Outcome("disputed")
