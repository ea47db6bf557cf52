"""Answers are compressed as a caller accepts it: the same bytes inside, and tags of their own."""

import gzip
from typing import Any

import brotli
import pytest
import zstandard
from starlette.testclient import TestClient

from tests.conftest import served

LONG, SHORT = "/v1/opinions?limit=64", "/v1/topics?limit=1&fields=id"
UNPACK: dict[str | None, Any] = {
    None: lambda packed: packed,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda packed: zstandard.ZstdDecompressor().decompressobj().decompress(packed),
}


def raw(client: TestClient, address: str, accepted: str, **headers: str) -> tuple[Any, bytes]:
    """An answer, and its bytes as they were sent."""
    with client.stream("GET", address, headers={"Accept-Encoding": accepted, **headers}) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, br", "br"),
        ("zstd;q=0, gzip;q=0.5", "gzip"),
        ("*", "zstd"),
        ("identity", None),
        ("deflate", None),
        ("gzip;q=0", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("address", [LONG, f"{LONG}&format=csv", f"{LONG}&format=ndjson", "/"])
def test_what_is_sent_is_packed_as_the_caller_accepts(
    client: TestClient, address: str, accepted: str, encoding: str | None
) -> None:
    plain, expected = raw(client, address, "identity")
    for _ in range(2):  # the second may come from the answers that are kept
        answer, sent = raw(client, address, accepted)
        assert answer.headers.get("content-encoding") == encoding
        assert UNPACK[encoding](sent) == expected
        assert "Accept-Encoding" in answer.headers["vary"]
        assert answer.headers.get_list("vary") == plain.headers.get_list("vary")
        if encoding:
            assert len(sent) < len(expected) / 2
            assert answer.headers["etag"] != plain.headers["etag"], "other bytes, another tag"


@pytest.mark.parametrize("accepted", ["gzip", "br", "zstd", "identity"])
@pytest.mark.parametrize("address", [LONG, f"{LONG}&format=csv", "/"])
def test_one_tag_is_of_the_same_bytes_whenever_they_were_packed(
    client: TestClient,
    seeded_url: str,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    accepted: str,
) -> None:
    before, expected = raw(client, address, accepted)
    monkeypatch.setattr("gzip.time.time", lambda: 4_000_000_000.0)
    with served(seeded_url) as other:
        after, sent = raw(other, address, accepted)
    assert after.headers["etag"] == before.headers["etag"]
    assert sent == expected


def test_a_packed_answer_is_not_sent_again(client: TestClient) -> None:
    answer, _ = raw(client, LONG, "gzip")
    again, sent = raw(client, LONG, "gzip", **{"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert sent == b""


def test_a_short_answer_and_an_archive_are_sent_as_they_are(client: TestClient) -> None:
    for address in (SHORT, "/v1/export/kazakhstan-nato.zip"):
        answer, _ = raw(client, address, "gzip, br, zstd")
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers, address


def test_a_problem_is_packed_like_any_answer(client: TestClient) -> None:
    answer, sent = raw(client, f"/v1/opinions?{'&'.join(f'x{i}=1' for i in range(50))}", "gzip")
    assert answer.status_code == 422
    assert b"unknown parameter" in gzip.decompress(sent)


def test_the_tag_of_a_packed_file_is_weak_and_still_good(client: TestClient) -> None:
    address = "/static/vendor/swagger-ui-5.35.0/swagger-ui.css"
    packed, sent = raw(client, address, "br")
    assert packed.headers["etag"].startswith('W/"'), "the file's own tag is of other bytes"
    assert brotli.decompress(sent) == raw(client, address, "identity")[1]
    again, _ = raw(client, address, "br", **{"If-None-Match": packed.headers["etag"]})
    assert again.status_code == 304


def test_the_head_of_a_packed_answer_says_what_a_get_would(client: TestClient) -> None:
    got, sent = raw(client, LONG, "gzip")
    head = client.head(LONG, headers={"Accept-Encoding": "gzip"})
    assert head.headers["content-length"] == str(len(sent)) == got.headers["content-length"]
    assert head.headers["etag"] == got.headers["etag"]
