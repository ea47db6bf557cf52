"""Search: what the words are most about comes first, or the order and period that are asked for."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import World


def hits(client: TestClient, query: str) -> list[Any]:
    answer = client.get(f"/v1/search?{query}")
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["data"]
    return found


def ids(client: TestClient, query: str) -> list[str]:
    return [hit["record"]["id"] for hit in hits(client, query)]


CALLED = [
    ("nato", "nato"),
    ("north atlantic treaty organization", "nato"),
    ("USSR", "SUN"),
    ("Burma", "MMR"),
    ("Republic of Korea", "KOR"),
    ("Korea, Rep.", "KOR"),
    ("КАЗАХСТАН", "KAZ"),
    ("Deutschland", "DEU"),
    ("Nazarbayev, Nursultan", "nursultan-nazarbayev"),
]


@pytest.mark.parametrize(("words", "record"), CALLED)
def test_whoever_is_called_so_comes_first(client: TestClient, words: str, record: str) -> None:
    first = hits(client, f"q={words}")[0]
    assert (first["record"]["id"], first["rank"]) == (record, 0)


def test_an_alliance_comes_before_its_assembly(client: TestClient) -> None:
    found = ids(client, "q=nato&kind=organization")
    assert found.index("nato") == 0
    assert "nato-parliamentary-assembly" in found


@pytest.mark.parametrize("words", ["nazarbayev", "Nursultan Nazarbayev", "nazar"])
def test_a_person_s_name_finds_what_they_hold(client: TestClient, words: str) -> None:
    held = {
        one["id"] for one in client.get("/v1/opinions?holder=nursultan-nazarbayev").json()["data"]
    }
    found = hits(client, f"q={words}&kind=opinion&limit=500")
    assert held <= {hit["record"]["id"] for hit in found}
    assert len(found) == len({hit["record"]["id"] for hit in found})
    assert client.get(f"/v1/search?q={words}&kind=opinion").json()["meta"]["total"] == len(found)


WORLD = {
    "documents": """
- {id: early, title: Early pact, source_type: official, published: '1990-05'}
- {id: late, title: Late pact, source_type: official, published: '2001-09-11'}
- {id: undated, title: Undated pact, source_type: official}
""",
    "people": "- {id: ann, name: Ann}",
    "questions": """
- {id: motion, title: Pact motion, proposition: A pact., kind: vote, date: 1995-12-01}
- {id: plan, title: Plan, proposition: A plan., kind: policy}
""",
    "opinions": """
- {id: said, holder: ann, question: plan, stance: support, attribution: paraphrase, stated: null,
   summary: Ann wants the pact., evidence: [{document: early, record: a}]}
- {id: told, holder: ann, question: plan, stance: oppose, attribution: paraphrase,
   stated: 1999-06-30, summary: Ann leaves the pact., evidence: [{document: late, record: b}]}
""",
    "events": """
- {id: signing, title: Pact signed, event_type: signing, date: '1998', participants: [],
   evidence: [{document: late, record: c}]}
""",
}
IN_ORDER = ["undated", "early", "said", "motion", "signing", "told", "late"]


def test_hits_come_by_day_when_asked(world: World) -> None:
    client = world(**WORLD)
    assert ids(client, "q=pact&sort=date,kind") == IN_ORDER
    turned = ids(client, "q=pact&sort=-date&limit=3")
    assert turned == ["late", "told", "signing"]
    paged = client.get("/v1/search?q=pact&sort=-date&limit=3").json()["links"]["next"]
    assert [one["record"]["id"] for one in client.get(paged).json()["data"]][0] == "motion"
    dates = {hit["record"]["id"]: hit["date"] for hit in hits(client, "q=pact")}
    assert dates["motion"]["earliest"] == "1995-12-01"
    assert dates["said"] is None


PERIODS = [
    ("from=1996-01-01", ["late", "told", "signing"]),
    ("to=1990-05-15", ["early", "said"]),
    ("from=1990-05-15&to=1995-12-01", ["early", "said", "motion"]),
    ("from=1998-06-01&to=1998-06-01", ["signing"]),
    ("from=2002-01-01", []),
]


@pytest.mark.parametrize(("period", "found"), PERIODS)
def test_a_period_leaves_what_may_be_of_it(world: World, period: str, found: list[str]) -> None:
    client = world(**WORLD)
    answer = client.get(f"/v1/search?q=pact&{period}&facets=kind").json()
    assert {hit["record"]["id"] for hit in answer["data"]} == set(found)
    assert answer["meta"]["total"] == len(found) == sum(answer["meta"]["facets"]["kind"].values())
    assert len(client.get(f"/v1/search?q=pact&{period}&format=ndjson").text.splitlines()) == len(
        found
    )


def test_a_search_as_known_earlier_has_the_days_of_then(world: World) -> None:
    client = world(**WORLD)
    moment = client.get("/v1/documents/early").json()["data"]["recorded_at"]
    assert ids(client, f"q=pact&sort=date,kind&known_at={moment}") == IN_ORDER


def test_days_that_are_none_are_refused(client: TestClient) -> None:
    answer = client.get("/v1/search?q=nato&from=1996")
    assert answer.status_code == 422
    assert "YYYY-MM-DD" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("capital", "state"), [("Astana", "KAZ"), ("tashkent", "UZB"), ("Mexico City", "MEX")]
)
def test_a_capital_finds_its_state_and_says_so(
    client: TestClient, capital: str, state: str
) -> None:
    [found] = [hit for hit in hits(client, f"q={capital}") if hit["record"]["id"] == state]
    assert (found["kind"], found["rank"]) == ("country", 2)
    assert found["snippet"] == f"{capital} is its capital."
    only = hits(client, f"q={capital}&kind=country&sort=date&from=1990-01-01")
    assert only == [], "a state has no day"


def test_a_capital_of_two_states_finds_both_and_a_name_is_no_capital(client: TestClient) -> None:
    found = [hit["record"]["id"] for hit in hits(client, "q=Moscow&kind=country")]
    assert found == ["RUS", "SUN"]
    assert client.get("/v1/search?q=Moscow&kind=country").json()["meta"]["total"] == 2
    [singapore] = hits(client, "q=Singapore&kind=country")
    assert singapore["rank"] == 0
