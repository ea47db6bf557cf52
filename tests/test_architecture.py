"""`docs/architecture.md` draws what runs: its paths are those of a list, a write and a seed load.

Each is run once before it is traced, so that what is done once (statements are compiled, names are
read) is not on the path; no answer is kept. On PostgreSQL other files of `db` are visited: the page
draws SQLite.
"""

import asyncio
import inspect
import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from app.cli.main import app as commands
from app.db import Database
from app.db.api_keys import create_key
from app.db.migrate import migrate
from app.main import create_app
from app.records.seeds import load_seeds
from app.settings import Settings, seeds_folder

ROOT = Path(__file__).parents[1]
APP = f"{ROOT / 'app'}/"
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
#: Functions that can be left and gone on with: generators, coroutines, and both in one.
SUSPENDED = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
#: How many files of `app/` an uncached list visits, and how often it returns to one it had left.
MOST_FILES, MOST_RETURNS = 14, 20


class Call(NamedTuple):
    """A function of `app/` that was entered; of one within another, the outer one."""

    file: str
    function: str


@contextmanager
def traced() -> Iterator[list[Call]]:
    """The functions of `app/` that a block enters, in this thread and in those it starts.

    A generator that goes on is not entered again.
    """
    calls: list[Call] = []
    begun: set[Any] = set()

    def note(frame: Any, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(APP) and frame not in begun:
            if code.co_flags & SUSPENDED:
                begun.add(frame)
            function = code.co_qualname.partition(".<locals>")[0]
            calls.append(Call(code.co_filename.removeprefix(APP), function))

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def visited(calls: list[Call]) -> list[str]:
    """The files of calls, in the order of the first visits."""
    return list(dict.fromkeys(call.file for call in calls))


def _lines(calls: list[Call]) -> str:
    """The path of calls, to be written into the page."""
    first = [next(call for call in calls if call.file == file) for file in visited(calls)]
    return "\n".join(f"{n}. `{call.file}: {call.function}`" for n, call in enumerate(first, 1))


def returns(calls: list[Call]) -> int:
    """How often calls come back to a file that they had left."""
    stays = [file for file, _ in groupby(call.file for call in calls)]
    return len(stays) - len(set(stays))


def path_of(section: str) -> list[Call]:
    """The numbered path of a section of the page."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return [Call(*found) for found in re.findall(r"^\d+\. `([\w/.]+): ([\w.]+)`", text, re.M)]


async def ask(
    app: FastAPI, target: str, *, method: str = "GET", body: bytes = b"", **headers: str
) -> int:
    """Ask the application in this thread; return the status."""
    path, _, query = target.partition("?")
    named = {"host": "127.0.0.1", **{k.replace("_", "-"): v for k, v in headers.items()}}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    await app(scope, receive, send)
    return statuses[0]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A SQLite database of the test's own, with the seeds in it."""
    url = f"sqlite:///{tmp_path / 'traced.db'}"
    database = Database(url)
    migrate(database)
    load_seeds(database, [seeds_folder()])
    database.close()
    return url


Asking = Callable[[FastAPI], Any]


def trace_of(url: str, first: Asking, then: Asking) -> list[Call]:
    """What a request enters after another one like it, with no answer kept."""

    async def run() -> list[Call]:
        app = create_app(Settings(database_url=url, cache_megabytes=0))
        async with app.router.lifespan_context(app):
            with traced() as calls:  # from before the first one, whose thread the other takes
                assert await first(app) == 200
                calls.clear()
                assert await then(app) == 200
            return calls

    return asyncio.run(run())


@pytest.fixture
def list_calls(url: str) -> list[Call]:
    address = "/v1/opinions?country=KAZ&sort=-stated&limit=20"
    return trace_of(url, lambda app: ask(app, address), lambda app: ask(app, address))


@pytest.fixture
def write_calls(url: str) -> list[Call]:
    database = Database(url)
    with database.write() as connection:
        token = create_key(connection, scope="curate", name="Aliya", expires="90d")
    database.close()

    def change(record_id: str) -> Asking:
        return lambda app: ask(
            app,
            f"/v1/topics/{record_id}",
            method="PATCH",
            body=json.dumps({"summary": "Said anew."}).encode(),
            authorization=f"Bearer {token}",
            content_type="application/merge-patch+json",
            if_match='"1"',
        )

    return trace_of(url, change("democracy"), change("nuclear-weapons"))


@pytest.fixture
def load_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    seeds, runs = str(seeds_folder()), []
    for name in ("first", "then"):
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / name}.db")
        assert CliRunner().invoke(commands, ["migrate"]).exit_code == 0
        with traced() as calls:
            assert CliRunner().invoke(commands, ["load", seeds]).exit_code == 0
        runs.append(calls)
    return runs[-1]


@pytest.mark.parametrize(
    ("section", "fixture"),
    [("A list", "list_calls"), ("A write", "write_calls"), ("A seed load", "load_calls")],
)
def test_the_page_draws_the_files_that_are_visited(
    section: str, fixture: str, request: pytest.FixtureRequest
) -> None:
    calls: list[Call] = request.getfixturevalue(fixture)
    drawn = path_of(section)
    assert [call.file for call in drawn] == visited(calls), f"it goes:\n{_lines(calls)}"
    assert not set(drawn).difference(calls)


@pytest.mark.xfail(strict=True, reason="the files of web/http, web/query and db are too many yet")
def test_an_uncached_list_keeps_to_few_files(list_calls: list[Call]) -> None:
    assert len(visited(list_calls)) <= MOST_FILES
    assert returns(list_calls) <= MOST_RETURNS


def test_the_page_says_what_belongs_in_every_folder() -> None:
    folders = {str(file.parent.relative_to(ROOT)) for file in (ROOT / "app").rglob("*.py")}
    told = re.findall(r"^\| `(app[\w/]*)/` \|", PAGE, re.M)
    assert sorted(told) == sorted(folders)
