"""A batch answers what it can: an odd query says what is wrong with itself, and spares the rest."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import World

REST = {"query": "Kazakhstan", "type": "country", "limit": 1}


def batch(client: TestClient, **queries: Any) -> Any:
    answer = client.post("/v1/reconcile", data={"queries": json.dumps(queries)})
    assert answer.status_code == 200, answer.text
    return answer.json()


#: What is wrong with a query, and what its answer says.
UNANSWERED: list[tuple[Any, str]] = [
    ({"query": "x", "typ": "country"}, "did you mean 'type'?"),
    ({"query": "x", "type": "contry"}, "did you mean 'country'?"),
    ({"query": "x", "type": ["planet", "star"]}, "'star' is no type here"),
    ({"query": "x" * 501}, "501 characters"),
    ({"query": ["x"]}, "`query` is a text"),
    ({"type": "country"}, "`query`, the name, or `properties`"),
    ({}, "`query`, the name, or `properties`"),
    ({"properties": [{"pid": "born", "v": "1950"}]}, "`properties` with one that is known"),
    ("Kazakhstan", "a query is an object"),
    (None, "a query is an object"),
    ([], "a query is an object"),
]


@pytest.mark.parametrize(("query", "told"), UNANSWERED)
def test_a_query_that_cannot_be_answered_says_why_and_the_others_are(
    client: TestClient, query: Any, told: str
) -> None:
    found = batch(client, odd=query, rest=REST)
    assert found["odd"]["result"] == []
    assert told in " ".join(found["odd"]["errors"])
    assert found["rest"]["result"][0]["id"] == "KAZ"
    assert set(found["rest"]) == {"result"}


#: What is put right or left out, and what the answer says of it.
PUT_RIGHT: list[tuple[dict[str, Any], str]] = [
    ({"limit": 51}, "at most 50"),
    ({"limit": 0}, "from 1 to 50"),
    ({"limit": "many"}, "from 1 to 50"),
    ({"type": ["country", "planet"]}, "'planet' is no type here"),
    ({"properties": [{"pid": "population", "v": 19}]}, "'population'"),
    ({"properties": [{"pid": "contry", "v": "KAZ"}]}, "did you mean 'country'?"),
    ({"properties": [{"p": "country", "v": "KAZ"}]}, "`pid` and `v`"),
    ({"properties": "country"}, "`pid` and `v`"),
]


@pytest.mark.parametrize(("odd", "told"), PUT_RIGHT)
def test_what_can_be_put_right_is_and_is_said(
    client: TestClient, odd: dict[str, Any], told: str
) -> None:
    found = batch(client, q={"query": "Kazakhstan", **odd})["q"]
    assert (found["result"][0]["id"], found["result"][0]["match"]) == ("KAZ", True)
    assert told in " ".join(found["warnings"])


@pytest.mark.parametrize("kinds", [[], None, "country", ["country"], {"id": "country"}])
def test_a_type_may_be_left_out_in_any_form(client: TestClient, kinds: Any) -> None:
    found = batch(client, q={"query": "Kazakhstan", "type": kinds})["q"]
    assert found["result"][0]["id"] == "KAZ"
    assert set(found) == {"result"}


def test_properties_alone_find_whom_they_tell(client: TestClient) -> None:
    found = batch(
        client,
        by_country={"properties": [{"pid": "country", "v": "Kazakhstan"}], "limit": 50},
        by_code={"properties": [{"pid": "iso3166_1_alpha2", "v": "kz"}]},
        by_shared_code={"properties": [{"pid": "iso3166_1_alpha2", "v": "CS"}]},
        by_region={"properties": [{"pid": "m49_subregion", "v": 143}]},
        by_both={
            "properties": [
                {"pid": "m49_subregion", "v": "143"},
                {"pid": "country", "v": [{"id": "KAZ"}, {"id": "UZB"}]},
            ]
        },
    )
    ids = {key: [one["id"] for one in told["result"]] for key, told in found.items()}
    assert ids["by_country"][0] == "KAZ"
    assert "nursultan-nazarbayev" in ids["by_country"]
    assert ids["by_code"] == ["KAZ"]
    assert found["by_code"]["result"][0]["match"] is True
    assert ids["by_shared_code"] == ["CSK", "SCG"]
    assert not any(one["match"] for one in found["by_shared_code"]["result"])
    assert ids["by_region"] == ["KAZ", "KGZ", "TJK", "TKM", "UZB"]
    assert ids["by_both"] == ["KAZ", "UZB"]


def test_a_property_that_differs_makes_no_match(client: TestClient) -> None:
    wrong = {"query": "Kazakhstan", "properties": [{"pid": "iso3166_1_numeric", "v": "860"}]}
    right = {"query": "Kazakhstan", "properties": [{"pid": "iso3166_1_numeric", "v": "398"}]}
    found = batch(client, wrong=wrong, right=right)
    of_kaz = {
        key: next((one["match"], one["score"]) for one in told["result"] if one["id"] == "KAZ")
        for key, told in found.items()
    }
    assert of_kaz == {"wrong": (False, 80), "right": (True, 100)}


def test_a_hundred_cells_are_answered_whatever_one_of_them_holds(client: TestClient) -> None:
    cells: dict[str, Any] = {str(n): REST for n in range(99)}
    found = batch(client, **cells, odd={"query": "x" * 100_000})
    assert [told["result"][0]["id"] for key, told in found.items() if key != "odd"] == ["KAZ"] * 99


def test_an_extension_gives_what_is_known_and_names_what_is_not(client: TestClient) -> None:
    asked = {
        "ids": ["KAZ", "nobody", 398, *(f"none-{n}" for n in range(1500))],
        "properties": [{"id": "iso3166_1_alpha2"}, {"id": "iso3166_1_alpha_2"}],
    }
    told = client.post("/v1/reconcile", data={"extend": json.dumps(asked)}).json()
    assert told["rows"]["KAZ"] == {"iso3166_1_alpha2": [{"str": "KZ"}], "iso3166_1_alpha_2": []}
    assert told["rows"]["nobody"] == {"iso3166_1_alpha2": [], "iso3166_1_alpha_2": []}
    assert len(told["rows"]) == 1503
    [fault] = told["errors"]
    assert fault["property"] == "iso3166_1_alpha_2"
    assert "did you mean 'iso3166_1_alpha2'?" in fault["detail"]


def test_an_empty_cell_spares_the_rest_of_a_column(client: TestClient) -> None:
    asked = {"ids": [None, "KAZ"], "properties": [{"id": "iso3166_1_alpha2"}]}
    told = client.post("/v1/reconcile", data={"extend": json.dumps(asked)}).json()
    assert told["rows"] == {"KAZ": {"iso3166_1_alpha2": [{"str": "KZ"}]}}


#: What is no extension, and what its refusal says.
NO_EXTENSION: list[tuple[Any, str]] = [
    ({"ids": ["KAZ"]}, "properties: is missing, and must be given"),
    ({"ids": "KAZ", "properties": []}, "ids: is the text 'KAZ', and should be a list"),
    ({"ids": [["KAZ"]], "properties": []}, "ids/0: is a list, and should be text"),
    ({"ids": [], "properties": ["country"]}, "properties/0: is the text 'country', and should be"),
    ({"ids": [], "properties": [], "more": 1}, "more: unknown key"),
    ([], "the whole: is a list, and should be an object"),
]


@pytest.mark.parametrize(("asked", "told"), NO_EXTENSION)
def test_a_refused_extension_says_what_would_be_right(
    client: TestClient, asked: Any, told: str
) -> None:
    answer = client.post("/v1/reconcile", data={"extend": json.dumps(asked)})
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


# -- what a dialog asks for -------------------------------------------------------------------


def test_the_manifest_names_every_service_and_each_answers(client: TestClient) -> None:
    manifest = client.get("/v1/reconcile").json()
    assert set(manifest["suggest"]) == {"entity", "type", "property"}
    examples = {"entity": "KAZ", "type": "country", "property": "country"}
    for what, service in manifest["suggest"].items():
        found = client.get(service["service_path"], params={"prefix": examples[what][:3]}).json()
        assert examples[what] in [one["id"] for one in found["result"]], what
        address = service["flyout_service_path"].replace("${id}", examples[what])
        flyout = client.get(address).json()
        assert flyout["id"] == examples[what]
        assert flyout["html"].startswith("<p>")
    preview = manifest["preview"]
    assert preview["width"] > 0 < preview["height"]
    address = preview["url"].replace("{{id}}", "KAZ")
    page = client.get(address[address.index("/v1") :])
    assert page.headers["content-type"].startswith("text/html")
    assert "Kazakhstan" in page.text


def test_a_preview_may_stand_in_a_frame_of_another_site_and_runs_nothing(world: World) -> None:
    client = world(people="[{id: ann, name: 'Ann <script>alert(1)</script>'}]")
    page = client.get("/v1/reconcile/preview?id=ann")
    assert page.headers.get_list("content-security-policy") == [
        "default-src 'none'; frame-ancestors *"
    ]
    assert "<script" not in page.text
    assert "<script" not in client.get("/v1/reconcile/flyout/entity?id=ann").json()["html"]


@pytest.mark.parametrize("what", ["entity", "type", "property"])
def test_a_flyout_of_what_is_not_there_says_what_is(client: TestClient, what: str) -> None:
    answer = client.get(f"/v1/reconcile/flyout/{what}?id=contry")
    assert answer.status_code == 404
    assert "contry" in answer.json()["detail"]


def test_properties_have_labels_of_words(client: TestClient) -> None:
    proposed = client.get("/v1/reconcile/extend/properties").json()
    assert "type" not in proposed
    labels = {one["id"]: one["name"] for one in proposed["properties"]}
    assert labels["iso3166_1_alpha2"] == "ISO 3166-1 alpha-2 code"
    assert not [label for label in labels.values() if "_" in label or label.islower()]
    suggested = client.get("/v1/reconcile/suggest/property?prefix=code").json()["result"]
    assert [one["id"] for one in suggested] == [
        "iso3166_1_alpha2",
        "iso3166_1_alpha3",
        "iso3166_1_numeric",
    ]
    two = client.get("/v1/reconcile/extend/properties?limit=2").json()
    assert (two["limit"], len(two["properties"])) == (2, 2)
