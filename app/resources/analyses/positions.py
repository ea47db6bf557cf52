"""Resource of positions: the stance of each holder on each question, derived from opinions."""

from dataclasses import replace
from functools import partial

from fastapi import APIRouter

from app.db.tables import opinions
from app.index.columns import day_of
from app.opinions.filters import OPINION_FILTERS, STANCE, undated
from app.opinions.positions import Position, position_json, position_rows
from app.web.endpoints.operation import operation
from app.web.query.answers import answer
from app.web.query.collection import Collection
from app.web.query.filters import equal
from app.web.response_schemas import Page

router = APIRouter()

_SORTS = {
    "holder": opinions.c.holder,
    "question": opinions.c.question,
    "last_stated": day_of("counts"),
}
#: Filters of positions that `facets` counts by, besides their stance.
_FACETS = ("holder", "question")

#: A position is the row of the opinion that decides it.
COLLECTION = Collection(
    name="positions",
    space="opinion",
    begin=position_rows,
    kinds=(),
    columns=[opinions.c[name] for name in ("row_id", "dataset", "holder", "question")],
    key={name: _SORTS[name] for name in ("holder", "question")},
    sorts=_SORTS,
    filters=(
        *(
            replace(
                one,
                facet=one.facet if one.parameter.name in _FACETS else None,
                applies_to_source=True,
            )
            for one in OPINION_FILTERS
        ),
        equal(STANCE, opinions.c.stance),
    ),
    fields=list(Position.model_fields),
    render=position_json,
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
