"""Connections to PostgreSQL: in threads for long reads, on the event loop for quick ones.

A thread that waits for the server costs an answer more than the server does: it is woken, and
fights for the interpreter with those that are, too. So quick reads run in greenlets of the event
loop (SQLAlchemy's, behind its asyncio extension): the same handlers, plain synchronous code, and
where one waits for the server the loop goes on with another.

Readers cannot write because their transactions are read-only. No reader has statements prepared:
those would outlive a migration beside this process, and save a tenth of a trip.
"""

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from app.db.engines.deadlines import SLOWEST_SECONDS, refuse_late
from app.db.engines.driver import IDLE, awaited, driver_of

#: How long an idle connection to PostgreSQL is taken to be still there.
TRUSTED_SECONDS = 0.5
#: A reader sees one state throughout. A writer waits for its turn first, and must then see what
#: the one before it left: a repeatable read would have begun before the wait.
_READS = {
    "default_transaction_read_only": "on",
    "default_transaction_isolation": r"repeatable\ read",
    "statement_timeout": str(SLOWEST_SECONDS * 1000),
}
_WRITES = {
    "default_transaction_read_only": "off",
    "default_transaction_isolation": r"read\ committed",
    "lock_timeout": "10000",
}
#: libpq's PQTRANS_ACTIVE and PQTRANS_UNKNOWN: a statement is under way; the server is away.
_ACTIVE, _AWAY = 1, 4


def make_engine(url: sa.URL, *, writes: bool) -> Engine:
    """Make the engine for threads, which wait for one another where connections are few."""
    engine = sa.create_engine(
        _with_options(url, _WRITES if writes else _READS),
        pool_size=2 if writes else 8,
        max_overflow=0 if writes else 8,
        pool_timeout=3,
        connect_args=_CONNECT,
    )

    @event.listens_for(engine, "checkin")
    def _note_use(_driver: Any, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ping_idle(driver: Any, record: ConnectionPoolEntry, _lent: object) -> None:
        """Ping a connection that was idle for long; a busy pool need not."""
        if time.monotonic() - record.info.get("used", float("inf")) > TRUSTED_SECONDS:
            try:
                engine.dialect.do_ping(driver)
            except Exception as error:  # the pool takes the next, or a new one
                raise sa.exc.DisconnectionError from error

    if not writes:
        event.listen(engine, "before_cursor_execute", refuse_late)
    return engine


def make_loop_engine(url: sa.URL) -> Engine:
    """Make the engine for the event loop; its connections stay open with whoever takes them."""
    from sqlalchemy.ext.asyncio import create_async_engine

    url = url.set(drivername="postgresql+psycopg_async")
    engine = create_async_engine(
        _with_options(url, _READS),
        poolclass=sa.pool.NullPool,
        pool_reset_on_return=None,
        connect_args=_CONNECT,
    )
    # What was read through SQLAlchemy ends with all else, in `end`, which does not wait for it.
    engine.sync_engine.dialect.do_rollback = lambda dbapi_connection: None  # type: ignore[method-assign]
    event.listen(engine.sync_engine, "before_cursor_execute", refuse_late)
    return engine.sync_engine


_CONNECT = {"connect_timeout": 5, "prepare_threshold": None}


def _with_options(url: sa.URL, settings: dict[str, str]) -> sa.URL:
    """Add settings of the session to an address, after those that it has itself."""
    options = [f"-c {name}={value}" for name, value in (settings | {"timezone": "UTC"}).items()]
    own = str(url.query.get("options", ""))
    return url.update_query_dict({"options": " ".join([own, *options]).strip()})


def begin(connection: Connection, driver: Any) -> None:
    """Receive the answer to the ROLLBACK of the read before, which `end` does not wait for.

    The transaction begins with the first statement.
    """
    pgconn = driver.pgconn
    if pgconn.transaction_status == IDLE:
        return
    from psycopg import generators

    try:
        pgconn.consume_input()
        while not pgconn.is_busy() and pgconn.get_result():
            pass
        if pgconn.transaction_status == _ACTIVE:  # seldom: most often all of it has come
            awaited(driver.wait(generators.fetch_many(pgconn)))
        lost = pgconn.transaction_status != IDLE
    except connection.dialect.loaded_dbapi.Error:
        lost = True
    if lost:
        connection.invalidate()  # and the next statement connects it anew


def end(connection: Connection, _driver: Any) -> None:
    """Send the ROLLBACK that ends a read, without waiting for the answer."""
    pgconn = driver_of(connection).pgconn  # which may have been connected anew since it began
    if pgconn.transaction_status in (_ACTIVE, _AWAY):
        connection.invalidate()
    elif pgconn.transaction_status != IDLE:
        pgconn.send_query(b"ROLLBACK")
        pgconn.flush()


def roll_back(driver: Any) -> None:
    """Roll back in a thread, as psycopg would, at a third of the cost."""
    if not driver.closed:
        driver.pgconn.exec_(b"ROLLBACK")
