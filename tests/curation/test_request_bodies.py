"""A body is bounded, plain, of the right type and strict JSON; nothing of it gives a 5xx."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.conftest import served
from tests.curation.conftest import MakeKey, topic

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b'{"id": "a", "id": "b"}', 400, "'id' is given twice"),
        (b'{"x": {"y": 1, "y": 1}}', 400, "'y' is given twice"),
        (b"[" * 200_000, 400, "depth"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, 400, "nested deeper"),
        (b'{"characters": ' + b"9" * 5000 + b"}", 400, "not JSON"),
        (b'{"a": NaN}', 400, "not JSON"),
        (b'{"a": "\\ud800"}', 400, "not JSON"),
        (b'{"a": "\xff"}', 400, "not JSON"),
        (b"", 400, "not JSON"),
        (b"[]", 422, "should be a JSON object"),
        (b'{"id": "a", "dataset": "reference", "name": "a\\u0000b"}', 422, "U+0000"),
        (b'{"id": "a", "dataset": "reference", "name": "a\\u202eb"}', 422, "U+202E"),
        (b'{"id": "a", "dataset": "reference", "name": "a\\u200bb"}', 422, "U+200B"),
        (b'{"id": "a", "dataset": "reference", "name": "a\\r\\nb"}', 422, "U+000D"),
        (b'{"id": "a", "dataset": "reference", "name": "  "}', 422, "says nothing"),
        (
            b'{"id": "a", "dataset": "reference", "name": "' + b"\\ufb2c" * 200 + b'"}',
            422,
            "600 characters, and may have at most 500",
        ),
        (b'{"id": "a", "dataset": "reference", "name": 99999999999999999999}', 422, "/name"),
        (b'{"id": "a", "dataset": "reference", "nmae": "x"}', 422, "did you mean 'name'?"),
    ],
)
def test_what_is_wrong_with_a_body_is_said(
    desk: TestClient, body: bytes, status: int, said: str
) -> None:
    answer = desk.post("/v1/topics", content=body, headers=JSON)
    assert answer.status_code == status
    assert said in answer.text


def test_what_one_faulty_record_costs_is_bounded(desk: TestClient) -> None:
    """A body of three megabytes held up every writer for most of a minute."""
    many = desk.post("/v1/topics", json=topic(evidence=[{}] * 20_000))
    assert many.status_code == 422
    assert len(many.json()["errors"]) < 10, "faults alike are one, with their number"
    assert "(249 more like it)" in many.text
    long = desk.post("/v1/opinions", json={"stance": "x" * 900_000})
    assert long.status_code == 422
    assert len(long.content) < 10_000
    assert desk.post("/v1/topics", json=topic(summary="x" * 1_100_000)).status_code == 413


@pytest.mark.parametrize("given", ["\x00", "\x1b", "\u202e"])
def test_a_web_address_is_text_like_any_other(desk: TestClient, given: str) -> None:
    source = {"id": "a-report", "dataset": "reference", "source_type": "official"}
    answer = desk.post("/v1/documents", json=source | {"url": f"https://example.org/{given}"})
    assert answer.status_code == 422
    assert f"U+{ord(given):04X} is not allowed" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json; charset=latin-1"},
        {},
        JSON | {"Content-Encoding": "gzip"},
        JSON | {"Content-Encoding": "br"},
    ],
)
def test_another_type_or_encoding_is_refused(desk: TestClient, headers: dict[str, str]) -> None:
    answer = desk.post("/v1/topics", content=b"{}", headers=headers)
    assert answer.status_code == 415


def test_a_body_is_bounded_whether_its_length_was_announced_or_not(
    seeded_url: str, key: MakeKey
) -> None:
    headers = JSON | {"Authorization": f"Bearer {key('curate')}"}

    def parts() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 65536

    with served(seeded_url, max_body_megabytes=1) as client:
        announced = client.post("/v1/topics", content=b" " * (2 << 20), headers=headers)
        counted = client.post("/v1/topics", content=parts(), headers=headers)
        fitting = client.post("/v1/topics", json=topic(), headers=headers)
    assert (announced.status_code, counted.status_code, fitting.status_code) == (413, 413, 201)
