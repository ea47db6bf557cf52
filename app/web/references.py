"""References: every mark in stored JSON becomes a ref, a count or the exact words.

Texts of many records are joined first and filled in one pass. What marks stand for is read for
the whole answer in one query, and cached for as long as the release is the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.db.known_at import as_known
from app.db.rows import records_by_id
from app.db.tables import ACTOR_KINDS, document_texts
from app.records.kinds import KINDS
from app.records.references import MARK

#: How a mark begins in JSON text; it ends at the next quote.
_BEGINS = b'"\\u001f'
MOST_CACHED = 200_000


class ReferenceFiller:
    """Replaces reference marks by `{id, kind, name}`, or what else they stand for, of one release.

    Args:
        release: the release that answers are of.
        known: the earlier release to look at, where `known_at` asks for one.
    """

    def __init__(self, release: int, known: int | None = None) -> None:
        """Begin with nothing read."""
        self.release, self._known = release, known
        self._filled: dict[bytes, bytes] = {}

    def fill(self, connection: Connection, text: bytes) -> bytes:
        """Replace every mark in JSON text."""
        cut = text.split(_BEGINS)
        try:  # most often all are known, and to look first would take as long
            return _put_together(cut, self._filled)
        except KeyError:
            marks = [part.partition(b'"')[0] for part in cut[1:]]
            return _put_together(cut, self._texts_of(connection, marks))

    def refs(self, connection: Connection, space: str, ids: Iterable[str]) -> dict[str, Any]:
        """Refs by id, for answers that are computed; an id that does not exist is left out."""
        wanted = {record_id: f"{space}:{record_id}".encode() for record_id in ids}
        filled = self._texts_of(connection, wanted.values())
        refs = {one: orjson.loads(filled[mark]) for one, mark in wanted.items()}
        return {one: ref for one, ref in refs.items() if ref["name"] is not None}

    def existing(self, connection: Connection, space: str, ids: Iterable[str]) -> set[str]:
        """The ids that are of a record."""
        marks = {f"{space}:{record_id}".encode(): record_id for record_id in ids}
        filled = self._texts_of(connection, marks)
        return {one for mark, one in marks.items() if not filled[mark].endswith(_NAMELESS)}

    def meaning(self, connection: Connection, values: Sequence[Any]) -> list[Any]:
        """Values with what their marks stand for in the place of those that are marks."""
        marks = [
            one[1:].encode() if isinstance(one, str) and one[:1] == MARK else None for one in values
        ]
        filled = self._texts_of(connection, filter(None, marks))
        return [
            one if mark is None else orjson.loads(filled[mark])
            for one, mark in zip(values, marks, strict=True)
        ]

    def _texts_of(self, connection: Connection, marks: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return the JSON text of these marks, among others."""
        filled, wanted = self._filled, set(marks)
        if missing := wanted.difference(filled):
            if len(filled) > MOST_CACHED:  # a new one: another thread may be filling from the old
                self._filled = filled = {}
                missing = wanted
            self._read(connection, missing, filled)
        return filled

    def _read(self, connection: Connection, marks: set[bytes], filled: dict[bytes, bytes]) -> None:
        by_space: dict[str, list[str]] = defaultdict(list)
        for mark in sorted(marks):
            space, _, rest = mark.decode().partition(":")
            by_space[space].append(rest)
        found: dict[bytes, bytes] = {}
        for space, read in _READERS.items():
            if rests := by_space.pop(space, None):
                found.update(read(connection, rests, self._known))
        if by_space:
            found.update(self._read_refs(connection, by_space))
        # Copies: what orjson gives has taken a kilobyte, however short it is.
        filled.update({mark: bytes(memoryview(text)) for mark, text in found.items()})

    def _read_refs(
        self, connection: Connection, by_space: dict[str, list[str]]
    ) -> dict[bytes, bytes]:
        """Refs for marks of any space, in one query."""
        found = {
            f"{space}:{one}".encode(): _ref(one, space, None)
            for space, ids in by_space.items()
            for one in ids
        }
        by_kind: dict[str, list[str]] = defaultdict(list)
        for space, ids in by_space.items():
            for kind in ACTOR_KINDS if space == "actor" else (space,):
                by_kind[kind] += ids
        rows = records_by_id(connection, by_kind, ("id", "name"), self._known)
        for kind, record_id, name in rows:
            ref = _ref(record_id, kind, name)
            for space in ("actor", kind) if kind in ACTOR_KINDS else (kind,):
                found[f"{space}:{record_id}".encode()] = ref
        return found


