"""Alembic's environment: the connection comes from `shuzi.review.migrate`."""

from alembic import context

from shuzi.review.migrate import VERSION_TABLE
from shuzi.review.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()
