"""Positions as answers show them: their shape, and the opinions they rest on."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, NamedTuple

import orjson
from pydantic import Field
from pyroaring import BitMap

from app.analysis.positions import Candidate, decide, deciding
from app.dates import VagueDate, place
from app.opinions.filters import OPINION_FILTERS, opinion_rows
from app.records.references import MARK, Ref
from app.vocabulary import Attribution, Confidence, Stance
from app.web.requests.context import ReadContext
from app.web.response_schemas import Shape


class Position(Shape):
    """The position of a holder on a question."""

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
    attribution: Annotated[
        Attribution, Field(description="How the source comes by the opinion that decides.")
    ]
    confidence: Annotated[
        Confidence | None,
        Field(description="How sure the coding of that opinion is; null where nobody said."),
    ]
    speaker: Annotated[
        Ref | None,
        Field(
            description="Who voiced that opinion, or whose reading it is where `attribution` is "
            "`analyst_assessment`; null where the holder did."
        ),
    ]


#: Filters that say whose opinions and on what: they let all opinions of a position through or none.
_WHOLE = ("holder", "holder_kind", "country", "question", "topic", "subject")
_PICKING = [one.parameter.name for one in OPINION_FILTERS if one.parameter.name not in _WHOLE]


class PositionRow(NamedTuple):
    """The row of an opinion that decides a position: what `position_json` needs of it."""

    row_id: int
    holder: str
    question: str


def position_rows(context: ReadContext) -> BitMap:
    """The rows of the opinions that decide a position, of those that the filters let through."""
    return opinion_rows(context, but=_PICKING) & _deciding(context)


def _deciding(context: ReadContext) -> BitMap:
    """The rows that decide a position, whoever holds it and on whatever question.

    They are the same for all filters that let through whole positions or none.
    """
    rows = opinion_rows(context, but=_WHOLE)
    picking = [(name, context.values[name]) for name in _PICKING if name in context.values]
    shared = context.index.shared("opinion")
    decided = context.cached(
        ("deciding", orjson.dumps(picking)), lambda: list(decide_rows(context, rows & shared))
    )
    return (rows - shared) | BitMap(decided)


def decide_rows(context: ReadContext, rows: BitMap) -> BitMap:
    """The opinions, of some, that decide a position."""
    read = partial(read_candidates, context)
    return deciding(rows, context.index.shared("opinion"), read)


def read_candidates(context: ReadContext, rows: Sequence[int]) -> list[Candidate]:
    """The values of opinions by which positions are decided."""
    return list(map(Candidate._make, context.rows_by_id("opinion", Candidate._fields, rows)))


def position_json(context: ReadContext, rows: Sequence[PositionRow]) -> list[bytes]:
    """JSON of positions, with the opinions they rest on, read for all rows at once.

    Args:
        context: the request.
        rows: the rows of the opinions that decide them.
    """
    beneath = _opinions_beneath(context, rows)
    columns = (*Candidate._fields, "attribution", "body")
    every = [row for found in beneath.values() for row in found]
    read = dict(zip(every, context.rows_by_id("opinion", columns, every), strict=True))
    return [_text([read[row] for row in found]) for found in beneath.values()]


def _opinions_beneath(context: ReadContext, rows: Sequence[PositionRow]) -> dict[int, list[int]]:
    """The rows of all opinions that each position rests on, by that of the one that decides."""
    index, shared = context.index, context.index.shared("opinion")
    every = opinion_rows(context) & shared if any(row.row_id in shared for row in rows) else shared
    of, on = index.column("holder"), index.column("question")
    return {
        row.row_id: list(every & of.rows(row.holder) & on.rows(row.question))
        if row.row_id in shared
        else [row.row_id]
        for row in rows
    }


_ORDER = [word.value for word in Attribution]


def _text(rows: Sequence[tuple[Any, ...]]) -> bytes:
    """The JSON of the position that some opinions make."""
    candidates = [Candidate._make(row[:-2]) for row in rows]
    decision = decide(candidates)
    bodies = {row[0]: orjson.loads(row[-1]) for row in rows}
    decides, last = decision.decides, bodies[decision.decides.row_id]
    candidates.sort(key=lambda one: (place(one.counts_earliest, one.counts_latest), one.id))
    position = {
        "holder": f"{MARK}actor:{decides.holder}",
        "question": f"{MARK}question:{decides.question}",
        "stance": decides.stance,
        "stance_score": decides.score,
        "since": bodies[decision.since.row_id]["stated"],
        "last_stated": last["stated"],
        "opinions": len(rows),
        "attributions": sorted({row[-2] for row in rows}, key=_ORDER.index),
        "changed": decision.changed,
        "conflicting": decision.conflicting,
        "conditional": bool(last["conditions"]),
        "opinion_ids": [one.id for one in candidates],
        "attribution": last["attribution"],
        "confidence": last["confidence"],
        "speaker": last["speaker"],
    }
    return orjson.dumps(position)
