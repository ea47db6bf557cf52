"""What divides holders, and which reports do not fit together."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests import assembly
from tests.conftest import Make, World
from tests.reports import COUNTRIES, PAPERS, PEOPLE, opinion, questions


@pytest.fixture(scope="module")
def voted(make_database: Make, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with assembly.assembly(make_database, tmp_path_factory.mktemp("assembly")) as client:
        yield client


def data(client: TestClient, address: str) -> list[Any]:
    answer = client.get(f"/v1/{address}")
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["data"]
    return found


def small(world: World, *opinions: str) -> TestClient:
    return world(
        people=PEOPLE,
        countries=COUNTRIES,
        documents=PAPERS,
        questions=questions("join", "pay", "go"),
        opinions="".join(opinions),
    )


def test_votes_are_read_over_three_places(voted: TestClient) -> None:
    rows = {row["question"]["id"]: row for row in data(voted, "divides?limit=500")}
    assert len(rows) == 16
    # Two layers: two at both ends (A = −1, four cases), one at an end (A = 1, one case).
    assert rows["r01"]["agreement"] == pytest.approx((-1 * 4 + 1 * 1) / 5, abs=1e-6)
    assert rows["r01"]["frequencies"] == [
        {"score": -1, "n": 3},
        {"score": 0, "n": 0},
        {"score": 1, "n": 2},
    ]
    assert rows["r08"]["agreement"] == 1.0
    camp = rows["r05"]
    assert [one["id"] for one in camp["favour"]["holders"]] == ["KAZ"]
    assert [one["id"] for one in camp["against"]["holders"]] == ["RUS", "USA"]
    assert [one["id"] for one in camp["neither"]["holders"]] == ["FRA"]
    assert camp["n"] == 4  # one state is not recorded, and stands nowhere


def test_the_most_divided_comes_first(voted: TestClient) -> None:
    figures = [row["agreement"] for row in data(voted, "divides?limit=500")]
    assert figures == sorted(figures)
    turned = [row["agreement"] for row in data(voted, "divides?limit=500&sort=-agreement")]
    assert turned == sorted(figures, reverse=True)


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("topic=arms", 7),
        ("topic=security", 9),
        ("as_of=1995-12-31", 4),
        ("question=r01,r02", 2),
        ("dataset=small", 16),
        ("attribution=vote", 16),
        ("attribution=paraphrase", 0),
        ("country=KAZ", 15),
        ("holder=KAZ,RUS&as_of=1995-12-31", 4),
        ("holder_kind=person", 0),
    ],
)
def test_filters_of_positions_apply(query: str, number: int, voted: TestClient) -> None:
    answer = voted.get(f"/v1/divides?{query}&limit=500").json()
    assert (len(answer["data"]), answer["meta"]["total"]) == (number, number)


def test_policy_is_read_over_five_places_with_reasons(world: World) -> None:
    reason = "[{text: It is safer., reason_type: security}]"
    client = small(
        world,
        opinion("a", "ann", "join", "strong_support", reasons=reason),
        opinion("b", "bob", "join", "strong_oppose"),
        opinion("c", "cid", "join", "no_position"),
        opinion("d", "ann", "pay", "ambivalent"),
    )
    [row] = data(client, "divides?minimum_n=2")
    assert (row["n"], row["agreement"]) == (2, -1.0)
    assert [one["n"] for one in row["frequencies"]] == [1, 0, 0, 0, 1]
    assert row["favour"]["reasons"] == [
        {
            "holder": {"id": "ann", "kind": "person", "name": "Ann"},
            "text": "It is safer.",
            "reason_type": "security",
            "opinion": "a",
            "attribution": "paraphrase",
            "confidence": None,
            "speaker": None,
        }
    ]
    [few] = data(client, "divides")
    assert few["agreement"] is None


def test_reasons_are_those_of_the_position(world: World) -> None:
    """A reason somebody gave for a stance given up since is not a reason for this one."""
    reason = "[{text: It was safer., reason_type: security}]"
    client = small(
        world,
        opinion("a", "ann", "join", "support", "2001", reasons=reason),
        opinion("b", "ann", "join", "support", "2003"),
    )
    [row] = data(client, "divides")
    assert row["favour"]["n"] == 1
    assert row["favour"]["reasons"] == []
    [then] = data(client, "divides?as_of=2002-01-01")
    assert [one["text"] for one in then["favour"]["reasons"]] == ["It was safer."]


def pairs(client: TestClient, query: str = "") -> list[tuple[str, str, str, str]]:
    return [
        (row["kind"], row["holder"]["id"], row["first"]["id"], row["second"]["id"])
        for row in data(client, f"contradictions?{query}")
    ]


CONTRADICTORY = (
    opinion("a1", "ann", "join", "oppose", "2001"),
    opinion("a2", "ann", "join", "support", "2003"),
    opinion("a3", "ann", "join", "strong_support", "2004"),
    opinion("b1", "bob", "join", "support", "2001"),
    opinion("b2", "bob", "join", "oppose", "2001-05", document="second"),
    opinion("b3", "bob", "pay", "neutral", "2001"),
    opinion("b4", "bob", "pay", "no_position", "2002"),
    opinion("c1", "cid", "go", "oppose", "2002", on_behalf_of="KAZ"),
    opinion("k1", "KAZ", "go", "support", "2002"),
    opinion("c2", "cid", "pay", "support", "2002"),
    opinion("c3", "cid", "pay", "oppose", "2002-02"),
)


def test_each_kind_of_contradiction_is_found(world: World) -> None:
    client = small(world, *CONTRADICTORY)
    assert pairs(client) == [
        ("spokesperson", "KAZ", "c1", "k1"),
        ("over_time", "ann", "a1", "a2"),
        ("sources", "bob", "b1", "b2"),
        ("within_source", "cid", "c2", "c3"),
    ]
    assert pairs(client, "kind=sources,spokesperson") == [
        ("spokesperson", "KAZ", "c1", "k1"),
        ("sources", "bob", "b1", "b2"),
    ]
    assert pairs(client, "holder=ann") == [("over_time", "ann", "a1", "a2")]
    assert pairs(client, "question=go") == [("spokesperson", "KAZ", "c1", "k1")]
    assert pairs(client, "as_of=2002-12-31") == [
        ("spokesperson", "KAZ", "c1", "k1"),
        ("sources", "bob", "b1", "b2"),
        ("within_source", "cid", "c2", "c3"),
    ]


def test_both_pieces_of_evidence_are_there(world: World) -> None:
    client = small(world, *CONTRADICTORY)
    [row] = data(client, "contradictions?kind=sources")
    assert [row[side]["evidence"][0]["document"] for side in ("first", "second")] == [
        "paper",
        "second",
    ]
    assert [row[side]["stance"] for side in ("first", "second")] == ["support", "oppose"]
    assert [row[side]["stated"]["edtf"] for side in ("first", "second")] == ["2001", "2001-05"]
    lines = client.get("/v1/contradictions?format=csv").text.splitlines()
    assert len(lines) == 5
    first = client.get("/v1/contradictions?limit=3").json()
    assert first["meta"]["total"] == 4
    assert len(client.get(first["links"]["next"]).json()["data"]) == 1


def test_an_earlier_state_had_other_divides_and_contradictions(world: World) -> None:
    before = small(world, *CONTRADICTORY)
    moment = before.get("/v1/opinions/a1").json()["data"]["recorded_at"]
    then = {
        name: before.get(f"/v1/{name}").json()["data"] for name in ("divides", "contradictions")
    }
    after = small(world, *CONTRADICTORY[:3])
    for name, earlier in then.items():
        assert after.get(f"/v1/{name}").json()["data"] != earlier
        assert after.get(f"/v1/{name}?known_at={moment}").json()["data"] == earlier


def test_the_seeds_are_divided_on_membership(client: TestClient) -> None:
    first = data(client, "divides")[0]
    assert first["question"]["id"] == "kazakhstan-full-nato-membership"
    assert "azimbai-gali" in [one["id"] for one in first["favour"]["holders"]]
    assert "sagadat-nurmagambetov" in [one["id"] for one in first["against"]["holders"]]
