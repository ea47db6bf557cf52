"""A deployment's data is kept: copied whole, put back, taken out."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from app.cli import main
from app.db import Database
from app.errors import PositionsError
from tests.conftest import Make, served
from tests.curation.conftest import MakeKey, match, topic

Run = Callable[..., Result]


@pytest.fixture
def run(seeded_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the test's database, or on another."""

    def invoke(*arguments: object, url: str = seeded_url) -> Result:
        monkeypatch.setenv("DATABASE_URL", url)
        return CliRunner().invoke(main.app, [str(one) for one in arguments])

    return invoke


def test_a_backup_made_while_the_service_runs_is_whole(
    desk: TestClient, run: Run, backend: str, tmp_path: Path
) -> None:
    desk.post("/v1/topics", json=topic())
    file = tmp_path / "backup.db"
    result = run("backup", file)
    if backend == "postgresql":
        assert result.exit_code != 0
        assert "pg_dump" in str(result.exception)
        return
    assert result.exit_code == 0, result.output
    before = desk.get("/v1/topics?format=ndjson").content
    desk.patch(
        "/v1/topics/railways", json={"name": "Later"}, headers=match(desk, "/v1/topics/railways")
    )
    with served(f"sqlite:///{file}") as copy:
        assert copy.get("/v1/topics?format=ndjson").content == before
    checked = run("verify-history", url=f"sqlite:///{file}")
    assert checked.exit_code == 0
    assert checked.stdout.strip() in result.stderr


def test_a_backup_is_put_back_and_what_was_there_is_kept(
    seeded: Database, run: Run, backend: str, tmp_path: Path
) -> None:
    if backend == "postgresql":
        assert "pg_restore" in str(run("restore", __file__).exception)
        return
    seeded.close()
    file, target = tmp_path / "backup.db", tmp_path / "served.db"
    assert run("backup", file).exit_code == 0
    url = f"sqlite:///{target}"
    assert run("restore", file, url=url).exit_code == 0
    assert run("restore", file, url=url).exit_code == 0
    assert len(list(tmp_path.glob("served.db.before-*"))) == 1
    with served(url) as client:
        assert client.get("/v1/opinions").json()["meta"]["total"] > 0
        assert "in use" in str(run("restore", file, url=url).exception)


@pytest.mark.parametrize("damage", ["cut", "flipped", "foreign", "text"])
def test_a_damaged_backup_is_refused_and_nothing_touched(
    run: Run, backend: str, tmp_path: Path, damage: str
) -> None:
    if backend == "postgresql":
        pytest.skip("PostgreSQL has tools of its own")
    file = tmp_path / "backup.db"
    assert run("backup", file).exit_code == 0
    whole = file.read_bytes()
    if damage == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "flipped":
        file.write_bytes(whole[:20000] + bytes(20000) + whole[40000:])
    elif damage == "text":
        file.write_text("not a database")
    else:
        file.unlink()
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE other (id)")
        connection.close()
    result = run("restore", file)
    assert isinstance(result.exception, PositionsError)
    assert run("verify-history").exit_code == 0


def test_a_backup_never_takes_the_place_of_the_database(
    run: Run, backend: str, seeded: Database
) -> None:
    if backend == "sqlite":
        assert "itself" in str(run("backup", seeded.url.database).exception)


def test_an_export_can_be_imported(
    run: Run, desk: TestClient, make_database: Make, key: MakeKey
) -> None:
    exported = run("export")
    assert exported.exit_code == 0
    lines = exported.stdout
    assert all(set(json.loads(line)) == {"kind", "record"} for line in lines.splitlines())
    headers = {"Content-Type": "application/x-ndjson"}
    again = desk.post("/v1/imports", content=lines, headers=headers).json()["data"]
    assert (again["added"], again["changed"]) == ({}, {})
    with make_database("migrated") as url, served(url) as client:
        token = run("keys", "create", url=url).stdout.strip()
        headers |= {"Authorization": f"Bearer {token}"}
        answer = client.post("/v1/imports", content=lines, headers=headers)
        assert answer.status_code == 200, answer.text
        assert run("export", url=url).stdout == lines
