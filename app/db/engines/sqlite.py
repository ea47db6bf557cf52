"""Connections to SQLite: WAL mode, readers that cannot write, writers that begin at once.

Readers cannot write because of `PRAGMA query_only`. Writers begin with BEGIN IMMEDIATE: a
transaction that reads first and writes later is refused at once ("database is locked") however long
the busy timeout.
"""

import os
import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from app.db.engines.deadlines import is_late, refuse_late
from app.db.engines.driver import driver_of
from app.db.engines.open_files import OpenFiles
from app.errors import Refused, Unavailable

BUSY_SECONDS = 5
#: How many steps SQLite does between two looks at the clock: from half a millisecond's worth, of
#: an index, to ten, of a table whose pages are not at hand.
STEPS_BETWEEN_LOOKS = 50_000
#: The codes of a page or a file that cannot be read as SQLite's.
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def make_engine(url: sa.URL, files: OpenFiles, *, writes: bool) -> Engine:
    """Make an engine whose connections lose nothing: WAL, synchronous=FULL, foreign keys.

    Args:
        url: the database's address.
        files: its files, which a later connection has to find as the first one did.
        writes: whether the connections may write.
    """
    if url.database and url.database != ":memory:":
        _refuse_unusable(Path(url.database), url)
    engine = sa.create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        poolclass=sa.pool.QueuePool,
        pool_size=1 if writes else 8,
        max_overflow=0 if writes else 24,
    )

    @event.listens_for(engine, "do_connect")
    def _refuse_changed(*_given: object) -> None:
        refuse_changed(files)

    @event.listens_for(engine, "close")
    def _note_close(_driver: object, record: ConnectionPoolEntry) -> None:
        if record.info.pop("noted", None):
            files.note_close()

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
        connection.execute("PRAGMA schema_version").fetchall()  # opens the log
        files.note_connection()
        record.info["noted"] = True
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


def refuse_changed(files: OpenFiles) -> None:
    """Refuse to go on with a database that is no longer the one at its path.

    Raises:
        Unavailable: when it is not, in a line that says what to do.
    """
    if change := files.change():
        raise Unavailable(
            f"{change} while the service runs; nothing is written until it is put back or the "
            "service is started anew"
        )


def begin(_connection: Connection, driver: sqlite3.Connection) -> None:
    """Begin a read transaction, which sees one state to its end."""
    driver.execute("BEGIN")


def end(_connection: Connection, driver: sqlite3.Connection) -> None:
    """End the read transaction, so that the next read sees later commits."""
    driver.rollback()


def find_damage(path: str, seconds: float) -> str | None:
    """Look through the pages of a file for so long, and say what is wrong with the first."""
    end = time.monotonic() + seconds
    try:
        with closing(
            sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)
        ) as file:
            file.set_progress_handler(lambda: time.monotonic() > end, STEPS_BETWEEN_LOOKS)
            said = file.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        is_damage = error.sqlite_errorcode & 0xFF in DAMAGED
        return str(error) if is_damage else None
    return None if said == "ok" else str(said).strip().splitlines()[-1]


def _refuse_unusable(path: Path, url: sa.URL) -> None:
    """Refuse, in one line that says why, a file that cannot be the database."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise Refused(f"the folder {folder} does not exist; make it, or set DATABASE_URL")
    if path.exists() and not path.is_file():
        raise Refused(f"{path} is not a file; DATABASE_URL should name one")
    target = path if path.exists() else folder
    if not os.access(target, os.W_OK) and "mode=ro" not in str(url):
        raise Refused(f"{target} cannot be written to; mend its rights, or set DATABASE_URL")
