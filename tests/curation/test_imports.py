"""Many records come in one change, or none of them."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.db import Database
from app.db.tables import audit_events
from app.errors import nearest
from app.main import create_app
from app.records.storage.reference_checks import MOST_HINTS
from app.settings import Settings
from tests.curation.conftest import MakeKey, match, topic

NDJSON = {"Content-Type": "application/x-ndjson"}


def _lines(*records: dict[str, Any], kind: str = "topic") -> str:
    return "\n".join(json.dumps({"kind": kind, "record": record}) for record in records)


def _import(client: TestClient, body: str | bytes | Iterable[bytes], query: str = "") -> Any:
    return client.post(f"/v1/imports{query}", content=body, headers=NDJSON)


def test_records_of_several_kinds_come_in_any_order(desk: TestClient) -> None:
    person = {"id": "a-b", "dataset": "reference", "name": "A B", "country": "KAZ"}
    body = _lines(topic(parent="land"), topic("land")) + "\n\n" + _lines(person, kind="people")
    answer = _import(desk, body)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert data["added"] == {"topics": 2, "people": 1}
    assert desk.get("/v1/topics/railways").json()["data"]["parent"]["id"] == "land"
    assert desk.get("/v1/people/a-b").json()["meta"]["release"] == data["release"]


def test_a_dry_run_says_the_same_and_changes_nothing(desk: TestClient, seeded: Database) -> None:
    before = desk.get("/v1/changes?format=ndjson").content
    answer = _import(desk, _lines(topic()), "?dry_run=true").json()
    tried = answer["data"]
    assert (tried["dry_run"], tried["release"], answer["meta"]["release"]) == (True, 2, 1)
    with seeded.read() as connection:
        events = connection.execute(sa.select(audit_events.c.status, audit_events.c.release)).all()
    assert [tuple(event) for event in events] == [(200, None)]
    assert desk.get("/v1/changes?format=ndjson").content == before
    done = _import(desk, _lines(topic())).json()["data"]
    assert done == tried | {"dry_run": False}


def test_every_fault_is_told_with_its_line_and_nothing_comes_in(desk: TestClient) -> None:
    lines = [
        _lines(topic("good")),
        "{not json",
        _lines(topic("bad", nmae="x")),
        '{"kind": "tpoic", "record": {}}',
        '{"record": {}}',
        '{"kind": "topic", "kind": "topic", "record": {}}',
        "[1]",
        _lines(topic("Bad Id")),
    ]
    answer = _import(desk, "\n".join(lines))
    assert answer.status_code == 422
    faults = {(f["line"], f["pointer"]): f["detail"] for f in answer.json()["errors"]}
    assert [line for line, _ in sorted(faults)] == [2, 3, 4, 5, 6, 7, 8]
    assert "did you mean 'name'?" in faults[3, "/nmae"]
    assert "did you mean 'topic'?" in faults[4, "/kind"]
    assert desk.get("/v1/topics/good").status_code == 404


def test_faults_between_records_are_told_with_their_lines_too(desk: TestClient) -> None:
    answer = _import(desk, _lines(topic("a"), topic("b", parent="nowhere"), topic("a")))
    assert answer.status_code == 422
    assert [(f["line"], f["pointer"]) for f in answer.json()["errors"]] == [
        (2, "/parent"),
        (3, "/id"),
    ]
    assert desk.get("/v1/topics/a").status_code == 404


def test_references_that_lead_nowhere_are_likened_to_few_ids(
    desk: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Likening each of very many to all there are held up every writer for minutes."""
    likened: list[str] = []

    def counted(wrong: str, right: Iterable[str]) -> str:
        likened.append(wrong)
        return nearest(wrong, right)

    monkeypatch.setattr("app.records.storage.reference_checks.nearest", counted)
    records = [topic(f"t-{i}", parent=f"wrong-{i // 2}") for i in range(200)]
    answer = _import(desk, _lines(*records))
    faults = answer.json()["errors"]
    assert (answer.status_code, [f["line"] for f in faults]) == (422, list(range(1, 201)))
    assert all(f["detail"].startswith("'wrong-") for f in faults)
    assert len(likened) == MOST_HINTS


def test_an_import_overwrites_nothing_that_its_maker_has_not_seen(desk: TestClient) -> None:
    desk.post("/v1/topics", json=topic())
    assert _import(desk, _lines(topic())).json()["data"]["unchanged"] == 1
    blind = _import(desk, _lines(topic(name="Rails")))
    assert blind.status_code == 422
    assert blind.json()["errors"][0]["pointer"] == "/revision"
    seen = _import(desk, _lines(topic(name="Rails", revision=1)))
    assert seen.json()["data"]["changed"] == {"topics": 1}
    assert _import(desk, _lines(topic(name="Ways", revision=1))).status_code == 422


def test_an_import_brings_nothing_back_that_others_removed(desk: TestClient) -> None:
    desk.post("/v1/topics", json=topic())
    desk.delete("/v1/topics/railways", headers=match(desk, "/v1/topics/railways"))
    stale = _import(desk, _lines(topic(name="Rails", revision=1)))
    assert stale.json()["errors"][0]["detail"].startswith("'railways' was removed")
    assert _import(desk, _lines(topic(name="Rails"))).json()["data"]["added"] == {"topics": 1}


def test_the_same_import_again_under_one_key_has_one_effect(desk: TestClient) -> None:
    once = NDJSON | {"Idempotency-Key": "import-1"}
    first = desk.post("/v1/imports", content=_lines(topic()), headers=once)
    again = desk.post("/v1/imports", content=_lines(topic()), headers=once)
    assert first.json() == again.json()


def test_what_does_not_fit_in_memory_is_streamed_and_bounded(desk: TestClient) -> None:
    def parts() -> Iterator[bytes]:
        for i in range(3000):
            yield _lines(topic(f"t-{i}", summary="x" * 1000)).encode() + b"\n"

    assert _import(desk, parts()).json()["data"]["added"] == {"topics": 3000}
    endless = _import(desk, b" " * (3 << 20) + b"{}\n[]")
    assert endless.status_code == 422
    assert [fault["line"] for fault in endless.json()["errors"]] == [1, 2]
    long = _import(desk, b"x" * (3 << 20) + b"\n[]").json()["errors"]
    assert [fault["line"] for fault in long] == [1, 2]


def test_a_client_that_goes_half_way_leaves_nothing(seeded_url: str, key: MakeKey) -> None:
    """The service is told that the connection is gone after the first line."""
    app = create_app(Settings(database_url=seeded_url))
    headers = {"content-type": NDJSON["Content-Type"], "authorization": f"Bearer {key('curate')}"}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/imports",
        "raw_path": b"/v1/imports",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    first = {"type": "http.request", "body": _lines(topic()).encode() + b"\n", "more_body": True}
    messages: Iterator[dict[str, Any]] = iter([first, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(_message: Any) -> None:
        pass

    async def go() -> None:
        async with app.router.lifespan_context(app):
            await app(scope, receive, send)

    asyncio.run(go())
    with TestClient(create_app(Settings(database_url=seeded_url))) as client:
        assert client.get("/v1/topics/railways").status_code == 404


@pytest.mark.parametrize("media", ["application/json", "text/csv"])
def test_another_type_is_refused(desk: TestClient, media: str) -> None:
    answer = desk.post("/v1/imports", content=b"{}", headers={"Content-Type": media})
    assert answer.status_code == 415


def test_nothing_given_changes_nothing(desk: TestClient) -> None:
    assert _import(desk, b"\n\n").json()["data"]["added"] == {}
    assert desk.get("/v1/topics").json()["meta"]["release"] == 1
