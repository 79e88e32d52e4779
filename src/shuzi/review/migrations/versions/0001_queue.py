"""The queue, its pictures and its history."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _make_items()
    _make_pictures()
    _make_history()
    _make_append_only(op.get_bind().dialect.name)


def _make_items() -> None:
    op.create_table(
        "review_items",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False, unique=True),
        sa.Column("added", sa.DateTime, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("number", sa.JSON, nullable=False),
        sa.Column("inside", sa.JSON, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("sampled", sa.Boolean, nullable=False),
        sa.Column("required", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("token", sa.String(32)),
        sa.Column("lessee", sa.Text),
        sa.Column("expires", sa.DateTime),
    )
    op.create_index("review_items_state", "review_items", ["state", "text"])
    op.create_index("review_items_token", "review_items", ["token"])


def _make_pictures() -> None:
    item = sa.ForeignKey("review_items.id")
    op.create_table(
        "review_pictures",
        sa.Column("item", sa.Integer, item, primary_key=True, autoincrement=False),
        sa.Column("crop", sa.LargeBinary, nullable=False),
        sa.Column("surroundings", sa.LargeBinary, nullable=False),
    )


def _make_history() -> None:
    op.create_table(
        "review_history",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("item", sa.Integer, sa.ForeignKey("review_items.id"), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("undoes", sa.Integer, sa.ForeignKey("review_history.id"), unique=True),
        sa.UniqueConstraint("token", "item", "action", name="review_history_once"),
    )
    op.create_index("review_history_item", "review_history", ["item"])
    op.create_index("review_history_reviewer", "review_history", ["reviewer"])


def _make_append_only(dialect: str) -> None:
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION review_history_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'review_history is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER review_history_append_only "
            "BEFORE UPDATE OR DELETE OR TRUNCATE ON review_history "
            "FOR EACH STATEMENT EXECUTE FUNCTION review_history_refuse()"
        )
        return
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER review_history_no_{action.lower()} BEFORE {action} ON review_history "
            "BEGIN SELECT RAISE(ABORT, 'review_history is append-only'); END"
        )
