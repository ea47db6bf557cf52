"""HTTP as clients and caches meet it: repeated headers, weights, tags, streams that stall."""

import json
import time

import pytest
from starlette.testclient import TestClient

from app.web.requests.executor import MOST_STREAMS
from tests.conftest import Queries, on_loop, served


def test_a_kept_answer_has_the_headers_of_the_first_however_often_it_is_given(
    client: TestClient,
) -> None:
    origin = {"Origin": "https://example.org"}
    first, *others = [client.get("/v1/topics?limit=3", headers=origin) for _ in range(4)]
    for other in others:
        own = {k: v for k, v in other.headers.items() if k != "x-request-id"}
        assert own == {k: v for k, v in first.headers.items() if k != "x-request-id"}


def test_two_lines_of_a_header_are_one(client: TestClient) -> None:
    """Else a cache could be given CSV under a name that means JSON."""
    lines = [("Accept", "text/csv"), ("Accept", "application/json;q=0.5")]
    assert client.get("/v1/topics", headers=lines).headers["content-type"].startswith("text/csv")
    alone = client.get("/v1/topics", headers={"Accept": "application/json;q=0.5"})
    assert alone.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/csv", "text/csv"),
        ("text/csv;q=0.1, application/json", "application/json"),
        ("text/csv, application/json;q=0.9", "text/csv"),
        ("application/json;q=0, */*", "text/csv"),
        ("text/html, application/x-ndjson;q=0.1", "application/x-ndjson"),
    ],
)
def test_the_most_wanted_format_is_given(client: TestClient, accept: str, given: str) -> None:
    answer = client.get("/v1/topics", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(given)


@pytest.mark.parametrize(
    "accept", ["application/xml", "application/json;q=0", "text/csv;q=0, application/json;q=0"]
)
def test_what_is_refused_is_not_given(client: TestClient, accept: str) -> None:
    assert client.get("/v1/topics", headers={"Accept": accept}).status_code == 406


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ("{tag}", 304),
        ("W/{tag}", 304),
        ('"other", {tag}', 304),
        ('{tag}, "other"', 304),
        ('"other"', 200),
        ("{bare}", 200),
        ('"zz{bare}zz"', 200),
    ],
)
def test_if_none_match_compares_whole_tags(client: TestClient, form: str, status: int) -> None:
    tag = client.get("/v1/topics").headers["etag"]
    given = form.format(tag=tag, bare=tag.strip('"'))
    answer = client.get("/v1/topics", headers={"If-None-Match": given})
    assert answer.status_code == status
    assert answer.headers["etag"] == tag


@pytest.mark.parametrize("address", ["/v1/topics", "/v1/countries/KAZ", "/v1/opinions?format=csv"])
def test_who_wants_an_answer_only_where_there_is_none_is_told_that_there_is(
    client: TestClient, address: str
) -> None:
    for _ in range(2):  # the second may come from the answers that are kept
        for context in (client.get, client.head):
            answer = context(address, headers={"If-None-Match": "*"})
            assert answer.status_code == 304
            assert answer.content == b""
            assert answer.headers["etag"] == client.head(address).headers["etag"]
            assert "content-length" not in answer.headers
    missing = client.get("/v1/topics/nothing", headers={"If-None-Match": "*"})
    assert missing.status_code == 404
    assert missing.json()["title"]


def test_another_public_address_is_another_tag(seeded_url: str) -> None:
    tags = set()
    for url in ("https://one.example", "https://two.example"):
        with served(seeded_url, public_url=url) as client:
            answer = client.get("/v1/changes", headers={"Accept": "application/atom+xml"})
            assert url in answer.text
            tags.add(answer.headers["etag"])
    assert len(tags) == 2


def test_kept_answers_are_bounded_with_what_was_asked(seeded_url: str, queries: Queries) -> None:
    with served(seeded_url, cache_megabytes=1) as client:

        def asked(n: int) -> int:
            """How much an answer to a long question asks of the database."""
            queries.clear()
            ids = ",".join(f"{'x' * 80}-{n}-{i}" for i in range(450))
            assert client.get(f"/v1/topics?limit=1&id={ids}").status_code == 200
            return queries.count

        for n in range(60):
            asked(n)
        assert asked(59) <= 1, "kept: no more than a look at the release"
        assert asked(20) > 1, "no longer kept"


def test_if_none_match_may_stand_in_two_lines(client: TestClient) -> None:
    tag = client.get("/v1/topics").headers["etag"]
    for lines in ([tag, '"a"'], ['"a"', tag]):
        headers = [("If-None-Match", line) for line in lines]
        assert client.get("/v1/topics", headers=headers).status_code == 304


def test_the_head_of_an_export_is_given_without_making_it(client: TestClient) -> None:
    answer = client.head("/v1/opinions?format=csv")
    assert answer.status_code == 200
    assert answer.content == b""
    assert client.app.state.service.executor.streams.taken == 0  # type: ignore[attr-defined]


def test_more_exports_than_the_service_takes_are_refused_and_others_still_answered(
    client: TestClient,
) -> None:
    service = client.app.state.service  # type: ignore[attr-defined]
    streams = service.executor.streams
    held = list(range(MOST_STREAMS))
    for one in held:
        on_loop(client, streams.acquire_nowait, one)
    try:
        refused = client.get("/v1/opinions?format=ndjson&sort=-id&stance=oppose")
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        assert client.get("/v1/opinions?limit=7").status_code == 200
    finally:
        for one in held:
            on_loop(client, streams.release, one)
    assert client.get("/v1/opinions?format=ndjson").status_code == 200


def test_a_database_that_is_away_is_a_503_everywhere() -> None:
    with served("postgresql://nobody@127.0.0.1:1/nothing") as client:  # no server listens there
        for address in ("/v1", "/v1/countries", "/readyz", "/"):
            answer = client.get(address)
            assert answer.status_code == 503, address
            assert answer.headers["retry-after"] == "2"
        assert client.get("/healthz").status_code == 200


def test_a_read_is_not_held_to_the_time_of_the_one_before(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else it takes 100,000 requests to show.
    monkeypatch.setattr("app.db.engines.sqlite.STEPS_BETWEEN_LOOKS", 1)
    with served(seeded_url, cache_megabytes=0) as client:
        assert client.get("/v1/topics").status_code == 200
        now = time.monotonic()
        monkeypatch.setattr("app.db.engines.deadlines.time.monotonic", lambda: now + 3600)
        assert client.get("/v1/topics").status_code == 200


@pytest.mark.parametrize("address", ["/v1/topics", "/v1/export/kazakhstan-nato.zip", "/timeline"])
def test_a_fault_of_ours_is_a_problem_that_says_nothing_of_its_inside(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def fail(*_given: object) -> None:
        raise KeyError("secret")

    monkeypatch.setattr("app.web.requests.context.context_on", fail)
    with served(seeded_url) as client:
        answer = client.get(address, headers={"Origin": "https://example.org"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*", "else no page could read it"
    assert answer.headers["x-request-id"]
    assert "secret" not in answer.text


def test_requests_are_counted_by_their_route(client: TestClient) -> None:
    client.get("/v1/countries/KAZ")
    client.get("/v1/nothing/of/the/kind")
    text = client.get("/metrics").text
    assert 'positions_requests_total{method="GET",route="/v1/countries/{id}",status="200"}' in text
    assert "of/the/kind" not in text, "an address is never a label: strangers choose it"
    assert "positions_request_seconds_bucket" in text


def test_openapi_is_json_and_says_so(client: TestClient) -> None:
    answer = client.get("/openapi.json")
    assert json.loads(answer.text)["openapi"].startswith("3.1")
