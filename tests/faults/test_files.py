"""A database that is no longer the one at its path is noticed before anything is acknowledged."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from app.db import parse_url
from tests.processes import key_of, serving

QUIET = {"POSITIONS_LOG_LEVEL": "error"}


def log_side(file: Path, end: str) -> Path:
    return file.with_name(file.name + end)


def removed(file: Path) -> None:
    log_side(file, "-wal").unlink()


def renamed(file: Path) -> None:
    file.rename(log_side(file, ".elsewhere"))


def replaced(file: Path) -> None:
    """Put a copy in its place, as a restore by hand does."""
    shutil.copy(file, log_side(file, ".copy"))
    log_side(file, ".copy").replace(file)


CASES = [
    (removed, "its log ({}-wal) was removed or renamed"),
    (renamed, "the database ({}) was removed or renamed"),
    (replaced, "the database ({}) was replaced"),
]


@pytest.mark.parametrize(("change", "said"), CASES)
def test_nothing_is_acknowledged_once_the_files_changed(
    seeded_url: str, tmp_path: Path, change: Callable[[Path], None], said: str
) -> None:
    if not seeded_url.startswith("sqlite"):
        pytest.skip("PostgreSQL minds its own files")
    file, key = Path(str(parse_url(seeded_url).database)), key_of(seeded_url)
    with serving(tmp_path, DATABASE_URL=seeded_url, **QUIET) as (process, address):
        with httpx2.Client(base_url=address, headers=key, verify=False) as client:

            def write(name: str) -> httpx2.Response:
                topic = {"id": name, "dataset": "reference", "name": name}
                return client.post("/v1/topics", json=topic)

            assert [write(f"t-{n}").status_code for n in range(5)] == [201] * 5
            change(file)
            for answer in (write("late"), client.get("/readyz"), write("later")):
                assert answer.status_code == 503
                assert said.format(file.name) in answer.json()["detail"]
                assert "retry-after" not in answer.headers
            assert client.get("/v1/topics/t-4").status_code == 200
            assert client.get("/healthz").status_code == 200
        process.kill()
        process.wait(10)
    told = [line for line in (tmp_path / "log").read_text().splitlines() if "was re" in line]
    assert [json.loads(line)["level"] for line in told] == ["error"]
    if change is renamed:
        assert not file.exists()
        return
    with serving(tmp_path, DATABASE_URL=seeded_url, **QUIET) as (_, address):
        codes = [
            httpx2.get(f"{address}/v1/topics/t-{n}", verify=False).status_code for n in range(5)
        ]
    if change is removed:
        assert codes == [200] * 5, "what was acknowledged is gone"


def test_a_database_that_is_put_back_is_written_again(seeded_url: str, tmp_path: Path) -> None:
    if not seeded_url.startswith("sqlite"):
        pytest.skip("PostgreSQL minds its own files")
    file = Path(str(parse_url(seeded_url).database))
    with serving(tmp_path, DATABASE_URL=seeded_url, **QUIET) as (_, address):
        assert httpx2.get(f"{address}/v1/topics", verify=False).status_code == 200
        renamed(file)
        assert httpx2.get(f"{address}/readyz", verify=False).status_code == 503
        log_side(file, ".elsewhere").rename(file)
        assert httpx2.get(f"{address}/readyz", verify=False).status_code == 200
