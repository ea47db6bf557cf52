"""Resource of contradictions: reports that do not fit together, each with its evidence."""

from typing import Annotated

import orjson
import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import Field

from app.analysis.contradictions import (
    REPORT_COLUMNS,
    Contradiction,
    ContradictionKind,
    contradicting_rows,
    contradictions,
    reports_of,
)
from app.analysis.standings import cited_datasets
from app.dates import VagueDate
from app.db.tables import opinions
from app.opinions.filters import OPINION_FILTERS, opinion_rows, undated
from app.records.base import Evidence
from app.records.references import MARK, Ref
from app.vocabulary import Attribution, Stance
from app.web.endpoints.computed_list import Computation, Computed, Row, register
from app.web.parameters import word
from app.web.requests.context import ReadContext
from app.web.response_schemas import Shape

router = APIRouter()


class ReportShown(Shape):
    """One of the two reports: an opinion, with its evidence."""

    id: Annotated[str, Field(description="The opinion.")]
    holder: Annotated[Ref, Field(description="Whose opinion it is.")]
    speaker: Annotated[Ref | None, Field(description="Who voiced it; null where the holder did.")]
    on_behalf_of: Annotated[Ref | None, Field(description="For whom the speaker spoke.")]
    stance: Annotated[Stance, Field(description="For or against the proposition.")]
    stance_score: Annotated[int | None, Field(description="−2 to +2; null without a number.")]
    attribution: Annotated[Attribution, Field(description="How the source comes by it.")]
    stated: Annotated[VagueDate | None, Field(description="When; null where not known.")]
    summary: Annotated[str | None, Field(description="What it says, in our words.")]
    evidence: Annotated[list[Evidence], Field(description="The places that say so.")]


class ContradictionShown(Shape):
    """Two reports that do not fit together."""

    kind: Annotated[
        ContradictionKind,
        Field(
            description="over_time: one holder before and after; spokesperson: somebody who spoke "
            "for the holder, and the holder; sources: two documents about one time; "
            "within_source: one document about one time."
        ),
    ]
    holder: Annotated[Ref, Field(description="About whom.")]
    question: Annotated[Ref, Field(description="On what.")]
    first: Annotated[ReportShown, Field(description="The earlier, or the spokesperson's.")]
    second: Annotated[ReportShown, Field(description="The later, or the principal's.")]


def _compute(context: ReadContext) -> Computation:
    columns, rows = context.index.column, opinion_rows(context)
    several = contradicting_rows(columns, rows, context.index.shared("opinion"))
    found = contradictions(reports_of(context.rows_by_id("opinion", REPORT_COLUMNS, several)))
    if wanted := context.values.get("kind"):
        found = [one for one in found if one.kind in wanted]
    drawn = cited_datasets(columns, rows) if found else set()
    return Computation([_row(one) for one in found], drawn, {"undated": undated(context)})


def _row(found: Contradiction) -> Row:
    return {
        "kind": found.kind.value,
        "holder": f"{MARK}actor:{found.holder}",
        "question": f"{MARK}question:{found.question}",
        "first": found.first,
        "second": found.second,
    }


def _with_reports(context: ReadContext, rows: list[Row]) -> list[Row]:
    """The rows that are shown, with both reports in full."""
    ids = {row[side] for row in rows for side in ("first", "second")}
    found = context.rows(sa.select(opinions.c.id, opinions.c.body).where(opinions.c.id.in_(ids)))
    bodies = {row.id: {"id": row.id, **orjson.loads(row.body)} for row in found}
    names = list(ReportShown.model_fields)
    return [
        row | {s: {name: bodies[row[s]][name] for name in names} for s in ("first", "second")}
        for row in rows
    ]


LISTED = Computed(
    name="contradictions",
    shape=ContradictionShown,
    key=("kind", "first", "second"),
    method=(
        "Opinions on one question that differ in direction (for, neutral, against, torn): of one "
        "holder before and after, with none between; of somebody on behalf of a principal and the "
        "principal; of two sources, or one, about one holder at dates that overlap. An undated "
        "opinion counts at its document's date, and without one may be from any time."
    ),
    minimum_n=2,
    filters=OPINION_FILTERS,
    own=(word("kind", ContradictionKind, "Only contradictions of these kinds."),),
    compute=_compute,
    complete=_with_reports,
)

register(
    router,
    "/contradictions",
    LISTED,
    summary="List contradictions",
    description=(
        "Reports that cannot both describe one holder's stance: the same holder at two times, a "
        "spokesperson and the principal, two sources about one holder. Each has both reports with "
        "their evidence; which of them is right is for the reader to judge. The shipped data have "
        "none: there the list is empty."
    ),
)
