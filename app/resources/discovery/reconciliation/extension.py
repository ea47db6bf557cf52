"""Extension of a table: the values of actors' properties, as OpenRefine takes them."""

from typing import Any

import orjson
import sqlalchemy as sa

from app.db.tables import ACTOR_KINDS, KIND_TABLES
from app.records.kinds import KINDS
from app.resources.discovery.reconciliation.schemas import Extend, ExtendProperty
from app.web.requests.context import ReadContext

_PROPERTIES: tuple[str, ...] = ExtendProperty.model_fields["id"].annotation.__args__  # type: ignore[union-attr]


def extension(context: ReadContext, extend: Extend) -> dict[str, Any]:
    """Return the values of properties, by id and property."""
    fields = [one.id for one in extend.properties]
    records = _records(context, extend.ids)
    return {
        "meta": [_property(name) for name in fields],
        "rows": {
            one: {name: _values(records.get(one, {}).get(name)) for name in fields}
            for one in extend.ids
        },
    }


def proposal(kind: str | None) -> dict[str, Any]:
    """Return the properties that actors of a kind, or of any, can have."""
    shapes = [KINDS[one].record for one in ([kind] if kind else ACTOR_KINDS)]
    names = [name for name in _PROPERTIES if any(name in shape.model_fields for shape in shapes)]
    return {"type": kind, "properties": [_property(name) for name in names]}


def _property(name: str) -> dict[str, str]:
    return {"id": name, "name": name.replace("_", " ")}


def _records(context: ReadContext, ids: list[str]) -> dict[str, dict[str, Any]]:
    found = {}
    for kind in ACTOR_KINDS:
        table = KIND_TABLES[kind]
        for row in context.rows(sa.select(table.c.id, table.c.body).where(table.c.id.in_(ids))):
            found[row.id] = orjson.loads(context.fill(row.body.encode()))
    return found


def _values(value: Any) -> list[dict[str, Any]]:
    """A field of a record in the protocol's form."""
    match value:
        case None | "":
            return []
        case list():
            return [each for one in value for each in _values(one)]
        case {"edtf": edtf, "text": text}:
            return _values(edtf or text)
        case {"id": one, "name": name}:
            return [{"id": one, "name": name}]
        case _:
            return [{"str": str(value)}]