def _put_together(cut: Sequence[bytes], filled: Mapping[bytes, bytes]) -> bytes:
    """A text that was cut where its marks begin, with what they stand for."""
    parts = [cut[0]]
    for part in cut[1:]:
        mark, _, after = part.partition(b'"')
        parts.append(filled[mark])
        parts.append(after)
    return b"".join(parts)


def record_json(rows: Iterable[Sequence[Any]]) -> list[bytes]:
    """The JSON text of each record, marks still in it.

    Args:
        rows: id, dataset, revision, recorded_at, body, and whatever else.
    """
    return [
        (
            f'{{"id":"{row[0]}","dataset":"{row[1]}","revision":{row[2]},'
            f'"recorded_at":"{row[3]}",{row[4][1:]}'
        ).encode()
        for row in rows
    ]


#: How a ref ends that is of no record.
_NAMELESS = b'"name":null}'


def _ref(record_id: str, kind: str, name: str | None) -> bytes:
    return orjson.dumps({"id": record_id, "kind": kind, "name": name})


Reader = Callable[[Connection, list[str], int | None], dict[bytes, bytes]]


def _texts_held(connection: Connection, ids: list[str], known: int | None) -> dict[bytes, bytes]:
    """Whether this deployment held a document's text."""
    texts = document_texts
    statement = sa.select(texts.c.document).where(texts.c.document.in_(ids))
    held = set(connection.execute(_attached_by(statement, known)).scalars())
    return {f"held:{one}".encode(): orjson.dumps(one in held) for one in ids}


def _exact(connection: Connection, places: list[str], known: int | None) -> dict[bytes, bytes]:
    """The words at a place, where this deployment held the text; else null."""
    texts = document_texts
    documents = {place.partition(":")[0] for place in places}
    statement = sa.select(texts.c.document, texts.c.text).where(texts.c.document.in_(documents))
    held = {row.document: row.text for row in connection.execute(_attached_by(statement, known))}
    return {f"exact:{place}".encode(): _words_at(place, held) for place in places}


def _words_at(place: str, held: dict[str, str]) -> bytes:
    document, _, span = place.partition(":")
    if document not in held:
        return b"null"
    start, _, end = span.partition("-")
    return orjson.dumps(held[document][int(start) : int(end)])


def _counts(connection: Connection, ids: list[str], known: int | None) -> dict[bytes, bytes]:
    """The number of records of each kind in each dataset."""
    counts: dict[str, dict[str, int]] = {one: {} for one in ids}
    for kind in KINDS.values():
        table = kind.table
        statement = (
            sa.select(table.c.dataset, sa.func.count())
            .where(table.c.dataset.in_(ids))
            .group_by(table.c.dataset)
        )
        for dataset, number in connection.execute(as_known(statement, known)):
            counts[dataset][kind.path] = number
    return {f"counts:{one}".encode(): orjson.dumps(found) for one, found in counts.items()}


def _attached_by(statement: sa.Select[Any], known: int | None) -> sa.Select[Any]:
    """Narrow a statement to texts that were attached by a release."""
    return statement if known is None else statement.where(document_texts.c.since <= known)


_READERS: dict[str, Reader] = {
    "held": _texts_held,
    "exact": _exact,
    "counts": _counts,
}
