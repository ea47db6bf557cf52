"""Which actors a text may mean."""

from app.analysis.name_matching import NamedActor, NameIndex, find_beginning, find_matches
from app.vocabulary import ActorKind

KAZAKHSTAN = NamedActor("KAZ", ActorKind.COUNTRY, "Kazakhstan", "KAZ", "")
ARMY = NamedActor("army", ActorKind.ORGANIZATION, "Army of Kazakhstan", "KAZ", "")
PACT = NamedActor("pact", ActorKind.ORGANIZATION, "The Pact", None, "")
INDEX = NameIndex(
    ["kazakhstan", "army of kazakhstan", "the pact"],
    [KAZAKHSTAN, ARMY, PACT],
    {one.id: one for one in (KAZAKHSTAN, ARMY, PACT)},
)
ALL = list(ActorKind)


def test_the_very_name_is_a_sure_match_and_one_that_holds_its_words_is_not() -> None:
    first, second = find_matches(INDEX, "Kazakhstan", {}, ALL)
    assert (first.actor, first.score, first.is_sure) == (KAZAKHSTAN, 100, True)
    assert (second.actor, second.score, second.is_sure) == (ARMY, 90, False)


def test_a_code_means_its_country() -> None:
    [found] = find_matches(INDEX, " KZ ", {"kz": "KAZ"}, ALL)
    assert found == (KAZAKHSTAN, 100, True)


def test_only_actors_known_to_be_of_another_country_are_left_out() -> None:
    named = {one.actor.id for one in find_matches(INDEX, "pact army of Kazakhstan", {}, ALL)}
    elsewhere = find_matches(INDEX, "pact army of Kazakhstan", {}, ALL, [{"RUS"}])
    assert named == {"KAZ", "army", "pact"}
    assert {one.actor.id for one in elsewhere} == {"pact"}


def test_names_that_begin_so_come_before_words_that_do() -> None:
    assert find_beginning(INDEX, "KAZ", ALL) == [KAZAKHSTAN, ARMY]
    assert find_beginning(INDEX, "kaz", [ActorKind.ORGANIZATION]) == [ARMY]
    assert find_beginning(INDEX, "!", ALL) == []
