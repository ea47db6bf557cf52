"""Verification: whether what stands beside the records is what the records say.

A row's columns, links and search words follow from its JSON text, and a few columns from the rows
of its holder and document. Nothing but this module compares them again: a column that was changed
in the file, or by a fault, would let a list answer otherwise than the record it shows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection

from app.db.statement_cache import in_parts
from app.db.tables import HISTORY, links, search_entries
from app.records.base import Record
from app.records.kinds import Kind, row_of, written
from app.records.storage.derived_columns import derived_columns
from app.records.storage.links import link_rows, search_row
from app.records.storage.referents import Referents

_PART = 2_000
_LINK_COLUMNS = ("field", "space", "target", "role", "paragraph")
#: The version of a record: its id and its revision.
Version = tuple[str, int]


def stored_differences(connection: Connection, kind: Kind) -> Iterator[str]:
    """Say in a line each what is stored of a kind otherwise than its records say.

    Columns that other records decide are compared in current rows; superseded ones keep theirs.
    """
    stored_links, stored_words = _links(connection, kind), _words(connection, kind)
    referents = Referents(connection)
    for table in (kind.table, HISTORY[kind.table]):
        derives = table is kind.table and bool(kind.derived_columns)
        for rows in in_parts(connection, sa.select(table), _PART, named=True):
            if derives:
                referents.load("actor", {row.holder for row in rows})
                referents.load("document", {row.document for row in rows})
            for row in rows:
                version = (row.id, row.revision)
                beside = stored_links.get(version, Counter()), stored_words.get(version)
                for fault in _faults(kind, row, beside, referents if derives else None):
                    yield f"{kind.name} {row.id!r}, revision {row.revision}: {fault}"


def _faults(
    kind: Kind,
    row: Any,
    beside: tuple[Counter[Any], Sequence[Any] | None],
    referents: Referents | None,
) -> Iterator[str]:
    """Say what is stored of a version otherwise than its text says.

    Args:
        kind: the kind of its record.
        row: its row.
        beside: its links and its words, as they are stored.
        referents: what its derived columns follow from; None where they are not compared.
    """
    try:
        record = kind.record.model_validate(written(kind, row.id, row.dataset, row.body))
    except (ValidationError, orjson.JSONDecodeError):
        yield "its text is no record"
        return
    expected = row_of(kind, record)
    del expected["body"]  # what the hash of its release covers; an earlier version had fewer fields
    if referents is not None:
        expected |= derived_columns(expected, referents)
    for name, value in expected.items():
        if (found := getattr(row, name)) != value:
            yield f"{name} is {_short(found)}, its record says {_short(value)}"
    links_stored, words_stored = beside
    if _expected_links(kind, record, row) != links_stored:
        yield "what it refers to is noted otherwise"
    if _expected_words(kind, record, row) != words_stored:
        yield "its words are noted otherwise"


def _short(value: Any) -> str:
    return repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:60]}…"


def _links(connection: Connection, kind: Kind) -> dict[Version, Counter[Any]]:
    """The links of each version of a kind."""
    columns = [links.c[name] for name in _LINK_COLUMNS]
    statement = sa.select(links.c.id, links.c.revision, *columns).where(links.c.kind == kind.name)
    found: dict[Version, Counter[Any]] = defaultdict(Counter)
    for part in in_parts(connection, statement, _PART, named=False):
        for row in part:
            found[row[0], row[1]][tuple(row[2:])] += 1
    return found


def _expected_links(kind: Kind, record: Record, row: Any) -> Counter[Any]:
    given = link_rows(kind, record, {"revision": row.revision}, orjson.loads(row.body))
    return Counter(tuple(one[name] for name in _LINK_COLUMNS) for one in given)


def _words(connection: Connection, kind: Kind) -> dict[Version, Sequence[Any]]:
    """The search words of each version of a kind."""
    entries = search_entries.c
    wanted = (entries.id, entries.revision, entries.names, entries.words, entries.dataset)
    statement = sa.select(*wanted).where(entries.kind == kind.name)
    parts = in_parts(connection, statement, _PART, named=False)
    return {(row[0], row[1]): tuple(row[2:]) for part in parts for row in part}


def _expected_words(kind: Kind, record: Record, row: Any) -> Sequence[Any] | None:
    entry = search_row(kind, record, {"revision": row.revision, "release": row.release})
    return None if entry is None else (entry["names"], entry["words"], entry["dataset"])
