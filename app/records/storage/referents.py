"""Referents: records that others refer to, read once for a change.

A referent is either read from the database when something refers to it, or registered when the
change itself puts it. All kinds of actor share one space of ids (`actor`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.dates import UNKNOWN
from app.db.bulk import batched
from app.db.tables import ACTOR_KINDS, KIND_TABLES
from app.records.kinds import Kind
from app.records.validation import GivenRecord

#: How many ids are asked for in one statement.
_IDS_AT_ONCE = 500


@dataclass(frozen=True)
class Referent:
    """The facts about a record that checks and derived columns of others need."""

    kind: str
    country: str | None = None
    earliest: str = UNKNOWN
    latest: str = UNKNOWN
    characters: int | None = None
    paragraphs: int | None = None


def space_of(kind: str) -> str:
    """Return the space that ids of a kind are unique in: `actor` for every kind of actor."""
    return "actor" if kind in ACTOR_KINDS else kind


def referent_of(given: GivenRecord) -> Referent:
    """Return what others need to know of a record."""
    columns = given.kind.columns(given.record)
    return Referent(
        given.kind.name,
        columns.get("country"),
        columns.get("published_earliest", UNKNOWN),
        columns.get("published_latest", UNKNOWN),
        getattr(given.record, "characters", None),
        getattr(given.record, "paragraphs", None),
    )


class Referents:
    """The referents known to a change, by space and id."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, dict[str, Referent]] = defaultdict(dict)

    def get(self, space: str, record_id: str) -> Referent | None:
        """Return the referent of an id in a space or kind, as far as it was loaded."""
        return self._known[space_of(space)].get(record_id)

    def knows(self, space: str, record_id: str) -> bool:
        """Tell whether an id was found in a space, or of exactly one kind of actor."""
        found = self.get(space, record_id)
        return found is not None and (space not in ACTOR_KINDS or found.kind == space)

    def add(self, kind: Kind, record_id: str, referent: Referent) -> None:
        """Register a record that the change puts."""
        self._known[space_of(kind.name)][record_id] = referent

    def remove(self, kind: Kind, ids: Iterable[str]) -> None:
        """Forget records that the change removes."""
        for record_id in ids:
            self._known[space_of(kind.name)].pop(record_id, None)

    def load(self, space: str, ids: set[str]) -> None:
        """Read these ids from the database, except those known already."""
        pool = space_of(space)
        unknown = [one for one in ids if one not in self._known[pool]]
        for part in batched(unknown, _IDS_AT_ONCE):
            for name in ACTOR_KINDS if pool == "actor" else (pool,):
                self._known[pool].update(self._read(name, part))

    def some_ids(self, space: str, most: int) -> set[str]:
        """Return ids of a space, known or stored, at most so many of each kind."""
        known = (one for one in self._known[space_of(space)] if self.knows(space, one))
        found = set(islice(known, most))
        for name in ACTOR_KINDS if space == "actor" else (space,):
            ids = sa.select(KIND_TABLES[name].c.id).limit(most)
            found.update(self._connection.execute(ids).scalars())
        return found

    def _read(self, name: str, ids: Sequence[str]) -> Iterator[tuple[str, Referent]]:
        table = KIND_TABLES[name]
        wanted = [table.c.id]
        if name == "document":
            wanted += [table.c.published_earliest, table.c.published_latest, table.c.body]
        elif "country" in table.c:
            wanted.append(table.c.country)
        for row in self._connection.execute(sa.select(*wanted).where(table.c.id.in_(ids))):
            if name == "document":
                body = orjson.loads(row.body)
                sizes = body["characters"], body["paragraphs"]
                yield row.id, Referent(name, None, row[1], row[2], *sizes)
            else:
                yield row.id, Referent(name, row[1] if len(row) > 1 else None)
