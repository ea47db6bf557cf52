"""History: every version of every record in one order.

A version is a record as one release made it. It lies in the current table or in history, and a row
that only its neighbours changed (`derive`) is no version of its own. A removal is a change without
a version. Both only ever grow in number, so the past can be read at any time.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row, Select

from app.db.tables import HISTORY, releases
from app.records.kinds import KINDS, Kind

ADD, MODIFY, DELETE, DERIVE = "add", "modify", "delete", "derive"
#: The columns of a release that each of its changes is shown with.
_RELEASE = (releases.c.at, releases.c.by, releases.c.origin, releases.c.reason)
_VERSION = ("id", "dataset", "revision", "recorded_at", "body")

ChangePosition = tuple[int, str, str]


def revisions_of(kind: Kind, record_id: str) -> Select[Any]:
    """Return every version of one record and its removals, with who made them and why."""
    parts = [
        part.where(ids == record_id)
        for part, _, ids in (_current(kind), _superseded(kind), _removed(kind))
    ]
    found = sa.union_all(*parts).subquery("revisions")
    return sa.select(found, *_RELEASE).join_from(found, releases, releases.c.id == found.c.release)


def next_changes(
    connection: Connection,
    since: int,
    *,
    after: ChangePosition | None,
    limit: int,
    newest: bool = False,
) -> Sequence[Row[Any]]:
    """Return the next changes after a release or position, by release, kind and id."""
    release, kind, record_id = after or (since, "", "")
    given = {"last": release, "last_id": record_id, "few": limit}
    return connection.execute(_statement(kind, newest=newest), given).all()


@cache
def _statement(after: str, *, newest: bool) -> Select[Any]:
    """Return the next changes of all kinds: of each the next few by index, then of these the first.

    Made once for each kind that a page can end in: it is a long statement.
    """
    few = sa.bindparam("few", type_=sa.Integer())
    parts = []
    for kind in KINDS.values():
        for part, release, ids in (_current(kind), _superseded(kind), _removed(kind)):
            order = _order(release, ids, newest=newest)
            named = part.add_columns(sa.literal(kind.name).label("kind"))
            first = named.where(_beyond(kind, release, ids, after)).order_by(*order).limit(few)
            parts.append(sa.select(first.subquery()))
    found = sa.union_all(*parts).subquery("changes")
    every = sa.select(found, *_RELEASE).join_from(found, releases, releases.c.id == found.c.release)
    order = _order(found.c.release, found.c.kind, found.c.id, newest=newest)
    return every.order_by(*order).limit(few)


def _order(*columns: ColumnElement[Any], newest: bool) -> list[ColumnElement[Any]]:
    return [column.desc() if newest else column.asc() for column in columns]


def number_of_changes(kind: Kind, since: int) -> Select[Any]:
    """Return the number of changes to records of a kind after a release."""
    parts = [
        sa.select(part.where(release > since).subquery().c.id)
        for part, release, _ in (_current(kind), _superseded(kind), _removed(kind))
    ]
    return sa.select(sa.func.count()).select_from(sa.union_all(*parts).subquery())


Part = tuple[Select[Any], ColumnElement[int], ColumnElement[str]]


def _current(kind: Kind) -> Part:
    table, past = kind.table, HISTORY[kind.table].alias("before")
    own = (table.c[name] for name in _VERSION)
    chosen = sa.select(*own, table.c.release, _op(past, table.c.id, table.c.revision))
    return chosen, table.c.release, table.c.id


def _superseded(kind: Kind) -> Part:
    table, past = HISTORY[kind.table], HISTORY[kind.table].alias("before")
    own = (table.c[name] for name in _VERSION)
    chosen = sa.select(*own, table.c.release, _op(past, table.c.id, table.c.revision))
    return chosen.where(table.c.op != DERIVE), table.c.release, table.c.id


def _removed(kind: Kind) -> Part:
    table = HISTORY[kind.table]
    own = (table.c[name] for name in _VERSION)
    chosen = sa.select(*own, table.c.until.label("release"), sa.literal(DELETE).label("op"))
    return chosen.where(table.c.op == DELETE), table.c.until, table.c.id


def _op(past: Any, record_id: ColumnElement[str], revision: ColumnElement[int]) -> Any:
    """Tell a version that replaced the one before it from the first after none."""
    replaced = sa.exists().where(
        past.c.id == record_id, past.c.revision == revision - 1, past.c.op == MODIFY
    )
    return sa.case((replaced, MODIFY), else_=ADD).label("op")


def _beyond(
    kind: Kind, release: ColumnElement[int], ids: ColumnElement[str], after: str
) -> ColumnElement[bool]:
    """Return the condition of coming after a release, or after a kind and id within it."""
    last, last_id = (
        sa.bindparam("last", type_=sa.Integer()),
        sa.bindparam("last_id", type_=ids.type),
    )
    if kind.name == after:
        return sa.tuple_(release, ids) > sa.tuple_(last, last_id)
    return release >= last if after and kind.name > after else release > last
