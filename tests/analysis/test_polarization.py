"""Van der Eijk's A, against the paper's figures and a second, literal, calculation."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.measures.polarization import SCALES, STANCES, VOTES, agreement_a, frequencies
from app.vocabulary import QuestionKind

# The first is the worked example of the paper (p. 331), as R's agrmt documents it (0.6113333). The
# next two are the paper's Dutch parties in tenths of a percent; agrmt's vignette gives 0.61, 0.48
# and, for the fourth, 0.08. The last four are layers worked by hand.
PUBLISHED = [
    ((30, 40, 210, 130, 530, 50, 10), 0.6113333, 1e-7),
    ((24, 28, 32, 62, 135, 304, 416), 0.61, 0.005),
    ((16, 26, 82, 210, 293, 270, 103), 0.48, 0.005),
    ((2, 0, 1, 1), 0.08, 0.005),
    ((1, 1, 0, 0, 0), 0.75, 1e-12),
    ((0, 1, 0, 1, 0), 1 / 6, 1e-12),
    ((1, 1, 0, 1, 1), -5 / 36, 1e-12),
    ((40, 10, 0, 10, 40), -(40 * 5 / 36 + 60) / 100, 1e-12),
]

counts = st.lists(st.integers(0, 40), min_size=3, max_size=7).filter(any)


@pytest.mark.parametrize(("cases", "published", "within"), PUBLISHED)
def test_a_equals_the_published_figures(
    cases: tuple[int, ...], published: float, within: float
) -> None:
    assert agreement_a(cases) == pytest.approx(published, abs=within)


@given(counts)
def test_a_equals_a_literal_calculation(cases: list[int]) -> None:
    assert agreement_a(cases) == pytest.approx(by_the_paper(cases))


@given(counts)
def test_a_reads_the_same_from_either_end_and_at_any_size(cases: list[int]) -> None:
    assert agreement_a(cases) == agreement_a(cases[::-1])
    assert agreement_a(cases) == agreement_a([7 * count for count in cases])


@given(counts)
def test_a_lies_between_minus_one_and_one(cases: list[int]) -> None:
    a = agreement_a(cases)
    assert a is not None
    assert -1 <= a <= 1


@pytest.mark.parametrize("k", [3, 5, 7])
def test_the_three_landmarks(k: int) -> None:
    for at in range(k):
        assert agreement_a([90 if i == at else 0 for i in range(k)]) == 1
    assert agreement_a([8] * k) == 0
    assert agreement_a([50, *[0] * (k - 2), 50]) == -1


def test_nobody_is_neither_agreed_nor_divided() -> None:
    assert agreement_a([0, 0, 0, 0, 0]) is None


@pytest.mark.parametrize("cases", [(), (3, 4), (3, -1, 4)])
def test_what_is_no_scale_is_refused(cases: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="three or more categories"):
        agreement_a(cases)


def test_a_split_vote_is_fully_divided_because_votes_have_no_strength() -> None:
    split = {1: 50, -1: 50}
    assert agreement_a(frequencies(split, SCALES[QuestionKind.VOTE])) == -1
    on_five = agreement_a(frequencies(split, SCALES[QuestionKind.POLICY]))
    assert on_five == pytest.approx(1 / 6)


def test_every_kind_of_question_has_a_scale() -> None:
    assert set(SCALES) == set(QuestionKind)


def test_scores_are_counted_in_the_order_of_the_scale() -> None:
    assert frequencies(Counter([2, -1, 2, 0]), STANCES) == (0, 1, 1, 0, 2)
    with pytest.raises(ValueError, match=r"2 is not on the scale \(-1, 0, 1\)"):
        frequencies({2: 1}, VOTES)


def by_the_paper(cases: list[int]) -> float:
    """Peel off layer after layer, each as high as its lowest category, as pp. 331-333 tell it."""
    rest, total, a = list(cases), sum(cases), 0.0
    while any(rest):
        height = min(count for count in rest if count)
        covered = [count > 0 for count in rest]
        a += height * sum(covered) / total * layer(covered)
        rest = [max(0, count - height) for count in rest]
    return a


def layer(covered: list[bool]) -> float:
    k, filled = len(covered), sum(covered)
    if filled in (1, k):
        return float(filled == 1)
    one_peak = dent = 0
    for i in range(k):
        for j in range(i + 1, k):
            for m in range(j + 1, k):
                pattern = f"{covered[i]:d}{covered[j]:d}{covered[m]:d}"
                one_peak += pattern in ("110", "011")
                dent += pattern == "101"
    unimodality = ((k - 2) * one_peak - (k - 1) * dent) / ((k - 2) * (one_peak + dent))
    return unimodality * (1 - (filled - 1) / (k - 1))
