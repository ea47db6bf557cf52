"""How the tests are made.

They are sentences about the service, said through its front door: real HTTP, a real database, and
the same test on SQLite and on PostgreSQL. Nothing is mocked but the clock and outside networks.

* `client` is the shipped seeds, served; it is shared, so tests only read from it.
* `world` is a function: YAML texts by file name in, a served database of its own out. A test that
  needs special data writes the three records it is about, beside its assertions.
* `database` is a migrated, empty database of the test's own; `seeded` one with the seeds in it.
* `queries` counts the SQL that a request runs: an answer that asks once for each row fails.

Use bare asserts, and tables of cases where the cases are the specification. No test depends on
time; what is fast is measured in `benchmarks/`.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.db import Database
from app.db.engines import deadlines
from app.db.migrate import migrate
from app.logs import configure_logging
from app.main import create_app
from app.records.seeds import load_seeds
from app.settings import Settings, seeds_folder
from tests import postgres

#: Makes a new database: empty and migrated, or seeded.
Make = Callable[[str], AbstractContextManager[str]]
World = Callable[..., TestClient]

configure_logging("error")
#: Else a machine that is slow, or Python that is traced, would ask now and then twice.
deadlines.QUICK_SECONDS = 3600


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run a few tests in this process: a worker starts as long as many of them take."""
    few = config.option.keyword or any(".py" in chosen for chosen in config.args)
    return 0 if few else None


@pytest.fixture(scope="session")
def _server() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on: each runs on both."""
    return str(request.param)


@pytest.fixture(scope="session")
def make_database(
    backend: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Make]:
    """Copies of a `migrated` or a `seeded` database, which costs less than making them."""
    with ExitStack() as stack:
        new: Callable[[str | None], AbstractContextManager[str]]
        if backend == "sqlite":
            folder = tmp_path_factory.mktemp("databases")
            new = lambda template: _sqlite(folder, template)  # noqa: E731
        else:
            server = request.getfixturevalue("_server")
            new = lambda template: postgres.database(server, template)  # noqa: E731
        templates: dict[str, str] = {}
        for name in ("migrated", "seeded"):
            url = stack.enter_context(new(templates.get("migrated")))
            _prepare(url, seeds=name == "seeded")
            templates[name] = url
        yield lambda name: new(templates[name])


def _prepare(url: str, *, seeds: bool) -> None:
    database = Database(url)
    migrate(database)
    if seeds:
        load_seeds(database, [seeds_folder()])
    database.close()


@contextmanager
def _sqlite(folder: Path, template: str | None) -> Iterator[str]:
    file = folder / f"{uuid4().hex}.db"  # counting files would count WAL files that come and go
    if template:
        shutil.copy(sa.make_url(template).database or "", file)
    else:
        file.touch()
    yield f"sqlite:///{file}"


@pytest.fixture
def database_url(make_database: Make) -> Iterator[str]:
    """The address of a migrated, empty database of the test's own."""
    with make_database("migrated") as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database of the test's own."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def seeded_url(make_database: Make) -> Iterator[str]:
    """The address of a database of the test's own, with the seeds in it."""
    with make_database("seeded") as url:
        yield url


@pytest.fixture
def seeded(seeded_url: str) -> Iterator[Database]:
    """A database of the test's own, with the seeds in it."""
    database = Database(seeded_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def client(make_database: Make) -> Iterator[TestClient]:
    """The shipped seeds, served. Only read from it."""
    with make_database("seeded") as url, served(url) as client:
        yield client


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """Serve a small world of one's own: `world(people="- id: …", opinions="…")`."""
    with ExitStack() as stack:

        def make(**files: str) -> TestClient:
            database = Database(database_url)
            load_seeds(database, [write_seeds(tmp_path / "small", **files)])
            database.close()
            return stack.enter_context(served(database_url))

        yield make


@contextmanager
def served(url: str, **settings: Any) -> Iterator[TestClient]:
    """A client of the service over a database."""
    app = create_app(Settings(database_url=url, **settings))
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


def on_loop(client: TestClient, function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function gives on the event loop of the service."""
    assert client.portal
    return client.portal.call(function, *arguments)


SMALL_DATASET = "{id: small, title: A small world, licence: CC0-1.0, citation: Made up for a test}"


def write_seeds(folder: Path, **files: str) -> Path:
    """Write seed files by name; the dataset is `small` unless its file is given."""
    folder.mkdir(exist_ok=True)
    for name, text in {"dataset": SMALL_DATASET, **files}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


class Queries:
    """The SQL statements run since the last `clear`."""

    def __init__(self) -> None:
        """Begin with none."""
        self.statements: list[str] = []

    def note(self, _c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """Keep a statement."""
        if not statement.startswith(("PRAGMA", "BEGIN")):
            self.statements.append(statement)

    def clear(self) -> None:
        """Forget what was run so far."""
        self.statements.clear()

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self.statements)


@pytest.fixture
def queries() -> Iterator[Queries]:
    """Count the SQL of the requests in a test."""
    counted = Queries()
    sa.event.listen(sa.Engine, "before_cursor_execute", counted.note)
    yield counted
    sa.event.remove(sa.Engine, "before_cursor_execute", counted.note)
