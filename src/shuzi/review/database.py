"""A path or URL -> transactions on SQLite or PostgreSQL, one writer at a time."""

import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from shuzi.errors import MissingExtraError, StoreError, extra
from shuzi.review.migrate import NO_QUEUE, VERSION_TABLE, check_is_queue, is_current, upgrade

PATIENCE = 10.0
"""Seconds to wait for another's transaction."""
_LOCK = 7_359_421_860
"""The number of the advisory lock that PostgreSQL's writers take."""
_REMEDIES = (
    (r"locked|lock timeout", "Try again when the other program is done with it."),
    (r"readonly|read-only|permission denied|unable to open", "Check its permissions and folder."),
    (r"full|No space left", "Free some space, then try again; what was decided is kept."),
    (
        r"not a database|malformed|could not decode|constraint failed|no such table|^table.*exists",
        "Give another file; this one is not an SQLite database, or it is damaged.",
    ),
    (r"connect|terminat|closed|shut", "Check that the server runs, then try again."),
)
_DAMAGED = "Give another file, or a copy of this one from before."


class Database:
    """An engine, and its transactions with every error named."""

    def __init__(self, engine: Engine, patience: float) -> None:
        self.engine = engine
        self.patience = patience
        self.name = engine.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that changes nothing.

        Raises:
            StoreError: the database cannot be used.
        """
        with self._errors_named(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that nobody else writes beside; all of it counts, or nothing.

        Raises:
            StoreError: the database cannot be used; nothing was changed.
        """
        engine = self.engine.execution_options(writes=True)
        with self._errors_named(), engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                self._take_turn(connection)
            yield connection

    def _take_turn(self, connection: Connection) -> None:
        """What BEGIN IMMEDIATE is to SQLite."""
        patience = round(self.patience * 1000)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {patience}")
        # A client that stops in the middle of a transaction does not stop the others.
        connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = {patience}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            remedy = next((r for p, r in _REMEDIES if re.search(p, said, re.IGNORECASE)), None)
            raise StoreError(f"{self.name}: {said}.", remedy) from error
        # What is no text, date or JSON, where there must be one.
        except ValueError as error:
            raise StoreError(f"{self.name} is damaged: {error}.", _DAMAGED) from error


def open_database(place: str, *, create: bool = True, patience: float = PATIENCE) -> Database:
    """Open a database and bring its tables up to date.

    Args:
        place: a file, or a URL, sqlite:// or postgresql://.
        create: make the file and the queue if there is none.
        patience: seconds to wait for another's transaction.

    Raises:
        StoreError: it cannot be used.
        MissingExtraError: PostgreSQL's driver is not installed.
    """
    url = _url(place)
    if url.get_backend_name() == "sqlite":
        _check_file(url.database, create)
        engine = _sqlite(url, patience)
    else:
        engine = _postgresql(url, patience)
    database = Database(engine, patience)
    try:
        _bring_up_to_date(database, create)
    except Exception:
        engine.dispose()
        raise
    return database


def _bring_up_to_date(database: Database, create: bool) -> None:
    with database.reading() as connection:
        if is_current(connection):
            return
        if not create:
            check_is_queue(connection)
    with database.writing() as connection:
        # Another process may have been faster.
        if not is_current(connection):
            upgrade(connection)


def _url(place: str) -> URL:
    if "://" not in place:
        return URL.create("sqlite", database=place)
    try:
        url = make_url(place)
    except ArgumentError:
        raise StoreError("The database's URL cannot be read.") from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"{url.get_backend_name()} is not supported.")
    if url.get_backend_name() == "sqlite":
        return url
    if find_spec("psycopg") is None:
        raise MissingExtraError("PostgreSQL needs psycopg.", extra("postgres"))
    return url.set(drivername="postgresql+psycopg")


def _check_file(name: str | None, create: bool) -> None:
    if name in (None, "", ":memory:"):
        raise StoreError("A review queue needs a file, or a PostgreSQL database.")
    try:
        str(name).encode()
    except UnicodeEncodeError:
        raise StoreError(f"{name}: the name of a queue must be UTF-8.", "Rename it.") from None
    try:
        status = Path(str(name)).stat()
    except FileNotFoundError:
        if not create:
            raise StoreError(f"{name}: there is no such file.") from None
    except OSError:
        # SQLite says what it is.
        return
    else:
        if not stat.S_ISREG(status.st_mode):
            raise StoreError(f"{name} is not a regular file.")
        # SQLite takes it for a database, and begins to write it.
        if not (create or status.st_size):
            raise StoreError(f"{name} is empty, no review queue.", NO_QUEUE)


def _sqlite(url: URL, patience: float) -> Engine:
    engine = create_engine(url, connect_args={"timeout": patience})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # The transactions are ours to begin, not the driver's.
        connection.isolation_level = None
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        # Another program's database stays as it is; it is refused.
        if mode != "wal" and (not tables or VERSION_TABLE in tables):
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL, patience: float) -> Engine:
    # A server that went away and came back is found again.
    waiting = {"connect_timeout": max(2, round(patience))}
    return create_engine(url, pool_pre_ping=True, connect_args=waiting)
