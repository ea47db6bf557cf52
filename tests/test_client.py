"""The Python client, against the service itself on a port of its own."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, assert_type

import httpx
import pytest
import stamina
import uvicorn

from app.client import Answer, Positions, Problem, Row, Unreachable
from app.main import create_app
from app.settings import Settings
from tests.conftest import Make
from tests.processes import key_of


class Watched:
    """The service as it is reached: it notes what was asked and answered, and may be busy."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.busy = 0
        self.answers: list[tuple[str, int]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def noting(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.answers.append((scope["path"], message["status"]))
            await send(message)

        if scope["type"] == "http" and self.busy:
            self.busy -= 1
            headers = [(b"retry-after", b"0")]
            await noting({"type": "http.response.start", "status": 503, "headers": headers})
            await noting({"type": "http.response.body", "body": b"<p>a proxy's own page</p>"})
        else:
            await self._app(scope, receive, noting)

    @property
    def statuses(self) -> list[int]:
        return [status for _, status in self.answers]


@contextmanager
def running(app: Any) -> Iterator[str]:
    """Serve on a free port for as long as the block."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def service(make_database: Make) -> Iterator[tuple[Watched, str]]:
    with make_database("seeded") as url:
        app = Watched(create_app(Settings(database_url=url)))
        with running(app) as address:
            yield app, address


@pytest.fixture
def watched(service: tuple[Watched, str]) -> Watched:
    service[0].answers.clear()
    service[0].busy = 0
    return service[0]


@pytest.fixture
def positions(service: tuple[Watched, str]) -> Iterator[Positions]:
    with Positions(service[1]) as positions:
        yield positions


def test_a_list_goes_on_over_all_pages_and_fetches_them_as_needed(
    positions: Positions, watched: Watched
) -> None:
    opinions = positions.list("opinions", country="KAZ", limit=5)
    first = next(opinions)
    assert_type(first, Row)
    assert len(watched.answers) == 1
    rest = [one["id"] for one in opinions]
    total = positions.ask("/opinions", country="kz", limit=1)["meta"]["total"]
    assert len({first["id"], *rest}) == len(rest) + 1 == total > 5
    assert len(watched.answers) == 1 + (total - 1) // 5 + 1


def test_a_record_is_had_by_its_id(positions: Positions) -> None:
    assert positions.get("countries", "kz")["name"] == "Kazakhstan"
    opinion = positions.get("opinions", "nurmagambetov-full-membership", known_at="2126-01-01")
    assert opinion["holder"]["id"] == "sagadat-nurmagambetov"


def test_a_whole_result_is_streamed(positions: Positions, watched: Watched) -> None:
    streamed = list(positions.rows("opinions", question="kazakhstan-full-nato-membership"))
    listed = list(positions.list("opinions", question="kazakhstan-full-nato-membership"))
    assert streamed == listed != []
    assert next(positions.rows("countries", fields=["id", "name"])) == {
        "id": "AFG",
        "name": "Afghanistan",
    }


def test_words_with_other_breaks_in_them_are_of_one_line(make_database: Make) -> None:
    raw = "one\x85two\u2028three\n".encode()
    source = {"id": "broken", "dataset": "reference", "source_type": "official", "title": "Broken"}
    place = {"document": "broken", "paragraph": 1, "start": 0, "end": 13}
    record = {"id": "broken", "dataset": "reference", "name": "Broken", "evidence": [place]}
    with make_database("seeded") as url:
        with (
            running(create_app(Settings(database_url=url))) as address,
            httpx.Client(base_url=f"{address}/v1", headers=key_of(url)) as desk,
            Positions(address) as positions,
        ):
            desk.post("/documents", json=source | {"sha256": sha256(raw).hexdigest()})
            text = {"Content-Type": "text/plain", "If-Match": '"1"'}
            assert desk.put("/documents/broken/text", content=raw, headers=text).status_code == 200
            assert desk.post("/topics", json=record).status_code == 201
            [row] = positions.rows("topics", id="broken")
            assert row["evidence"][0]["exact"] == "one\x85two\u2028three"


def test_pages_have_what_meta_says(positions: Positions) -> None:
    page = next(positions.pages("opinions", facets=["stance"]))
    assert_type(page, Answer)
    assert page["meta"]["facets"]["stance"]["support"] > 0
    assert page["meta"]["citations"][0]["dataset"] == "kazakhstan-nato"


def test_values_are_written_as_the_address_has_them(positions: Positions) -> None:
    ids = [one["id"] for one in positions.list("countries", id=["KAZ", "RUS"], q=None)]
    assert ids == ["KAZ", "RUS"]
    assert all(one["date"] for one in positions.list("events", from_="1990-01-01"))


def test_what_the_client_has_is_not_sent_again(positions: Positions, watched: Watched) -> None:
    first = positions.ask("/topics")
    names = [topic["name"] for topic in first["data"]]
    first["data"].clear()
    assert [topic["name"] for topic in positions.ask("/topics")["data"]] == names
    assert watched.statuses == [200, 304]


def test_a_misspelt_filter_is_told_with_the_right_one(positions: Positions) -> None:
    with pytest.raises(Problem, match="did you mean 'holder'") as caught:
        next(positions.list("opinions", holdr="KAZ"))
    problem = caught.value
    assert (problem.status, problem.code) == (422, "invalid_input")
    assert problem.errors[0]["parameter"] == "holdr"
    with pytest.raises(Problem) as caught:
        next(positions.rows("opinions", holdr="KAZ"))
    assert caught.value.errors == problem.errors
    with pytest.raises(Problem) as caught:
        positions.get("people", "nobody")
    assert caught.value.code == "not_found"


def test_a_busy_service_is_asked_again(positions: Positions, watched: Watched) -> None:
    watched.busy = 2
    assert positions.get("countries", "RUS")["id"] == "RUS"
    assert watched.statuses == [503, 503, 200]
    watched.answers.clear()
    watched.busy = 1
    assert next(positions.rows("topics"))
    assert watched.statuses == [503, 200]


def test_a_service_that_stays_busy_is_left_alone(positions: Positions, watched: Watched) -> None:
    watched.busy = 9
    with pytest.raises(Problem) as caught:
        positions.get("countries", "RUS")
    assert (caught.value.status, caught.value.code) == (503, "http_503")
    assert watched.statuses == [503] * 4


def test_a_service_that_is_away_is_said_to_be() -> None:
    with stamina.set_testing(True), Positions("http://127.0.0.1:9") as nowhere:
        with pytest.raises(Unreachable):
            nowhere.get("countries", "KAZ")
