"""Loaded records: what a file said last of each record, and what became of the record since.

Most often that is the version that a load last wrote. Where a load merged a record, left it as it
was, or was told to, a row of `loaded_records` has what the file said.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.db.bulk import among
from app.db.tables import HISTORY, loaded_records, releases
from app.records.kinds import Kind, written
from app.records.loads.merging import Content, differing
from app.records.storage.history import DELETE, DERIVE


@dataclass(frozen=True)
class Event:
    """One version of a record, or its removal, with who made it and when."""

    content: Content | None
    of_load: bool
    by: str
    at: str


@dataclass
class Past:
    """The past of a record, as a load needs it.

    Attributes:
        loaded: as the files said last; None where they said nothing, or no longer.
        ever_loaded: whether files ever said anything of it.
        events: its versions and removals, oldest first.
    """

    loaded: Content | None = None
    ever_loaded: bool = False
    events: list[Event] = field(default_factory=list)

    @property
    def now(self) -> Content | None:
        """The record as it is now; None where there is none."""
        return self.events[-1].content if self.events else None

    def changer(self, name: str | None) -> str:
        """Return who made a field, or the record, what it is now, and when."""
        last = self.events[-1]
        for before, event in zip([None, *self.events], self.events, strict=False):
            was = before.content if before else None
            if name is None or was is None or event.content is None:
                last = event
            elif differing([name], was, event.content):
                last = event
        return f"{last.by}, {last.at[:19]}Z"


class LoadedRecords:
    """The records as the files of a door last stated them.

    Args:
        connection: the transaction of the load.
        door: how files come in: `seeds` or `import`.
    """

    def __init__(self, connection: Connection, door: str) -> None:
        self._connection = connection
        self._door = door

    def untouched(self, kind: Kind, ids: Sequence[str]) -> set[str]:
        """Return those records that are what a load last made them, and the file said no other."""
        table = kind.table
        ours = among(self._connection, table.c.id, ids), self._of_load(table)
        found = set(self._connection.execute(sa.select(table.c.id).where(*ours)).scalars())
        return found - set(self._remembered(kind, ids)) if found else found

    def pasts(self, kind: Kind, ids: Sequence[str]) -> dict[str, Past]:
        """Return the past of each of these records that has one."""
        remembered = self._remembered(kind, ids)
        pasts: dict[str, Past] = defaultdict(Past)
        for row in self._versions(kind, ids):
            past = pasts[row.id]
            content = written(kind, row.id, row.dataset, row.body)
            of_load = self._is_door(row.origin)
            past.events.append(Event(content, of_load, row.by, row.at))
            if of_load:
                past.loaded, past.ever_loaded = content, True
            if row.op == DELETE:
                past.events.append(
                    Event(None, self._is_door(row.removed_origin), row.removed_by, row.removed_at)
                )
                if past.events[-1].of_load:
                    past.loaded = None
        for record_id, (dataset, body) in remembered.items():
            past = pasts[record_id]
            past.ever_loaded = True
            past.loaded = written(kind, record_id, dataset, body) if body else None
        return dict(pasts)

    def remember(self, kind: Kind, dataset: str, said: Mapping[str, str | None]) -> None:
        """Remember what files said of records: the JSON of each, None where they no longer do."""
        self.forget(kind, list(said))
        same = {"door": self._door, "kind": kind.name, "dataset": dataset}
        rows = [{**same, "id": record_id, "body": body} for record_id, body in said.items()]
        if rows:
            self._connection.execute(sa.insert(loaded_records), rows)

    def forget(self, kind: Kind, ids: Sequence[str]) -> None:
        """Forget what was remembered of records: they are what their file says."""
        self._connection.execute(sa.delete(loaded_records).where(*self._these(kind, ids)))

    def ids_of(self, kind: Kind, dataset: str) -> Sequence[str]:
        """Return the records of a kind that a dataset has now, whoever made them."""
        ids = sa.select(kind.table.c.id).where(kind.table.c.dataset == dataset)
        return self._connection.execute(ids).scalars().all()

    def _is_door(self, origin: str) -> bool:
        return origin.partition(":")[0] == self._door

    def _of_load(self, table: sa.Table) -> sa.ColumnElement[bool]:
        return table.c.origin.startswith(f"{self._door}:", autoescape=True)

    def _these(self, kind: Kind, ids: Sequence[str]) -> tuple[sa.ColumnElement[bool], ...]:
        rows = loaded_records.c
        these = among(self._connection, rows.id, list(ids))
        return rows.door == self._door, rows.kind == kind.name, these

    def _remembered(self, kind: Kind, ids: Sequence[str]) -> dict[str, tuple[str, str | None]]:
        rows = sa.select(loaded_records.c.id, loaded_records.c.dataset, loaded_records.c.body)
        found = self._connection.execute(rows.where(*self._these(kind, ids)))
        return {row.id: (row.dataset, row.body) for row in found}

    def _versions(self, kind: Kind, ids: Sequence[str]) -> Iterable[Any]:
        """Return the versions of records, oldest first, with who made and who removed them."""
        table, past = kind.table, HISTORY[kind.table]
        wanted = ("id", "dataset", "revision", "origin", "body", "release")
        current = sa.select(
            *(table.c[name] for name in wanted),
            sa.literal("").label("op"),
            table.c.since.label("until"),
        ).where(among(self._connection, table.c.id, list(ids)))
        superseded = sa.select(*(past.c[name] for name in wanted), past.c.op, past.c.until).where(
            among(self._connection, past.c.id, list(ids)), past.c.op != DERIVE
        )
        found = sa.union_all(current, superseded).subquery("versions")
        made, over = releases.alias("made"), releases.alias("over")
        statement = (
            sa.select(
                found,
                made.c.by,
                made.c.at,
                over.c.by.label("removed_by"),
                over.c.at.label("removed_at"),
                over.c.origin.label("removed_origin"),
            )
            .join(made, made.c.id == found.c.release)
            .outerjoin(over, over.c.id == found.c.until)
            .order_by(found.c.id, found.c.revision)
        )
        return self._connection.execute(statement)
