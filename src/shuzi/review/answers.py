"""What people answered: the history, and which of its answers stand."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, Subquery, exists, not_, select

from shuzi.review.outcome import Answer
from shuzi.review.tables import history


def _standing() -> Subquery:
    undo = history.alias("undo")
    undone = exists().where(undo.c.undoes == history.c.id)
    return select(history).where(history.c.action == "decided", not_(undone)).subquery("standing")


standing = _standing()
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


def answered_with(connection: Connection, token: str) -> set[int]:
    """The items that were answered with this lease."""
    rows = select(history.c.item).where(history.c.token == token, history.c.action == "decided")
    return set(connection.scalars(rows))
