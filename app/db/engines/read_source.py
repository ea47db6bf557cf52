"""Read source: a server that reads go to, with its connections."""

import threading
from collections import deque
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from app.db.engines import postgresql
from app.logs import log

#: How often a replica that is away is looked for.
SECONDS_BETWEEN_TRIES = 1.0


class ReadSource:
    """The database itself, or a replica of it.

    Args:
        url: its address.
        pooled: the engine of the connections that threads share.

    Attributes:
        idle: connections that stay open, and that nobody uses now.
    """

    is_replica = False

    def __init__(self, url: sa.URL, pooled: Engine) -> None:
        """Connect to nothing before the first use."""
        self._url, self.pooled = url, pooled
        self.idle: deque[Connection] = deque()

    @cached_property
    def staying(self) -> Engine:
        """The engine of connections that stay open; only on PostgreSQL is it one of its own."""
        if self._url.get_backend_name() == "sqlite":
            return self.pooled
        return postgresql.make_loop_engine(self._url)

    def note_loss(self) -> None:
        """Note that it could not be reached."""

    def close(self) -> None:
        """Close every connection."""
        while self.idle:
            self.idle.pop().close()
        self.pooled.dispose()


class Replica(ReadSource):
    """A replica of the database, which may be away while the database is well.

    Attributes:
        is_away: whether it is; it is looked for until it is back.
        times_away: how often it went.
    """

    is_replica = True

    def __init__(self, url: sa.URL, pooled: Engine) -> None:
        """Take it to be there."""
        super().__init__(url, pooled)
        self.is_away, self.times_away = False, 0
        self._lock, self._closing = threading.Lock(), threading.Event()

    def note_loss(self) -> None:
        """Let nobody read from it until it is back."""
        with self._lock:
            if self.is_away or self._closing.is_set():
                return
            self.is_away = True
            self.times_away += 1
        log.warning("the replica cannot be reached; reads go to the primary until it is back")
        threading.Thread(target=self._await_return, daemon=True).start()

    def _await_return(self) -> None:
        while not self._closing.wait(SECONDS_BETWEEN_TRIES):
            if self._answers():
                self.is_away = False
                log.warning("the replica is back; reads go to it again")
                return

    def _answers(self) -> bool:
        try:
            with self.pooled.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except sa.exc.SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """Look for it no longer, and close every connection."""
        self._closing.set()
        super().close()
