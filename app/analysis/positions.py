"""Positions of holders on questions, derived from opinions, in SQL.

Of the opinions let through, the latest by date decides. Vague dates are intervals, so several can
be the latest: all that overlap the one that ends last. Where those differ in direction the
position is `conflicting`, and the better attributed wins, then the later recorded. Else, and where
that leaves several, the one that ends last decides, then the one that begins last, the better
attributed, the more confident, the weaker stance (nothing is made stronger than what its sources
agree on), and the first by id. `changed` says that an earlier opinion differed from the outcome,
and `since` goes back to the first of the unbroken run of opinions that agree with it. An opinion
that nothing dates may be from any time, so it overlaps all others.
"""

from collections.abc import Collection, Sequence
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy import CTE, ColumnElement, Select, Subquery

from app.dates import OPEN_END, OPEN_START
from app.db.tables import opinions
from app.vocabulary import Confidence, Stance

#: A direction that is neither for nor against nor between: it differs from each of them.
_TORN = 9
#: The direction of an opinion; null where it has none, as where somebody is silent.
DIRECTION = sa.case(
    (opinions.c.score > 0, 1),
    (opinions.c.score < 0, -1),
    (opinions.c.score == 0, 0),
    (opinions.c.stance == Stance.AMBIVALENT.value, _TORN),
)
#: The doubt about the coding; most where nobody said.
_DOUBT = sa.case(
    {one.value: i for i, one in enumerate(Confidence)}, value=opinions.c.confidence, else_=9
)


def positions(where: Sequence[ColumnElement[bool]]) -> Subquery:
    """Return a table of positions, with one row for each holder and question.

    Args:
        where: conditions on `opinions`: which opinions count.

    Returns:
        Columns `holder, question, dataset, stance, score, opinions, conflicting, changed,
        last_id, since_id, last_earliest`, where the ids are those of the opinion that decides
        and of the one that began the run, and `last_earliest` is when the first of them counts.
    """
    return sa.union_all(_single(where), _several(where)).subquery("positions")


