"""Extension of a table: the values of actors' properties, as OpenRefine takes them."""

from typing import Any

from app.errors import nearest
from app.resources.discovery.reconciliation.properties import (
    PROPERTIES,
    described,
    properties_of,
    read_records,
    values_of,
)
from app.resources.discovery.reconciliation.schemas import Extend
from app.web.requests.context import ReadContext


def extension(context: ReadContext, extend: Extend) -> dict[str, Any]:
    """Return the values of properties, by id and property.

    A property that is not known has no values, and `errors` names the nearest that is.
    """
    fields = list(dict.fromkeys(one.id for one in extend.properties))
    records = read_records(context, extend.ids)
    answer: dict[str, Any] = {
        "meta": [{part: described(name)[part] for part in ("id", "name")} for name in fields],
        "rows": {
            one: {name: _values(records.get(one, {}), name) for name in fields}
            for one in extend.ids
        },
    }
    if unknown := [name for name in fields if name not in PROPERTIES]:
        answer["errors"] = [
            {"property": name, "detail": f"no actor has {name!r}; {nearest(name, PROPERTIES)}"}
            for name in unknown
        ]
    return answer


def _values(record: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return values_of(record.get(name)) if name in PROPERTIES else []


def proposal(kind: str | None, limit: int) -> dict[str, Any]:
    """Return the properties that actors of a kind, or of any, can have."""
    found = [described(name) for name in properties_of(kind)[:limit]]
    return {**({"type": kind} if kind else {}), "limit": limit, "properties": found}
