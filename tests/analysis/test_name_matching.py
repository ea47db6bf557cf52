"""Which actors a text may mean."""

import pytest

from app.analysis.name_matching.actors import NamedActor, NameIndex, find_beginning, find_matches
from app.names.countries import CountryNames, State
from app.vocabulary import ActorKind

KAZAKHSTAN = NamedActor("KAZ", ActorKind.COUNTRY, "Kazakhstan", "KAZ", "")
ARMY = NamedActor("army", ActorKind.ORGANIZATION, "Army of Kazakhstan", "KAZ", "")
PACT = NamedActor("pact", ActorKind.ORGANIZATION, "The Pact", None, "")
STATES = CountryNames([State("KAZ", "Kazakhstan", ("KAZ", "KZ"), ("Kazakhstan",), None, None)])
INDEX = NameIndex([(one, [one.name]) for one in (KAZAKHSTAN, ARMY, PACT)], STATES)
ALL = list(ActorKind)


def test_the_very_name_is_a_sure_match_and_one_that_holds_its_words_is_not() -> None:
    first, second = find_matches(INDEX, "Kazakhstan", ALL)
    assert (first.actor, first.score, first.is_sure) == (KAZAKHSTAN, 100, True)
    assert (second.actor, second.score, second.is_sure) == (ARMY, 90, False)


def test_a_code_means_its_country() -> None:
    [found] = find_matches(INDEX, " KZ ", ALL)
    assert found == (KAZAKHSTAN, 100, True, "code")


def test_only_actors_known_to_be_of_another_country_are_left_out() -> None:
    named = {one.actor.id for one in find_matches(INDEX, "pact army of Kazakhstan", ALL)}
    elsewhere = find_matches(INDEX, "pact army of Kazakhstan", ALL, [{"RUS"}])
    assert named == {"KAZ", "army", "pact"}
    assert {one.actor.id for one in elsewhere} == {"pact"}


def test_names_that_begin_so_come_before_words_that_do() -> None:
    assert find_beginning(INDEX, "KAZ", ALL) == [KAZAKHSTAN, ARMY]
    assert find_beginning(INDEX, "kaz", [ActorKind.ORGANIZATION]) == [ARMY]
    assert find_beginning(INDEX, "!", ALL) == []


def ministry(of: str) -> NamedActor:
    name = f"Ministry of Foreign Affairs of {of}"
    return NamedActor(name.lower().replace(" ", "-"), ActorKind.ORGANIZATION, name, None, "")


@pytest.mark.parametrize("text", ["Ministry of Foreign Affairs of Ireland", "Ireland"])
def test_an_actor_of_another_country_is_not_meant_however_alike_its_name(text: str) -> None:
    """The one word that tells two names apart outweighs all that are alike."""
    states = CountryNames(
        State(one, name, (one,), (name,), None, None)
        for one, name in (("IRL", "Ireland"), ("ISL", "Iceland"))
    )
    iceland = ministry("Iceland")
    found = find_matches(NameIndex([(iceland, [iceland.name])], states), text, ALL)
    assert found == []


def test_a_misspelled_word_is_found_unless_it_is_a_word_of_another_name() -> None:
    named = [NamedActor(one, ActorKind.COUNTRY, one, one, "") for one in ("Austria", "Australia")]
    index = NameIndex([(one, [one.name]) for one in named], CountryNames([]))
    assert [one.actor.id for one in find_matches(index, "Austria", ALL)] == ["Austria"]
    assert find_matches(index, "Austrlia", ALL)[0].actor.id == "Australia"
