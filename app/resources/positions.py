"""Positions: where each holder stands on each question, derived from opinions."""

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter
from sqlalchemy import ColumnElement, Select

from app.analysis.positions import positions
from app.web.asking import Ask, operation
from app.web.formats import answer
from app.web.held import Position, position_json
from app.web.holdings import CHOOSING, STANCE, chosen, undated
from app.web.listing import Collection, Filter
from app.web.shapes import Page

router = APIRouter()


def _column(name: str) -> ColumnElement[Any]:
    """A column of the derived rows, whichever opinions they are derived from."""
    return sa.literal_column(f"positions.{name}", sa.Text())


def _source(ask: Ask) -> Select[Any]:
    return sa.select(*positions(chosen(ask)).c)


COLLECTION = Collection(
    name="positions",
    kinds=(),
    columns=(),
    key={"holder": _column("holder"), "question": _column("question")},
    sorts={
        "holder": _column("holder"),
        "question": _column("question"),
        "last_stated": _column("last_earliest"),
    },
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
            )
            for one in CHOOSING
        ),
        Filter(STANCE, _column("stance").in_, facet=_column("stance")),
    ),
    fields=list(Position.model_fields),
    render=position_json,
    source=_source,
    dataset_at=2,
    undated=undated,
)

operation(
    router,
    "/positions",
    lambda ask: answer(ask, COLLECTION, Position),
    name="list_positions",
    summary="List positions",
    description=(
        "Where each holder stands on each question, derived from the opinions that the filters "
        "let through: the latest by date decides, and `changed` and `conflicting` are said "
        "openly. A holder and question without a position are *not recorded*, which is neither "
        "`neutral` nor `no_position`. A filter on `stance` applies to the result."
    ),
    tag="Questions and positions",
    shape=Page[Position],
    parameters=COLLECTION.parameters,
    formats=("json", "csv", "ndjson"),
)
