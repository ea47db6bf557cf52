"""A database that goes away, or is held up, is a 503 that passes; only PostgreSQL can be either."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from app.db import parse_url
from app.web.requests.executor import MOST_QUICK
from tests.conftest import on_loop, served

ADDRESSES = (
    "/v1/opinions?limit=3",
    "/v1/opinions?sort=-stated&limit=3",
    "/v1/alignment?a=KAZ",
    "/v1/topics?format=csv",
    "/v1/countries/KAZ",
    "/countries/KAZ",
)


@contextmanager
def beside(url: str) -> Iterator[psycopg.Connection]:
    """Another session of the same database."""
    if url.startswith("sqlite"):
        pytest.skip("there is no connection to lose")
    plain = parse_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        yield connection


#: Every session of a database but one's own.
_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def _end_all(connection: psycopg.Connection) -> None:
    """End every session of this database but one's own, as a restart does."""
    connection.execute(f"SELECT pg_terminate_backend(pid) {_OTHERS}")


@contextmanager
def held_up(
    url: str, client: TestClient, number: int, *, refused: int = 0
) -> Iterator[list[Future[Response]]]:
    """So many reads that wait for a lock until the block ends, and then are answered."""
    with (
        beside(url) as other,
        beside(url) as watcher,
        ThreadPoolExecutor(number) as callers,
    ):
        with other.transaction():
            other.execute("LOCK TABLE opinions IN ACCESS EXCLUSIVE MODE")
            held = [
                callers.submit(client.get, f"/v1/opinions?limit={n}") for n in range(1, number + 1)
            ]
            _await_held(watcher, number)
            yield held
        codes = sorted(one.result().status_code for one in held)
        assert codes == [200] * (number - refused) + [503] * refused


@contextmanager
def started(url: str, **settings: Any) -> Iterator[TestClient]:
    """A service that has the index of its release, for which it reads every table once."""
    with served(url, cache_megabytes=0, **settings) as client:
        assert client.get("/v1/topics").status_code == 200
        yield client


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("cache_megabytes", [0, 16])
def test_a_connection_that_was_lost_is_replaced(
    seeded_url: str, address: str, cache_megabytes: int
) -> None:
    with (
        beside(seeded_url) as other,
        served(seeded_url, cache_megabytes=cache_megabytes) as client,
    ):
        before = client.get(address)
        for _ in range(3):
            _end_all(other)
            answer = client.get(address)
            assert answer.status_code in (200, 503), answer.text
        assert client.get(address).content == before.content


def test_a_column_may_change_beside_a_running_service(seeded_url: str) -> None:
    with beside(seeded_url) as other, served(seeded_url, cache_megabytes=0) as client:
        for _ in range(12):
            assert client.get("/v1/topics?limit=2").status_code == 200
        other.execute("ALTER TABLE topics ALTER body TYPE varchar")
        assert client.get("/v1/topics?limit=2").status_code == 200


def test_a_read_that_is_held_up_holds_up_nobody_else(seeded_url: str) -> None:
    with (
        started(seeded_url) as client,
        held_up(seeded_url, client, MOST_QUICK - 1) as held,
    ):
        assert client.get("/v1/topics").status_code == 200
        assert not any(one.done() for one in held)


def test_those_who_wait_too_long_in_line_are_told_to_come_again(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.requests.concurrency_limiter.PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr("app.web.requests.executor.QUICK_WAIT_SECONDS", 60)
    with served(seeded_url, cache_megabytes=0) as client:
        client.get("/v1/topics")
        with held_up(seeded_url, client, MOST_QUICK):
            late = client.get("/v1/topics?limit=7")
        assert late.status_code == 503
        assert late.headers["retry-after"] == "2"
        assert client.get("/v1/topics?limit=7").status_code == 200


def test_a_server_that_says_nothing_is_not_waited_for(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with beside(seeded_url) as other, started(seeded_url) as client:
        monkeypatch.setattr("app.db.database.SILENT_SECONDS", 0.5)
        sessions = other.execute(f"SELECT pid {_OTHERS}").fetchall()
        for (pid,) in sessions:
            os.kill(pid, signal.SIGSTOP)
        try:
            answer = client.get("/v1/topics?limit=7")
        finally:
            for (pid,) in sessions:
                os.kill(pid, signal.SIGCONT)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"
        assert client.get("/v1/topics?limit=7").status_code == 200


def test_a_line_that_is_full_takes_nobody_more(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.requests.concurrency_limiter.MOST_WAITING", 0)
    monkeypatch.setattr("app.web.requests.executor.QUICK_WAIT_SECONDS", 60)
    with (
        started(seeded_url) as client,
        held_up(seeded_url, client, MOST_QUICK),
    ):
        assert client.get("/v1/topics").status_code == 503


def test_reads_that_take_long_give_their_places_to_who_waits(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.requests.executor.QUICK_WAIT_SECONDS", 0.01)
    with (
        started(seeded_url) as client,
        held_up(seeded_url, client, MOST_QUICK) as held,
    ):
        assert client.get("/v1/topics").status_code == 200
        assert not any(one.done() for one in held)


def test_what_takes_long_is_refused_where_too_much_does(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.requests.executor.QUICK_WAIT_SECONDS", 0.01)
    with started(seeded_url, costly_at_once=1) as client:
        service = client.app.state.service  # type: ignore[attr-defined]
        on_loop(client, service.executor.costly.acquire_nowait, "somebody")
        with held_up(seeded_url, client, MOST_QUICK, refused=1) as held:
            assert client.get("/v1/topics").status_code == 200
            [refused] = [one.result() for one in held if one.done()]
            assert refused.headers["retry-after"] == "2"


def _await_held(watcher: psycopg.Connection, number: int) -> None:
    """Until so many sessions wait for a lock."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(1000):
        row = watcher.execute(waiting).fetchone()
        if row and row[0] >= number:
            return
        watcher.execute("SELECT pg_sleep(0.01)")
    pytest.fail("nobody waits")
