"""What the history says: how far, how fast, how often wrong, how often agreed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from shuzi.evaluation.metrics import wilson_interval
from shuzi.review.answers import standing
from shuzi.review.tables import items


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """Wrong ones among `n` numbers; `low` to `high` is the 95 % interval of the rate (Wilson).

    `waiting` numbers of the sample are not decided yet. These are not a random part of it, so the
    rate is honest only when there are none.
    """

    n: int
    wrong: int
    rate: float
    low: float
    high: float
    waiting: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `n` items that two people answered, the share on which they agreed."""

    n: int
    share: float


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Answers of a person that stand, and the mean seconds of each."""

    name: str
    decided: int
    seconds_each: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The state of a queue.

    `open` counts what is neither decided nor disputed, `leased` what somebody looks at now.
    `items_per_hour` is for one person at work; it and `seconds_each` are of all answers that
    stand, None without any.
    """

    open: int
    leased: int
    decided: int
    disputed: int
    items_per_hour: float | None
    seconds_each: float | None
    accepted_error: ErrorRate | None
    agreement: Agreement | None
    reviewers: tuple[Reviewer, ...]


def measure(connection: Connection, now: datetime) -> Figures:
    """The figures of the queue as it is."""
    counts = select(items.c.state, func.count(items.c.id)).group_by(items.c.state)
    states: dict[str, int] = dict(connection.execute(counts).all())
    held = select(func.count()).where(items.c.expires > now, items.c.state != "decided")
    reviewers = _reviewers(connection)
    seconds_each = _seconds_each(reviewers)
    return Figures(
        open=states.get("open", 0),
        leased=connection.scalar(held) or 0,
        decided=states.get("decided", 0),
        disputed=states.get("disputed", 0),
        items_per_hour=3600 / seconds_each if seconds_each else None,
        seconds_each=seconds_each,
        accepted_error=_accepted_error(connection),
        agreement=agreement(_answers(connection)),
        reviewers=reviewers,
    )


def error_rate(wrong: int, n: int, waiting: int = 0) -> ErrorRate:
    """The rate of wrong ones with the interval of Wilson (1927), as in `evaluation.metrics`."""
    low, high = wilson_interval(wrong / n, n)
    return ErrorRate(n, wrong, wrong / n, low, high, waiting)


def agreement(answers: Iterable[tuple[int, str | None]]) -> Agreement | None:
    """Over the first two answers of each item; the third person knows that the two differ.

    Args:
        answers: items and what was said of them, in order.
    """
    said: dict[int, list[str | None]] = defaultdict(list)
    for item, text in answers:
        said[item].append(text)
    pairs = [texts[:2] for texts in said.values() if len(texts) > 1]
    if not pairs:
        return None
    return Agreement(len(pairs), sum(first == second for first, second in pairs) / len(pairs))


def _accepted_error(connection: Connection) -> ErrorRate | None:
    sample = select(items.c.text, items.c.state, items.c.answer).where(items.c.sampled)
    rows = connection.execute(sample).all()
    decided = [row for row in rows if row.state == "decided"]
    if not decided:
        return None
    wrong = sum(row.answer != row.text for row in decided)
    return error_rate(wrong, len(decided), len(rows) - len(decided))


def _answers(connection: Connection) -> Iterable[tuple[int, str | None]]:
    """Of the items with double entry."""
    rows = (
        select(standing.c.item, standing.c.text)
        .join(items, items.c.id == standing.c.item)
        .where(items.c.required > 1)
        .order_by(standing.c.id)
    )
    return connection.execute(rows).all()


def _reviewers(connection: Connection) -> tuple[Reviewer, ...]:
    rows = (
        select(standing.c.reviewer, func.count(), func.avg(standing.c.seconds))
        .group_by(standing.c.reviewer)
        .order_by(standing.c.reviewer)
    )
    return tuple(Reviewer(*row) for row in connection.execute(rows))


def _seconds_each(reviewers: Iterable[Reviewer]) -> float | None:
    count = sum(reviewer.decided for reviewer in reviewers)
    seconds = sum(reviewer.decided * reviewer.seconds_each for reviewer in reviewers)
    return seconds / count if count else None
