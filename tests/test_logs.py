"""The log: one JSON object a line, whoever says it."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.logs import configure_logging
from tests.conftest import served

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """What was said since the last time, as the log of a service says it."""
    configure_logging("info")
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    configure_logging("error")


def test_a_request_is_one_line(seeded_url: str, said: Lines) -> None:
    with served(seeded_url) as client:
        answer = client.get("/v1/topics?limit=1")
    [line] = said()
    assert line.pop("timestamp").endswith("Z")
    assert line.pop("ms") > 0
    assert line == {
        "request_id": answer.headers["x-request-id"],
        "status": 200,
        "method": "GET",
        "path": "/v1/topics",
        "event": "request",
        "level": "info",
    }


def test_a_fault_is_a_line_with_its_trace(
    seeded_url: str, said: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise KeyError("secret")

    monkeypatch.setattr("app.web.requests.context.current_release", fail)
    with served(seeded_url) as client:
        answer = client.get("/v1/topics")
    assert answer.status_code == 500
    fault, request = said()
    assert (fault["event"], fault["level"], fault["path"]) == ("failed", "error", "/v1/topics")
    assert fault["request_id"] == request["request_id"] == answer.headers["x-request-id"]
    assert fault["exception"].endswith("KeyError: 'secret'")
    assert fault["timestamp"] <= request["timestamp"]


def test_a_caller_without_a_key_is_on_record(seeded_url: str, said: Lines) -> None:
    with served(seeded_url) as client:
        client.delete("/v1/topics/nato")
    audit = next(line for line in said() if line["event"] == "audit")
    assert (audit["outcome"], audit["status"], audit["method"]) == ("refused", 401, "DELETE")


def test_a_library_says_its_warnings_alike(said: Lines) -> None:
    logging.getLogger("a.library").warning("a worker %s", "ended")
    logging.getLogger("a.library").info("chatter")
    [line] = said()
    assert (line["event"], line["level"]) == ("a worker ended", "warning")


ODD = {"no Unicode": "a\ud800b", "large": 1 << 70, "a thing": {3: object()}, "bytes": b"\xff"}


@pytest.mark.parametrize("what", ODD.values(), ids=ODD)
def test_whatever_a_line_holds_it_is_written(said: Lines, what: object) -> None:
    logging.getLogger("a.library").warning("it is odd", extra={"fields": {"what": what}})
    [line] = said()
    assert (line["event"], line["level"]) == ("it is odd", "warning")
    assert "what" in line


def test_what_is_below_the_level_is_not_said(seeded_url: str, said: Lines) -> None:
    configure_logging("warning")
    with served(seeded_url) as client:
        client.get("/v1/topics")
    assert said() == []
