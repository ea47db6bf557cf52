"""Alignment: how far two holders agree, from the directions they took on common questions.

A direction is −1 (against), 0 (neither) or +1 (for). What two holders did is a table of nine
counts, `table[a][b]`, both indices in the order −1, 0, +1. Four coefficients read it side by side,
because none is enough alone: two states that say yes to nearly everything coincide on nearly
everything, and only the chance-corrected figures show that this says little about the two.

With n questions and D = Σ n[a][b]·|a − b| (at most 2n):

| figure        | formula                   | range  | source                                   |
|---------------|---------------------------|--------|------------------------------------------|
| `coincidence` | 1 − D / 2n                | 0…1    | U.S. State Department, Voting Practices  |
| `s`           | 1 − D / n                 | −1…1   | Signorino & Ritter 1999                  |
| `kappa`       | 1 − (D/n) / (E/n²)        | −1…1   | Cohen 1968 (linear weights), Häge 2011   |
| `pi`          | 1 − (D/n) / (P/(2n)²)     | −1…1   | Scott 1955 (linear weights), Häge 2011   |

E and P are what D would be if the two had answered independently, each by its own habits (E), or
both by their common habits (P). On three directions `s` is exactly 2·`coincidence` − 1: both are
given because readers look for one or the other by name. Everything is counted in whole numbers and
divided once, so that any database and any order of rows give the same bits.

References:
    Signorino & Ritter 1999, «Tau-b or not tau-b», International Studies Quarterly 43:115–144.
    Häge 2011, «Choice or circumstance?», Political Analysis 19:287–305.
    Cohen 1968, «Weighted kappa», Psychological Bulletin 70:213–220.
    Scott 1955, «Reliability of content analysis», Public Opinion Quarterly 19:321–325.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

Triple: TypeAlias = tuple[int, int, int]
Table: TypeAlias = tuple[Triple, Triple, Triple]

DIRECTIONS = (-1, 0, 1)


class Coefficients(NamedTuple):
    """Coefficients of one pair and period; None where there is too little, or nothing, to say."""

    n: int
    coincidence: float | None
    s: float | None
    kappa: float | None
    pi: float | None


def align(table: Table, minimum_n: int) -> Coefficients:
    """Return all four figures of a table, unrounded; below `minimum_n` questions only `n`."""
    n = common_questions(table)
    if n < minimum_n:
        return Coefficients(n, None, None, None, None)
    return Coefficients(n, coincidence(table), s(table), kappa(table), pi(table))


def coincidence(table: Table) -> float | None:
    """Return the share of agreement: same direction 1, one of the two neutral ½, opposed 0.

    This is «voting coincidence» as the U.S. State Department's «Voting Practices in the United
    Nations» has counted it since the report for 2017: both abstaining is agreement, and a vote
    from which either was absent does not count. Earlier reports left abstentions out and are not
    comparable. None where there is no common question.
    """
    n = common_questions(table)
    return (2 * n - _distance(table)) / (2 * n) if n else None


def s(table: Table) -> float | None:
    """Return Signorino and Ritter's S, unweighted, by absolute distance: 1 − 2·D / (d_max·n).

    d_max is 2, so S = 1 − D/n: 1 is the same on every question, −1 opposed on every one. None
    where there is no common question.
    """
    n = common_questions(table)
    return (n - _distance(table)) / n if n else None


def kappa(table: Table) -> float | None:
    """Return Cohen's kappa with linear weights: 1 − D_observed / D_expected, each by own habits.

    0 is what two holders with these habits would reach by chance, 1 is full agreement. Where both
    took one and the same direction on every question chance explains everything, the figure is
    0/0, and None is given rather than a 1 or a 0 that somebody chose.
    """
    rows, columns = _marginals(table)
    expected = _distance(_product(rows, columns))
    return (expected - common_questions(table) * _distance(table)) / expected if expected else None


def pi(table: Table) -> float | None:
    """Return Scott's pi with linear weights: as `kappa`, but chance by the two's common habits.

    Never above `kappa`: where one habitually says yes and the other no, pi counts that as
    disagreement and kappa as habit. None where both took one and the same direction throughout.
    """
    rows, columns = _marginals(table)
    pooled = (rows[0] + columns[0], rows[1] + columns[1], rows[2] + columns[2])
    expected = _distance(_product(pooled, pooled))
    observed = 4 * common_questions(table) * _distance(table)
    return (expected - observed) / expected if expected else None


def common_questions(table: Table) -> int:
    """Return n: the questions on which both took a direction."""
    return sum(map(sum, table))


def table_of(counts: Mapping[tuple[int, int], int]) -> Table:
    """Make a table from counts by pair of directions, as `GROUP BY` gives them; absent means 0.

    Raises:
        ValueError: a direction other than −1, 0 or 1.
    """
    if strange := sorted(pair for pair in counts if not set(pair) <= set(DIRECTIONS)):
        raise ValueError(f"directions are -1, 0 and 1, not {strange[0]}")
    minus, zero, plus = (
        (counts.get((a, -1), 0), counts.get((a, 0), 0), counts.get((a, 1), 0)) for a in DIRECTIONS
    )
    return minus, zero, plus


def _distance(table: Table) -> int:
    (_, a, b), (c, _, d), (e, f, _) = table
    return a + c + d + f + 2 * (b + e)


def _marginals(table: Table) -> tuple[Triple, Triple]:
    minus, zero, plus = table
    columns = (
        minus[0] + zero[0] + plus[0],
        minus[1] + zero[1] + plus[1],
        minus[2] + zero[2] + plus[2],
    )
    return (sum(minus), sum(zero), sum(plus)), columns


def _product(rows: Triple, columns: Triple) -> Table:
    minus, zero, plus = ((a * columns[0], a * columns[1], a * columns[2]) for a in rows)
    return minus, zero, plus
