"""Directions as sets of bits: the same counts as going through the votes one by one."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.measures.alignment import table_of
from app.analysis.measures.directions import directions, question_set

Ballot = dict[int, int]

ballots = st.dictionaries(st.integers(0, 300), st.sampled_from((-1, 0, 1)))


@given(ballots, ballots, st.sets(st.integers(0, 400)))
def test_tables_count_the_common_questions_of_a_choice(
    one: Ballot, other: Ballot, chosen: set[int]
) -> None:
    held = directions([*rows("A", one), *rows("B", other), ("A", 301, 1), ("B", 302, 1)])
    choice = question_set(chosen - {301, 302})
    common = Counter((one[q], other[q]) for q in one.keys() & other.keys() & chosen)
    assert held["A"].within(choice).table(held["B"].within(choice)) == table_of(common)


def test_rows_may_come_in_any_order() -> None:
    mixed = [("A", 9, 1), ("B", 0, -1), ("A", 2, 0), ("B", 40, 0), ("A", 0, -1)]
    assert directions(mixed) == directions(sorted(mixed))


def test_silence_is_not_neutrality() -> None:
    held = directions([("A", 0, 0), ("A", 1, 1), ("B", 1, 1)])
    assert held["A"].table(held["B"]) == ((0, 0, 0), (0, 0, 0), (0, 0, 1))


@pytest.mark.parametrize("direction", [-2, 2])
def test_a_strength_is_refused_by_name(direction: int) -> None:
    with pytest.raises(ValueError, match=f"A: directions are -1, 0 and 1, not {direction}"):
        directions([("A", 0, direction)])


@pytest.mark.parametrize(("one", "other"), [(1, -1), (0, 1), (-1, 0)])
def test_two_directions_on_one_question_are_refused_by_name(one: int, other: int) -> None:
    with pytest.raises(ValueError, match="B has two directions on one question"):
        directions([("A", 3, 1), ("B", 3, one), ("B", 3, other)])


def rows(holder: str, ballot: Ballot) -> list[tuple[str, int, int]]:
    return [(holder, question, direction) for question, direction in ballot.items()]
