"""Polarization: how far the holders of one question are apart, by van der Eijk's agreement A.

A reads the frequencies over an ordered scale: 1 where all stand in one category, 0 where they are
spread evenly, −1 where half stand at one end and half at the other. A standard deviation cannot do
this: it also grows when a single-peaked distribution sits in the middle of a wide scale.

Reference:
    van der Eijk 2001, «Measuring agreement in ordered rating scales», Quality & Quantity
    35:325–341, whose figures Ruedin's R package agrmt reproduces.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations

from app.vocabulary import QuestionKind

STANCES = (-2, -1, 0, 1, 2)
VOTES = (-1, 0, 1)

SCALES: dict[QuestionKind, tuple[int, ...]] = {
    QuestionKind.POLICY: STANCES,
    QuestionKind.ASSESSMENT: STANCES,
    # A roll call has no strong yes. On five categories an evenly split vote would score +0.17
    # for its empty ends; on the three that could be chosen it scores −1.
    QuestionKind.VOTE: VOTES,
}


def frequencies(counts: Mapping[int, int], scale: Sequence[int]) -> tuple[int, ...]:
    """Return the counts of scores over the ordered categories of a scale, empty ones included.

    Raises:
        ValueError: a score that is not on the scale.
    """
    if strange := sorted(set(counts).difference(scale)):
        raise ValueError(f"{strange[0]} is not on the scale {tuple(scale)}")
    return tuple(counts.get(score, 0) for score in scale)


def agreement_a(frequencies: Sequence[int]) -> float | None:
    """Return van der Eijk's A, −1…1, of frequencies over K ordered categories; None for no cases.

    The frequencies are cut into layers, each of the same height in every category it covers. A
    layer's agreement is A = U·(1 − (S−1)/(K−1)), with S the categories it covers and U its
    unimodality, ((K−2)·TU − (K−1)·TDU) / ((K−2)·(TU+TDU)), from the triples of categories that
    show a single peak (110, 011: TU) or a dent (101: TDU). A of the whole is the mean of the
    layers' A, each weighted by the share of cases in it.

    Raises:
        ValueError: fewer than three categories (A is not defined) or a negative frequency.
    """
    if len(frequencies) < 3 or min(frequencies) < 0:
        raise ValueError("A needs three or more categories with frequencies of 0 or more")
    total = sum(frequencies)
    if not total:
        return None
    return float(sum(cases * layer_a(pattern) for pattern, cases in _layers(frequencies)) / total)


@cache
def layer_a(pattern: tuple[bool, ...]) -> Fraction:
    """Return the agreement of one layer, from which categories it covers."""
    k, covered = len(pattern), sum(pattern)
    triples = list(combinations(pattern, 3))
    tu = triples.count((True, True, False)) + triples.count((False, True, True))
    tdu = triples.count((True, False, True))
    # One category alone, or all of them, have no such triple: U is 1 by definition, and the
    # second factor says the rest.
    u = Fraction((k - 2) * tu - (k - 1) * tdu, (k - 2) * (tu + tdu)) if tu + tdu else Fraction(1)
    return u * (1 - Fraction(covered - 1, k - 1))


def _layers(frequencies: Sequence[int]) -> Iterable[tuple[tuple[bool, ...], int]]:
    floor = 0
    for height in sorted(set(frequencies) - {0}):
        pattern = tuple(count >= height for count in frequencies)
        yield pattern, (height - floor) * sum(pattern)
        floor = height
