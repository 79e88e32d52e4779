"""What people answered: the history, and which of its answers stand."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, insert, not_, select

from shuzi.review.item import Verdict
from shuzi.review.outcome import Answer
from shuzi.review.tables import history

_undo = history.alias("undo")
_undone = exists().where(_undo.c.undoes == history.c.id)
standing = select(history).where(history.c.action == "decided", not_(_undone)).subquery("standing")
"""The rows of answers that nobody has undone."""


def standing_answers(connection: Connection, chosen: Sequence[int]) -> dict[int, list[Answer]]:
    """Of each of these items, in their order."""
    rows = connection.execute(
        select(standing.c.item, standing.c.reviewer, standing.c.text)
        .where(standing.c.item.in_(chosen))
        .order_by(standing.c.id)
    )
    found: dict[int, list[Answer]] = defaultdict(list)
    for item, reviewer, text in rows:
        found[item].append(Answer(reviewer, text))
    return found


def last_answers(connection: Connection, reviewer: str) -> Sequence[Row[Any]]:
    """The rows of this person's last answers that stand: those that were given at once."""
    theirs = select(standing).where(standing.c.reviewer == reviewer)
    last = connection.execute(theirs.order_by(standing.c.id.desc()).limit(1)).first()
    if last is None:
        return []
    together = theirs.where(standing.c.token == last.token, standing.c.at == last.at)
    return connection.execute(together.order_by(standing.c.id)).all()


def undone_with(connection: Connection, token: str) -> list[int]:
    """The items of which this lease took answers back, in the order of the answers."""
    rows = select(history.c.item).where(history.c.token == token, history.c.action == "undone")
    return list(connection.scalars(rows.order_by(history.c.id)))


def answered_with(connection: Connection, token: str) -> dict[int, str | None]:
    """The items that were answered with this lease, and how."""
    answered = (history.c.token == token) & (history.c.action == "decided")
    return dict(connection.execute(select(history.c.item, history.c.text).where(answered)).all())


def record(
    connection: Connection, token: str, reviewer: str, verdicts: Sequence[Verdict], at: datetime
) -> None:
    """Write down what a person said at once."""
    rows = [
        {
            "action": "decided",
            "text": verdict.text,
            "seconds": verdict.seconds,
            "item": verdict.item,
        }
        | {"token": token, "reviewer": reviewer, "at": at}
        for verdict in verdicts
    ]
    if rows:
        connection.execute(insert(history), rows)


def take_back(
    connection: Connection, token: str, answers: Sequence[Row[Any]], at: datetime
) -> None:
    """Write down that these answers stand no more."""
    rows = [
        {"action": "undone", "text": answer.text, "seconds": 0.0, "item": answer.item}
        | {"token": token, "reviewer": answer.reviewer, "at": at, "undoes": answer.id}
        for answer in answers
    ]
    if rows:
        connection.execute(insert(history), rows)
