"""Resource of alignment: how far holders agree on the questions both answered."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, TypeAlias

from fastapi import APIRouter
from pydantic import Field

from app.analysis.breakdown import (
    Comparison,
    Part,
    by_decade,
    by_questions,
    by_year,
    compare,
    read_sessions,
    read_topics,
)
from app.analysis.rounding import rounded
from app.analysis.standings import Standings, cited_datasets, number_undated
from app.db.tables import opinions
from app.opinions.filters import filters_named, opinion_rows
from app.opinions.positions import decide_rows
from app.opinions.scope import FROM, TO, holders_asked, period, standings
from app.records.references import MARK, Ref
from app.web.endpoints.computed_list import Computation, Computed, Row, minimum_n, register
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


def _compute(context: ReadContext) -> Computation:
    ones, others = context.values["a"], context.values.get("b")
    known, numbers = standings(context, None if others is None else {*ones, *others})
    against = holders_asked(context, known.by_holder) if others is None else sorted(others)
    found = _compare(context, known, ones, against, numbers)
    rows = [_row(one, by_topic=context.values.get("by") == "topic") for one in found]
    columns = context.index.column
    drawn = opinion_rows(context, but=("as_of",)) & columns("holder").any_of(ones)
    meta = {name: context.values.get(name) for name in ("from", "to", "by")}
    if not period(context).is_everything or meta["by"] in ("year", "decade"):
        meta["undated"] = number_undated(columns, drawn)
    return Computation(rows, cited_datasets(columns, drawn), meta)


def _compare(
    context: ReadContext, known: Standings, ones: Sequence[str], others: Sequence[str], numbers: int
) -> list[Comparison]:
    return compare(
        known,
        _parts(context, known),
        (sorted(ones), others),
        partial(decide_rows, context),
        within=numbers,
        minimum_n=context.values.get("minimum_n", MINIMUM_N),
        keep_empty="b" in context.values,
    )


def _parts(context: ReadContext, known: Standings) -> Iterable[Part]:
    whole, read = period(context), context.rows
    match context.values.get("by"):
        case "year":
            return by_year(known.years(), whole)
        case "decade":
            return by_decade(known.years(), whole)
        case "session":
            return by_questions(context.cached("sessions", partial(read_sessions, read)), whole)
        case "topic":
            ids = context.cached("questions by topic", partial(read_topics, read))
            return by_questions(ids, whole)
        case _:
            return [Part(None, whole)]


def _row(found: Comparison, *, by_topic: bool) -> Row:
    figures = found.figures
    return {
        "a": f"{MARK}actor:{found.a}",
        "b": f"{MARK}actor:{found.b}",
        "period": found.part,
        "topic": f"{MARK}topic:{found.part}" if by_topic else None,
        "n": figures.n,
        **{name: rounded(getattr(figures, name)) for name in ("coincidence", "s", "kappa", "pi")},
    }


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
