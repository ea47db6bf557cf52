"""A slow question never starves quick ones: it goes on beside them, bounded in time and number."""

import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.errors import MOST_HINTS, InvalidInput
from app.web.parameters import Parameter, parse_query
from app.web.requests import release_cache
from tests.conftest import on_loop, served

ADDRESSES = [
    "/v1/opinions?facets=stance,holder,document",
    "/v1/opinions?sort=-stated&limit=3",
    "/v1/positions?facets=stance&total=exact",
    "/v1/positions?stance=oppose",
    "/v1/opinions?known_at=2036-01-01",
    "/v1/countries/KAZ",
    "/v1/contradictions",
    "/v1/search?q=nato",
    "/questions/kazakhstan-full-nato-membership",
]


@contextmanager
def threads_asked_from() -> Iterator[set[int]]:
    """The threads that statements are run from."""
    seen: set[int] = set()

    def note(*_: object) -> None:
        seen.add(threading.get_ident())

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.fixture
def late_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is asked turns out to take long."""
    monkeypatch.setattr("app.db.engines.deadlines.QUICK_SECONDS", -1)
    monkeypatch.setattr("app.web.requests.executor.QUICK_WAIT_SECONDS", 0)


def loop_of(client: TestClient) -> int:
    """The thread of the event loop."""
    thread: int = on_loop(client, threading.get_ident)
    return thread


def test_what_is_quick_is_answered_where_it_was_asked(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.db.engines.deadlines.QUICK_SECONDS", 60)
    with served(seeded_url, cache_megabytes=0) as client, threads_asked_from() as threads:
        client.get("/v1/opinions?facets=stance,holder")
        assert threads == {loop_of(client)}


@pytest.mark.usefixtures("late_at_once")
@pytest.mark.parametrize("address", ADDRESSES)
def test_what_turns_out_costly_is_answered_beside(
    client: TestClient, seeded_url: str, address: str
) -> None:
    with served(seeded_url, cache_megabytes=0) as late, threads_asked_from() as threads:
        answer = late.get(address)
        assert threads - {loop_of(late)} or not seeded_url.startswith("sqlite")
    assert answer.status_code == 200
    assert answer.content == client.get(address).content


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_statement_that_takes_long_is_called_off_and_asked_beside(
    client: TestClient, seeded_url: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not seeded_url.startswith("sqlite"):
        pytest.skip("PostgreSQL's statements go on where they are")
    worked = itertools.count()
    monkeypatch.setattr("app.db.engines.deadlines.QUICK_SECONDS", 10)
    monkeypatch.setattr("app.db.engines.sqlite.STEPS_BETWEEN_LOOKS", 1)
    monkeypatch.setattr("app.db.engines.deadlines.time.thread_time", lambda: next(worked))
    with served(seeded_url, cache_megabytes=0) as late, threads_asked_from() as threads:
        answer = late.get(address)
        assert threads - {loop_of(late)}
    assert answer.status_code == 200
    assert answer.content == client.get(address).content


@pytest.mark.usefixtures("late_at_once")
def test_too_much_that_is_costly_is_refused_and_the_rest_answered(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.requests.concurrency_limiter.PATIENCE_SECONDS", 0)
    found = ADDRESSES if seeded_url.startswith("sqlite") else []
    addresses = [*found, "/v1/alignment?a=KAZ", "/v1/contradictions"]
    with served(seeded_url, cache_megabytes=1, costly_at_once=1) as client:
        quick = client.get("/v1/topics")
        service = client.app.state.service  # type: ignore[attr-defined]
        on_loop(client, service.executor.costly.acquire_nowait, "somebody")
        for address in addresses:
            refused = client.get(address)
            assert refused.status_code == 503, address
            assert refused.headers["retry-after"] == "2"
        assert client.get("/healthz").status_code == 200
        assert client.get("/v1/topics").content == quick.content
        on_loop(client, service.executor.costly.release, "somebody")
        for address in addresses:
            assert client.get(address).status_code == 200, address


@pytest.mark.usefixtures("late_at_once")
def test_those_who_want_the_same_take_no_places_of_others(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not seeded_url.startswith("sqlite"):
        pytest.skip("PostgreSQL's statements go on where they are")
    begun, may_end = threading.Event(), threading.Event()

    def count(*_: object) -> dict[str, dict[str, int]]:
        begun.set()
        may_end.wait(60)
        return {}

    monkeypatch.setattr("app.web.query.index_plan.IndexPlan.facets", count)
    with (
        served(seeded_url, cache_megabytes=0, costly_at_once=2) as client,
        ThreadPoolExecutor(4) as callers,
    ):
        asked = [callers.submit(client.get, "/v1/opinions?facets=stance") for _ in range(4)]
        begun.wait(60)
        other = client.get("/v1/alignment?a=KAZ")
        may_end.set()
        assert other.status_code == 200
        assert [one.result().status_code for one in asked] == [200] * 4


def test_what_many_ask_for_at_once_is_made_once() -> None:
    made: list[int] = []
    values = release_cache.ReleaseCache(1)
    together = threading.Barrier(8)

    def make() -> list[int]:
        made.append(1)
        time.sleep(0.05)  # else the others would find it made
        return made

    def context() -> None:
        together.wait()
        assert values.value("key", make) is made

    threads = [threading.Thread(target=context) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert made == [1]


def test_what_could_not_be_made_is_made_by_the_next() -> None:
    values = release_cache.ReleaseCache(1)
    with pytest.raises(ZeroDivisionError):
        values.value("key", lambda: 1 // 0)
    assert values.value("key", lambda: 7) == values.value("key", lambda: 8) == 7


def test_what_is_kept_of_a_release_is_bounded_in_bytes(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_cache, "MOST_BYTES", 30_000)
    with served(seeded_url, cache_megabytes=0) as client:
        for n in range(100):
            client.get(f"/v1/positions?stated_from={1900 + n}-01-01")
        values = client.app.state.service.release_cache._cache  # type: ignore[attr-defined]
        assert 15_000 < values._size <= 30_000
        assert values._size == sum(size for _, size in values._entries.values())
        assert 10 < len(values._entries) < 60


@pytest.mark.parametrize("path", ["/v1/opinions", "/timeline"])
def test_hints_for_wrong_names_are_bounded_in_number(client: TestClient, path: str) -> None:
    answer = client.get(f"{path}?" + "&".join(f"{'q' * 3}{n}=1" for n in range(900)))
    assert answer.status_code == 422
    assert (
        1 <= answer.text.count("known here") + answer.text.count("did you mean") <= 2 * MOST_HINTS
    )


def test_no_more_values_are_compared_than_may_be_given() -> None:
    compared = 0

    class Compared(str):
        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return super().__eq__(other)

        __hash__ = str.__hash__

    id_ = Parameter("id", "Ids.", parse=Compared, many=True)
    for query in (",".join(map(str, range(15_000))), "&id=".join(map(str, range(1000)))):
        with pytest.raises(InvalidInput, match="at most 500 values"):
            parse_query(f"id={query}".encode(), {"id": id_})
    assert compared < 2 * 500 * 1000


def test_hints_for_wrong_ids_are_bounded_in_number(client: TestClient) -> None:
    wrong = ",".join(f"kazakhstan-full-nato-membershi{n}" for n in range(300))
    errors = client.get(f"/v1/opinions?question={wrong}").json()["errors"]
    hints = [
        one["detail"].count("did you mean 'kazakhstan-full-nato-membership'") for one in errors
    ]
    assert hints == [1] * MOST_HINTS + [0] * (100 - MOST_HINTS)
