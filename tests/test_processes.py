"""Several processes, one truth: what one has changed, the next request to any other shows.

The processes are real: workers of `positions serve`, and PostgreSQL with a replica to read from.
An answer that is too old shows by chance alone, so the requests are many.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from app.db import Database
from app.db.keys import create_key
from app.db.migrate import migrate
from app.records.load import load_seeds
from app.settings import seeds_folder
from tests import postgres

TOPIC = {"id": "seen", "dataset": "reference", "name": "0"}
ADDRESSES = ("/v1/topics/seen", "/v1/topics?sort=-recorded_at&limit=1", "/v1/search?q=seen")


@contextmanager
def workers(folder: Path, **environment: str) -> Iterator[str]:
    """The address of two workers over a database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "app", "serve", f"--port={port}", "--workers=2"]
    quiet = {"POSITIONS_LOG_LEVEL": "error", "PYTHONPATH": str(Path(__file__).parent.parent)}
    told = {**os.environ, **quiet, **environment}
    with subprocess.Popen(command, cwd=folder, env=told) as process:
        try:
            _await(address)
            yield address
        finally:
            process.terminate()


def _await(address: str) -> None:
    for _ in range(600):
        try:
            if httpx2.get(f"{address}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    pytest.fail(f"{address} never answered")


def key_of(url: str) -> dict[str, str]:
    """The header of a key that may curate."""
    database = Database(url)
    with database.write() as connection:
        token = create_key(connection, scope="curate", name="Aliya", expires="90d")
    database.close()
    return {"Authorization": f"Bearer {token}"}


def hammer(address: str, key: dict[str, str], times: int) -> None:
    """Change a record and ask for it over new connections, which any worker may take."""
    with httpx2.Client(base_url=address, headers=key) as writing:
        assert writing.post("/v1/topics", json=TOPIC).status_code == 201
        for i in range(1, times + 1):
            match = {"If-Match": f'"{i}"'}
            changed = writing.patch("/v1/topics/seen", json={"name": f"seen {i}"}, headers=match)
            assert changed.status_code == 200, changed.text
            for path in ADDRESSES * 2:  # a new connection each, and twice, as the first is kept
                told = httpx2.get(f"{address}{path}").text
                assert f"seen {i}" in told, f"after change {i}, {path} said {told[:300]}"


def test_no_worker_answers_from_before_a_change(seeded_url: str, tmp_path: Path) -> None:
    with workers(tmp_path, DATABASE_URL=seeded_url) as address:
        hammer(address, key_of(seeded_url), times=40)


def test_a_replica_that_applies_what_is_acknowledged_answers_from_after_it(tmp_path: Path) -> None:
    with postgres.replicated() as (url, replica):
        database = Database(url)
        migrate(database)
        load_seeds(database, [seeds_folder()])
        database.close()
        with workers(tmp_path, DATABASE_URL=url, DATABASE_REPLICA_URL=replica) as address:
            hammer(address, key_of(url), times=20)
