"""The index in the database, so that a process loads it instead of reading every row.

It is stored in the transaction that makes the release it is of (or by `positions index`). A process
that finds a newer release reads the rows that came since; what is stored is never asked for a
release other than its own. Each part is one column: a line of JSON with the values and the lengths
of their sets, then the sets, in the portable format of Roaring bitmaps
(https://github.com/RoaringBitmap/RoaringFormatSpec).
"""

import sys
from array import array
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa
from pyroaring import BitMap
from sqlalchemy import Connection

from app.db.bulk import insert_rows
from app.db.tables import KIND_TABLES, index_parts
from app.index.build import build, last_row_of, read_keys, read_ordering, read_since
from app.index.columns import ORDERINGS, SPACES, columns_of, orderings_of
from app.index.ordering import Ordering
from app.index.state import State
from app.index.value_sets import ValueSets

#: Rows beyond which a release is stored anew; until then processes read what came since.
MOST_READ_SINCE = 20_000


def store_when_due(connection: Connection, release: int) -> None:
    """Store the index of a release, where many rows came since the one that is stored."""
    since = last_row_of(connection, stored_release(connection))
    if last_row_of(connection, release) - since > MOST_READ_SINCE:
        store(connection, release)


def store_missing(connection: Connection, release: int) -> bool:
    """Store the index of a release where none is stored that this version understands.

    Returns:
        Whether it was missing, and there are so many rows that it was worth storing.
    """
    missing = stored_release(connection) == 0
    if missing:
        store_when_due(connection, release)
    return missing and stored_release(connection) > 0


def store(connection: Connection, release: int, *, anew: bool = False) -> None:
    """Store the index of a release.

    Args:
        connection: a write transaction, in which the release is the newest.
        release: the release.
        anew: whether to make it from all rows; else what is stored is brought forward, since
            other writers wait meanwhile.
    """
    if anew or stored_release(connection) == 0:
        state = build(connection, release)
    else:
        state = read_since(connection, load_state(connection), release)()
    connection.execute(sa.delete(index_parts))
    rows = [
        {"name": name, "release": release, "made_of": _made_of(), "data": data}
        for name, data in _parts(connection, state)
    ]
    insert_rows(connection, index_parts, rows)


def stored_release(connection: Connection) -> int:
    """The release whose index is stored; 0 where there is none that this version understands."""
    found = sa.select(index_parts.c.release).where(
        index_parts.c.name == "state", index_parts.c.made_of == _made_of()
    )
    return connection.execute(found).scalar() or 0


def load_state(connection: Connection) -> State:
    """The index that is stored."""
    rows = connection.execute(sa.select(index_parts.c.name, index_parts.c.data)).all()
    parts: dict[str, dict[str, bytes]] = {
        kind: {} for kind in ("column", "ordering", "ranks", "shared")
    }
    for name, data in rows:
        kind, _, rest = name.partition(":")
        if kind in parts:
            parts[kind][rest] = bytes(data)
        else:
            release, last_row = orjson.loads(data)
    return State(
        release,
        last_row,
        {name: _column(data) for name, data in parts["column"].items()},
        {
            _named(name): _ordering(data, parts["ranks"].get(name))
            for name, data in parts["ordering"].items()
        },
        {name: BitMap.deserialize(data) for name, data in parts["shared"].items()},
    )


def _parts(connection: Connection, state: State) -> Iterator[tuple[str, bytes]]:
    yield "state", orjson.dumps([state.release, state.last_row])
    for name, sets in state.columns.items():
        items = list(sets.items())
        head = orjson.dumps([[value, len(data)] for value, data in items])
        yield f"column:{name}", b"\n".join((head, b"".join(data for _, data in items)))
    for space in SPACES:
        for name in orderings_of(space):
            ordering = _ordering_of(connection, state, space, name)
            rows, fences = ordering.stored
            yield f"ordering:{space}:{name}", orjson.dumps(fences) + b"\n" + _little_endian(rows)
            if isinstance(ordering.ranks, array):
                yield f"ranks:{space}:{name}", _little_endian(ordering.ranks)
    for kind, shared in state.shared.items():
        yield f"shared:{kind}", shared.serialize()


def _ordering_of(connection: Connection, state: State, space: str, name: str) -> Ordering:
    """An ordering of a state with all rows in their places."""
    if found := state.orderings.get((space, name)):
        return found.merged(partial(read_keys, connection, space, name))
    return read_ordering(connection, space, name)


def _column(data: bytes) -> ValueSets:
    head, _, body = data.partition(b"\n")
    sets, start = {}, 0
    for value, length in orjson.loads(head):
        sets[value] = body[start : start + length]
        start += length
    return ValueSets(sets)


def _ordering(data: bytes, ranks: bytes | None) -> Ordering:
    head, _, body = data.partition(b"\n")
    fences = [tuple(key) for key in orjson.loads(head)]
    return Ordering(_numbers(body), fences, None if ranks is None else _numbers(ranks))


def _numbers(data: bytes) -> "array[int]":
    numbers = array("I", data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _little_endian(rows: "array[int]") -> bytes:
    if sys.byteorder == "big":
        rows = array("I", rows)
        rows.byteswap()
    return rows.tobytes()


def _named(name: str) -> tuple[str, str]:
    space, _, ordering = name.partition(":")
    return space, ordering


def _made_of() -> str:
    """A digest of the columns and orderings: an index of others is not understood."""
    columns: Any = [
        [kind, *((name, str(read)) for name, read in columns_of(kind).items())]
        for kind in KIND_TABLES
    ]
    return sha256(orjson.dumps([2, columns, SPACES, ORDERINGS])).hexdigest()[:16]
