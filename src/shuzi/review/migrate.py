"""A database's tables, brought to what this shuzi knows."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from shuzi.errors import StoreError

HEAD = "0001"
"""The newest revision in `migrations/versions`."""
VERSION_TABLE = "review_version"
MIGRATIONS = Path(__file__).parent / "migrations"
_REVISIONS = [path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py")]
NO_QUEUE = "Give one that `shuzi read --review` or `shuzi serve --review` made."
_REMEDY = "Give another file, or a database with nothing else in it."


def is_current(connection: Connection) -> bool:
    """Whether nothing is to be done; reads only.

    Raises:
        StoreError: it is another program's database, or a newer shuzi's.
    """
    name = connection.engine.url.render_as_string(hide_password=True)
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE not in tables:
        if tables and connection.dialect.name == "sqlite":
            raise StoreError(f"{name} holds other tables, no review queue.", _REMEDY)
        return False
    revision = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
    if revision not in (None, *_REVISIONS):
        raise StoreError(
            f"{name} was made by a newer shuzi (revision {revision}), or is damaged.",
            "Install that version, or give another database.",
        )
    return bool(revision == HEAD)


def check_is_queue(connection: Connection) -> None:
    """Refuse a database in which the tables of no version are.

    Raises:
        StoreError: there are none.
    """
    if VERSION_TABLE not in inspect(connection).get_table_names():
        name = connection.engine.url.render_as_string(hide_password=True)
        raise StoreError(f"{name} holds no review queue.", NO_QUEUE)


def upgrade(connection: Connection) -> None:
    """Make or change the tables, within the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
