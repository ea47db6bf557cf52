"""Hash chain: each release's hash covers what it made and the hash before it.

The hash of a release can be made again from the tables. It covers who, when and why, every version
the release made, what it removed, and the hash before it; so whoever keeps the newest hash
elsewhere can tell whether anything of the past was changed.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Select

from app.db.tables import HISTORY, document_texts, releases
from app.records.kinds import KINDS, Kind
from app.records.storage.history import DELETE, DERIVE

FIRST_HASH = "0" * 64
_PARTS = 500


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
