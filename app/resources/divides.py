"""Divides: questions by how far holders are apart, with both camps and their reasons."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import Field

from app.analysis.division import SCALES, agreement_a, frequencies
from app.analysis.positions import positions
from app.analysis.standings import citing
from app.db.tables import opinions, questions
from app.records.references import MARK, Ref
from app.vocabulary import QuestionKind, ReasonType
from app.web.asking import Ask
from app.web.computed import Computation, Computed, Row, minimum_n, register, rounded
from app.web.holdings import CHOOSING, chosen, undated
from app.web.shapes import Shape

router = APIRouter()

MINIMUM_N = 2


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


def _compute(ask: Ask) -> Computation:
    least = ask.values.get("minimum_n", MINIMUM_N)
    rows = [_row(*one, least) for one in _scores(ask)]
    rows.sort(key=_most_divided)
    return Computation(rows, citing(ask.rows, chosen(ask)), {"undated": undated(ask)})


def _scores(ask: Ask) -> list[tuple[str, QuestionKind, dict[int, int]]]:
    """How many holders have each score, by question."""
    derived = positions(chosen(ask)).c
    statement = (
        sa.select(derived.question, derived.score, sa.func.count())
        .where(derived.score.is_not(None))
        .group_by(derived.question, derived.score)
    )
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    for question, score, number in ask.rows(statement):
        counts[question][score] = number
    kinds = ask.kept("question kinds", lambda: _kinds(ask))
    return [(question, kinds[question], counts[question]) for question in sorted(counts)]


def _kinds(ask: Ask) -> dict[str, QuestionKind]:
    rows = ask.rows(sa.select(questions.c.id, questions.c.kind))
    return {row.id: QuestionKind(row.kind) for row in rows}


def _row(question: str, kind: QuestionKind, counts: dict[int, int], least: int) -> Row:
    scale = SCALES[kind]
    # A scale may be coarser than the scores on it: a vote has no strong yes.
    scores = (s for score, number in counts.items() for s in [score] * number)
    told = frequencies((max(scale[0], min(scale[-1], score)) for score in scores), scale)
    n = sum(told)
    return {
        "question": f"{MARK}question:{question}",
        "kind": kind.value,
        "n": n,
        "agreement": rounded(agreement_a(told)) if n >= least else None,
        "frequencies": [{"score": s, "n": f} for s, f in zip(scale, told, strict=True)],
        "id": question,
    }


def _most_divided(row: Row) -> tuple[bool, float, int, str]:
    return row["agreement"] is None, row["agreement"] or 0.0, -row["n"], row["id"]


def _with_camps(ask: Ask, rows: list[Row]) -> list[Row]:
    """The camps of the questions shown."""
    ids = [row["id"] for row in rows]
    derived = positions([*chosen(ask), opinions.c.question.in_(ids)]).c
    held = ask.rows(
        sa.select(derived.question, derived.holder, derived.score, derived.last_id)
        .where(derived.score.is_not(None))
        .order_by(derived.question, derived.holder)
    )
    reasons = _reasons(ask, ids)
    by_question: dict[str, list[Any]] = defaultdict(list)
    for one in held:
        by_question[one.question].append(one)
    return [_shown(row, by_question[row["id"]], reasons) for row in rows]


def _reasons(ask: Ask, ids: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """The reasons of the opinions on these questions that give any."""
    statement = sa.select(opinions.c.id, opinions.c.body).where(
        opinions.c.question.in_(ids), opinions.c.body.not_like('%"reasons":[]%')
    )
    return {row.id: orjson.loads(row.body)["reasons"] for row in ask.rows(statement)}


def _shown(row: Row, held: Sequence[Any], reasons: dict[str, list[dict[str, str]]]) -> Row:
    camps = {
        "favour": [one for one in held if one.score > 0],
        "against": [one for one in held if one.score < 0],
        "neither": [one for one in held if one.score == 0],
    }
    told = {name: value for name, value in row.items() if name != "id"}
    return told | {name: _camp(members, reasons) for name, members in camps.items()}


def _camp(members: Sequence[Any], reasons: dict[str, list[dict[str, str]]]) -> Row:
    return {
        "n": len(members),
        "holders": [f"{MARK}actor:{one.holder}" for one in members],
        "reasons": [
            {"holder": f"{MARK}actor:{one.holder}", **reason, "opinion": one.last_id}
            for one in members
            for reason in reasons.get(one.last_id, ())
        ],
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
    filters=CHOOSING,
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