def repeated_keys(where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Return the statement of the holders and questions with several opinions that count."""
    o = opinions.c
    keys = sa.select(o.holder, o.question).where(*where).group_by(o.holder, o.question)
    return keys.having(sa.func.count() > 1)


def keyed(keys: Collection[tuple[str, str]]) -> list[ColumnElement[bool]]:
    """Return the conditions that opinions are of these holders on these questions.

    SQLite cannot seek by a list of pairs; by a list for each column it can, and the pairs then
    choose among what it found.
    """
    o = opinions.c
    holders, questions = ({key[i] for key in keys} for i in (0, 1))
    pairs = sa.tuple_(o.holder, o.question).in_(sorted(keys))
    return [o.holder.in_(sorted(holders)), o.question.in_(sorted(questions)), pairs]


def _single(where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Positions of one opinion, which it is: nearly all, and read in one pass."""
    o = opinions.c
    # Of one row, the least is that row's: SQL wants to be told how to choose.
    only = sa.func.min
    return (
        sa.select(
            o.holder,
            o.question,
            only(o.dataset).label("dataset"),
            only(o.stance).label("stance"),
            only(o.score).label("score"),
            sa.literal(1).label("opinions"),
            sa.literal(0).label("conflicting"),
            sa.literal(0).label("changed"),
            only(o.id).label("last_id"),
            only(o.id).label("since_id"),
            only(o.counts_earliest).label("last_earliest"),
        )
        .where(*where)
        .group_by(o.holder, o.question)
        .having(sa.func.count() == 1)
    )


def _several(where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Positions of several opinions, decided by the rule above.

    Each step is a table expression of its own: SQLite cannot read selects nested this deep.
    """
    key = sa.tuple_(opinions.c.holder, opinions.c.question)
    dated = _dated([*where, key.in_(repeated_keys(where))])
    whole = _partition(dated)
    latest = sa.select(
        *dated.c,
        sa.func.first_value(dated.c.lo)
        .over(**whole, order_by=(dated.c.hi.desc(), dated.c.lo.desc()))
        .label("latest_lo"),
    ).cte()
    runs = _runs(_outcome(_ranked(_contenders(latest))))
    return sa.select(
        runs.c.holder,
        runs.c.question,
        runs.c.dataset,
        runs.c.stance,
        runs.c.score,
        runs.c.opinions,
        runs.c.conflicting,
        runs.c.changed,
        runs.c.id.label("last_id"),
        runs.c.since_id,
        runs.c.counts_earliest.label("last_earliest"),
    ).where(runs.c.rank == 1)


class _Whole(TypedDict):
    """Arguments that all windows have in common."""

    partition_by: Sequence[ColumnElement[str]]


def _partition(rows: CTE) -> _Whole:
    return {"partition_by": (rows.c.holder, rows.c.question)}


def _dated(where: Sequence[ColumnElement[bool]]) -> CTE:
    """The opinions that count, with bounds for all of them and their direction."""
    o = opinions.c
    return (
        sa.select(
            o.id,
            o.holder,
            o.question,
            o.dataset,
            o.stance,
            o.score,
            o.attribution_rank,
            _DOUBT.label("doubt"),
            o.release,
            o.counts_earliest,
            sa.case((o.counts_earliest == "", OPEN_START), else_=o.counts_earliest).label("lo"),
            sa.case((o.counts_latest == "", OPEN_END), else_=o.counts_latest).label("hi"),
            DIRECTION.label("direction"),
        )
        .where(*where)
        .cte()
    )


def _contenders(latest: CTE) -> CTE:
    """The opinions, with whether they overlap the latest and whether those differ in direction."""
    contends = latest.c.hi >= latest.c.latest_lo
    direction = sa.case((contends, latest.c.direction))
    whole = _partition(latest)
    differ = sa.func.min(direction).over(**whole) != sa.func.max(direction).over(**whole)
    return sa.select(
        *latest.c,
        sa.case((contends, 1), else_=0).label("contends"),
        sa.case((differ, 1), else_=0).label("conflicting"),
    ).cte()


def _ranked(rows: CTE) -> CTE:
    """The opinions by the order in which they decide; the one with rank 1 does."""
    c = rows.c
    order = (
        c.contends.desc(),
        sa.case((c.conflicting == 1, c.attribution_rank), else_=0),
        sa.case((c.conflicting == 1, -c.release), else_=0),
        c.hi.desc(),
        c.lo.desc(),
        c.attribution_rank,
        c.doubt,
        sa.func.abs(sa.func.coalesce(c.score, 0)),
        c.id,
    )
    whole = _partition(rows)
    return sa.select(
        *rows.c,
        sa.func.row_number().over(**whole, order_by=order).label("rank"),
        sa.func.first_value(c.stance).over(**whole, order_by=order).label("outcome"),
        sa.func.count().over(**whole).label("opinions"),
    ).cte()


def _outcome(rows: CTE) -> CTE:
    """The opinions, with whether an earlier one differed from the outcome, and until when."""
    c = rows.c
    differed = sa.and_(c.contends == 0, c.stance != c.outcome)
    whole = _partition(rows)
    return sa.select(
        *rows.c,
        sa.func.max(sa.case((differed, 1), else_=0)).over(**whole).label("changed"),
        sa.func.max(sa.case((differed, c.hi), else_="")).over(**whole).label("differed_until"),
    ).cte()


def _runs(rows: CTE) -> CTE:
    """The opinions, with the first of the run: it agrees, after the last that differed."""
    c = rows.c
    in_run = sa.case(
        (sa.and_(c.stance == c.outcome, c.lo > c.differed_until), 0), (c.rank == 1, 1), else_=2
    )
    return sa.select(
        *rows.c,
        sa.func.first_value(c.id)
        .over(**_partition(rows), order_by=(in_run, c.lo, c.hi, c.id))
        .label("since_id"),
    ).cte()
