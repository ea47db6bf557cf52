"""What holds at every address, asked of each: envelopes, paging, sorts, filters, formats, caching.

The addresses come from the service's own description, so a new resource is tested on the day it
is registered.
"""

import csv
import io
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import Queries
from tests.description import DESCRIPTION


def operations() -> dict[str, dict[str, Any]]:
    """Every address that is read and needs no id, by path."""
    return {
        path: methods["get"]
        for path, methods in DESCRIPTION["paths"].items()
        if "get" in methods and "{" not in path
    }


def collections() -> list[str]:
    """The addresses of everything that lists rows."""
    kit = {"cursor", "sort", "fields"}
    return [path for path, told in operations().items() if kit <= set(parameters(told))]


def parameters(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in told.get("parameters", ()) if one["in"] == "query"}


def required(path: str) -> str:
    """The part of a query without which an address does not answer."""
    needed = {n: p["example"] for n, p in parameters(operations()[path]).items() if p["required"]}
    return "".join(f"{n}={value_of(v)}&" for n, v in needed.items())


def value_of(example: Any) -> Any:
    return example[0] if isinstance(example, list) else example


def get(client: TestClient, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.text[:500]}"
    return answer


FILTERS = [
    (path, name, value_of(told["example"]))
    for path in collections()
    for name, told in parameters(operations()[path]).items()
    if "example" in told and name != "format"
]


@pytest.mark.parametrize(("path", "name", "value"), FILTERS)
def test_every_parameter_answers_with_its_own_example(
    client: TestClient, path: str, name: str, value: Any
) -> None:
    get(client, f"{path}?{'' if name == 'q' else required(path)}{name}={value}")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/people", "organization"),
        ("/v1/questions", "topic"),
        ("/v1/events", "agreement"),
        ("/v1/timeline", "agreement"),
    ],
)
def test_an_example_of_something_to_find_finds_it(client: TestClient, path: str, name: str) -> None:
    example = value_of(parameters(operations()[path])[name]["example"])
    assert get(client, f"{path}?{name}={example}").json()["data"]


@pytest.mark.parametrize("path", collections())
def test_a_collection_has_its_envelope(client: TestClient, path: str) -> None:
    answer = get(client, f"{path}?{required(path)}limit=2")
    body = answer.json()
    assert set(body) == {"data", "meta", "links"}
    assert {"release", "citations", "total", "limit"} <= set(body["meta"])
    assert body["meta"]["limit"] == 2
    assert len(body["data"]) == min(2, body["meta"]["total"])
    assert set(body["links"]) == {"self", "next"}
    assert (body["links"]["next"] is None) == (body["meta"]["total"] <= 2)
    assert ('rel="next"' in answer.headers["link"]) == (body["links"]["next"] is not None)
    assert all(
        {"dataset", "citation", "licence", "url"} == set(c) for c in body["meta"]["citations"]
    )
    assert answer.headers["x-content-type-options"] == "nosniff"


SORTS = [
    (path, sort)
    for path in collections()
    for sort in parameters(operations()[path])["sort"]["schema"]["items"]["enum"]
]


@pytest.mark.parametrize(("path", "sort"), [*SORTS, ("/v1/opinions", "-stated,id")])
def test_pages_meet_without_gap_or_overlap_in_every_order(
    client: TestClient, path: str, sort: str
) -> None:
    whole = get(client, f"{path}?{required(path)}sort={sort}&limit=500").json()
    address = f"{path}?{required(path)}sort={sort}&limit=17"
    paged: list[Any] = []
    while address and len(paged) < 500:
        page = get(client, address).json()
        paged += page["data"]
        address = page["links"]["next"]
    assert paged[:500] == whole["data"][: len(paged)]
    assert len({json.dumps(one, sort_keys=True) for one in paged}) == len(paged)


@pytest.mark.parametrize("path", collections())
def test_the_whole_result_comes_as_csv_and_ndjson(client: TestClient, path: str) -> None:
    total = get(client, f"{path}?{required(path)}limit=1").json()["meta"]["total"]
    lines = get(client, f"{path}?{required(path)}format=ndjson").text.splitlines()
    assert len([json.loads(line) for line in lines]) == total
    answer = client.get(f"{path}?{required(path)}", headers={"Accept": "text/csv"})
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert len(rows) == total + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [c for row in rows for c in row if c[:1] in ("=", "@", "\t", "\r", "+")]
    assert "attachment" in answer.headers["content-disposition"]


