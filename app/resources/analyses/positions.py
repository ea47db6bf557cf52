"""Resource of positions: the stance of each holder on each question, derived from opinions."""

from dataclasses import replace
from functools import partial
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter
from sqlalchemy import ColumnElement, Select

from app.analysis.positions import positions
from app.opinions.filters import OPINION_FILTERS, STANCE, opinion_conditions, undated
from app.opinions.position_rows import ORDERS, PositionRows
from app.opinions.positions import Position, position_json
from app.web.endpoints.operation import operation
from app.web.query.answers import answer
from app.web.query.collection import Collection
from app.web.query.filters import Filter
from app.web.requests.context import ReadContext
from app.web.response_schemas import Page

router = APIRouter()


def _column(name: str) -> ColumnElement[Any]:
    """A column of the derived rows, whichever opinions they are derived from."""
    return sa.literal_column(f"positions.{name}", sa.Text())


def _source(context: ReadContext) -> Select[Any]:
    return sa.select(*positions(opinion_conditions(context)).c)


_SORTS = {
    "holder": _column("holder"),
    "question": _column("question"),
    "last_stated": _column("last_earliest"),
}


def _filter(one: Filter) -> Filter:
    """A filter of opinions as one of the positions that are derived from them."""
    name = one.parameter.name
    facet = _SORTS[name] if name in ("holder", "question") else None
    order = [_SORTS[sort] for sort in ORDERS.get(name, ())]
    return replace(one, facet=facet, applies_to_source=True, order=order)


COLLECTION = Collection(
    name="positions",
    kinds=(),
    columns=(),
    key={name: _SORTS[name] for name in ("holder", "question")},
    sorts=_SORTS,
    filters=(
        *map(_filter, OPINION_FILTERS),
        Filter(STANCE, _column("stance").in_, facet=_column("stance")),
    ),
    fields=list(Position.model_fields),
    render=position_json,
    source=_source,
    dataset_index=2,
    row_source=PositionRows(),
    undated=undated,
)

operation(
    router,
    "/positions",
    partial(answer, collection=COLLECTION, shape=Position),
    name="list_positions",
    summary="List positions",
    description=(
        "Where each holder stands on each question, derived from the opinions that the filters "
        "let through: the latest by date decides, and `changed` and `conflicting` are said "
        "openly. Of equally late ones that agree in direction, the better attributed decides, then "
        "the more confident, then the weaker. A holder and question without a position are *not "
        "recorded*, which is neither `neutral` nor `no_position`. A filter on `stance` applies to "
        "the result."
    ),
    tag="Questions and positions",
    shape=Page[Position],
    parameters=COLLECTION.parameters,
    formats=("json", "csv", "ndjson"),
)
