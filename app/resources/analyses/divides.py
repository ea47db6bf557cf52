"""Divides: questions by how far holders are apart, with both camps and their reasons."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, TypeAlias

import orjson
import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import Field

from app.analysis.agreement import DIRECTIONS
from app.analysis.directions import Directions, count_each
from app.analysis.division import SCALES, agreement_a, frequencies
from app.analysis.figures import rounded
from app.analysis.positions import keyed, positions
from app.analysis.standings import cited_datasets
from app.db.tables import opinions, questions
from app.opinions.filters import OPINION_FILTERS, opinion_conditions, undated
from app.opinions.standings import held
from app.records.references import MARK, Ref
from app.vocabulary import QuestionKind, ReasonType
from app.web.endpoints.computed import Computation, Computed, Row, minimum_n, register
from app.web.requests.context import ReadContext
from app.web.response_schemas import Shape

router = APIRouter()

MINIMUM_N = 3


class CampReason(Shape):
    """A reason that a holder of a camp gives."""

    holder: Annotated[Ref, Field(description="Who gives it.")]
    text: Annotated[str, Field(description="The reason, in our words.")]
    reason_type: Annotated[ReasonType, Field(description="What kind of reason.")]
    opinion: Annotated[str, Field(description="The opinion it stands in.")]


class Camp(Shape):
    """Those who stand on one side."""

    n: Annotated[int, Field(description="How many.")]
    holders: Annotated[list[Ref], Field(description="Who, by id.")]
    reasons: Annotated[list[CampReason], Field(description="Why, where a source says so.")]


class Frequency(Shape):
    """How many stand at one place of the scale."""

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
    least = context.values.get("minimum_n", MINIMUM_N)
    rows = [_row(*one, least) for one in _scores(context)]
    rows.sort(key=_most_divided)
    return Computation(
        rows,
        cited_datasets(context.rows, opinion_conditions(context)),
        {"undated": undated(context)},
    )


Scores: TypeAlias = tuple[str, QuestionKind, dict[int, int]]


def _scores(context: ReadContext) -> Iterator[Scores]:
    """How many holders have each score, by question."""
    kinds: dict[str, QuestionKind] = context.cached("question kinds", lambda: _kinds(context))
    for question, counts in _directions(context):
        if kinds[question] is QuestionKind.VOTE:
            yield question, QuestionKind.VOTE, counts
    o = opinions.c
    not_votes = sa.select(questions.c.id).where(questions.c.kind != QuestionKind.VOTE.value)
    derived = positions([*opinion_conditions(context), o.question.in_(not_votes)]).c
    statement = sa.select(derived.question, derived.score, sa.func.count())
    graded: dict[str, dict[int, int]] = defaultdict(dict)
    for question, score, number in context.rows(
        statement.group_by(derived.question, derived.score)
    ):
        if score is not None:
            graded[question][score] = number
    yield from ((question, kinds[question], counts) for question, counts in graded.items())


def _directions(context: ReadContext) -> Iterator[tuple[str, dict[int, int]]]:
    """How many holders took each direction, by question: all there is to a vote."""
    known, standing = held(context)
    size = len(known.questions)
    sides = [count_each(sets, size) for sets in zip(*standing.values(), strict=True)]
    for question, *numbers in zip(known.questions, *sides, strict=True):
        if any(numbers):
            yield question, dict(zip(DIRECTIONS, numbers, strict=True))


def _kinds(context: ReadContext) -> dict[str, QuestionKind]:
    rows = context.rows(sa.select(questions.c.id, questions.c.kind))
    by_word = {kind.value: kind for kind in QuestionKind}
    return {row.id: by_word[row.kind] for row in rows}


def _row(question: str, kind: QuestionKind, counts: dict[int, int], least: int) -> Row:
    scale = SCALES[kind]
    # A scale may be coarser than the scores on it: a vote has no strong yes.
    scores = (s for score, number in counts.items() for s in [score] * number)
    numbers = frequencies((max(scale[0], min(scale[-1], score)) for score in scores), scale)
    n = sum(numbers)
    return {
        "question": f"{MARK}question:{question}",
        "kind": kind.value,
        "n": n,
        "agreement": rounded(agreement_a(numbers)) if n >= least else None,
        "frequencies": [{"score": s, "n": f} for s, f in zip(scale, numbers, strict=True)],
        "id": question,
    }


def _most_divided(row: Row) -> tuple[bool, float, int, str]:
    return row["agreement"] is None, row["agreement"] or 0.0, -row["n"], row["id"]


def _with_camps(context: ReadContext, rows: list[Row]) -> list[Row]:
    """The camps of the questions shown."""
    known, standing = held(context)
    reasons = _reasons(context, [row["id"] for row in rows])
    return [_shown(row, known.numbers([row["id"]]), standing, reasons) for row in rows]


Reasons: TypeAlias = dict[tuple[str, str], list[Row]]


def _reasons(context: ReadContext, ids: Sequence[str]) -> Reasons:
    """The reasons that the opinions which decide positions on these questions give, by both."""
    o = opinions.c
    reasoned = sa.select(o.id, o.holder, o.question, o.body).where(
        *opinion_conditions(context), o.question.in_(ids), o.body.not_like('%"reasons":[]%')
    )
    rows = {row.id: row for row in context.rows(reasoned)}
    keys = sorted({(row.holder, row.question) for row in rows.values()})
    derived = positions([*opinion_conditions(context), *keyed(keys)]).c
    deciding = context.rows(sa.select(derived.last_id)) if keys else []
    return {
        (row.holder, row.question): [
            {"holder": f"{MARK}actor:{row.holder}", **reason, "opinion": row.id}
            for reason in orjson.loads(row.body)["reasons"]
        ]
        for row in (rows[one.last_id] for one in deciding if one.last_id in rows)
    }


def _shown(row: Row, question: int, standing: Mapping[str, Directions], reasons: Reasons) -> Row:
    shown = {name: value for name, value in row.items() if name != "id"}
    for name in ("favour", "against", "neither"):
        camp = [one for one in sorted(standing) if getattr(standing[one], name) & question]
        shown[name] = _camp(camp, row["id"], reasons)
    return shown


def _camp(holders: Sequence[str], question: str, reasons: Reasons) -> Row:
    return {
        "n": len(holders),
        "holders": [f"{MARK}actor:{one}" for one in holders],
        "reasons": [reason for one in holders for reason in reasons.get((one, question), ())],
    }


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
