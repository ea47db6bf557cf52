"""History: every version of every record in one order, and the chain of hashes over them.

A version is a record as one release made it. It lies in the current table or in history, and a row
that only its neighbours changed (`derive`) is no version of its own. A removal is a change without
a version. Both only ever grow in number, so the past can be read at any time, and the hash of a
release can be made again from the tables: it covers who, when and why, every version the release
made, and the hash before it.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row, Select

from app.db.tables import HISTORY, document_texts, releases
from app.records.kinds import KINDS, Kind

FIRST_HASH = "0" * 64
ADD, MODIFY, DELETE, DERIVE = "add", "modify", "delete", "derive"
_PARTS = 500
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


# -- the chain --------------------------------------------------------------------------------


def hash_of(connection: Connection, head: list[Any]) -> str:
    """Return the hash of a release.

    Args:
        connection: where its versions are.
        head: the hash before it, its number, when, where from, by whom and why.
    """
    digest = sha256(orjson.dumps(head))
    for line in _lines(connection, head[1]):
        digest.update(line)
    return digest.hexdigest()


def head_of(connection: Connection) -> tuple[int, str]:
    """Return the newest release and its hash: kept elsewhere, they show any tampering."""
    newest = sa.select(releases.c.id, releases.c.hash).order_by(releases.c.id.desc()).limit(1)
    row = connection.execute(newest).first()
    return (row.id, row.hash) if row else (0, FIRST_HASH)


def verify_history(connection: Connection) -> Iterator[tuple[int, str]]:
    """Yield every release that is not what its hash says, with its fault."""
    before, expected = FIRST_HASH, 1
    for row in connection.execute(sa.select(releases).order_by(releases.c.id)).all():
        if row.id != expected:
            yield expected, "is missing"
        if row.previous_hash != before:
            yield row.id, "does not follow on the release before it"
        head = [row.previous_hash, row.id, row.at, row.origin, row.by, row.reason]
        if hash_of(connection, head) != row.hash:
            yield row.id, "does not have the records that its hash was made of"
        before, expected = row.hash, row.id + 1


def _lines(connection: Connection, release: int) -> Iterator[bytes]:
    """Yield what a release made and removed, as lines in one order."""
    for name, kind in KINDS.items():
        for row in _streamed(connection, _made(kind, release)):
            yield orjson.dumps([name, *row])
        for (record_id,) in connection.execute(_gone(kind, release)):
            yield orjson.dumps([name, record_id, DELETE])
    texts = sa.select(document_texts.c.document, document_texts.c.text)
    texts = texts.where(document_texts.c.since == release).order_by(document_texts.c.document)
    for document, text in connection.execute(texts):
        yield orjson.dumps(["text", document, sha256(text.encode()).hexdigest()])


def _streamed(connection: Connection, statement: Select[Any]) -> Any:
    return connection.execute(statement, execution_options={"yield_per": _PARTS})


def _made(kind: Kind, release: int) -> Select[Any]:
    table, past = kind.table, HISTORY[kind.table]
    fields = ("id", "revision", "dataset", "body")
    made = sa.union_all(
        sa.select(*(table.c[f] for f in fields)).where(table.c.release == release),
        sa.select(*(past.c[f] for f in fields)).where(
            past.c.release == release, past.c.op != DERIVE
        ),
    ).subquery("made")
    return sa.select(made).order_by(made.c.id)


def _gone(kind: Kind, release: int) -> Select[Any]:
    past = HISTORY[kind.table]
    return (
        sa.select(past.c.id).where(past.c.until == release, past.c.op == DELETE).order_by(past.c.id)
    )
