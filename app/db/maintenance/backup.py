"""Backup and restore of SQLite: a whole, checked copy beside the running service, or none.

The online backup API copies one state of the database while others read and write. The copy is
made under another name, checked, and flushed to the disk before it takes its name, so that a file
of that name is always a whole backup. PostgreSQL has tools of its own that do this better.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from app.db.database import Database
from app.db.maintenance.hold import Hold
from app.errors import Refused

#: A release, and its hash.
Head = tuple[int, str]


def backup(database: Database, target: Path) -> Head:
    """Copy the database into a file.

    Returns:
        The head of the copy's history; the service may have gone on meanwhile.

    Raises:
        Refused: on PostgreSQL, onto the database itself or what is no file, or when the copy is
            not whole.
    """
    source = file_of(database, "pg_dump --format=custom --file=FILE DATABASE_URL")
    if target.exists() and target.samefile(source):
        raise Refused(f"{target} is the database itself; name another file")
    if target.exists() and not target.is_file():
        raise Refused(f"{target} is not a file; name one, or a new one")
    with _written_whole(target) as part:
        _copy(source, part)
        head = _check(part)
    return head


def restore(database: Database, backup_file: Path, hold: Hold) -> Path | None:
    """Put a backup in the place of the database, which gets another name.

    Args:
        database: the database.
        backup_file: the backup.
        hold: the hold on the database, which is held alone from here on.

    Returns:
        Where what was there is now; None where nothing was.

    Raises:
        Refused: on PostgreSQL, while anybody is at work on the database, or when the backup is not
            whole or not one of this service.
    """
    target = file_of(database, "pg_restore --clean --dbname=DATABASE_URL FILE")
    _check(backup_file)
    if not hold.take_alone():
        raise _in_use(target)
    _refuse_open(target)
    with _written_whole(target) as part:
        _copy(backup_file, part)
        _check(part)
        previous = _set_aside(target)
    return previous


def file_of(database: Database, otherwise: str) -> Path:
    """Return the file of a SQLite database; refuse PostgreSQL, naming the tool to use instead."""
    if not database.is_sqlite or not database.url.database:
        raise Refused(f"this is for SQLite; for PostgreSQL use its own tool: {otherwise}")
    return Path(database.url.database)


@contextmanager
def _written_whole(target: Path) -> Iterator[Path]:
    """Give a file to write that takes its name only when it is complete and on the disk."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
        folder = os.open(target.absolute().parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError as error:
        raise Refused(f"{target} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    """Copy one state in one step: a step by step copy starts anew with every write."""
    try:
        with closing(_open(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new, pages=-1)
            new.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise Refused(f"{source} cannot be copied: {error}") from error


def _check(file: Path) -> Head:
    """Refuse what is not a whole database of this service; return the head of its history."""
    try:
        with closing(_open(file)) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchall()
            connection.execute("SELECT version_num FROM alembic_version")
            newest = connection.execute("SELECT id, hash FROM releases ORDER BY id DESC LIMIT 1")
            head: Head | None = newest.fetchone()
    except sqlite3.Error as error:
        raise Refused(f"{file} is not a database of this service: {error}") from error
    if said != [("ok",)]:
        raise Refused(f"{file} is damaged: {said[0][0]}")
    return head or (0, "")


def page_faults(connection: Connection) -> Iterator[str]:
    """Say what is wrong with the pages of SQLite's file; PostgreSQL has pg_amcheck for its own."""
    if connection.dialect.name == "sqlite":
        for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if said != "ok":
                yield str(said)


def _refuse_open(target: Path) -> None:
    """Refuse to replace what a program has open that knows nothing of the hold."""
    if not target.exists():
        return
    with closing(sqlite3.connect(target, timeout=0)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise _in_use(target) from error
        except sqlite3.DatabaseError:
            pass  # no database any more: nobody can be at work on it


def _in_use(target: Path) -> Refused:
    return Refused(f"{target} is in use; stop the service first")


def _set_aside(target: Path) -> Path | None:
    """Give the database that was there a second name, its log written back into it.

    It keeps the first one until the backup takes it, in one step.
    """
    if not target.exists():
        return None
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    previous = target.with_name(f"{target.name}.before-{moment}")
    previous.unlink(missing_ok=True)
    try:
        previous.hardlink_to(target)
    except OSError:  # a file system without second names
        shutil.copy2(target, previous)
    for log in ("-wal", "-shm"):
        Path(f"{target}{log}").unlink(missing_ok=True)
    return previous


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
