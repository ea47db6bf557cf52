"""Resource of blocs: holders that agree, and those between."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from app.analysis.measures.blocs import Bloc, Member, blocs, pair_up
from app.analysis.rounding import rounded
from app.analysis.standings import cited_datasets, number_undated
from app.opinions.filters import filters_named, opinion_rows
from app.opinions.scope import FROM, TO, period, standings_by_holder
from app.records.references import MARK, Ref
from app.web.endpoints.computed_list import Computation, Computed, Row, minimum_n, register
from app.web.requests.context import ReadContext
from app.web.response_schemas import Shape

router = APIRouter()

MINIMUM_N = 10


class BlocMember(Shape):
    """A holder in its bloc."""

    actor: Annotated[Ref, Field(description="Who.")]
    fit: Annotated[
        float | None,
        Field(
            description="Rousseeuw's silhouette width, −1 to 1: 1 at home, 0 between two blocs, "
            "below 0 nearer to the other; null where there is nothing to compare."
        ),
    ]
    nearest: Annotated[int | None, Field(description="The nearest other bloc.")]


class BlocRow(Shape):
    """Holders that stand together."""

    bloc: Annotated[int, Field(description="Its number: the largest is 1.")]
    members: Annotated[list[BlocMember], Field(description="The best fitting first.")]
    cohesion: Annotated[
        float | None,
        Field(description="Mean S of its pairs, −1 to 1; null for a holder alone."),
    ]
    n: Annotated[int, Field(description="Common questions of those pairs, added up.")]


def _compute(context: ReadContext) -> Computation:
    _, by_holder = standings_by_holder(context)
    found = blocs(pair_up(by_holder, context.values.get("minimum_n", MINIMUM_N)))
    columns, rows = context.index.column, opinion_rows(context, but=("as_of",))
    meta: dict[str, Any] = {
        "from": context.values.get("from"),
        "to": context.values.get("to"),
        "between": [_member(member) for member in found.between],
        "unplaced": [f"{MARK}actor:{holder}" for holder in found.unplaced],
        "pairs_left_out": found.left_out,
    }
    if not period(context).is_everything:
        meta["undated"] = number_undated(columns, rows)
    return Computation([_row(bloc) for bloc in found.blocs], cited_datasets(columns, rows), meta)


def _row(bloc: Bloc) -> Row:
    return {
        "bloc": bloc.bloc,
        "members": [_member(member) for member in bloc.members],
        "cohesion": rounded(bloc.cohesion),
        "n": bloc.n,
    }


def _member(member: Member) -> Row:
    return {
        "actor": f"{MARK}actor:{member.holder}",
        "fit": rounded(member.fit),
        "nearest": member.nearest,
    }


LISTED = Computed(
    name="blocs",
    shape=BlocRow,
    key=("bloc",),
    method=(
        "Signorino and Ritter's S of every two holders with at least minimum_n common questions; "
        "pairs that agree more than the mean pair are tied by as much; blocs are the communities "
        "of greatest modularity (Louvain, Blondel et al. 2008); fit is Rousseeuw's silhouette "
        "width (1987) over 1 − S."
    ),
    minimum_n=MINIMUM_N,
    filters=(
        *filters_named("holder", "holder_kind", "country", "question", "topic", "subject"),
        *filters_named("attribution", "document", "as_of", "dataset"),
    ),
    own=(FROM, TO, replace(minimum_n(MINIMUM_N), example=1, filled_in=True)),
    compute=_compute,
)

register(
    router,
    "/blocs",
    LISTED,
    summary="Group holders into blocs",
    description=(
        "Holders that stand together, found from how far every two agree, the largest bloc first. "
        "Read `fit` beside every bloc: who is below 0.1 stands between two, and is listed in "
        "`meta.between` as well. `meta.unplaced` are holders that have too few common questions "
        "with everybody; `meta.pairs_left_out` counts the pairs that had too few."
    ),
)
