"""Resource of divides: questions by how far holders are apart, with camps and their reasons."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.analysis.divides import (
    Member,
    Polarization,
    count_scores,
    gather_camps,
    measure,
    read_question_kinds,
)
from app.analysis.rounding import rounded
from app.analysis.standings import cited_datasets
from app.opinions.filters import OPINION_FILTERS, opinion_rows, undated
from app.opinions.positions import position_rows
from app.records.references import MARK, Ref
from app.vocabulary import Attribution, Confidence, QuestionKind, ReasonType
from app.web.endpoints.computed_list import Computation, Computed, Row, minimum_n, register
from app.web.requests.context import ReadContext
from app.web.response_schemas import Shape

router = APIRouter()

MINIMUM_N = 3


class Sureness(Shape):
    """How the source comes by a position."""

    attribution: Annotated[Attribution, Field(description="How the source comes by it.")]
    confidence: Annotated[
        Confidence | None, Field(description="How sure the coding is; null where nobody said.")
    ]
    speaker: Annotated[
        Ref | None,
        Field(
            description="Who voiced it, or whose reading it is where `attribution` is "
            "`analyst_assessment`; null where the holder did."
        ),
    ]


class CampReason(Sureness):
    """A reason that a holder of a camp gives, or is said to have."""

    holder: Annotated[Ref, Field(description="Whose reason it is.")]
    text: Annotated[str, Field(description="The reason, in our words.")]
    reason_type: Annotated[ReasonType, Field(description="What kind of reason.")]
    opinion: Annotated[str, Field(description="The opinion it stands in.")]


class CampPosition(Sureness):
    """How it is known that a holder stands in a camp."""

    holder: Annotated[Ref, Field(description="Who.")]
    opinion: Annotated[str, Field(description="The opinion that decides.")]


class Camp(Shape):
    """The holders on one side."""

    n: Annotated[int, Field(description="How many.")]
    holders: Annotated[list[Ref], Field(description="Who, by id.")]
    reasons: Annotated[list[CampReason], Field(description="Why, where a source says so.")]
    positions: Annotated[
        list[CampPosition],
        Field(description="How each is known, by holder; recorded votes are left out."),
    ]


class Frequency(Shape):
    """The number of holders at one place of the scale."""

    score: Annotated[int, Field(description="The stance as a number.")]
    n: Annotated[int, Field(description="How many hold it.")]


class Divide(Shape):
    """A question, and how far those who took a position on it are apart."""

    question: Annotated[Ref, Field(description="What they are divided on.")]
    kind: Annotated[QuestionKind, Field(description="Policy, assessment or vote.")]
    n: Annotated[int, Field(description="Holders whose position has a number.")]
    agreement: Annotated[
        float | None,
        Field(description="Van der Eijk's A: 1 all agree, 0 evenly spread, −1 two equal camps."),
    ]
    frequencies: Annotated[
        list[Frequency],
        Field(description="The whole scale, in order: five places, three for a vote."),
    ]
    favour: Annotated[Camp, Field(description="Those for the proposition.")]
    against: Annotated[Camp, Field(description="Those against it.")]
    neither: Annotated[Camp, Field(description="Those neutral or abstaining.")]


def _compute(context: ReadContext) -> Computation:
    found = sorted(_measured(context), key=_most_divided)
    cited = cited_datasets(context.index.column, opinion_rows(context))
    return Computation([_row(one) for one in found], cited, {"undated": undated(context)})


def _measured(context: ReadContext) -> Iterator[Polarization]:
    """Every question by the scores of its positions."""
    least = context.values.get("minimum_n", MINIMUM_N)
    kinds = context.cached("question kinds", partial(read_question_kinds, context.rows))
    for question, counts in count_scores(context.index.column, position_rows(context)):
        yield measure(question, kinds[question], counts, least)


def _most_divided(found: Polarization) -> tuple[bool, float, int, str]:
    agreement = rounded(found.agreement)
    return agreement is None, agreement or 0.0, -found.n, found.question


def _row(found: Polarization) -> Row:
    return {
        "question": f"{MARK}question:{found.question}",
        "kind": found.kind.value,
        "n": found.n,
        "agreement": rounded(found.agreement),
        "frequencies": [
            {"score": score, "n": number}
            for score, number in zip(found.scale, found.frequencies, strict=True)
        ],
        "id": found.question,
    }


def _with_camps(context: ReadContext, rows: list[Row]) -> list[Row]:
    """The rows that are shown, with the camps of their questions."""
    ids = [row["id"] for row in rows]
    deciding = position_rows(context) & context.index.column("question").any_of(ids)
    columns = ("holder", "question", "id", "score", "body")
    camps = gather_camps(context.rows_by_id("opinion", columns, deciding))
    return [_shown(row, camps) for row in rows]


def _shown(row: Row, camps: Mapping[tuple[str, int], Sequence[Member]]) -> Row:
    shown = {name: value for name, value in row.items() if name != "id"}
    for name, direction in _DIRECTIONS.items():
        shown[name] = _camp(camps.get((row["id"], direction), ()))
    return shown


def _camp(members: Sequence[Member]) -> Row:
    known = [one.report for one in members if one.report]
    return {
        "n": len(members),
        "holders": [f"{MARK}actor:{one.holder}" for one in members],
        "reasons": [reason for one in known for reason in one.reasons],
        "positions": [one.position for one in known],
    }


#: The direction of each camp, in the order in which they are shown.
_DIRECTIONS = {"favour": 1, "against": -1, "neither": 0}

LISTED = Computed(
    name="divides",
    shape=Divide,
    key=("question",),
    method=(
        "Van der Eijk's agreement A (2001) of the positions on each question, over the five "
        "scores −2 to +2, for a vote over the three that could be chosen; positions without a "
        "number are left out. Below minimum_n it is null."
    ),
    minimum_n=MINIMUM_N,
    filters=OPINION_FILTERS,
    own=(minimum_n(MINIMUM_N),),
    compute=_compute,
    sorts=("agreement", "n"),
    complete=_with_camps,
)

register(
    router,
    "/divides",
    LISTED,
    summary="List what divides holders",
    description=(
        "Questions by how far holders are apart, the most divided first, with both camps and the "
        "reasons their members give for the position they hold. Who is not recorded on a question "
        "stands in no camp; nobody is counted as neutral who did not say so."
    ),
)
