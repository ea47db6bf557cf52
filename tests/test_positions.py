"""Where each holder stands, derived from opinions."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import World

PEOPLE = "[{id: ann, name: Ann}, {id: bob, name: Bob}]"
QUESTIONS = """
- {id: join, title: Should it join?, proposition: It should join., kind: policy}
- {id: pay, title: Should it pay?, proposition: It should pay., kind: policy}
"""
DOCUMENTS = """
- {id: paper, source_type: news_analysis, published: 2005-06-01, characters: 1000, paragraphs: 9}
- {id: undated, source_type: news_analysis, characters: 1000, paragraphs: 9}
"""


def opinion(
    id: str,
    stance: str,
    stated: str = "null",
    *,
    holder: str = "ann",
    attribution: str = "paraphrase",
    document: str = "paper",
    question: str = "join",
    confidence: str = "null",
) -> str:
    return (
        f"- {{id: {id}, holder: {holder}, question: {question}, stance: {stance}, "
        f"attribution: {attribution}, stated: {stated}, "
        f"confidence: {confidence}, "
        f"evidence: [{{document: {document}, paragraph: 1, start: 1, end: 9}}]}}\n"
    )


def small(world: World, *opinions: str) -> TestClient:
    return world(
        people=PEOPLE, questions=QUESTIONS, documents=DOCUMENTS, opinions="".join(opinions)
    )


def positions(client: TestClient, query: str = "") -> list[Any]:
    answer = client.get(f"/v1/positions?{query}")
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["data"]
    return found


def test_the_latest_opinion_decides_and_the_change_is_said(world: World) -> None:
    client = small(
        world,
        opinion("a", "oppose", "2001-02-03"),
        opinion("b", "support", "2003"),
        opinion("c", "support", "2004-05-06"),
    )
    [position] = positions(client)
    assert position["stance"] == "support"
    assert position["changed"] is True
    assert position["conflicting"] is False
    assert position["opinions"] == 3
    assert position["since"]["edtf"] == "2003"
    assert position["last_stated"]["edtf"] == "2004-05-06"
    assert position["opinion_ids"] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("opinions", "stance", "conflicting", "changed"),
    [
        pytest.param([("a", "support", "2003")], "support", False, False, id="one alone"),
        pytest.param(
            [("a", "support", "2003"), ("b", "oppose", "2003-05")], "oppose", True, False,
            id="overlap in time and differ: in conflict, the better attributed wins",
        ),
        pytest.param(
            [("a", "support", "2003"), ("b", "strong_support", "2003-05")],
            "support", False, False,
            id="overlap and agree in direction: no conflict, the later end decides",
        ),
        pytest.param(
            [("a", "support", "2003-01-01"), ("b", "oppose", "2003-01-02")],
            "oppose", False, True,
            id="a day later is later",
        ),
        pytest.param(
            [("a", "ambivalent", "2003"), ("b", "support", "2003")], "support", True, False,
            id="torn and for differ in direction",
        ),
        pytest.param(
            [("a", "no_position", "2003"), ("b", "support", "2003")], "support", False, False,
            id="a silence contradicts nothing",
        ),
    ],
)  # fmt: skip
def test_opinions_that_overlap(
    world: World,
    opinions: list[tuple[str, str, str]],
    stance: str,
    conflicting: bool,
    changed: bool,
) -> None:
    best = {"b": "direct_quote"}
    client = small(
        world, *(opinion(*one, attribution=best.get(one[0], "paraphrase")) for one in opinions)
    )
    [position] = positions(client)
    assert (position["stance"], position["conflicting"], position["changed"]) == (
        stance,
        conflicting,
        changed,
    )


def test_of_equally_attributed_opinions_in_conflict_the_later_recorded_wins(world: World) -> None:
    small(world, opinion("b", "support", "2003"))
    client = small(world, opinion("b", "support", "2003"), opinion("a", "oppose", "2003"))
    [position] = positions(client)
    assert (position["stance"], position["conflicting"]) == ("oppose", True)


def test_as_of_leaves_out_what_was_said_later_and_counts_the_undated(world: World) -> None:
    client = small(
        world,
        opinion("a", "oppose", "2001"),
        opinion("b", "support", "2006"),
        opinion("c", "support", holder="bob"),
        opinion("d", "support", holder="bob", question="pay", document="undated"),
    )
    before = client.get("/v1/positions?as_of=2003-01-01").json()
    assert [p["stance"] for p in before["data"]] == ["oppose"]
    assert before["meta"]["undated"] == 1
    assert before["meta"]["as_of"] == "2003-01-01"
    after = client.get("/v1/positions?as_of=2005-07-01").json()["data"]
    assert [(p["holder"]["id"], p["question"]["id"]) for p in after] == [
        ("ann", "join"),
        ("bob", "join"),
    ], "an undated opinion takes its document's date"
    assert len(positions(client)) == 3


def test_a_vague_date_counts_from_its_first_day(world: World) -> None:
    client = small(world, opinion("a", "support", "2003"))
    assert positions(client, "as_of=2002-12-31") == []
    assert len(positions(client, "as_of=2003-01-01")) == 1


def test_a_filter_on_stance_applies_to_the_result(world: World) -> None:
    client = small(world, opinion("a", "oppose", "2001"), opinion("b", "support", "2003"))
    assert positions(client, "stance=oppose") == []
    assert len(positions(client, "stance=support")) == 1


def test_a_filter_on_attribution_chooses_the_opinions_beneath(world: World) -> None:
    client = small(
        world,
        opinion("a", "oppose", "2001", attribution="direct_quote"),
        opinion("b", "support", "2003", attribution="analyst_assessment"),
    )
    [position] = positions(client, "attribution=direct_quote")
    assert (position["stance"], position["attributions"]) == ("oppose", ["direct_quote"])


def test_known_at_shows_the_position_as_it_was_known(world: World) -> None:
    first = small(world, opinion("a", "oppose", "2001"))
    then = first.get("/v1/opinions/a").json()["data"]["recorded_at"]
    client = small(world, opinion("a", "support", "2001"))
    assert positions(client)[0]["stance"] == "support"
    assert positions(client, f"known_at={then}")[0]["stance"] == "oppose"


def test_pages_of_positions_meet_without_gap_or_overlap(client: TestClient) -> None:
    everything = positions(client, "limit=500")
    paged, address = [], "/v1/positions?limit=7"
    while address:
        answer = client.get(address).json()
        paged += answer["data"]
        address = answer["links"]["next"]
    assert paged == everything
    assert len(paged) == answer["meta"]["total"]


def test_gali_and_nurmagambetov_stand_against_each_other_on_membership(client: TestClient) -> None:
    answer = positions(
        client, "holder=azimbai-gali,sagadat-nurmagambetov&topic=alliance-membership"
    )
    stances = {p["holder"]["id"]: p["stance"] for p in answer if "member" in p["question"]["id"]}
    assert stances["azimbai-gali"].endswith("support")
    assert stances["sagadat-nurmagambetov"] == "strong_oppose"


@pytest.mark.parametrize(
    ("first", "second", "stance"),
    [
        pytest.param(("strong_support", "low"), ("support", "high"), "support", id="surer"),
        pytest.param(("support", "low"), ("strong_support", "high"), "strong_support", id="surer"),
        pytest.param(("support", "null"), ("strong_support", "low"), "strong_support", id="said"),
        pytest.param(("strong_support", "high"), ("support", "high"), "support", id="weaker"),
        pytest.param(("oppose", "high"), ("strong_oppose", "high"), "oppose", id="weaker"),
    ],
)
def test_of_equals_that_agree_the_surer_decides_then_the_weaker(
    world: World, first: tuple[str, str], second: tuple[str, str], stance: str
) -> None:
    client = small(
        world,
        opinion("a", first[0], "2003", confidence=first[1]),
        opinion("b", second[0], "2003", confidence=second[1]),
    )
    [position] = positions(client)
    assert (position["stance"], position["conflicting"]) == (stance, False)


@pytest.mark.parametrize(
    ("stated", "as_of", "stances"),
    [
        ("../2003-05-06", "1900-01-01", ["support"]),
        ("/2003-05-06", "2003-05-05", ["support"]),
        ("'[..2003-05-06]'", "2003-05-05", ["support"]),
        ("2003-05-06/", "2003-05-05", []),
        ("1950S2", "1899-12-31", []),
        ("1950S2", "1900-01-01", ["support"]),
        ("2003/..", "2003-01-01", ["support"]),
    ],
)
def test_a_date_counts_from_the_first_day_it_can_be_which_may_be_before_all_days(
    world: World, stated: str, as_of: str, stances: list[str]
) -> None:
    client = small(world, opinion("a", "support", stated))
    assert [one["stance"] for one in positions(client, f"as_of={as_of}")] == stances
    for path in ("opinions", "timeline"):
        found = client.get(f"/v1/{path}?as_of={as_of}").json()["data"]
        assert [one["stance"] for one in found] == stances, path
