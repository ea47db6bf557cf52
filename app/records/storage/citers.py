"""Records that cite another record, or a document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from app.db.tables import links
from app.records.base import Span
from app.records.kinds import KINDS, Kind
from app.records.storage.links import strings_in
from app.records.storage.referents import space_of

#: How many of the records that cite another are looked for and named.
MOST_CITERS = 100


@dataclass(frozen=True)
class Citer:
    """A record that cites another."""

    kind: str
    id: str

    @property
    def path(self) -> str:
        """The word for its kind in addresses."""
        return KINDS[self.kind].path


def citers(
    connection: Connection, kind: Kind, record_id: str, most: int = MOST_CITERS
) -> list[Citer]:
    """Return the current records that refer to a record, by column or in a list."""
    found: list[Citer] = []
    for other in KINDS.values():
        if conditions := _cites(other, kind, record_id):
            ids = sa.select(other.table.c.id).where(sa.or_(*conditions)).limit(most)
            found += [
                Citer(other.name, one)
                for one in connection.execute(ids).scalars()
                if (other.name, one) != (kind.name, record_id)
            ]
    return found[:most]


def records_citing(
    connection: Connection, document: str
) -> Iterator[tuple[Kind, str, dict[str, Any]]]:
    """Yield the current records that cite a document as evidence: kind, id and stored JSON."""
    for kind in KINDS.values():
        table = kind.table
        cites: ColumnElement[bool]
        if "document" in kind.references:
            cites = table.c.document == document
        else:
            cites = sa.tuple_(table.c.id, table.c.revision).in_(
                sa.select(links.c.id, links.c.revision).where(
                    links.c.space == "document",
                    links.c.target == document,
                    links.c.kind == kind.name,
                )
            )
        for record_id, body in connection.execute(sa.select(table.c.id, table.c.body).where(cites)):
            yield kind, record_id, orjson.loads(body)


def spans_in(content: dict[str, Any], document: str) -> Iterator[tuple[str, Span]]:
    """Yield the spans of a stored record in a document, each with its path."""
    for path, value, holder in strings_in(content):
        if path.endswith(".document") and value == document and "start" in holder:
            bounds = {name: holder[name] for name in ("document", "paragraph", "start", "end")}
            yield path.removesuffix(".document"), Span(**bounds)


def _cites(other: Kind, kind: Kind, record_id: str) -> list[ColumnElement[bool]]:
    """Return the conditions under which a record of another kind cites this one."""
    table, spaces = other.table, (space_of(kind.name), kind.name)
    columns = [table.c[name] for name, space in other.references.items() if space in spaces]
    if kind.name == "dataset":
        columns.append(table.c.dataset)
    conditions: list[ColumnElement[bool]] = [column == record_id for column in columns]
    if other.linked:
        linked = sa.select(links.c.id).where(
            links.c.kind == other.name,
            links.c.space.in_(spaces),
            links.c.target == record_id,
            links.c.id == table.c.id,
            links.c.revision == table.c.revision,
        )
        conditions.append(table.c.id.in_(linked))
    return conditions
