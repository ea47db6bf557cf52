"""Resource of actors: countries, organizations, people and groups as one list."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import Field
from pyroaring import BitMap
from sqlalchemy import ColumnElement, Row

from app.db.tables import ACTOR_KINDS, KIND_TABLES
from app.index.state import KIND
from app.vocabulary import ActorKind
from app.web.endpoints.operation import operation
from app.web.parameters import identifier, word
from app.web.query.answers import answer
from app.web.query.collection import Collection
from app.web.query.filters import DATASET, ID, Filter, equal
from app.web.query.index_plan import rows_where
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


_COLUMNS = ("id", "dataset", "revision", "recorded_at", "body", KIND)


def _column(name: str) -> ColumnElement[Any]:
    """A column that all four tables have, or the index for all of them."""
    return sa.literal_column(name, sa.Text())


def _with_ids(context: ReadContext, ids: Sequence[str]) -> BitMap:
    found = (rows_where(context, kind, KIND_TABLES[kind].c.id.in_(ids)) for kind in ACTOR_KINDS)
    return BitMap.union(*found)


def _render(_context: ReadContext, rows: Sequence[Row[Any]]) -> list[bytes]:
    return [_text(row, orjson.loads(row.body)) for row in rows]


def _text(row: Row[Any], body: dict[str, Any]) -> bytes:
    fields = {
        "id": row.id,
        "dataset": row.dataset,
        "revision": row.revision,
        "recorded_at": row.recorded_at,
        "kind": row.record_kind,
        "name": body["name"],
        "other_names": body["other_names"],
    }
    return orjson.dumps(fields)


_BY_NAME = {name: _column(name) for name in (*_COLUMNS, "sort_name", "country")}

COLLECTION = Collection(
    name="actors",
    space="actor",
    kinds=ACTOR_KINDS,
    columns=[_BY_NAME[name] for name in _COLUMNS],
    key={"id": _BY_NAME["id"]},
    sorts={"id": _BY_NAME["id"], "name": _BY_NAME["sort_name"], "kind": _BY_NAME[KIND]},
    filters=(
        equal(word("kind", ActorKind, "What kind of actor."), _BY_NAME[KIND]),
        replace(
            equal(
                identifier("country", "The country they belong to, or are.", "KAZ"),
                _BY_NAME["country"],
                "country",
            ),
            facet=None,
        ),
        Filter(ID, _BY_NAME["id"].in_, "actor", skips_unknown=True, rows=_with_ids),
        equal(DATASET, _BY_NAME["dataset"], "dataset"),
    ),
    fields=["id", "dataset", "revision", "recorded_at", "kind", "name", "other_names"],
    render=_render,
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
