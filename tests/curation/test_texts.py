"""A deployment may hold the text of a source; then every place in it is checked and shown."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app.cli import main
from tests.curation.conftest import match

TEXT = "Aliya met Bekzat.\nShe is for it – firmly.\n"
RAW = TEXT.encode()
ADDRESS = "/v1/documents/a-report"
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


def _document(**more: Any) -> dict[str, Any]:
    return {
        "id": "a-report",
        "dataset": "reference",
        "title": "A report",
        "source_type": "official",
        "sha256": sha256(RAW).hexdigest(),
        "characters": len(TEXT),
        "paragraphs": 2,
    } | more


def _topic(start: int, end: int, paragraph: int = 2, **more: Any) -> dict[str, Any]:
    place = {"document": "a-report", "paragraph": paragraph, "start": start, "end": end} | more
    return {"id": "firmness", "dataset": "reference", "name": "Firmness", "evidence": [place]}


def _attach(client: TestClient, raw: bytes = RAW) -> Any:
    return client.put(f"{ADDRESS}/text", content=raw, headers=PLAIN | match(client, ADDRESS))


def test_words_are_served_from_the_moment_the_text_is_held(desk: TestClient) -> None:
    desk.post("/v1/documents", json=_document())
    assert desk.post("/v1/topics", json=_topic(18, 21)).status_code == 201
    assert desk.get("/v1/topics/firmness").json()["data"]["evidence"][0]["exact"] is None
    before = desk.get(ADDRESS).json()
    assert before["data"]["text_held"] is False
    answer = _attach(desk)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["text_held"] is True
    assert answer.json()["meta"]["release"] == before["meta"]["release"] + 2 - 1
    assert desk.get("/v1/topics/firmness").json()["data"]["evidence"][0]["exact"] == "She"
    assert _attach(desk).json()["meta"]["release"] == answer.json()["meta"]["release"]


@pytest.mark.parametrize(
    "words",
    ["Ministe\u0301r", "\u202eyes\u202c", "\x0bvertical\x85", "long " * 1001, "\ufeffmark\u200b"],
)
def test_what_was_read_with_its_words_can_be_written_back(desk: TestClient, words: str) -> None:
    """The words are the document's, whatever characters they are of."""
    raw = f"{words}\n".encode()
    measures = {"sha256": sha256(raw).hexdigest(), "characters": None, "paragraphs": None}
    desk.post("/v1/documents", json=_document(**measures))
    assert _attach(desk, raw).status_code == 200
    assert desk.post("/v1/topics", json=_topic(0, len(words), 1)).status_code == 201
    read = desk.get("/v1/topics/firmness").json()["data"]
    assert read["evidence"][0]["exact"] == words
    address = "/v1/topics/firmness"
    answer = desk.put(address, json=read, headers=match(desk, address))
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"] == read


def test_a_text_with_a_nul_is_refused_and_its_place_told(desk: TestClient) -> None:
    raw = b"She\0 is."
    measures = {"sha256": sha256(raw).hexdigest(), "characters": None, "paragraphs": None}
    desk.post("/v1/documents", json=_document(**measures))
    answer = _attach(desk, raw)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["detail"] == "the file has U+0000, at code point 3"


def test_another_text_is_refused(desk: TestClient) -> None:
    desk.post("/v1/documents", json=_document())
    answer = _attach(desk, RAW + b"!")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/sha256"
    desk.patch(ADDRESS, json={"sha256": None}, headers=match(desk, ADDRESS))
    assert sha256(RAW).hexdigest() in _attach(desk).text


def test_a_place_that_does_not_fit_the_text_is_told_when_it_comes(desk: TestClient) -> None:
    desk.post("/v1/documents", json=_document())
    desk.post("/v1/topics", json=_topic(2, 9))
    answer = _attach(desk)
    assert answer.status_code == 422
    assert "/v1/topics/firmness" in answer.json()["errors"][0]["detail"]
    assert desk.get(ADDRESS).json()["data"]["text_held"] is False


@pytest.mark.parametrize(
    ("place", "pointer"),
    [
        (_topic(18, 21, paragraph=1), "/evidence/0/paragraph"),
        (_topic(18, 21, exact="He!"), "/evidence/0/exact"),
        (_topic(18, 400), "/evidence/0/end"),
    ],
)
def test_every_place_is_checked_against_a_text_that_is_held(
    desk: TestClient, place: dict[str, Any], pointer: str
) -> None:
    desk.post("/v1/documents", json=_document())
    _attach(desk)
    answer = desk.post("/v1/topics", json=place)
    assert answer.status_code == 422
    assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]
    assert desk.post("/v1/topics", json=_topic(18, 21, exact="She")).status_code == 201


def test_a_document_stays_the_one_whose_text_is_held(desk: TestClient) -> None:
    desk.post("/v1/documents", json=_document())
    _attach(desk)
    answer = desk.patch(ADDRESS, json={"sha256": "0" * 64}, headers=match(desk, ADDRESS))
    assert answer.status_code == 422


def test_the_text_needs_the_revision_its_giver_has_seen(desk: TestClient) -> None:
    desk.post("/v1/documents", json=_document())
    answer = desk.put(f"{ADDRESS}/text", content=RAW, headers=PLAIN)
    assert answer.status_code == 428


