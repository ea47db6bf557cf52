"""Damage is called damage: at the start, when it is met, and by the doctor; never «try again»."""

import os
import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from app.cli.main import app as commands
from app.db import parse_url
from tests.conftest import served
from tests.processes import command, serving

QUIET = {"POSITIONS_LOG_LEVEL": "error"}
#: How many flips are tried; the fault suite of a release sets more.
FLIPS = int(os.environ.get("POSITIONS_TEST_FLIPS", "15"))
ADDRESSES = (
    "/v1/opinions?limit=500",
    "/v1/positions?limit=500",
    "/v1/countries?format=ndjson",
    "/v1/agreements?limit=500",
    "/v1/search?q=nato",
    "/v1/opinions/gali-full-membership",
    "/v1/matrix",
    "/v1/changes",
)


def file_of(url: str) -> Path:
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL has checksums and tools of its own")
    file = Path(str(parse_url(url).database))
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


def zero(file: Path, page: int) -> None:
    with file.open("r+b") as opened:
        opened.seek(page * 4096)
        opened.write(bytes(4096))


def root_of(file: Path, table: str) -> int:
    """The first page of a table, counted from 0."""
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,))
        return int(found.fetchone()[0]) - 1


@pytest.mark.parametrize("what", ["a page", "the header"])
def test_a_damaged_database_is_not_served(seeded_url: str, what: str) -> None:
    file = file_of(seeded_url)
    zero(file, root_of(file, "opinions") if what == "a page" else 0)
    refused = command("serve", "--port=0", DATABASE_URL=seeded_url)
    assert refused.returncode == 3
    assert "the database is damaged: " in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert command("doctor", DATABASE_URL=seeded_url).returncode == 3


def test_damage_that_is_met_is_told(seeded_url: str, tmp_path: Path) -> None:
    file = file_of(seeded_url)
    with serving(tmp_path, until="/healthz", DATABASE_URL=seeded_url, **QUIET) as (_, address):
        zero(file, root_of(file, "opinions"))
        found = httpx2.get(f"{address}/v1/opinions/gali-full-membership", verify=False)
        assert (found.status_code, found.json()["code"]) == (503, "damaged")
        assert "try again" not in found.json()["detail"]
        assert "retry-after" not in found.headers
        ready = httpx2.get(f"{address}/readyz", verify=False)
        assert (ready.status_code, ready.json()["code"]) == (503, "damaged")
    log = (tmp_path / "log").read_text()
    assert log.count("the database is damaged") == 1
    assert "Traceback" not in log


def test_a_text_that_is_no_longer_json_is_damage(seeded_url: str) -> None:
    file = file_of(seeded_url)
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT body FROM opinions WHERE id = 'gali-full-membership'"
        begins = connection.execute(query).fetchone()[0].encode()[:250]
    data = file.read_bytes()
    assert data.count(begins) == 1
    file.write_bytes(data.replace(begins, b"?" + begins[1:]))
    with served(seeded_url, cache_megabytes=0) as client:
        answers = [client.get(one) for one in ADDRESSES]
        assert any(one.status_code == 503 for one in answers)
        assert client.get("/readyz").json()["code"] == "damaged"
        for one in answers:
            assert one.status_code == 200 or one.json()["code"] == "damaged", one.text


def test_a_flipped_byte_is_found_or_changes_nothing(seeded_url: str, tmp_path: Path) -> None:
    """Each flip is refused, found by the doctor, or of no consequence to any answer."""
    file, dice = file_of(seeded_url), random.Random(2026)
    whole = file.read_bytes()
    with served(seeded_url, cache_megabytes=0) as client:
        right = [client.get(one).text for one in ADDRESSES]
    came_of_it: Counter[str] = Counter()
    for number in range(FLIPS):
        copy = tmp_path / f"{number}.db"
        shutil.copy(file, copy)
        place, bit = dice.randrange(len(whole)), 1 << dice.randrange(8)
        with copy.open("r+b") as opened:
            opened.seek(place)
            opened.write(bytes([whole[place] ^ bit]))
        came_of_it[_outcome(copy, right, f"byte {place}, bit {bit}")] += 1
    assert came_of_it["found"] > 0, came_of_it


def _outcome(file: Path, right: list[str], where: str) -> str:
    try:
        with served(f"sqlite:///{file}", cache_megabytes=0) as client:
            answers = [client.get(one) for one in ADDRESSES]
    except Exception as refused:
        pytest.fail(f"{where}: {refused!r}")
    for one in answers:
        assert one.status_code < 500 or one.json()["code"] == "damaged", f"{where}: {one.text}"
    environment = {"DATABASE_URL": f"sqlite:///{file}", "NO_COLOR": "1"}
    if CliRunner().invoke(commands, ["doctor"], env=environment).exit_code:
        return "found"
    assert [one.text for one in answers] == right, f"{where}: served, and the doctor is content"
    return "of no consequence"
