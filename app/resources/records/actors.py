"""Resource of actors: countries, organizations, people and groups as one list."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import ColumnElement, Row, Select

from app.db.tables import ACTOR_KINDS, KIND_TABLES
from app.vocabulary import ActorKind
from app.web.endpoints.operation import operation
from app.web.parameters import identifier, word
from app.web.query.answers import answer
from app.web.query.collection import Collection
from app.web.query.filters import DATASET, ID, Filter
from app.web.requests.context import ReadContext
from app.web.response_schemas import Page, Shape, Stored

router = APIRouter()


class Actor(Stored, Shape):
    """Somebody who can hold a position, or be what one is about."""

    id: Annotated[str, Field(description="Its id.")]
    dataset: Annotated[str, Field(description="The body of data it belongs to.")]
    kind: Annotated[ActorKind, Field(description="Country, organization, person or group.")]
    name: Annotated[str, Field(description="The usual name.")]
    other_names: Annotated[list[str], Field(description="Other names and spellings.")]


@cache
def _column(name: str) -> ColumnElement[Any]:
    """A column of the four tables as one; the same object each time, as the list looks it up."""
    return sa.literal_column(f"actors.{name}", sa.Text())


_NAMES = ("id", "dataset", "revision", "recorded_at", "body", "kind", "sort_name", "country")


def _source(_context: ReadContext) -> Select[Any]:
    """The four tables as one."""
    parts = []
    for kind in ACTOR_KINDS:
        table = KIND_TABLES[kind]
        country = table.c.country if "country" in table.c else table.c.id
        stored = [table.c[name] for name in _NAMES[:5]]
        parts.append(
            sa.select(
                *stored, sa.literal(kind).label("kind"), table.c.sort_name, country.label("country")
            )
        )
    actors = sa.union_all(*parts).subquery("actors")
    return sa.select(*(actors.c[name] for name in _NAMES))


def _render(_context: ReadContext, rows: Sequence[Row[Any]]) -> list[bytes]:
    return [_text(row, orjson.loads(row.body)) for row in rows]


def _text(row: Row[Any], body: dict[str, Any]) -> bytes:
    fields = {
        "id": row.id,
        "dataset": row.dataset,
        "revision": row.revision,
        "recorded_at": row.recorded_at,
        "kind": row.kind,
        "name": body["name"],
        "other_names": body["other_names"],
    }
    return orjson.dumps(fields)


COLLECTION = Collection(
    name="actors",
    kinds=ACTOR_KINDS,
    columns=[_column(name) for name in _NAMES],
    key={"id": _column("id")},
    sorts={"id": _column("id"), "name": _column("sort_name"), "kind": _column("kind")},
    filters=(
        Filter(
            word("kind", ActorKind, "What kind of actor."),
            _column("kind").in_,
            facet=_column("kind"),
        ),
        Filter(
            identifier("country", "The country they belong to, or are.", "KAZ"),
            _column("country").in_,
            "country",
        ),
        Filter(ID, _column("id").in_, "actor", skips_unknown=True),
        Filter(DATASET, _column("dataset").in_, "dataset", _column("dataset")),
    ),
    fields=["id", "dataset", "revision", "recorded_at", "kind", "name", "other_names"],
    render=_render,
    source=_source,
)

operation(
    router,
    "/actors",
    lambda context: answer(context, COLLECTION, Actor),
    name="list_actors",
    summary="List actors",
    description=(
        "Countries, organizations, people and groups together: whoever can hold a position or be "
        "what one is about. The record itself is at the address of its kind."
    ),
    tag="Actors",
    shape=Page[Actor],
    parameters=COLLECTION.parameters,
    formats=("json", "csv", "ndjson"),
)
