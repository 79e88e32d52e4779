"""Who holds which items: the queries behind `Store.lease`."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, or_, select, update

from shuzi.review.answers import standing
from shuzi.review.group import Alike, choose_group
from shuzi.review.tables import items


def waiting(now: datetime, token: str = "") -> ColumnElement[bool]:
    """Items that are not decided and that nobody holds, or only the lease of that token."""
    unheld = or_(items.c.expires.is_(None), items.c.expires <= now, items.c.token == token)
    return and_(items.c.state != "decided", unheld)


def free_for(reviewer: str, now: datetime, token: str = "") -> ColumnElement[bool]:
    """Items that this person may get, or has by that lease: those they have not answered."""
    theirs = exists().where(standing.c.item == items.c.id, standing.c.reviewer == reviewer)
    return and_(waiting(now, token), not_(theirs))


def find_group(connection: Connection, free: ColumnElement[bool]) -> Alike | None:
    """What is looked at together now, of the free items."""
    counts = select(items.c.text, func.count()).where(free).group_by(items.c.text)
    return choose_group(dict(connection.execute(counts).all()))


def in_group(group: Alike) -> ColumnElement[bool]:
    return items.c.length == group.length if group.text is None else items.c.text == group.text


def take(
    connection: Connection, chosen: list[int], token: str, reviewer: str, expires: datetime
) -> None:
    """Give the items to the reviewer."""
    connection.execute(
        update(items)
        .where(items.c.id.in_(chosen))
        .values(token=token, lessee=reviewer, expires=expires)
    )


def let_go(connection: Connection, held: ColumnElement[bool]) -> None:
    """Give the held items back."""
    connection.execute(update(items).where(held).values(token=None, lessee=None, expires=None))
