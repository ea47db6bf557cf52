"""Alignment of two holders, against outside libraries' figures and a textbook calculation.

The textbook half works on the votes one by one in fractions, and knows nothing of tables of counts.
"""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.measures.alignment import Coefficients, Table, align, kappa, pi, s, table_of

Votes = list[tuple[int, int]]

# Table; coincidence and s by hand; kappa by scikit-learn's cohen_kappa_score(weights="linear"), pi
# by irrCAC's Fleiss coefficient with linear weights, which for two raters is Scott's pi.
OUTSIDE: list[tuple[Table, Coefficients]] = [
    (
        ((20, 5, 1), (3, 10, 2), (2, 4, 30)),
        Coefficients(77, 67 / 77, 57 / 77, 0.723220704529, 0.722971757510),
    ),
    (
        ((0, 0, 0), (0, 4, 1), (0, 2, 40)),
        Coefficients(47, 45.5 / 47, 44 / 47, 0.691466083151, 0.691128148959),
    ),
    (
        ((1, 2, 9), (3, 0, 4), (11, 2, 1)),
        Coefficients(33, 7.5 / 33, -18 / 33, -0.583254938852, -0.589985829003),
    ),
    (
        ((44, 7, 9), (5, 20, 5), (1, 3, 6)),
        Coefficients(100, 0.8, 0.6, 0.473684210526, 0.466666666667),
    ),
]

directions = st.sampled_from((-1, 0, 1))
votes = st.lists(st.tuples(directions, directions), min_size=1, max_size=60)


@pytest.mark.parametrize(("table", "expected"), OUTSIDE)
def test_figures_equal_those_of_outside_libraries(table: Table, expected: Coefficients) -> None:
    assert align(table, 1) == pytest.approx(expected, abs=1e-11)


@given(votes)
def test_figures_equal_a_calculation_vote_by_vote(cast: Votes) -> None:
    figures = align(table(cast), 1)
    assert figures.n == len(cast)
    assert figures.coincidence == pytest.approx(float(coincidence_by_vote(cast)))
    assert figures.s == pytest.approx(float(1 - 2 * distance_by_vote(cast) / 2))
    assert figures.kappa == corrected(cast, [a for a, _ in cast], [b for _, b in cast])
    everybody = [direction for pair in cast for direction in pair]
    assert figures.pi == corrected(cast, everybody, everybody)


@given(votes)
def test_it_does_not_matter_who_is_named_first(cast: Votes) -> None:
    assert align(table(cast), 1) == align(table([(b, a) for a, b in cast]), 1)


@given(votes)
def test_for_and_against_weigh_the_same(cast: Votes) -> None:
    assert align(table(cast), 1) == align(table([(-a, -b) for a, b in cast]), 1)


@given(votes)
def test_figures_keep_their_bounds_and_order(cast: Votes) -> None:
    _, coincidence, s, kappa, pi = align(table(cast), 1)
    assert coincidence is not None
    assert s is not None
    assert 0 <= coincidence <= 1
    assert s == pytest.approx(2 * coincidence - 1)
    assert (kappa is None) == (pi is None)
    if kappa is not None and pi is not None:
        assert -1 <= pi <= kappa <= 1


@given(st.lists(directions, min_size=2, max_size=60).filter(lambda cast: len(set(cast)) > 1))
def test_who_votes_alike_agrees_in_full(cast: list[int]) -> None:
    alike = table([(direction, direction) for direction in cast])
    assert align(alike, 1) == Coefficients(len(cast), 1, 1, 1, 1)


@pytest.mark.parametrize("direction", [-1, 0, 1])
def test_chance_correction_says_nothing_where_nobody_ever_varied(direction: int) -> None:
    assert align(table([(direction, direction)] * 30), 1) == Coefficients(30, 1, 1, None, None)


def test_two_who_say_yes_by_habit_agree_no_more_than_chance() -> None:
    # Each says yes nine times of ten, and never abstains: 81 yes-yes are what chance would give.
    habit = table([(1, 1)] * 81 + [(1, -1)] * 9 + [(-1, 1)] * 9 + [(-1, -1)])
    assert align(habit, 1) == Coefficients(100, 0.82, 0.64, 0, 0)


def test_below_the_minimum_only_n_is_said() -> None:
    few = table([(1, 1), (-1, 1), (0, 1)])
    assert align(few, 4) == Coefficients(3, None, None, None, None)
    assert align(few, 3).coincidence == pytest.approx(1.5 / 3)


def test_without_a_common_question_there_are_no_figures() -> None:
    assert align(table([]), 0) == Coefficients(0, None, None, None, None)


@pytest.mark.parametrize("pair", [(2, 0), (0, -2), (1, 3)])
def test_a_strength_is_not_a_direction(pair: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"directions are -1, 0 and 1, not \("):
        table_of({pair: 1})


def test_figures_are_the_same_whole_number_division_for_millions() -> None:
    large: Table = ((10**7, 3, 1), (2, 10**7, 5), (7, 1, 10**7))
    assert s(large) == float(1 - Fraction(3 + 2 + 5 + 1 + 2 * 8, 3 * 10**7 + 19))
    assert kappa(large) == pytest.approx(1, abs=1e-5)
    assert pi(large) == pytest.approx(1, abs=1e-5)


def table(cast: Votes) -> Table:
    return table_of({pair: cast.count(pair) for pair in set(cast)})


def coincidence_by_vote(cast: Votes) -> Fraction:
    points = {0: Fraction(1), 1: Fraction(1, 2), 2: Fraction(0)}
    return sum((points[abs(a - b)] for a, b in cast), Fraction(0)) / len(cast)


def distance_by_vote(cast: Votes) -> Fraction:
    return Fraction(sum(abs(a - b) for a, b in cast), len(cast))


def corrected(cast: Votes, one: list[int], other: list[int]) -> object:
    expected = distance_by_vote(list(product(one, other)))
    return pytest.approx(float(1 - distance_by_vote(cast) / expected)) if expected else None
