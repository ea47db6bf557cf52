"""Connections to SQLite.

Readers are held back by `PRAGMA query_only`. Writers begin with BEGIN IMMEDIATE: a transaction
that reads first and writes later is refused at once ("database is locked") however long the busy
timeout.
"""

import os
import sqlite3
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from app.db.driver import driver_of, is_late, refuse_late
from app.errors import Refused

BUSY_SECONDS = 5
#: How many steps SQLite does between two looks at the clock: from half a millisecond's worth, of
#: an index, to ten, of a table whose pages are not at hand.
STEPS_BETWEEN_LOOKS = 50_000


def make_engine(url: sa.URL, *, writes: bool) -> Engine:
    """Connections made the way reliability asks for: WAL, FULL, foreign keys, no surprises."""
    if url.database and url.database != ":memory:":
        _refuse_unusable(Path(url.database), url)
    engine = sa.create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        poolclass=sa.pool.QueuePool,
        pool_size=1 if writes else 8,
        max_overflow=0 if writes else 24,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "cache_size=-32000",
            "temp_store=MEMORY",
            *([] if writes else ["query_only=ON"]),
        ):
            connection.execute(f"PRAGMA {pragma}")
        if not writes:
            # PostgreSQL has `statement_timeout` for it.
            connection.set_progress_handler(partial(is_late, record.info), STEPS_BETWEEN_LOOKS)

    if not writes:
        event.listen(engine, "before_cursor_execute", refuse_late)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not driver_of(connection).in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def begin(_connection: Connection, driver: sqlite3.Connection) -> None:
    """See one state from here on."""
    driver.execute("BEGIN")


def end(_connection: Connection, driver: sqlite3.Connection) -> None:
    """See what is committed meanwhile again."""
    driver.rollback()


def _refuse_unusable(path: Path, url: sa.URL) -> None:
    """Say in one line what stands in the way of a database file."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise Refused(f"the folder {folder} does not exist; make it, or set DATABASE_URL")
    if path.exists() and not path.is_file():
        raise Refused(f"{path} is not a file; DATABASE_URL should name one")
    target = path if path.exists() else folder
    if not os.access(target, os.W_OK) and "mode=ro" not in str(url):
        raise Refused(f"{target} cannot be written to; mend its rights, or set DATABASE_URL")
