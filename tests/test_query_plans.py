"""SQL reads the rows of a page by their row ids, and neither scans nor sorts: read from the plans.

The plans are SQLite's, over a small import, whose statistics it has; PostgreSQL's depend on how
many rows there are.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.db import Database
from app.db.migrate import migrate
from app.importers.un_votes import import_un_votes
from app.resources.records.opinions import COLLECTION
from tests.conftest import served
from tests.test_un_votes_reading import package

VALUES = {
    "holder": "KAZ", "holder_kind": "person", "country": "KAZ", "speaker": "azimbai-gali",
    "on_behalf_of": "KAZ", "question": "kazakhstan-full-nato-membership", "subject": "KAZ",
    "topic": "regional-security", "attribution": "paraphrase", "stance": "oppose",
    "document": "unvotes", "dataset": "un-votes", "id": "un-1-kaz", "as_of": "2004-01-01",
    "stated_from": "1996-01-01", "stated_to": "2004-01-01", "q": "nato",
}  # fmt: skip
LISTS = [
    *({name: value} for name, value in VALUES.items()),
    *({"sort": f"{sign}{name}"} for name in COLLECTION.sorts for sign in ("", "-")),
    {"country": "KAZ", "sort": "-stated"},
    {},
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the seeds and four states' votes on fifty roll calls."""
    folder = tmp_path_factory.mktemp("plans")
    address = f"sqlite:///{folder}/plans.db"
    states = ("Kazakhstan,KZ", "France,FR", "Cuba,CU", "Japan,JP")
    calls = range(1, 51)
    files = package(
        folder,
        votes="".join(f"{call},{state},no\n" for call in calls for state in states),
        roll_calls="".join(f"{c},50,0,1995-12-12,R/50/{c},0,0,NA,NA\n" for c in calls),
    )
    database = Database(address)
    migrate(database)
    import_un_votes(database, Path(files), lambda _done, _whole: None)
    database.close()
    return address


@pytest.fixture(scope="module")
def opened(url: str) -> Iterator[TestClient]:
    """The service over it."""
    with served(url) as client:
        yield client


def plans(client: TestClient, url: str, address: str) -> tuple[str | None, list[str]]:
    """What a list answers, and how the database finds its page."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        asked.append((statement, given))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    answer = client.get(address)
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert answer.status_code == 200, answer.text
    following: str | None = answer.json()["links"]["next"]
    pages = [(s, given) for s, given in asked if '"body"' in s and "FROM opinions" in s]
    assert pages
    database = Database(url)
    with database.read() as connection:
        steps = [
            row.detail
            for statement, given in pages
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        ]
    database.close()
    return following, steps


@pytest.mark.parametrize("query", LISTS, ids=urlencode)
def test_a_list_is_read_off_an_index(query: dict[str, str], opened: TestClient, url: str) -> None:
    address: str | None = f"/v1/opinions?{urlencode({**query, 'limit': 1})}"
    for _ in range(2):
        if address is None:
            break
        address, steps = plans(opened, url, address)
        assert not [step for step in steps if step.startswith("SCAN opinions")], steps
        assert not [step for step in steps if "FOR ORDER BY" in step], steps
        assert any("SEARCH opinions USING INTEGER PRIMARY KEY" in step for step in steps), steps


def test_every_filter_is_looked_at() -> None:
    assert {one.parameter.name for one in COLLECTION.filters} <= VALUES.keys()
