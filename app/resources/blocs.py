"""Blocs: holders that stand together, and those between."""

from functools import partial
from itertools import combinations
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import Field

from app.analysis.agreement import agreement
from app.analysis.clusters import Bloc, Member, Pair, blocs
from app.analysis.standings import Period, Standings, citing, undated
from app.db.tables import opinions
from app.records.references import MARK, Ref
from app.web.asking import Ask
from app.web.computed import Computation, Computed, Row, minimum_n, register, rounded
from app.web.holdings import choosing, chosen, kept_as, questions_asked
from app.web.parameters import day_parameter
from app.web.shapes import Shape

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


def _compute(ask: Ask) -> Computation:
    where = chosen(ask, but=("as_of",))
    name = kept_as(ask)
    if name is None:
        standings, asked = Standings(ask.rows, where), None
    else:
        everything = chosen(ask, but=_WHOLE)
        standings = ask.kept(name, partial(Standings, ask.rows, everything))
        asked = questions_asked(ask)
    period = Period(
        ask.values.get("from", Period().first),
        min(ask.values.get("to", Period().last), ask.as_of or Period().last),
    )
    found = blocs(_pairs(ask, standings, period, asked))
    told: dict[str, Any] = {
        "from": ask.values.get("from"),
        "to": ask.values.get("to"),
        "between": [_member(member) for member in found.between],
        "unplaced": [f"{MARK}actor:{holder}" for holder in found.unplaced],
        "pairs_left_out": found.left_out,
    }
    if not period.is_everything:
        told["undated"] = undated(ask.rows, where)
    return Computation([_row(bloc) for bloc in found.blocs], citing(ask.rows, where), told)


_WHOLE = ("as_of", "question", "topic", "subject", "holder", "holder_kind", "country")


def _pairs(ask: Ask, standings: Standings, period: Period, asked: list[str] | None) -> list[Pair]:
    held = standings.within(period, ask.rows)
    if asked is not None:
        numbers = standings.numbers(asked)
        held = {holder: mine.within(numbers) for holder, mine in held.items()}
    least = ask.values.get("minimum_n", MINIMUM_N)
    here = sorted(holder for holder in _holders(ask, held) if any(held[holder]))
    tables = ((a, b, held[a].table(held[b])) for a, b in combinations(here, 2))
    figures = ((a, b, agreement(table, least)) for a, b, table in tables)
    return [Pair(a, b, one.n, one.s) for a, b, one in figures]


def _holders(ask: Ask, held: Any) -> list[str]:
    """The holders that `holder`, `holder_kind` and `country` let through."""
    names = [name for name in ("holder", "holder_kind", "country") if name in ask.values]
    if not names:
        return list(held)
    conditions = [one.condition(ask.values[one.parameter.name]) for one in choosing(*names)]
    found = ask.rows(sa.select(opinions.c.holder).where(*conditions).distinct())
    return [row.holder for row in found if row.holder in held]


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
        *choosing("holder", "holder_kind", "country", "question", "topic", "subject"),
        *choosing("attribution", "document", "as_of", "dataset"),
    ),
    own=(
        day_parameter("from", "Opinions stated on or after that day, perhaps.", "1992-01-01"),
        day_parameter("to", "Opinions stated on or before that day, perhaps.", "2019-12-31"),
        minimum_n(MINIMUM_N),
    ),
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
