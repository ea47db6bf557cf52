"""A tag and a stored answer belong to the representation, not to the words that asked for it."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.web.parameters.query_text import canonical_query, pairs_of
from tests.conftest import Queries

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
WORDS = [None, "*/*", "application/json", "application/*", BROWSER]


def asked(client: TestClient, address: str, accept: str | None, encoding: str) -> Any:
    """An answer to a request with these headers and no others of the client's own."""
    request = client.build_request("GET", address, headers={"Accept-Encoding": encoding})
    del request.headers["Accept"]
    if accept is not None:
        request.headers["Accept"] = accept
    return client.send(request)


@pytest.mark.parametrize("address", ["/v1/countries/KAZ", "/v1/opinions?limit=40", "/v1/network"])
@pytest.mark.parametrize("encoding", ["identity", "", "gzip", "gzip;q=0.3, deflate", "br, gzip"])
def test_the_same_bytes_have_one_tag_however_they_are_asked_for(
    client: TestClient, address: str, encoding: str
) -> None:
    answers = [asked(client, address, accept, encoding) for accept in WORDS]
    assert len({one.headers["etag"] for one in answers}) == 1
    assert len({one.content for one in answers}) == 1
    tag = answers[0].headers["etag"]
    for accept in WORDS:
        headers = {"If-None-Match": tag, "Accept-Encoding": encoding}
        headers |= {"Accept": accept} if accept else {}
        assert client.get(address, headers=headers).status_code == 304


def test_other_bytes_have_another_tag(client: TestClient) -> None:
    address = "/v1/opinions?limit=40"
    tags = [
        asked(client, address, accept, encoding).headers["etag"]
        for accept in ("application/json", "text/csv", "application/x-ndjson")
        for encoding in ("identity", "gzip", "br", "zstd")
    ]
    assert len(set(tags)) == 12


def test_an_answer_too_short_to_be_packed_has_one_tag_for_all(client: TestClient) -> None:
    address = "/v1/topics?fields=id&limit=1"
    tags = {
        asked(client, address, None, encoding).headers["etag"]
        for encoding in ("identity", "gzip", "br", "zstd", "*")
    }
    assert len(tags) == 1


@pytest.mark.parametrize("encodings", [("gzip", "identity"), ("identity", "gzip"), ("br", "gzip")])
def test_what_was_asked_in_other_words_is_answered_from_the_store(
    client: TestClient, queries: Queries, encodings: tuple[str, str]
) -> None:
    """Those who want other compression of what is packed get their own answer."""
    for encoding in encodings:
        asked(client, "/v1/opinions?limit=40&sort=id", "*/*", encoding)
    for accept, encoding in itertools.product(WORDS, encodings):
        queries.clear()
        answer = asked(client, "/v1/opinions?sort=id&limit=40", accept, encoding)
        assert answer.status_code == 200
        assert queries.count <= 1, (accept, encoding)


def test_whoever_varies_a_header_empties_nothing(client: TestClient, queries: Queries) -> None:
    asked(client, "/v1/topics?limit=2", None, "identity")
    for n in range(3_000):
        headers = {"Accept": f"application/x-{n}, */*", "Accept-Encoding": f"x-{n}"}
        assert client.get("/v1/topics?limit=3", headers=headers).status_code == 200
    queries.clear()
    asked(client, "/v1/topics?limit=2", "*/*", "x-none")
    assert queries.count <= 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("limit=5&sort=id", "sort=id&limit=5"),
        ("limit=5&&sort=id&", "sort=id&limit=5"),
        ("limit=5&stance=support%2Coppose", "stance=support,oppose&limit=5"),
        ("q=bases+nato&limit=5", "limit=5&q=bases%20nato"),
    ],
)
def test_equal_questions_in_another_order_are_one(client: TestClient, one: str, other: str) -> None:
    first, second = (client.get(f"/v1/opinions?{query}") for query in (one, other))
    assert first.status_code == 200
    assert first.headers["etag"] == second.headers["etag"]
    assert first.content == second.content
    self = first.json()["links"]["self"]
    assert client.get(self).content == first.content


def test_the_order_of_what_is_sorted_by_matters(client: TestClient) -> None:
    first = client.get("/v1/opinions?sort=holder&sort=-stated")
    second = client.get("/v1/opinions?sort=-stated&sort=holder")
    assert first.status_code in (200, 422)
    assert first.headers.get("etag", 1) != second.headers.get("etag", 2)


def test_a_page_says_the_address_that_led_to_it(client: TestClient) -> None:
    following = client.get("/v1/opinions?sort=id&limit=3").json()["links"]["next"]
    assert client.get(following).json()["links"]["self"] == following


NAMES = st.text("ab%20+é&=,;/", max_size=4)


@given(st.lists(st.tuples(NAMES, NAMES), max_size=6))
def test_one_spelling_means_the_same_and_is_the_spelling_of_itself(
    pairs: list[tuple[str, str]],
) -> None:
    from urllib.parse import urlencode

    query = urlencode(pairs).encode()
    one = canonical_query(query)
    assert canonical_query(one) == one
    given_pairs = [pair for pair in pairs_of(query) if pair != ("", "")]
    assert sorted(pairs_of(one)) == sorted(given_pairs) or ("", "") in pairs
    for name, _ in pairs:
        values = [value for n, value in pairs_of(one) if n == name]
        assert values == [value for n, value in pairs_of(query) if n == name] or name == ""
