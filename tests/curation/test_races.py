"""When several write at once, in several processes, nobody's change is lost or made twice."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.db import Database
from app.db.api_keys import create_key
from app.db.tables import keys, releases
from tests.conftest import served
from tests.curation.conftest import MakeKey, topic

ROUNDS, AT_ONCE = 5, 8


@pytest.fixture
def desks(seeded_url: str, key: MakeKey) -> Iterator[list[TestClient]]:
    """Two services over one database, as two workers are, with one curator's key."""
    headers = {"Authorization": f"Bearer {key('curate')}"}
    with served(seeded_url) as one, served(seeded_url) as other:
        for client in (one, other):
            client.headers.update(headers)
        yield [one, other]


def _at_once(desks: list[TestClient], method: str, address: str, **request: Any) -> list[Any]:
    """The same request several times at once, by turns to each service."""

    def send(i: int) -> Any:
        return desks[i % len(desks)].request(method, address, **request)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(send, range(AT_ONCE)))


def test_of_changes_made_from_one_revision_exactly_one_wins(desks: list[TestClient]) -> None:
    desks[0].post("/v1/topics", json=topic())
    for revision in range(1, ROUNDS + 1):
        match = {"If-Match": f'"{revision}"'}
        change = {"name": f"Railways {revision}"}
        answers = _at_once(desks, "PATCH", "/v1/topics/railways", json=change, headers=match)
        assert Counter(a.status_code for a in answers) == {200: 1, 412: AT_ONCE - 1}
    assert desks[1].get("/v1/topics/railways").json()["data"]["revision"] == ROUNDS + 1


def test_a_post_sent_several_times_at_once_has_one_effect_and_one_answer(
    desks: list[TestClient],
) -> None:
    for i in range(ROUNDS):
        once = {"Idempotency-Key": f"once-{i}"}
        answers = _at_once(desks, "POST", "/v1/topics", json=topic(f"t-{i}"), headers=once)
        assert {(a.status_code, a.content) for a in answers} == {(201, answers[0].content)}
    assert desks[0].get("/v1/topics").json()["meta"]["release"] == 1 + ROUNDS


def test_the_answer_to_a_key_is_kept_in_the_transaction_that_it_answers(
    desks: list[TestClient],
) -> None:
    """Kept apart, a process that dies between the two would do it twice."""
    commits: list[Any] = []

    def note(connection: sa.Connection) -> None:
        commits.append(connection)

    sa.event.listen(sa.Engine, "commit", note)
    try:
        desks[0].post("/v1/topics", json=topic(), headers={"Idempotency-Key": "one"})
    finally:
        sa.event.remove(sa.Engine, "commit", note)
    assert len(commits) == 1


def test_a_writer_who_reads_first_is_not_refused_later(seeded: Database) -> None:
    """On SQLite a deferred BEGIN is: another's commit makes what was read an old state."""
    with seeded.write() as connection:
        connection.execute(sa.select(sa.func.max(releases.c.id)))
        _somebody_else_writes(seeded)
        create_key(connection, scope="read", name="mine", expires="never")


def _somebody_else_writes(database: Database) -> None:
    """Another program on the same file, which knows nothing of turns; it may be refused."""
    if database.is_sqlite:
        with (
            suppress(sqlite3.OperationalError),
            closing(sqlite3.connect(database.url.database or "", timeout=0)) as other,
        ):
            row = ("theirs", "0", "", "read", "2026-01-01T00:00:00.000000Z")
            other.execute(
                "INSERT INTO keys (id, sha256, name, scope, created_at) VALUES (?, ?, ?, ?, ?)", row
            )
            other.commit()


def test_writers_of_several_processes_take_turns(seeded_url: str) -> None:
    mine, yours = Database(seeded_url), Database(seeded_url)

    def write(database: Database) -> None:
        for _ in range(20):
            with database.write() as connection:
                before = connection.execute(sa.select(sa.func.count()).select_from(keys)).scalar()
                create_key(connection, scope="read", name=str(before), expires="never")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, (mine, yours)))
    with mine.read() as connection:
        names = connection.execute(sa.select(keys.c.name)).scalars().all()
    assert sorted(map(int, names)) == list(range(40))
    for database in (mine, yours):
        database.close()


def test_readers_see_the_state_before_while_a_writer_is_at_work(
    desks: list[TestClient], seeded: Database
) -> None:
    with seeded.write() as connection:
        connection.execute(sa.update(releases).where(sa.false()).values(reason="x"))
        assert desks[0].get("/v1/topics").status_code == 200
        assert desks[1].get("/v1/opinions?holder=KAZ").status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "given", ["x' OR '1'='1", "x'; DROP TABLE topics; --", 'x"', "%00", "..%2f"]
)
def test_an_id_that_is_none_is_nothing(desks: list[TestClient], method: str, given: str) -> None:
    headers = {"If-Match": '"1"'}
    body = {"name": "x"} if method in ("PUT", "PATCH") else None
    answer = desks[0].request(method, f"/v1/topics/{given}", headers=headers, json=body)
    assert answer.status_code == 404


def test_a_filter_is_compared_and_never_run(desks: list[TestClient]) -> None:
    for given in ("x') OR ('1'='1", "x'; DROP TABLE documents; --"):
        for name in ("publisher", "q"):
            answer = desks[0].get("/v1/documents", params={name: given})
            assert answer.status_code == 200
            assert answer.json()["meta"]["total"] == 0
