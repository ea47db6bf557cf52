"""Long results: however long the whole takes, each part may take as long as an answer."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.testclient import TestClient

from app.db.engines.deadlines import SLOWEST_SECONDS
from app.web.requests.streaming import CutShort
from tests.conftest import served

STREAMS = (
    "/v1/timeline?format=ndjson",
    "/v1/changes?format=ndjson",
    "/v1/opinions?format=csv",
    "/v1/countries?format=ndjson",
    "/v1/export/kazakhstan-nato.zip",
)


class Clock:
    """A clock that goes on by a step whenever it is looked at, and once stands still for long."""

    def __init__(self) -> None:
        self.step = self.now = 0.0
        self.looks = 0
        self.long_look = -1

    def __call__(self) -> float:
        self.looks += 1
        self.now += 3600 if self.looks == self.long_look else self.step
        return self.now


@contextmanager
def slow(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[TestClient, Clock]]:
    """A service that looks at the clock at every step and makes parts of a few rows."""
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL bounds each statement by itself")
    clock = Clock()
    monkeypatch.setattr("app.db.engines.deadlines.time.monotonic", clock)
    monkeypatch.setattr("app.db.engines.sqlite.STEPS_BETWEEN_LOOKS", 1)
    for module in ("app.web.query.answers", "app.web.query.pages"):
        monkeypatch.setattr(f"{module}.CHUNK", 5)
    with served(url, cache_megabytes=0) as client:
        yield client, clock


@pytest.mark.parametrize("address", STREAMS)
def test_a_long_result_is_given_whole(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    with slow(seeded_url, monkeypatch) as (client, clock):
        whole = client.get(address).content
        clock.looks = 0
        client.get(address)
        clock.step = 1.5 * SLOWEST_SECONDS / clock.looks  # its longest part takes half of that
        assert client.get(address).content == whole
        assert clock.now > SLOWEST_SECONDS, "else it did not take long"


def test_a_result_that_cannot_be_finished_is_cut_and_not_ended(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "/v1/opinions?format=ndjson"
    with slow(seeded_url, monkeypatch) as (client, clock):
        client.get(address)
        clock.looks = 0
        client.get(address)
        clock.looks, clock.long_look = 0, clock.looks * 3 // 4
        with pytest.raises(CutShort, match="took longer than any may"):
            TestClient(client.app).get(address)  # the server's fault is told to this one
        assert client.get(address).status_code == 200
