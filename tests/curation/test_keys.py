"""Nobody is let in where they don't belong."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app.cli import main
from app.db import Database
from app.db.tables import audit_events, keys
from app.records.kinds import KINDS
from tests.curation.conftest import MakeKey, topic

FILLED = {"{id}": "railways", "{number}": "1", "{style}": "text"}
SECRET = "A" * 43
READING = {"GET", "HEAD"}
#: Questions too long for an address: they change nothing.
ASKED_BY_POST = ("/v1/verify", "/v1/reconcile")


def operations(client: TestClient) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation that OpenAPI describes."""
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def test_every_operation_lets_in_whom_it_says(visitor: TestClient, key: MakeKey) -> None:
    """The whole matrix: a new operation is in it by being described."""
    tokens = {
        "none": None,
        "malformed": "pos_not-a-key",
        "unknown": f"pos_{'0' * 12}_{SECRET}",
        "expired": key("admin", state="expired"),
        "revoked": key("admin", state="revoked"),
        "read": key("read"),
        "curate": key("curate"),
        "admin": key("admin"),
    }
    scopes = ("read", "curate", "admin")
    seen = 0
    for method, path, operation in operations(visitor):
        needed = operation.get("security", [])
        if not needed:
            assert method in READING or path in ASKED_BY_POST, f"{method} {path} is open"
            continue
        seen += 1
        scope = needed[0]["key"][0]
        address = _filled(path)
        for who, token in tokens.items():
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            answer = visitor.request(method, address, headers=headers)
            if who not in scopes:
                assert answer.status_code == 401, (method, path, who)
                assert answer.headers["www-authenticate"] == 'Bearer realm="positions"'
            elif scopes.index(who) < scopes.index(scope):
                assert answer.status_code == 403, (method, path, who)
            else:
                assert answer.status_code not in (401, 403), (method, path, who)
                assert answer.status_code < 500, (method, path, who, answer.text)
    assert seen == 4 * len(KINDS) + 2, "each kind has four, then there are imports and texts"


def _filled(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return path


def test_no_address_that_changes_anything_is_left_out_of_the_matrix(visitor: TestClient) -> None:
    """A route that is not described would not be in it."""
    described = {(method, path) for method, path, _ in operations(visitor)}
    app: Any = visitor.app
    routes = {(m, one.path) for one in app.state.routes for m in one.methods - READING}
    assert routes <= described, sorted(routes - described)


def test_reading_needs_no_key_and_a_wrong_one_does_not_hinder(
    visitor: TestClient, key: MakeKey
) -> None:
    wrong = {"Authorization": f"Bearer {key('read', state='revoked')}"}
    for method, path, operation in operations(visitor):
        if method == "GET" and not operation.get("security"):
            address = _filled(path)
            without, with_it = visitor.get(address), visitor.get(address, headers=wrong)
            assert without.status_code not in (401, 403), path
            assert with_it.status_code == without.status_code, path


def test_refusals_do_not_say_what_is_wrong_with_a_key(visitor: TestClient, key: MakeKey) -> None:
    tokens = [
        f"pos_{'0' * 12}_{SECRET}",
        key("curate", state="expired"),
        key("curate", state="revoked"),
        key("curate")[:-1] + "~",
    ]
    answers = [visitor.post("/v1/topics", headers={"Authorization": f"Bearer {t}"}) for t in tokens]
    assert len({(a.status_code, a.text, a.headers["www-authenticate"]) for a in answers}) == 1


def test_a_revoked_key_is_out_with_the_next_request(desk: TestClient, seeded: Database) -> None:
    assert desk.post("/v1/topics", json=topic("a")).status_code == 201
    with seeded.write() as connection:
        connection.execute(sa.update(keys).values(revoked_at="2026-01-01T00:00:00.000000Z"))
    assert desk.post("/v1/topics", json=topic("b")).status_code == 401


def test_a_key_that_is_revoked_while_a_body_arrives_changes_nothing(
    desk: TestClient, seeded: Database
) -> None:
    text = json.dumps(topic()).encode()

    def body() -> Iterator[bytes]:
        yield text[:10]
        with seeded.write() as connection:
            connection.execute(sa.update(keys).values(revoked_at="2026-01-01T00:00:00.000000Z"))
        yield text[10:]

    answer = desk.post("/v1/topics", content=body(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 401
    assert desk.get("/v1/topics/railways").status_code == 404


def test_the_key_is_checked_before_the_body_is_read(visitor: TestClient) -> None:
    read = []

    def body() -> Iterator[bytes]:
        for i in range(100):
            read.append(i)
            yield b" " * 65536

    answer = visitor.post("/v1/topics", content=body())
    assert answer.status_code == 401


def test_each_use_and_each_refusal_is_on_record_without_secrets(
    desk: TestClient, seeded: Database, key: MakeKey
) -> None:
    token = key("read")
    for _ in range(2):
        desk.post("/v1/topics", json=topic(), headers={"Idempotency-Key": "once"})
    desk.post("/v1/topics", json=topic(), headers={"Authorization": f"Bearer {token}"})
    desk.post("/v1/topics", json=topic())
    rows = _events(seeded, 4)
    assert [(row.outcome, row.status) for row in rows] == [
        ("change", 201),
        ("repeat", 201),
        ("refused", 403),
        ("refused", 409),
    ]
    assert rows[2].key == token.split("_")[1]
    assert token.split("_", 2)[2] not in str(rows)
    with pytest.raises(sa.exc.DBAPIError), seeded.write() as connection:
        connection.execute(sa.delete(audit_events))


def _events(database: Database, number: int) -> list[Any]:
    """The events, once that many are there: refusals are recorded beside their answers."""
    deadline = time.monotonic() + 10
    while True:
        with database.read() as connection:
            rows = list(connection.execute(sa.select(audit_events).order_by(audit_events.c.n)))
        if len(rows) >= number or time.monotonic() > deadline:
            return rows


def test_keys_are_made_listed_and_revoked_beside_the_database(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch, visitor: TestClient
) -> None:
    monkeypatch.setenv("DATABASE_URL", seeded_url)
    run = CliRunner().invoke
    made = run(main.app, ["keys", "create", "Aliya", "--scope", "curate", "--expires", "90d"])
    token = made.stdout.strip()
    headers = {"Authorization": f"Bearer {token}"}
    assert visitor.post("/v1/topics", json=topic("a"), headers=headers).status_code == 201
    listed = run(main.app, ["keys", "list"]).stdout
    assert "Aliya" in listed
    assert token not in listed
    assert run(main.app, ["keys", "revoke", token.split("_")[1]]).exit_code == 0
    assert visitor.post("/v1/topics", json=topic("b"), headers=headers).status_code == 401
    assert "revoked" in run(main.app, ["keys", "list"]).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["keys", "create", "--scope", "cruate"],
        ["keys", "create", "--expires", "soon"],
        ["keys", "create", "--expires", "0d"],
        ["keys", "revoke", "nobody"],
    ],
)
def test_a_key_that_cannot_be_is_refused(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", seeded_url)
    assert CliRunner().invoke(main.app, arguments).exit_code != 0
