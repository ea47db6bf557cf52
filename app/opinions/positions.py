"""Positions as answers show them: their shape, and the opinions they rest on."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from pydantic import Field
from sqlalchemy import Row

from app.analysis.positions import keyed
from app.dates import VagueDate
from app.db.tables import opinions
from app.opinions.filters import opinion_conditions
from app.records.references import MARK, Ref
from app.vocabulary import Attribution, Stance
from app.web.requests.context import ReadContext
from app.web.response_schemas import Shape


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
    conditional: Annotated[
        bool, Field(description="Whether the opinion that decides has conditions.")
    ]
    opinion_ids: Annotated[list[str], Field(description="The opinions it rests on.")]


def position_json(context: ReadContext, rows: Sequence[Row[Any]]) -> list[bytes]:
    """JSON of positions, with the opinions they rest on, read for all rows at once."""
    if not rows:
        return []
    keys = [(row.holder, row.question) for row in rows]
    o = opinions.c
    statement = (
        sa.select(o.holder, o.question, o.id, o.attribution, o.body)
        .where(*opinion_conditions(context), *keyed(keys))
        .order_by(o.counts_earliest, o.id)
    )
    reports: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for one in context.rows(statement):
        reports[one.holder, one.question].append(one)
    return [_text(row, reports[row.holder, row.question]) for row in rows]


_ORDER = [word.value for word in Attribution]


def _text(row: Row[Any], reports: list[Any]) -> bytes:
    bodies = {one.id: orjson.loads(one.body) for one in reports}
    position = {
        "holder": f"{MARK}actor:{row.holder}",
        "question": f"{MARK}question:{row.question}",
        "stance": row.stance,
        "stance_score": row.score,
        "since": bodies[row.since_id]["stated"],
        "last_stated": bodies[row.last_id]["stated"],
        "opinions": row.opinions,
        "attributions": sorted({one.attribution for one in reports}, key=_ORDER.index),
        "changed": bool(row.changed),
        "conflicting": bool(row.conflicting),
        "conditional": bool(bodies[row.last_id]["conditions"]),
        "opinion_ids": [one.id for one in reports],
    }
    return orjson.dumps(position)
