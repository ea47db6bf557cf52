"""Versions of records: the current row of each, and the rows that came before it.

A change never overwrites: the row that was current moves into the history table, with the release
that superseded it and how, and a new row takes its place.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from app.db.bulk import among, insert_rows
from app.db.tables import HISTORY, search_entries
from app.records.faults import FaultLog, SourceLocation
from app.records.kinds import Kind
from app.records.storage.derived_columns import derived_columns
from app.records.storage.history import DERIVE, MODIFY
from app.records.storage.referents import Referents

#: The location of a row, and the revision its giver expects to change, by the row's number.
LocationOf = Callable[[int], SourceLocation]
RevisionOf = Callable[[int], int | None]


@dataclass
class Written:
    """Outcome of writing rows: the new rows by id, and what became of the others."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0


class Versions:
    """The versions that one change writes and supersedes.

    Attributes:
        last_row: the highest row id so far; the next row that is written has the one after it.
    """

    def __init__(
        self,
        connection: Connection,
        release: int,
        recorded_at: str,
        last_row: int,
        referents: Referents,
        faults: FaultLog,
    ) -> None:
        self._connection = connection
        self._release, self._recorded_at = release, recorded_at
        self._referents = referents
        self._faults = faults
        self.last_row = last_row

    def write(
        self,
        kind: Kind,
        rows: Sequence[dict[str, Any]],
        origin: str,
        location_of: LocationOf,
        revision_of: RevisionOf = lambda _: None,
    ) -> Written:
        """Insert the rows of new records and supersede those that differ."""
        ids = [row["id"] for row in rows]
        current = self._current(kind, ids)
        last = self._last_revisions(kind, [i for i in ids if i not in current])
        written = Written()
        for i, row in enumerate(rows):
            before = current.get(row["id"])
            if before is not None and _same(before, row):
                written.unchanged += 1
                continue
            if before is None:
                revision = last.get(row["id"], 0) + 1
                if revision > 1 and revision_of(i):
                    detail = f"{row['id']!r} was removed; to make it anew, say no revision"
                    self._faults.add(location_of(i), "revision", detail)
            else:
                revision = before.revision + 1
                written.changed.append(row["id"])
                self._check_change(before, row, location_of(i), revision_of(i))
            written.rows[row["id"]] = self._stamped(kind, row, revision, origin)
        self.supersede(kind, written.changed, op=MODIFY)
        insert_rows(self._connection, kind.table, list(written.rows.values()))
        return written

    def supersede(self, kind: Kind, ids: Sequence[str], *, op: str) -> None:
        """Move current rows into history, superseded by this release."""
        if not ids:
            return
        table, past = kind.table, HISTORY[kind.table]
        columns = [column.name for column in table.c]
        these = among(self._connection, table.c.id, ids)
        superseded = sa.select(
            *(table.c[name] for name in columns),
            sa.literal(self._release).label("until"),
            sa.literal(op).label("op"),
        ).where(these)
        self._connection.execute(sa.insert(past).from_select([*columns, "until", "op"], superseded))
        self._connection.execute(sa.delete(table).where(these))
        if op != DERIVE:
            self._end_search_entries(kind, ids)

    def replace_derived(self, kind: Kind, row: dict[str, Any]) -> None:
        """Put a row in the place of one that differs only in its derived columns."""
        if row["since"] == self._release:
            self._connection.execute(sa.delete(kind.table).where(kind.table.c.id == row["id"]))
        else:
            self.supersede(kind, [row["id"]], op=DERIVE)
        self.insert(kind.table, [row | {"row_id": self._next_row(), "since": self._release}])

    def insert(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        """Insert rows that stand beside a version."""
        if given := list(rows):
            self._connection.execute(sa.insert(table), given)

    def _check_change(
        self, before: Any, row: dict[str, Any], location: SourceLocation, expected: int | None
    ) -> None:
        """Check that a changed record stays in its dataset, and that its giver had seen it."""
        if before.dataset != row["dataset"]:
            detail = f"{row['id']!r} belongs to dataset {before.dataset!r}"
            self._faults.add(location, "id", detail)
        if expected not in (None, before.revision):
            detail = (
                f"{row['id']!r} is there already, at revision {before.revision}; "
                "to change it, say that revision"
            )
            self._faults.add(location, "revision", detail)

    def _stamped(
        self, kind: Kind, row: dict[str, Any], revision: int, origin: str
    ) -> dict[str, Any]:
        """Return a record's row with what this change and its referents decide."""
        stamp = {
            "row_id": self._next_row(),
            "revision": revision,
            "release": self._release,
            "since": self._release,
            "recorded_at": self._recorded_at,
            "origin": origin,
        }
        derived = derived_columns(row, self._referents) if kind.derived_columns else {}
        return row | stamp | derived

    def _next_row(self) -> int:
        """Return the row id of the next row that is written."""
        self.last_row += 1
        return self.last_row

    def _current(self, kind: Kind, ids: list[str]) -> dict[str, Any]:
        table = kind.table
        wanted = [table.c.id, table.c.dataset, table.c.revision, table.c.body]
        these = among(self._connection, table.c.id, ids)
        rows = self._connection.execute(sa.select(*wanted).where(these))
        return {row.id: row for row in rows}

    def _last_revisions(self, kind: Kind, ids: list[str]) -> dict[str, int]:
        """Return the last revisions of removed records: the numbering goes on from there."""
        past = HISTORY[kind.table]
        rows = self._connection.execute(
            sa.select(past.c.id, sa.func.max(past.c.revision))
            .where(among(self._connection, past.c.id, ids))
            .group_by(past.c.id)
        )
        return {row[0]: row[1] for row in rows}

    def _end_search_entries(self, kind: Kind, ids: Sequence[str]) -> None:
        entries = search_entries.c
        its = among(self._connection, entries.id, ids)
        counted = sa.and_(entries.kind == kind.name, its, entries.until.is_(None))
        over = sa.update(search_entries).where(counted).values(until=self._release)
        self._connection.execute(over)


def _same(before: Any, row: dict[str, Any]) -> bool:
    return bool(before.body == row["body"] and before.dataset == row["dataset"])
