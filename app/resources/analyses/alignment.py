"""Alignment: how far holders agree on the questions both answered."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, NamedTuple, TypeAlias

import orjson
import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import Field

from app.analysis.agreement import Table, agreement
from app.analysis.agreement import questions as common
from app.analysis.directions import Directions
from app.analysis.figures import rounded
from app.analysis.standings import Period, Standings, cited_datasets, undated
from app.db.tables import links, opinions, questions, topics
from app.opinions.filters import filters_named, opinion_conditions
from app.opinions.standings import FROM, TO, holders_asked, period, standings
from app.records.references import MARK, Ref
from app.web.endpoints.computed import Computation, Computed, Row, minimum_n, register
from app.web.parameters import identifier, word_of
from app.web.query.filters import Filter
from app.web.requests.context import ReadContext
from app.web.response_schemas import Shape

router = APIRouter()

MINIMUM_N = 10

Figure: TypeAlias = float | None


class Alignment(Shape):
    """How far two holders agree, over a period or a topic."""

    a: Annotated[Ref, Field(description="The one.")]
    b: Annotated[Ref, Field(description="The other.")]
    period: Annotated[
        str | None,
        Field(
            description="The year (2004), decade (200X), session or topic, as `by` asks; "
            "null where all is taken together."
        ),
    ]
    topic: Annotated[Ref | None, Field(description="The topic, for `by=topic`; else null.")]
    n: Annotated[int, Field(description="Questions on which both took a direction.")]
    coincidence: Annotated[
        Figure,
        Field(description="Voting coincidence, 0 to 1: same 1, one is neutral ½, opposed 0."),
    ]
    s: Annotated[Figure, Field(description="Signorino and Ritter's S, −1 to 1.")]
    kappa: Annotated[
        Figure, Field(description="Cohen's kappa, linear weights: chance by each one's habits.")
    ]
    pi: Annotated[
        Figure, Field(description="Scott's pi, linear weights: chance by the two's common habits.")
    ]


class Part(NamedTuple):
    """A part of all questions that gets rows of its own."""

    name: str | None
    period: Period
    #: Ids of its questions; None for all.
    questions: Sequence[str] | None = None
    topic: str | None = None


def _compute(context: ReadContext) -> Computation:
    ones, others = context.values["a"], context.values.get("b")
    known, asked = standings(context, None if others is None else {*ones, *others})
    against = holders_asked(context, known.held) if others is None else sorted(others)
    rows = list(_rows(context, known, ones, against, asked))
    drawn = [*opinion_conditions(context, but=("as_of",)), opinions.c.holder.in_(ones)]
    meta = {name: context.values.get(name) for name in ("from", "to", "by")}
    if not period(context).is_everything or meta["by"] in ("year", "decade"):
        meta["undated"] = undated(context.rows, drawn)
    return Computation(rows, cited_datasets(context.rows, drawn), meta)


def _rows(
    context: ReadContext, known: Standings, ones: Iterable[str], others: list[str], asked: int
) -> Iterator[Row]:
    least = context.values.get("minimum_n", MINIMUM_N)
    found = []
    for part in _parts(context, known):
        held = known.within(part.period, context.rows)
        within = asked if part.questions is None else asked & known.numbers(part.questions)
        told_anyway = part.name is None and "b" in context.values
        for a in sorted(ones):
            mine = held.get(a, _NOBODY).within(within)
            for b in others:
                table = mine.table(held.get(b, _NOBODY))
                if a != b and (told_anyway or common(table)):
                    found.append((a, b, part.name or "", _row(a, b, part, table, least)))
    found.sort(key=lambda one: one[:3])
    return (row for *_, row in found)


_NOBODY = Directions(0, 0, 0)


def _row(a: str, b: str, part: Part, table: Table, least: int) -> Row:
    figures = agreement(table, least)
    return {
        "a": f"{MARK}actor:{a}",
        "b": f"{MARK}actor:{b}",
        "period": part.name,
        "topic": f"{MARK}topic:{part.topic}" if part.topic else None,
        "n": figures.n,
        **{name: rounded(getattr(figures, name)) for name in ("coincidence", "s", "kappa", "pi")},
    }


# -- periods ----------------------------------------------------------------------------------


def _parts(context: ReadContext, known: Standings) -> Iterator[Part]:
    whole = period(context)
    match context.values.get("by"):
        case "year":
            spans = [(f"{y:04}", f"{y:04}", f"{y:04}") for y in known.years(context.rows)]
            yield from _spans(spans, whole)
        case "decade":
            tens = sorted({year // 10 for year in known.years(context.rows)})
            yield from _spans([(f"{t:03}X", f"{t:03}0", f"{t:03}9") for t in tens], whole)
        case "session":
            for session, ids in context.cached("sessions", partial(_sessions, context)).items():
                yield Part(session, whole, ids)
        case "topic":
            for topic, ids in context.cached(
                "questions by topic", partial(_by_topic, context)
            ).items():
                yield Part(topic, whole, ids, topic)
        case _:
            yield Part(None, whole)


def _spans(spans: Iterable[tuple[str, str, str]], whole: Period) -> Iterator[Part]:
    """Whole years, as far as they lie within what is asked."""
    for name, first, last in spans:
        span = Period(
            max(f"{first}-01-01", whole.first), min(f"{last}-12-31", whole.last), whole.by
        )
        if span.first <= span.last:
            yield Part(name, span)


def _sessions(context: ReadContext) -> dict[str, list[str]]:
    """The questions of each session of the body that voted."""
    found: dict[str, list[str]] = {}
    statement = sa.select(questions.c.id, questions.c.body).where(questions.c.kind == "vote")
    for question, body in context.rows(statement):
        if session := orjson.loads(body)["session"]:
            found.setdefault(session, []).append(question)
    return found


def _by_topic(context: ReadContext) -> dict[str, list[str]]:
    """The questions of each topic and of those below it: what `topic=` lets through."""
    parents = {row.id: row.parent for row in context.rows(sa.select(topics.c.id, topics.c.parent))}
    statement = sa.select(links.c.target, questions.c.id).where(
        links.c.kind == "question",
        links.c.field == "topics",
        links.c.id == questions.c.id,
        links.c.revision == questions.c.revision,
    )
    found: dict[str, set[str]] = {}
    for topic, question in context.rows(statement):
        while topic is not None:
            found.setdefault(topic, set()).add(question)
            topic = parents.get(topic)
    return {topic: sorted(found[topic]) for topic in sorted(found)}


A = replace(identifier("a", "The one; several give rows for each.", "KAZ"), required=True)
B = identifier("b", "The others; left out: everybody who took a direction.", "RUS")
BY = word_of(
    "by",
    ["year", "decade", "topic", "session"],
    "A row for each year, decade, topic or session. Left out: all taken together.",
    many=False,
)

LISTED = Computed(
    name="alignment",
    shape=Alignment,
    key=("a", "b", "period"),
    method=(
        "Positions derived from the opinions that count, by direction (−1, 0, +1; those without a "
        "number are left out), on the questions on which both took one. coincidence: U.S. State "
        "Department, Voting Practices; s: Signorino & Ritter 1999; kappa, pi: Cohen 1968 and Scott "
        "1955 with linear weights, after Häge 2011. Below minimum_n all four are null."
    ),
    minimum_n=MINIMUM_N,
    filters=(
        Filter(A, opinions.c.holder.in_, "actor"),
        Filter(B, opinions.c.holder.in_, "actor"),
        *filters_named("holder_kind", "question", "topic", "subject", "attribution", "document"),
        *filters_named("as_of", "dataset"),
    ),
    own=(FROM, TO, BY, minimum_n(MINIMUM_N)),
    compute=_compute,
    sorts=("n", "coincidence", "s", "kappa", "pi", "period"),
)

register(
    router,
    "/alignment",
    LISTED,
    summary="Compare how holders align",
    description=(
        "One row for each pair and period: agreement on the questions both took a direction on. "
        "Holders of any kind compare by the same code: states by their votes, experts by what "
        "they said. A question on which either is not recorded does not count, and neither does "
        "a position without a number. Periods without a common question have no row. An opinion "
        "without a date of its own counts at its document's; `meta.undated` counts those that "
        "have neither, which no period contains."
    ),
)
