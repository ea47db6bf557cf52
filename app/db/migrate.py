"""Migrations: one history for both databases, run before the workers start.

The lock comes first and the look at the version second; the other way round, two instances that
start together both find an old version, and the loser dies half way.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.db import Database
from app.errors import Refused
from app.settings import migrations_folder


def migrate(database: Database) -> bool:
    """Bring the database to this version's schema; say whether anything was done.

    Raises:
        Refused: when the database is from a newer version, or cannot be opened as one.
    """
    with _locked(database) as connection:
        script = ScriptDirectory.from_config(config())
        found = version_of(connection)
        if found == script.get_current_head():
            return False
        if found is not None and found not in {s.revision for s in script.walk_revisions()}:
            raise Refused(
                f"the database is from a newer version (schema {found}); "
                "update this service, or restore a backup made by this version"
            )
        options = config()
        options.attributes["connection"] = connection
        command.upgrade(options, "head")
        return True


def is_migrated(connection: Connection) -> bool:
    """Whether the database has this version's schema."""
    return version_of(connection) == ScriptDirectory.from_config(config()).get_current_head()


def version_of(connection: Connection) -> str | None:
    """The schema version that the database says it has."""
    return MigrationContext.configure(connection).get_current_revision()


def config() -> Config:
    """Alembic's configuration, without a file."""
    options = Config()
    options.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    return options


@contextmanager
def _locked(database: Database) -> Iterator[Connection]:
    """The one connection that migrates; on PostgreSQL, instances queue for a lock."""
    try:
        with database.write() as connection:
            yield connection
    except sa.exc.DatabaseError as fault:
        raise Refused(f"the database cannot be used: {str(fault.orig).splitlines()[0]}") from fault
