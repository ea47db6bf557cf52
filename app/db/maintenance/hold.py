"""Hold: which processes are at work on a database, as all of them see it.

Whoever serves or changes a database shares its hold from the first moment to the last, also while
nothing of it is open. Who replaces its file or alters its tables needs the hold alone. On SQLite it
is a lock on the file `…-hold` beside the database, which the kernel gives back however a process
ends, and which containers see that share the volume on one machine. On PostgreSQL it is an advisory
lock, which every process sees that reaches the server.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy import Connection

from app.db.database import Database
from app.errors import Refused

try:
    import fcntl
except ImportError:  # Windows has none; there, only SQLite's own lock shows who is at work
    fcntl = None  # type: ignore[assignment]

#: How long to wait for who has the hold alone: a migration or a restore that is under way.
PATIENCE_SECONDS = 60
#: How long to try for it alone: others that start share it for a moment.
ALONE_SECONDS = 3
_LOCK = 7305002


class Lock(Protocol):
    """A lock that many share or one has alone, and that ends with its process."""

    def take(self, *, shared: bool) -> bool:
        """Take it, or change how it is held, without waiting; say whether it was to be had."""

    def release(self) -> None:
        """Give it back, if it is held."""

    def is_held(self) -> bool:
        """Tell whether it is still held where others look for it."""


class Hold:
    """The hold of this process on a database."""

    def __init__(self, database: Database) -> None:
        """Hold nothing yet."""
        file = database.url.database if database.is_sqlite else None
        self._path = Path(file) if file and file != ":memory:" else None
        self._lock = _lock_of(database)
        self._renewing = threading.Lock()
        self.is_alone = False

    def share(self, patience: float = PATIENCE_SECONDS) -> None:
        """Share the hold, waiting for who has it alone.

        Raises:
            Refused: when that takes too long.
        """
        if not _within(patience, lambda: self._lock.take(shared=True)):
            raise Refused("the database is being restored or migrated; try again when that is done")
        self.is_alone = False

    def take_alone(self, patience: float = ALONE_SECONDS) -> bool:
        """Take the hold alone; say whether nobody else is at work."""
        self.is_alone = _within(patience, lambda: self._lock.take(shared=False))
        return self.is_alone

    def refuse_gone(self) -> None:
        """Refuse to make a new database where there was one, and one in place of an empty file.

        Raises:
            Refused: when the file is gone or empty.
        """
        path = self._path
        if path is None or (path.exists() and path.stat().st_size):
            return
        if path.exists():
            raise Refused(f"{path} is empty (0 bytes); put the database back, or remove the file")
        if _marker_of(path).exists() and _marker_of(path).stat().st_size:
            raise Refused(
                f"{path} is gone: there was a database before; put it back or restore a backup, "
                f"or remove {_marker_of(path)} to begin with a new one"
            )

    def mark(self) -> None:
        """Leave word beside the database that there is one."""
        if self._path is not None:
            with suppress(OSError):
                _marker_of(self._path).write_text("a database of this service\n")

    def renew(self) -> None:
        """Share the hold anew where it was lost, with a connection or a file."""
        with self._renewing:
            if not self._lock.is_held():
                self._lock.release()
                self._lock.take(shared=True)

    def release(self) -> None:
        """Give the hold back."""
        self._lock.release()
        self.is_alone = False


@contextmanager
def holding(database: Database) -> Iterator[Hold]:
    """Give the hold for the length of a block, which takes it as it needs."""
    hold = Hold(database)
    try:
        yield hold
    finally:
        hold.release()


def _marker_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-hold")


def _within(seconds: float, take: Callable[[], bool]) -> bool:
    """Try again and again until it is taken or the time is over."""
    end = time.monotonic() + seconds
    while not take():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _lock_of(database: Database) -> Lock:
    if not database.is_sqlite:
        return _SessionLock(database.url)
    if fcntl is None or database.url.database in (None, "", ":memory:"):
        return _NoLock()
    return _FileLock(_marker_of(Path(str(database.url.database))))


class _FileLock:
    """A lock on a file of its own, which stays where it is when the database is replaced."""

    def __init__(self, path: Path) -> None:
        self._path, self._file = path, -1

    def take(self, *, shared: bool) -> bool:
        if self._file < 0:
            try:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            except OSError:  # a folder that cannot be written to: nothing can be replaced in it
                return True
        try:
            fcntl.flock(self._file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def release(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def is_held(self) -> bool:
        with suppress(OSError):
            return os.path.samestat(os.fstat(self._file), self._path.stat())
        return False


class _SessionLock:
    """An advisory lock of a session that does nothing else."""

    def __init__(self, url: sa.URL) -> None:
        self._engine = sa.create_engine(
            url,
            poolclass=sa.pool.NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"connect_timeout": 5},
        )
        self._session: Connection | None = None
        #: How it is held, in the words of PostgreSQL's functions.
        self._held: str | None = None

    def take(self, *, shared: bool) -> bool:
        wanted = "_shared" if shared else ""
        if self._held == wanted:
            return True
        try:
            self._session = self._session or self._engine.connect()
            taken = self._call(f"pg_try_advisory_lock{wanted}")
            if taken and self._held is not None:
                self._call(f"pg_advisory_unlock{self._held}")
        except sa.exc.DBAPIError as error:
            self.release()
            raise Refused(f"the database cannot be reached: {error.orig}".strip()) from error
        self._held = wanted if taken else self._held
        return taken

    def release(self) -> None:
        session, self._session, self._held = self._session, None, None
        if session is not None:
            with suppress(sa.exc.DBAPIError):
                session.close()

    def is_held(self) -> bool:
        with suppress(sa.exc.DBAPIError):
            return self._held is not None and bool(self._call("pg_backend_pid"))
        return False

    def _call(self, function: str) -> bool:
        argument = _LOCK if "lock" in function else ""
        assert self._session is not None  # noqa: S101  both callers have one
        return bool(self._session.exec_driver_sql(f"SELECT {function}({argument})").scalar())


class _NoLock:
    """No lock, where there is nothing to lock."""

    def take(self, *, shared: bool) -> bool:
        return True

    def release(self) -> None:
        pass

    def is_held(self) -> bool:
        return True
