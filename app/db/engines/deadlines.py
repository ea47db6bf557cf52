"""Deadlines of reads: each connection knows until when it may read, and by which clock.

SQLite compares the clock while a statement runs, PostgreSQL has `statement_timeout` for that; both
compare it before each statement, because many short ones take long, too.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection

from app.errors import Overlong

T = TypeVar("T")

#: How long a read may take before it is given up: a slow question must not delay quick ones.
SLOWEST_SECONDS = 10
#: How long a read may work on the event loop, where all others wait for it. In time of the
#: processor: another process that takes the processor away makes no read slow.
QUICK_SECONDS = 0.005


def set_deadline(connection: Connection, *, quick: bool = False) -> None:
    """Allow a read `SLOWEST_SECONDS` from now, or `QUICK_SECONDS` of work."""
    if quick:
        connection.info["deadline"] = time.thread_time, time.thread_time() + QUICK_SECONDS
    else:
        connection.info["deadline"] = time.monotonic, time.monotonic() + SLOWEST_SECONDS


def clear_deadline(connection: Connection) -> None:
    """Forget the deadline of a read that has ended; the next one sets its own."""
    connection.info.pop("deadline", None)


def is_late(info: Mapping[Any, Any]) -> bool:
    """Tell whether the deadline in a connection's `info` has passed."""
    if "deadline" not in info:
        return False
    clock, deadline = info["deadline"]
    return bool(clock() > deadline)


def refuse_late(connection: Connection, *_statement: Any) -> None:
    """Refuse the next statement of a read whose deadline has passed.

    Raises:
        Overlong: when it has.
    """
    if is_late(connection.info):
        raise Overlong


def renew_deadline(connection: Connection, parts: Iterable[T]) -> Iterator[T]:
    """Pass on the parts of a long result; each may take as long as a whole answer."""
    for part in parts:
        yield part
        set_deadline(connection)
