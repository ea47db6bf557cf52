"""Blocs: found where they were planted, the same every time, honest about what is not known."""

import subprocess
import sys
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.measures.blocs import Bloc, Blocs, Pair, blocs

# Two blocs, and G between them. The widths are scikit-learn's silhouette_samples on 1 − agreement.
AGREEMENT = {
    "AB": 0.9, "AC": 0.8, "BC": 0.7, "DE": 0.85, "DF": 0.6, "EF": 0.75,
    "AD": -0.4, "AE": -0.5, "AF": -0.3, "BD": -0.6, "BE": -0.2, "BF": -0.1,
    "CD": -0.5, "CE": -0.3, "CF": 0.1,
    "AG": 0.3, "BG": 0.2, "CG": 0.3, "DG": 0.2, "EG": 0.3, "FG": 0.25,
}  # fmt: skip
PAIRS = [Pair(pair[0], pair[1], 30, value) for pair, value in AGREEMENT.items()]
WIDTHS = {
    "A": 0.761904761905,
    "B": 0.692307692308,
    "C": 0.675675675676,
    "D": 0.792452830189,
    "E": 0.829787234043,
    "F": 0.679012345679,
    "G": 0.022222222222,
}


def test_planted_blocs_are_found_with_their_cohesion() -> None:
    first, second = blocs(PAIRS).blocs
    assert (names(first), names(second)) == ("ABCG", "DEF")
    assert (first.bloc, second.bloc) == (1, 2)
    assert first.cohesion == pytest.approx((0.9 + 0.8 + 0.7 + 0.3 + 0.2 + 0.3) / 6)
    assert second.cohesion == pytest.approx((0.85 + 0.6 + 0.75) / 3)
    assert (first.n, second.n) == (6 * 30, 3 * 30)


def test_fit_is_the_silhouette_width_and_ranks_the_members() -> None:
    members = [member for bloc in blocs(PAIRS).blocs for member in bloc.members]
    assert {m.holder: m.fit for m in members} == pytest.approx(WIDTHS)
    assert [m.holder for m in members] == ["A", "B", "C", "G", "E", "D", "F"]
    assert {m.holder: m.nearest for m in members} == dict.fromkeys("ABCG", 2) | dict.fromkeys(
        "DEF", 1
    )


def test_who_stands_between_is_named_with_the_other_bloc() -> None:
    (between,) = blocs(PAIRS).between
    assert (between.holder, between.nearest) == ("G", 2)


@given(st.permutations(PAIRS), st.lists(st.booleans(), min_size=len(PAIRS), max_size=len(PAIRS)))
def test_neither_the_order_of_pairs_nor_of_names_matters(
    pairs: list[Pair], turned: list[bool]
) -> None:
    given_so = [
        pair._replace(a=pair.b, b=pair.a) if turn else pair
        for pair, turn in zip(pairs, turned, strict=True)
    ]
    assert blocs(given_so) == blocs(PAIRS)


def test_every_run_of_python_finds_the_same() -> None:
    program = (
        "from itertools import combinations\n"
        "from app.analysis.measures.blocs import Pair, blocs\n"
        "names = [f'holder-{i}' for i in range(30)]\n"
        "pairs = combinations(enumerate(names), 2)\n"
        "print(blocs(Pair(a, b, 9, (i * j * 7919 % 199) / 99 - 1) for (i, a), (j, b) in pairs))\n"
    )
    assert output_of(program, hash_seed="1") == output_of(program, hash_seed="2")


@given(
    st.dictionaries(
        st.sampled_from([a + b for a, b in combinations("ABCDEFGH", 2)]),
        st.none() | st.floats(-1, 1),
        min_size=1,
    )
)
def test_every_holder_is_in_one_bloc_or_said_to_be_unplaced(
    agreements: dict[str, float | None],
) -> None:
    found = blocs(Pair(pair[0], pair[1], 12, value) for pair, value in agreements.items())
    placed = [member.holder for bloc in found.blocs for member in bloc.members]
    assert sorted([*placed, *found.unplaced]) == sorted(set("".join(agreements)))
    assert found.left_out == sum(value is None for value in agreements.values())
    assert [bloc.bloc for bloc in found.blocs] == list(range(1, len(found.blocs) + 1))
    widths = [m.fit for bloc in found.blocs for m in bloc.members if m.fit is not None]
    assert all(-1 <= width <= 1 for width in widths)


def test_pairs_with_too_few_common_questions_neither_tie_nor_divide() -> None:
    # K shares enough questions with the first bloc only, and Z with nobody.
    thin = [Pair("A", "K", 20, 0.9), Pair("B", "K", 20, 0.8), Pair("K", "D", 2, None)]
    nobody = [Pair("Z", "A", 1, None), Pair("Z", "D", 0, None)]
    found = blocs([*PAIRS, *thin, *nobody])
    assert names(found.blocs[0]) == "ABCK"
    assert found.blocs[0].n == 3 * 30 + 2 * 20
    assert fit_of(found, "K") is None
    assert (found.unplaced, found.left_out) == (("Z",), 3)


def test_all_who_agree_alike_are_one_bloc() -> None:
    (bloc,) = blocs(Pair(a, b, 10, 0.3) for a, b in combinations("ABCDE", 2)).blocs
    assert names(bloc) == "ABCDE"
    assert bloc.cohesion == pytest.approx(0.3)
    assert {member.fit for member in bloc.members} == {None}


def test_all_who_are_opposed_alike_stand_alone() -> None:
    found = blocs(Pair(a, b, 10, -0.3) for a, b in combinations("ABC", 2))
    assert [(names(bloc), bloc.cohesion, bloc.n) for bloc in found.blocs] == [
        ("A", None, 0),
        ("B", None, 0),
        ("C", None, 0),
    ]
    assert found.between == ()


def test_nothing_known_gives_no_bloc() -> None:
    assert blocs([]) == Blocs((), (), (), 0)
    assert blocs([Pair("B", "A", 1, None)]) == Blocs((), (), ("A", "B"), 1)


@pytest.mark.parametrize(
    "pairs",
    [
        [Pair("A", "B", 9, 0.5), Pair("B", "A", 9, None)],
        [Pair("A", "B", 9, 0.5), Pair("A", "B", 9, 0.5)],
        [Pair("A", "A", 9, 1.0)],
    ],
)
def test_a_pair_given_twice_or_with_itself_is_refused(pairs: list[Pair]) -> None:
    with pytest.raises(ValueError, match="A and [AB]: a pair is two holders, and given once"):
        blocs(pairs)


def names(bloc: Bloc) -> str:
    return "".join(sorted(member.holder for member in bloc.members))


def fit_of(found: Blocs, holder: str) -> float | None:
    return next(m.fit for bloc in found.blocs for m in bloc.members if m.holder == holder)


def output_of(program: str, hash_seed: str) -> str:
    environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, env=environment, capture_output=True, check=True, text=True
    ).stdout
