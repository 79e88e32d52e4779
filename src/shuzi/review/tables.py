"""The tables as SQLAlchemy knows them; `migrations` makes them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Utc(TypeDecorator[datetime]):
    """A moment, kept in UTC on databases with and without time zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData()

items = Table(
    "review_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String(64), nullable=False, unique=True),
    Column("added", Utc, nullable=False),
    Column("source", Text, nullable=False),
    Column("page", Integer, nullable=False),
    Column("number", JSON, nullable=False),
    Column("inside", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("length", Integer, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("sampled", Boolean, nullable=False),
    Column("required", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("answer", Text),
    Column("token", String(32)),
    Column("lessee", Text),
    Column("expires", Utc),
    Index("review_items_state", "state", "text"),
    Index("review_items_token", "token"),
)

pictures = Table(
    "review_pictures",
    metadata,
    Column("item", Integer, ForeignKey("review_items.id"), primary_key=True, autoincrement=False),
    Column("crop", LargeBinary, nullable=False),
    Column("surroundings", LargeBinary, nullable=False),
)

history = Table(
    "review_history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item", Integer, ForeignKey("review_items.id"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("action", String(8), nullable=False),
    Column("text", Text),
    Column("seconds", Double, nullable=False),
    Column("token", String(32), nullable=False),
    # The answer that an undo takes back.
    Column("undoes", Integer, ForeignKey("review_history.id"), unique=True),
    UniqueConstraint("token", "item", "action", name="review_history_once"),
    Index("review_history_item", "item"),
    Index("review_history_reviewer", "reviewer"),
)