@pytest.mark.parametrize("path", collections())
def test_only_the_fields_asked_for_are_given(client: TestClient, path: str) -> None:
    fields = parameters(operations()[path])["fields"]["schema"]["items"]["enum"]
    for row in get(client, f"{path}?{required(path)}fields={fields[0]}&limit=3").json()["data"]:
        assert list(row) == [fields[0]]


@pytest.mark.parametrize("path", collections())
def test_every_field_of_the_description_is_there_and_no_other(
    client: TestClient, path: str
) -> None:
    reference = operations()[path]["responses"]["200"]["content"]["application/json"]["schema"]
    schemas = DESCRIPTION["components"]["schemas"]
    page = schemas[reference["$ref"].rpartition("/")[2]]
    shape = schemas[page["properties"]["data"]["items"]["$ref"].rpartition("/")[2]]
    for row in get(client, f"{path}?{required(path)}limit=5").json()["data"]:
        assert set(row) == set(shape["properties"]) == set(shape["required"])


@pytest.mark.parametrize("path", collections())
def test_a_list_takes_the_same_number_of_queries_whatever_its_length(
    client: TestClient, path: str, queries: Queries
) -> None:
    exact = "&total=exact" if "total" in parameters(operations()[path]) else ""
    counts = []
    for limit in (3, 400):
        client.app.state.service.release_cache.release = -1  # type: ignore[attr-defined]  # read names anew
        queries.clear()
        get(client, f"{path}?{required(path)}limit={limit}{exact}")
        counts.append(queries.count)
    assert counts[1] <= counts[0] + 2, "more rows may bring in more kinds of names, in one query"
    assert counts[1] <= 16


@pytest.mark.parametrize("path", [*operations(), "/v1/countries/KAZ", "/v1/opinions/missing"])
def test_an_unknown_parameter_is_refused_by_name(client: TestClient, path: str) -> None:
    if not path.startswith("/v1"):
        pytest.skip("the rule is the API's")
    answer = client.get(f"{path}?holderr=x")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert any(fault["parameter"] == "holderr" for fault in answer.json()["errors"])


@pytest.mark.parametrize("path", [p for p in operations() if p.startswith("/v1")])
def test_what_the_caller_has_is_not_sent_again(
    client: TestClient, path: str, queries: Queries
) -> None:
    address = f"{path}?{required(path)}"
    first = get(client, address)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    queries.clear()
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert queries.count <= 1, "a 304 looks at the release at the most, and at nothing else"
    same = client.get(address, headers={"If-None-Match": tag, "Accept": "application/json"})
    assert same.status_code == 304, "other words for the same representation"
    if "text/csv" in operations()[path]["responses"]["200"]["content"]:
        other = client.get(address, headers={"If-None-Match": tag, "Accept": "text/csv"})
        assert other.status_code == 200, "a tag is of one representation"


@pytest.mark.parametrize("path", [p for p in operations() if p.startswith("/v1")])
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    address = f"{path}?{required(path)}"
    whole, head = get(client, address), client.head(address)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["etag"] == whole.headers["etag"]
    assert head.headers["content-length"] == whole.headers["content-length"]


def test_a_kept_answer_is_byte_for_byte_the_computed_one(client: TestClient) -> None:
    for path in collections():
        address = f"{path}?{required(path)}"
        assert get(client, address).content == get(client, address).content


@pytest.mark.parametrize("path", collections())
def test_a_method_that_is_not_taken_is_a_405_with_all_that_are(
    client: TestClient, path: str
) -> None:
    answer = client.request("PROPFIND", path)
    assert answer.status_code == 405
    assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))


def test_a_format_that_is_not_served_is_a_406(client: TestClient) -> None:
    answer = client.get("/v1/countries", headers={"Accept": "application/xml"})
    assert answer.status_code == 406
    assert "text/csv" in answer.json()["detail"]


def test_reading_is_open_to_every_origin(client: TestClient) -> None:
    answer = client.get("/v1/countries?limit=1", headers={"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "ETag" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    "path",
    [path for path, methods in DESCRIPTION["paths"].items() if "get" in methods and "{" in path],
)
def test_the_example_of_an_id_is_of_a_record_that_is_served(client: TestClient, path: str) -> None:
    told = DESCRIPTION["paths"][path]["get"]["parameters"]
    address = path.format(**{one["name"]: one["example"] for one in told if one["in"] == "path"})
    get(client, address)
