"""Pages of other sites read whatever changes nothing, by any method, and change nothing."""

import pytest
from starlette.testclient import TestClient

from tests.description import DESCRIPTION

ORIGIN = {"Origin": "https://example.org"}
OPERATIONS = [
    (method.upper(), path, bool(told.get("security")))
    for path, methods in DESCRIPTION["paths"].items()
    for method, told in methods.items()
]
READS = [(method, path) for method, path, takes_key in OPERATIONS if not takes_key]
WRITES = [(method, path) for method, path, takes_key in OPERATIONS if takes_key and method != "GET"]


def preflight(client: TestClient, method: str, path: str) -> int:
    """The status of the question whether a page of another site may ask so."""
    address = path.format(id="KAZ", number=1, dataset="kazakhstan-nato", style="text")
    asked = {
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type, if-none-match",
    }
    answer = client.options(address, headers={**ORIGIN, **asked})
    if answer.status_code == 200:
        assert method in answer.headers["access-control-allow-methods"]
        assert answer.headers["access-control-allow-origin"] == "*"
    return answer.status_code


@pytest.mark.parametrize(("method", "path"), READS)
def test_what_changes_nothing_may_be_asked_by_every_page(
    client: TestClient, method: str, path: str
) -> None:
    assert preflight(client, method, path) == 200


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_what_changes_the_data_may_not(client: TestClient, method: str, path: str) -> None:
    assert preflight(client, method, path) == 400


def test_there_are_reads_by_post() -> None:
    assert {path for method, path in READS if method == "POST"} >= {"/v1/verify", "/v1/reconcile"}


def test_a_page_posts_json_and_reads_the_answer(client: TestClient) -> None:
    quote = {"document": "kazakhstan-nato-analysis", "start": 0, "end": 2, "exact": "No"}
    answer = client.post("/v1/verify", json=quote, headers=ORIGIN)
    assert answer.status_code in (200, 409), "409: this deployment does not hold the text"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_every_header_that_is_declared_may_be_read(client: TestClient) -> None:
    answer = client.get("/v1/countries?limit=1", headers=ORIGIN)
    exposed = {one.strip() for one in answer.headers["access-control-expose-headers"].split(",")}
    assert exposed >= set(DESCRIPTION["components"]["headers"])
