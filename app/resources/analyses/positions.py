"""Positions: where each holder stands on each question, derived from opinions."""

from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter
from sqlalchemy import ColumnElement, Select

from app.analysis.positions import keyed, positions
from app.db.tables import opinions
from app.opinions.filters import CHOOSING, STANCE, chosen, undated
from app.opinions.positions import Position, position_json
from app.web.endpoints.operation import operation
from app.web.formats.negotiation import answer
from app.web.query.pages import Collection, Filter, Walk
from app.web.requests.context import ReadContext
from app.web.response_schemas import Page

router = APIRouter()


def _column(name: str) -> ColumnElement[Any]:
    """A column of the derived rows, whichever opinions they are derived from."""
    return sa.literal_column(f"positions.{name}", sa.Text())


def _source(context: ReadContext) -> Select[Any]:
    return sa.select(*positions(chosen(context)).c)


def _keyed(context: ReadContext, keys: Sequence[tuple[str, str]]) -> Select[Any]:
    """The positions of some holders on some questions."""
    return sa.select(*positions([*chosen(context), *keyed(keys)]).c)


def _asked(context: ReadContext) -> Select[Any]:
    """The holders and questions there are opinions of.

    Where few opinions are let through they are looked up first: in the order of an index they
    might be anywhere, and the planner knows only how many there are for the average value.
    """
    o = opinions.c
    statement = sa.select(o.holder, o.question).distinct()
    where = chosen(context)
    if "stance" in context.values:
        where.append(o.stance.in_(context.values["stance"]))
    if not where:
        return statement
    some = sa.select(o.id).where(*where).limit(FEW + 1)
    number = sa.select(sa.func.count()).select_from(some.subquery())
    asked = orjson.dumps(sorted((k, v) for k, v in context.values.items() if k in _CHOOSE))
    if context.kept(("opinions", bytes(memoryview(asked))), lambda: context.scalar(number)) > FEW:
        return statement
    return statement.where(o.id.in_(some))


FEW = 5_000
_CHOOSE = {"stance", *(one.parameter.name for one in CHOOSING)}
_ORDERS: dict[str, tuple[str, ...]] = {
    "topic": ("question",),
    "subject": ("question",),
    "as_of": ("last_stated",),
}
_BENEATH = {
    "holder": opinions.c.holder,
    "question": opinions.c.question,
    "last_stated": opinions.c.counts_earliest,
}
_SORTS = {
    "holder": _column("holder"),
    "question": _column("question"),
    "last_stated": _column("last_earliest"),
}

#: Filters that let through many opinions or few, but never a run of the order: where they are
#: many, the order's index is walked and these are looked at on the way, not by indexes of theirs.
_WALKED = {
    name: sa.func.coalesce(opinions.c[name], sa.null()).in_
    for name in (
        *("holder_kind", "speaker", "on_behalf_of", "attribution", "document", "dataset"),
        "stance",
    )
}
_FACETS = {name: _SORTS[name] for name in ("holder", "question")}

#: The opinions that positions are derived from, as far as they say where a position may stand.
_OPINIONS = Collection(
    name="positions",
    kinds=(),
    columns=(),
    key={name: _BENEATH[name] for name in ("holder", "question")},
    sorts=_BENEATH,
    filters=(
        *(
            Filter(
                one.parameter,
                _WALKED.get(one.parameter.name, one.condition),
                order=[_BENEATH[name] for name in _ORDERS.get(one.parameter.name, ())],
            )
            for one in CHOOSING
        ),
        Filter(STANCE, _WALKED["stance"]),
    ),
    fields=(),
    source=_asked,
)

COLLECTION = Collection(
    name="positions",
    kinds=(),
    columns=(),
    key={name: _SORTS[name] for name in ("holder", "question")},
    sorts=_SORTS,
    filters=(
        *(
            Filter(
                one.parameter,
                one.condition,
                one.space,
                _column(one.parameter.name)
                if one.parameter.name in ("holder", "question")
                else None,
                beneath=True,
                order=[_SORTS[name] for name in _ORDERS.get(one.parameter.name, ())],
            )
            for one in CHOOSING
        ),
        Filter(STANCE, _column("stance").in_, facet=_column("stance")),
    ),
    fields=list(Position.model_fields),
    render=position_json,
    source=_source,
    dataset_at=2,
    walk=Walk(_OPINIONS, _keyed),
    undated=undated,
)

operation(
    router,
    "/positions",
    lambda context: answer(context, COLLECTION, Position),
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
