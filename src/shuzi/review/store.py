"""The queue: what is in it, who has what, and what was decided."""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from shuzi.result import Box, Number
from shuzi.review import leases
from shuzi.review.answers import (
    answered_with,
    last_answers,
    record,
    standing_answers,
    take_back,
    undone_with,
)
from shuzi.review.database import PATIENCE, Database, open_database
from shuzi.review.figures import Figures, measure
from shuzi.review.item import (
    Decided,
    Event,
    Item,
    Lease,
    NewItem,
    Pictures,
    Verdict,
    check_reviewer,
)
from shuzi.review.outcome import Answer, outcome
from shuzi.review.tables import history, items, pictures
from shuzi.text import plain

BATCH = 500
"""Items that are fetched or changed together."""
SECONDS = 120.0
"""How long items are leased, unless the lease is renewed."""
LONGEST_SOURCE = 500
"""Characters; of a longer name, the last ones are kept."""


def open_store(place: str, *, create: bool = True, patience: float = PATIENCE) -> "Store":
    """The queue in a database, which is made or brought up to date.

    Args:
        place: a file (SQLite), or a URL: postgresql://user:password@host/database.
        create: make the file and the queue if there is none.
        patience: seconds to wait for another's transaction.

    Raises:
        StoreError: it cannot be used.
        MissingExtraError: PostgreSQL's driver is not installed.
    """
    return Store(open_database(place, create=create, patience=patience))


def _now() -> datetime:
    return datetime.now(UTC)


class Store:
    """A review queue. Every method raises StoreError if the database cannot be used.

    A method's changes count together or not at all. Threads may share it, processes may not.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = _now) -> None:
        self.database = database
        self.now = now

    def add(self, new: Iterable[NewItem], *, required: Literal[1, 2] = 1) -> list[int]:
        """Put numbers into the queue; those that are there already are passed over.

        Args:
            required: how many people must agree; 2 is double entry.

        Returns:
            The new items.
        """
        with self.database.writing() as connection:
            added = (self._add(connection, item, required) for item in new)
            return [item for item in added if item is not None]

    def _add(self, connection: Connection, new: NewItem, required: int) -> int | None:
        if new.seen and connection.scalar(select(items.c.id).where(_is_at_its_path(new))):
            return None
        row = _row(new) | {"added": self.now(), "required": required, "state": "open"}
        wanted = _insert(connection, items).values(row).on_conflict_do_nothing()
        item: int | None = connection.scalar(wanted.returning(items.c.id))
        if item is not None:
            kept = {"item": item, "crop": new.crop, "surroundings": new.surroundings}
            connection.execute(insert(pictures).values(kept))
        return item

    def lease(
        self, reviewer: str, count: int, *, alike: bool = False, seconds: float = SECONDS
    ) -> Lease:
        """Items for this person alone; none if nothing is left for them.

        Args:
            count: at most so many.
            alike: only items that were read alike, the least sure first.
        """
        reviewer = check_reviewer(reviewer)
        with self.database.writing() as connection:
            free = leases.free_for(reviewer, self.now())
            group = leases.find_group(connection, free) if alike else None
            if group is not None:
                free = free & leases.in_group(group)
            order = [items.c.confidence, items.c.id] if alike else [items.c.id]
            chosen = select(items.c.id).where(free).order_by(*order).limit(count)
            ids = list(connection.scalars(chosen))
            return self._take(connection, ids, _token(), reviewer, seconds)

    def _take(
        self,
        connection: Connection,
        chosen: list[int],
        token: str,
        reviewer: str,
        seconds: float = SECONDS,
    ) -> Lease:
        expires = self.now() + timedelta(seconds=seconds)
        leases.take(connection, chosen, token, reviewer, expires)
        found = {item.id: item for item in _items(connection, items.c.id.in_(chosen))}
        return Lease(token, expires, tuple(found[item] for item in chosen))

    def renew(self, token: str, *, seconds: float = SECONDS) -> datetime | None:
        """Keep what is left of a lease for so long from now, and return until when.

        None if nothing is left: everything was decided, or others have it.
        """
        expires = self.now() + timedelta(seconds=seconds)
        with self.database.writing() as connection:
            held = update(items).where(items.c.token == token).values(expires=expires)
            return expires if connection.execute(held).rowcount else None

    def give_back(self, token: str) -> None:
        """Let others have what is left of a lease."""
        with self.database.writing() as connection:
            leases.let_go(connection, items.c.token == token)

    def decide(self, token: str, reviewer: str, verdicts: Sequence[Verdict]) -> Decided:
        """Take a person's verdicts on items of their lease.

        Sent twice, they count once; what was said first of an item stands until it is undone. A
        lease that ran out still counts for the items that nobody else got.
        """
        reviewer = check_reviewer(reviewer)
        given = {verdict.item: verdict for verdict in reversed(verdicts)}
        with self.database.writing() as connection:
            said = answered_with(connection, token)
            required = _held(connection, token, reviewer, list(given))
            fresh = [given[item] for item in required if item not in said]
            record(connection, token, reviewer, fresh, self.now())
            _settle(connection, required)
            leases.let_go(connection, items.c.id.in_(list(required)))
            said |= {verdict.item: verdict.text for verdict in fresh}
            missed = sorted(given.keys() - said.keys())
            there = _required(connection, items.c.id.in_(missed))
        other = {v.item for v in verdicts if v.item in said and said[v.item] != v.text}
        return Decided(
            len(given) - len(missed) - len(other),
            lost=tuple(item for item in missed if item in there),
            otherwise=tuple(sorted(other)),
            unknown=tuple(item for item in missed if item not in there),
        )

    def undo(self, reviewer: str, key: str | None = None) -> Lease:
        """Take back what this person decided last, and lease its items to them.

        All verdicts of one `decide` go back together. They stay in the history, each with a row
        that says that it does not stand. Items that others hold by now, or have decided, are not
        in the lease; it is empty if nothing was left to take back.

        Args:
            key: any text of the caller's own; given twice, it counts once.
        """
        reviewer = check_reviewer(reviewer)
        token = _token() if key is None else _token_of(reviewer, key)
        with self.database.writing() as connection:
            if not undone_with(connection, token):
                take_back(connection, token, last_answers(connection, reviewer), self.now())
            undone = undone_with(connection, token)
            _settle(connection, _required(connection, items.c.id.in_(undone)))
            theirs = items.c.id.in_(undone) & leases.free_for(reviewer, self.now(), token)
            free = set(connection.scalars(select(items.c.id).where(theirs)))
            return self._take(connection, [i for i in undone if i in free], token, reviewer)

    def figures(self) -> Figures:
        """How far the queue is, how fast, and how often the reader was wrong."""
        with self.database.reading() as connection:
            return measure(connection, self.now())

    def items(self, state: str | None = None) -> Iterator[Item]:
        """All items in that state, or all, in the order in which they came."""
        last, more = 0, True
        while more:
            wanted = items.c.id > last
            if state is not None:
                wanted = wanted & (items.c.state == state)
            with self.database.reading() as connection:
                found = _items(connection, wanted, BATCH)
            yield from found
            last, more = (found[-1].id, True) if found else (last, False)

    def history(self, item: int) -> list[Event]:
        """Everything that people said of an item, the oldest first."""
        rows = select(history).where(history.c.item == item).order_by(history.c.id)
        names = ("id", "item", "at", "reviewer", "action", "text", "seconds")
        with self.database.reading() as connection:
            return [
                Event(**{name: row[name] for name in names})
                for row in connection.execute(rows).mappings()
            ]

    def pictures(self, item: int) -> Pictures | None:
        """An item's crop and surroundings; None if there is no such item."""
        kept = select(pictures.c.crop, pictures.c.surroundings).where(pictures.c.item == item)
        with self.database.reading() as connection:
            row = connection.execute(kept).first()
            return None if row is None else Pictures(*row)

    def waiting(self) -> int:
        """Items that are not decided."""
        with self.database.reading() as connection:
            count = select(func.count()).select_from(items).where(items.c.state != "decided")
            return int(connection.scalar(count) or 0)

    def close(self) -> None:
        """Give the connections back."""
        self.database.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _token() -> str:
    return uuid.uuid4().hex


