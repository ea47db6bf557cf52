"""Migrations: one history for both databases, run before the workers start.

The lock comes first and the look at the version second; the other way round, two instances that
start together both find an old version, and the loser dies half way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.db.database import Database
from app.db.history_guards import missing_guards
from app.db.tables import metadata
from app.errors import Refused
from app.settings import migrations_folder


def migrate(database: Database) -> bool:
    """Bring the database to this version's schema; say whether anything was done.

    Raises:
        Refused: when the database is from a newer version, cannot be opened as one, or lacks a
            table or the guard of a history afterwards.
    """
    with _locked(database) as connection:
        migrated = upgrade(connection)
        _refuse_incomplete(connection)
        return migrated


def is_behind(database: Database) -> bool:
    """Tell whether a database lacks migrations that this version has."""
    with _as_refusal(), database.read() as connection:
        found = version_of(connection)
    return found is None or (found != head() and found in _versions())


def upgrade(connection: Connection) -> bool:
    """Run the migrations that are missing; say whether there were any.

    Raises:
        Refused: when the database is from a newer version, or another program's.
    """
    found = version_of(connection)
    if found == head():
        return False
    if found is not None and found not in _versions():
        raise Refused(
            f"the database is from a newer version (schema {found}); "
            "update this service, or restore a backup made by this version"
        )
    if found is None and connection.dialect.name == "sqlite":
        _refuse_foreign(connection)
    from alembic import command  # which takes as long to load as all else at a start

    options = config()
    options.attributes["connection"] = connection
    command.upgrade(options, "head")
    return True


def _refuse_foreign(connection: Connection) -> None:
    """Refuse another program's database, which would be filled with ours."""
    tables = sa.inspect(connection).get_table_names()
    if tables:
        raise Refused(
            f"the database is another program's: it has a table {tables[0]!r} and no version of "
            "this service's; DATABASE_URL should name another file"
        )


def _refuse_incomplete(connection: Connection) -> None:
    """Refuse what no migration makes, though the code rests on it: a table, a guard."""
    tables = set(metadata.tables) - set(sa.inspect(connection).get_table_names())
    if tables:
        raise Refused(
            f"no migration makes {', '.join(sorted(tables))} of app/db/tables.py: "
            "scripts/new-migration writes one"
        )
    guards = missing_guards(connection)
    if guards:
        raise Refused(
            f"history could be rewritten: the database has no trigger {', '.join(guards)}; "
            "a migration has to call guard() of app/db/history_guards.py"
        )


def is_migrated(connection: Connection) -> bool:
    """Tell whether the database has this version's schema."""
    return version_of(connection) == head()


def version_of(connection: Connection) -> str | None:
    """Read the schema version of the database; None where it has none yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version = sa.text("SELECT version_num FROM alembic_version")
    found: str | None = connection.execute(version).scalar()
    return found


def head() -> str:
    """Return the newest version there is a migration to."""
    return max(_versions())


def _versions() -> set[str]:
    """Return every version: a migration's file begins with its number."""
    return {file.name[:4] for file in (migrations_folder() / "versions").glob("[0-9]*.py")}


def config() -> Any:
    """Make Alembic's configuration, without a file."""
    from alembic.config import Config

    options = Config()
    options.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    return options


@contextmanager
def _locked(database: Database) -> Iterator[Connection]:
    """Open the one connection that migrates; on PostgreSQL, instances queue for a lock."""
    with _as_refusal(), database.write() as connection:
        yield connection


@contextmanager
def _as_refusal() -> Iterator[None]:
    """Refuse, in one line, a database that cannot be used as one."""
    try:
        yield
    except sa.exc.DatabaseError as error:
        raise Refused(f"the database cannot be used: {str(error.orig).splitlines()[0]}") from error
