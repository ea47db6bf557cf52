"""What a caller states of a record is kept: every field of every kind is written and read back.

Where what is read differs from what was written, the difference is stated here, field by field.
"""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.records.kinds import KINDS
from tests.curation.conftest import match

PLACE = {"document": "paper", "paragraph": 1, "start": 2, "end": 9, "exact": None}
ROW = {"document": "paper", "record": "row 7"}
DATE = {
    "text": "last spring",
    "edtf": "2004-21",
    "basis": "inferred",
    "reason": "By its paper.",
}
OTHERS = {"other_names": ["Also so"], "identifiers": [{"scheme": "cow", "value": "9901"}]}
MEMBERSHIP = {
    "organization": "un", "role": "Envoy", "status": "ended", "start": DATE, "end": None,
    "evidence": [PLACE],
}  # fmt: skip
#: A record of each kind in which every field says something; what it refers to is in `WORLD`.
FULL: dict[str, dict[str, Any]] = {
    "dataset": {
        "title": "T", "publisher": "P", "version": "2", "url": "https://example.org/a",
        "licence": "MIT", "citation": "C.", "summary": "S",
        "coverage": {"from": "1991-12-26", "to": "2003-01-01", "unit": "agreement", "note": "N."},
    },
    "document": {
        "title": "T", "publisher": "P", "author": "A", "published": DATE, "language": "kk",
        "source_type": "official", "url": "https://example.org/a", "licence": "MIT",
        "sha256": "0a" * 32, "characters": 100, "paragraphs": 3, "summary": "S",
    },
    "topic": {"name": "T", "parent": "war", "summary": "S"},
    "country": {
        "id": "XBB", "name": "N", "official_name": "O", "iso3166_1_alpha2": "XB",
        "iso3166_1_alpha3": "XBB", "iso3166_1_numeric": "902", "m49_region": "142",
        "m49_subregion": "143", "valid_from": "1991-12-26", "valid_to": "2003", "summary": "S",
        "successors": ["XAA"], "memberships": [MEMBERSHIP],
        **OTHERS,
    },
    "organization": {
        "name": "N", "classification": "ministry", "country": "XAA", "parent": "un",
        "founded": DATE, "dissolved": "2003", "memberships": [MEMBERSHIP], "summary": "S", **OTHERS,
    },
    "person": {
        "name": "N", "country": "XAA", "memberships": [MEMBERSHIP], "summary": "S", **OTHERS,
    },
    "group": {
        "name": "N", "classification": "region", "country": "XAA", "summary": "S", **OTHERS,
    },
    "agreement": {
        "title": "T", "other_titles": ["U"], "agreement_type": "accord", "status": "signed",
        "signed": DATE, "in_force": "1997", "terminated": "2001-05",
        "parties": [
            {"actor": "XAA", "role": "host", "status": "ended", "start": "1998", "end": DATE}
        ],
        "obligations": [{"obligation_type": "transit", "text": "Boats may pass."}], "summary": "S",
    },
    "question": {
        "title": "T?", "proposition": "T.", "kind": "policy", "topics": ["war"], "date": DATE,
        "session": "51", "subjects": [{"actor": "XAA", "role": "target"}], "agreement": "pact",
        "summary": "S",
    },
    "event": {
        "title": "T", "event_type": "talks", "plover": "CONSULT", "date": DATE, "place": "A ferry",
        "participants": [{"actor": "un", "role": "host"}], "agreement": "pact", "summary": "S",
    },
    "opinion": {
        "holder": "ann", "speaker": "un", "on_behalf_of": "XAA", "role_then": "Envoy",
        "holder_as_named": "Anna", "question": "join", "stance": "oppose",
        "conditions": [{"text": "C"}], "reasons": [{"text": "R", "reason_type": "legal"}],
        "attribution": "paraphrase", "confidence": "low", "stated": DATE, "summary": "S",
    },
}  # fmt: skip
WORLD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("documents", {"id": "paper", "source_type": "official", "characters": 100, "paragraphs": 3}),
    ("topics", {"id": "war", "name": "War"}),
    ("countries", {"id": "XAA", "name": "Aland"}),
    ("organizations", {"id": "un", "name": "UN"}),
    ("people", {"id": "ann", "name": "Ann"}),
    ("agreements", {"id": "pact", "title": "P", "agreement_type": "accord", "status": "signed",
                    "evidence": [PLACE]}),
    ("questions", {"id": "join", "title": "J?", "proposition": "J.", "kind": "policy"}),
)  # fmt: skip
#: Fields that are not in `FULL`, with why.
BESIDE: dict[tuple[str, str], str] = {}


def full(kind: str) -> dict[str, Any]:
    evidence = [PLACE] if kind == "opinion" else [PLACE, ROW]
    own = "full" if kind == "dataset" else "reference"
    return {"id": "full", "dataset": own, "evidence": evidence, **FULL[kind]}


def as_written(read: Any, written: Any) -> Any:
    """What was read in the form in which it was written: ids for refs, the text of a date."""
    match read:
        case {"id": record_id, "kind": _, "name": _} if isinstance(written, str):
            return record_id
        case {"edtf": edtf, "basis": "stated", "reason": None} if isinstance(written, str):
            return edtf
        case dict():
            known = written if isinstance(written, dict) else {}
            return {k: as_written(v, known[k]) for k, v in read.items() if k in known}
        case list():
            given = written if isinstance(written, list) else []
            return [as_written(a, b) for a, b in zip(read, given, strict=True)]
        case _:
            return read


@pytest.fixture
def world(desk: TestClient) -> TestClient:
    for path, record in WORLD:
        answer = desk.post(f"/v1/{path}", json={"dataset": "reference", **record})
        assert answer.status_code == 201, answer.text
    return desk


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_in_the_table(kind: str) -> None:
    """A new field must be added above, so that somebody looks at what becomes of it."""
    known = set(full(kind)) | {name for one, name in BESIDE if one == kind}
    assert set(KINDS[kind].record.model_fields) <= known
    empty = [name for name, value in full(kind).items() if value in (None, [], {}, "")]
    assert not empty, "each field says something"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_read_back(world: TestClient, kind: str) -> None:
    written = full(kind)
    path = f"/v1/{KINDS[kind].path}"
    answer = world.post(path, json=written)
    assert answer.status_code == 201, answer.text
    address = f"{path}/{written['id']}"
    read = world.get(address).json()["data"]
    assert as_written(read, written) == written
    again = world.put(address, json=read, headers=match(world, address))
    assert again.status_code == 200, again.text
    assert again.json()["data"] == read, "what was read can be written back"


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_that_is_none_is_refused(world: TestClient, kind: str) -> None:
    for unknown in ("comment", "Name", "stanze", "_id", "exact"):
        answer = world.post(f"/v1/{KINDS[kind].path}", json=full(kind) | {unknown: "x"})
        assert answer.status_code == 422, (kind, unknown)
        assert answer.json()["errors"][0]["pointer"] == f"/{unknown}"


@pytest.mark.parametrize("revision", ["3", 1.5, True, -1, "", []])
def test_a_revision_of_an_import_that_is_no_number_is_refused(
    world: TestClient, revision: Any
) -> None:
    record = {"id": "new", "dataset": "reference", "name": "N", "revision": revision}
    line = {"kind": "topic", "record": record}
    answer = world.post(
        "/v1/imports",
        content=json.dumps(line),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == "/revision"