def _token_of(reviewer: str, key: str) -> str:
    return hashlib.blake2b(f"{reviewer}\0{key}".encode(), digest_size=16).hexdigest()


def _row(new: NewItem) -> dict[str, object]:
    return {
        "fingerprint": _fingerprint(new, new.seen) if new.seen else _fingerprint_by_path(new),
        "source": plain(new.source)[-LONGEST_SOURCE:],
        "page": new.page,
        "number": new.number.to_dict(),
        "inside": new.inside.to_list(),
        "text": new.number.text,
        "length": len(new.number.text),
        "confidence": new.number.confidence,
        "sampled": new.sampled,
    }


def _is_at_its_path(new: NewItem) -> ColumnElement[bool]:
    """Whether an item is this one, as versions queued it that told pages apart by their path."""
    return items.c.fingerprint == _fingerprint_by_path(new)


def _fingerprint_by_path(new: NewItem) -> str:
    source = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in new.source)
    return _fingerprint(new, source[-LONGEST_SOURCE:])


def _fingerprint(new: NewItem, seen: str) -> str:
    parts = (seen, str(new.page), str(new.number.box.to_list()))
    return hashlib.sha256("\0".join(parts).encode() + new.crop).hexdigest()


def _insert(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An insert that knows of conflicts, which has no common form."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def _items(
    connection: Connection, wanted: ColumnElement[bool], limit: int | None = None
) -> list[Item]:
    rows = connection.execute(select(items).where(wanted).order_by(items.c.id).limit(limit)).all()
    answers = standing_answers(connection, [row.id for row in rows])
    return [_item(row, answers.get(row.id, [])) for row in rows]


def _item(row: Row[Any], answers: Sequence[Answer]) -> Item:
    try:
        number, inside = Number.from_dict(row.number), Box(*row.inside)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"item {row.id} holds no number") from error
    return Item(
        id=row.id,
        source=row.source,
        page=row.page,
        number=number,
        inside=inside,
        sampled=row.sampled,
        required=row.required,
        state=row.state,
        answer=row.answer,
        attempt=len(answers) + 1,
    )


def _held(connection: Connection, token: str, reviewer: str, wanted: list[int]) -> dict[int, int]:
    """Those items that the lease holds, and how many answers each needs."""
    theirs = (items.c.token == token) & (items.c.lessee == reviewer)
    return _required(connection, theirs & items.c.id.in_(wanted))


def _required(connection: Connection, wanted: ColumnElement[bool]) -> dict[int, int]:
    """How many answers each of those items needs."""
    return dict(connection.execute(select(items.c.id, items.c.required).where(wanted)).all())


def _settle(connection: Connection, required: dict[int, int]) -> None:
    """Give the items the state that their answers make."""
    if not required:
        return
    answers = standing_answers(connection, list(required))
    settled = {item: outcome(answers.get(item, []), need) for item, need in required.items()}
    connection.execute(
        update(items)
        .where(items.c.id == bindparam("settled"))
        .values(state=bindparam("now_state"), answer=bindparam("now_answer")),
        [
            {"settled": item, "now_state": now.state, "now_answer": now.answer}
            for item, now in settled.items()
        ],
    )