def test_a_text_is_attached_beside_the_database(
    desk: TestClient, seeded_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", seeded_url)
    desk.post("/v1/documents", json=_document())
    file = tmp_path / "report.txt"
    file.write_bytes(RAW + b"!")
    command = ["documents", "attach", "a-report", str(file)]
    assert CliRunner().invoke(main.app, command).exit_code != 0
    file.write_bytes(RAW)
    assert CliRunner().invoke(main.app, command).exit_code == 0
    assert desk.get(ADDRESS).json()["data"]["text_held"] is True
    unknown = CliRunner().invoke(main.app, ["documents", "attach", "nothing", str(file)])
    assert unknown.exit_code != 0
    assert CliRunner().invoke(main.app, ["verify-history"]).exit_code == 0


#: A place, the text said to stand there, and what is told: verified, what differs, where it is.
QUOTES: dict[str, tuple[int, int, str, tuple[bool, str | None, int | None, list[int] | None]]] = {
    "it stands there": (18, 21, "She", (True, None, None, None)),
    "one letter is another": (18, 21, "Shy", (False, "other words", 20, None)),
    "it stands elsewhere": (0, 3, "She", (False, "other words", 0, [18])),
    "it goes on": (18, 21, "She is", (False, "other words", 21, [18])),
    "the place is outside": (18, 99, "She", (False, "not within the document's 42", None, [18])),
    "the place is empty": (18, 18, "", (False, "ends after it starts", None, None)),
    "the place ends before it starts": (21, 18, "She", (False, "ends after", None, [18])),
}


@pytest.mark.parametrize("what", QUOTES)
def test_a_quote_is_verified_or_told_where_it_differs(desk: TestClient, what: str) -> None:
    start, end, exact, (verified, reason, differs_at, nearest) = QUOTES[what]
    desk.post("/v1/documents", json=_document())
    _attach(desk)
    quote = {"document": "a-report", "start": start, "end": end, "exact": exact}
    answer = desk.post("/v1/verify", json=quote)
    assert answer.status_code == 200, answer.text
    told = answer.json()["data"]
    assert (told["verified"], told["differs_at"], told["nearest"]) == (
        verified,
        differs_at,
        nearest,
    )
    assert (reason or "") in (told["reason"] or "")
    assert [one["dataset"] for one in answer.json()["meta"]["citations"]] == ["reference"]


def test_nothing_is_verified_without_the_text(desk: TestClient) -> None:
    desk.post("/v1/documents", json=_document())
    quote = {"document": "a-report", "start": 18, "end": 21, "exact": "She"}
    answer = desk.post("/v1/verify", json=quote)
    assert answer.status_code == 409
    assert "positions documents attach" in answer.json()["detail"]


def test_words_given_before_the_text_is_held_are_compared_when_it_comes(desk: TestClient) -> None:
    desk.post("/v1/documents", json=_document())
    assert desk.post("/v1/topics", json=_topic(18, 21, exact="For")).status_code == 201
    assert desk.get("/v1/topics/firmness").json()["data"]["evidence"][0]["exact"] is None
    answer = _attach(desk)
    assert answer.status_code == 422, "the words that would be served are others"
    [told] = answer.json()["errors"]
    assert told["pointer"] == "/evidence/0/exact"
    assert told["detail"].startswith("/v1/topics/firmness: the text has other words at this place")
    again = {"evidence": _topic(18, 21, exact="She")["evidence"]}
    headers = match(desk, "/v1/topics/firmness")
    assert desk.patch("/v1/topics/firmness", json=again, headers=headers).status_code == 200
    assert _attach(desk).status_code == 200
    assert desk.get("/v1/topics/firmness").json()["data"]["evidence"][0]["exact"] == "She"


def test_words_for_a_place_that_was_left_do_not_count(desk: TestClient) -> None:
    desk.post("/v1/documents", json=_document())
    desk.post("/v1/topics", json=_topic(18, 21, exact="For"))
    moved = {"evidence": _topic(22, 24, exact="is")["evidence"]}
    headers = match(desk, "/v1/topics/firmness")
    assert desk.patch("/v1/topics/firmness", json=moved, headers=headers).status_code == 200
    assert _attach(desk).status_code == 200


def test_words_of_another_length_than_their_span_are_refused_at_once(desk: TestClient) -> None:
    desk.post("/v1/documents", json=_document())
    answer = desk.post("/v1/topics", json=_topic(18, 21, exact="Never"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["detail"] == "exact has 5 characters, the span 3"


def test_a_document_whose_text_is_held_says_how_long_it_is(desk: TestClient) -> None:
    desk.post("/v1/documents", json=_document(characters=None, paragraphs=None))
    answer = _attach(desk)
    assert answer.status_code == 200
    told = answer.json()["data"]
    assert (told["characters"], told["paragraphs"], told["revision"]) == (len(TEXT), 2, 2)
    assert answer.headers["etag"].startswith('"2.')
    for given, kept in ((None, 200), (len(TEXT), 200), (5, 422)):
        changed = desk.patch(ADDRESS, json={"characters": given}, headers=match(desk, ADDRESS))
        assert changed.status_code == kept, changed.text
        assert desk.get(ADDRESS).json()["data"]["characters"] == len(TEXT)


def test_a_text_of_other_measures_than_its_record_is_refused(desk: TestClient) -> None:
    desk.post("/v1/documents", json=_document(paragraphs=7))
    answer = _attach(desk)
    assert answer.status_code == 422
    told = answer.json()["errors"][0]["detail"]
    assert told == "the text has 2 paragraphs, the record says 7"
