"""Positions: where each holder stands on each question, derived from opinions."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import ColumnElement, Row, Select

from app.analysis.positions import positions
from app.dates import VagueDate
from app.db.tables import opinions
from app.records.references import MARK, Ref
from app.vocabulary import Attribution, Stance
from app.web.asking import Ask, operation
from app.web.formats import answer
from app.web.holdings import CHOOSING, STANCE, chosen, undated
from app.web.listing import Collection, Filter
from app.web.shapes import Page, Shape

router = APIRouter()


class Position(Shape):
    """Where a holder stands on a question."""

    holder: Annotated[Ref, Field(description="Who.")]
    question: Annotated[Ref, Field(description="On what.")]
    stance: Annotated[Stance, Field(description="For or against the proposition.")]
    stance_score: Annotated[
        int | None, Field(description="−2 to +2; null where no number would be honest.")
    ]
    since: Annotated[
        VagueDate | None, Field(description="When the unbroken run of this stance began.")
    ]
    last_stated: Annotated[
        VagueDate | None, Field(description="When the opinion that decides was stated.")
    ]
    opinions: Annotated[int, Field(description="How many opinions it rests on.")]
    attributions: Annotated[
        list[Attribution], Field(description="How the sources come by them, best first.")
    ]
    changed: Annotated[bool, Field(description="Whether an earlier opinion differed.")]
    conflicting: Annotated[
        bool, Field(description="Whether the latest opinions differ in direction.")
    ]
    opinion_ids: Annotated[list[str], Field(description="The opinions it rests on.")]


def _column(name: str) -> ColumnElement[Any]:
    """A column of the derived rows, whichever opinions they are derived from."""
    return sa.literal_column(f"positions.{name}", sa.Text())


def _source(ask: Ask) -> Select[Any]:
    return sa.select(*positions(chosen(ask)).c)


def _render(ask: Ask, rows: Sequence[Row[Any]]) -> list[str]:
    """JSON of positions, with the opinions they rest on, read for all rows at once."""
    if not rows:
        return []
    keys = [(row.holder, row.question) for row in rows]
    o = opinions.c
    statement = (
        sa.select(o.holder, o.question, o.id, o.attribution, o.body)
        .where(*chosen(ask), sa.tuple_(o.holder, o.question).in_(keys))
        .order_by(o.counts_earliest, o.id)
    )
    beneath: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for one in ask.rows(statement):
        beneath[one.holder, one.question].append(one)
    return [_text(row, beneath[row.holder, row.question]) for row in rows]


_ORDER = [word.value for word in Attribution]


def _text(row: Row[Any], beneath: list[Any]) -> str:
    stated = {one.id: orjson.loads(one.body)["stated"] for one in beneath}
    position = {
        "holder": f"{MARK}actor:{row.holder}",
        "question": f"{MARK}question:{row.question}",
        "stance": row.stance,
        "stance_score": row.score,
        "since": stated[row.since_id],
        "last_stated": stated[row.last_id],
        "opinions": row.opinions,
        "attributions": sorted({one.attribution for one in beneath}, key=_ORDER.index),
        "changed": bool(row.changed),
        "conflicting": bool(row.conflicting),
        "opinion_ids": [one.id for one in beneath],
    }
    return orjson.dumps(position).decode()


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
    render=_render,
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
