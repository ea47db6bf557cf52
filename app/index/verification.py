"""Comparison of the index that is stored and brought forward with one made from all rows."""

from collections.abc import Iterator

from pyroaring import BitMap
from sqlalchemy import Connection

from app.index.build import build, read_ordering
from app.index.columns import SPACES, orderings_of
from app.index.release_index import ReleaseIndex
from app.index.state import State


def differences(connection: Connection, release: int) -> Iterator[str]:
    """Say in a line each what of the index is not as the rows are; nothing where all is well.

    Args:
        connection: sees the state that `release` is the newest of.
        release: the release.
    """
    index = ReleaseIndex()
    found, right = index.view(connection, release).state, build(connection, release)
    for name in sorted({*found.columns, *right.columns}):
        yield from _of_column(name, found, right)
    for kind, rows in right.shared.items():
        if not rows <= found.shared.get(kind, BitMap()):
            yield f"{kind}: rows that share their subject are not known to"
    for space in SPACES:
        for name in orderings_of(space):
            stored = found.orderings.get((space, name))
            anew = read_ordering(connection, space, name)
            if stored is not None and list(stored.rows) != list(anew.rows):
                yield f"the order of {space} by {name} is not that of the rows"


def _of_column(name: str, found: State, right: State) -> Iterator[str]:
    there, wanted = found.column(name), right.column(name)
    for value in sorted({*there.values, *wanted.values}):
        if there.rows(value) != wanted.rows(value):
            more = len(there.rows(value) - wanted.rows(value))
            less = len(wanted.rows(value) - there.rows(value))
            yield f"{name} {value!r}: {more} rows too many, {less} missing"
