"""Names of others matched to our actors, as OpenRefine asks for it."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import Queries, World


def asked(client: TestClient, **queries: Any) -> Any:
    answer = client.post("/v1/reconcile", data={"queries": json.dumps(queries)})
    assert answer.status_code == 200, answer.text
    return {key: told["result"] for key, told in answer.json().items()}


def best(client: TestClient, name: str, **more: Any) -> tuple[str, bool] | None:
    found = asked(client, q={"query": name, **more})["q"]
    return (found[0]["id"], found[0]["match"]) if found else None


def test_without_queries_the_service_says_what_it_can(client: TestClient) -> None:
    manifest = client.get("/v1/reconcile", headers={"Origin": "https://example.org"})
    told = manifest.json()
    assert manifest.headers["access-control-allow-origin"] == "*"
    assert told["versions"] == ["0.2"]
    assert {"name", "identifierSpace", "schemaSpace"} <= set(told)
    assert [one["id"] for one in told["defaultTypes"]] == [
        "country",
        "organization",
        "person",
        "group",
    ]
    assert "{{id}}" in told["view"]["url"]
    for place in (told["suggest"]["entity"], told["extend"]["propose_properties"]):
        path = place["service_path"]
        assert client.get(path, params={"prefix": "x"} if "suggest" in path else {}).is_success


NAMES = [
    ("Kazakhstan", ("KAZ", True)),
    ("kazakstan", ("KAZ", True)),  # an old spelling that is one of its names
    ("Kazahkstan", ("KAZ", False)),
    ("KZ", ("KAZ", True)),
    ("398", ("KAZ", True)),
    ("Republic of Korea", ("KOR", True)),
    ("Niger", ("NER", True)),
    ("nato", ("nato", True)),
    ("NAZARBAYEV, Nursultan", ("nursultan-nazarbayev", True)),
    ("zzzz", None),
    ("!?", None),
    ("", None),
]


@pytest.mark.parametrize(("name", "meant"), NAMES)
def test_a_name_finds_whom_it_means(
    client: TestClient, name: str, meant: tuple[str, bool] | None
) -> None:
    assert best(client, name) == meant


def test_a_batch_is_answered_by_key_and_the_same_by_get(client: TestClient) -> None:
    queries = {"a": {"query": "Russia"}, "b": {"query": "NATO", "limit": 1}}
    found = asked(client, **queries)
    assert (found["a"][0]["id"], found["b"][0]["id"], len(found["b"])) == ("RUS", "nato", 1)
    got = client.get("/v1/reconcile", params={"queries": json.dumps(queries)})
    assert {key: told["result"] for key, told in got.json().items()} == found
    scores = [one["score"] for one in found["a"]]
    assert scores == sorted(scores, reverse=True)
    assert all(60 <= score <= 100 for score in scores)


def test_a_type_narrows_to_actors_of_that_kind(client: TestClient) -> None:
    for kind in ("organization", ["organization", "group"]):
        found = asked(client, q={"query": "Kazakhstan", "type": kind, "limit": 50})["q"]
        assert found
        assert {one["type"][0]["id"] for one in found} <= {"organization", "group"}


WORLD = {
    "countries": (
        "[{id: XAA, name: Aland, iso3166_1_alpha3: XAA}, "
        "{id: XBB, name: Bland, iso3166_1_alpha3: XBB}]"
    ),
    "organizations": (
        "[{id: ministry-a, name: Ministry of Defence, country: XAA}, "
        "{id: ministry-b, name: Ministry of Defence, country: XBB}]"
    ),
}


def test_two_of_one_name_are_no_match_until_the_country_says_which(world: World) -> None:
    client = world(**WORLD)
    assert best(client, "Ministry of Defence") == ("ministry-a", False)
    for value in ("XBB", "Bland", {"id": "XBB"}, ["XBB"]):
        country = [{"pid": "country", "v": value}]
        assert best(client, "Ministry of Defence", properties=country) == ("ministry-b", True)


def test_a_table_is_extended_with_what_is_recorded(client: TestClient) -> None:
    wanted = {
        "ids": ["nursultan-nazarbayev", "KAZ", "nobody"],
        "properties": [{"id": "country"}, {"id": "iso3166_1_alpha2"}],
    }
    told = client.post("/v1/reconcile", data={"extend": json.dumps(wanted)}).json()
    assert [one["id"] for one in told["meta"]] == ["country", "iso3166_1_alpha2"]
    assert told["rows"] == {
        "nursultan-nazarbayev": {
            "country": [{"id": "KAZ", "name": "Kazakhstan"}],
            "iso3166_1_alpha2": [],
        },
        "KAZ": {"country": [], "iso3166_1_alpha2": [{"str": "KZ"}]},
        "nobody": {"country": [], "iso3166_1_alpha2": []},
    }


def test_properties_are_proposed_that_the_kind_can_have(client: TestClient) -> None:
    of_people = client.get("/v1/reconcile/extend/properties?type=person&limit=9").json()
    assert [one["id"] for one in of_people["properties"]] == ["country", "other_names", "summary"]


def test_actors_are_suggested_while_somebody_types(client: TestClient) -> None:
    told = client.get("/v1/reconcile/suggest/entity?prefix=KAZ&type=country&spell=always").json()
    assert [one["id"] for one in told["result"]] == ["KAZ"]
    by_surname = client.get("/v1/reconcile/suggest/entity?prefix=nazar").json()["result"]
    assert by_surname[0]["id"] == "nursultan-nazarbayev"
    first, rest = (
        client.get(f"/v1/reconcile/suggest/entity?prefix=a&cursor={n}").json()["result"]
        for n in (0, 10)
    )
    assert len(first) == 10
    assert not {one["id"] for one in first} & {one["id"] for one in rest}


BAD = [
    ({"queries": "["}, "is not JSON"),
    ({"queries": json.dumps({str(i): {"query": "x"} for i in range(101)})}, "may have at most 100"),
    ({"query": "x"}, "did you mean 'queries'?"),
]


@pytest.mark.parametrize(("form", "told"), BAD)
def test_what_the_service_does_not_know_is_refused(
    client: TestClient, form: dict[str, str], told: str
) -> None:
    for answer in (
        client.post("/v1/reconcile", data=form),
        client.get("/v1/reconcile", params=form),
    ):
        assert answer.status_code == 422, answer.text
        assert told in answer.json()["detail"]


def test_a_batch_costs_no_more_queries_than_one(client: TestClient, queries: Queries) -> None:
    asked(client, q={"query": "warm"})
    queries.clear()
    asked(client, **{str(i): {"query": f"Kazakh {i}"} for i in range(50)})
    assert queries.count == 1, "names are kept for the release; only the release is read"
