"""Several processes, one truth: what one has changed, the next request to any other shows.

The processes are real: workers of `positions serve`, and PostgreSQL with a replica to read from.
An answer that is too old shows by chance alone, so the requests are many.
"""

import socket
from pathlib import Path

import httpx2

from app.cli.server import Config
from app.db import Database
from app.db.migrate import migrate
from app.records.seeds import load_seeds
from app.settings import seeds_folder
from tests import postgres
from tests.processes import key_of, serving

TOPIC = {"id": "seen", "dataset": "reference", "name": "0"}
QUIET = {"POSITIONS_LOG_LEVEL": "error"}
ADDRESSES = ("/v1/topics/seen", "/v1/topics?sort=-recorded_at&limit=1", "/v1/search?q=seen")


def hammer(address: str, key: dict[str, str], times: int) -> None:
    """Change a record and ask for it over new connections, which any worker may take."""
    with httpx2.Client(base_url=address, headers=key) as writing:
        assert writing.post("/v1/topics", json=TOPIC).status_code == 201
        for i in range(1, times + 1):
            match = {"If-Match": f'"{i}"'}
            changed = writing.patch("/v1/topics/seen", json={"name": f"seen {i}"}, headers=match)
            assert changed.status_code == 200, changed.text
            for path in ADDRESSES * 2:  # a new connection each, and twice, as the first is kept
                text = httpx2.get(f"{address}{path}", verify=False).text  # no TLS to set up
                assert f"seen {i}" in text, f"after change {i}, {path} said {text[:300]}"


def test_no_worker_answers_from_before_a_change(seeded_url: str, tmp_path: Path) -> None:
    with serving(tmp_path, "--workers=2", DATABASE_URL=seeded_url, **QUIET) as (_, address):
        hammer(address, key_of(seeded_url), times=40)


def test_a_replica_that_applies_what_is_acknowledged_answers_from_after_it(tmp_path: Path) -> None:
    with postgres.replicated() as pair:
        url, replica = pair.url, pair.replica
        database = Database(url)
        migrate(database)
        load_seeds(database, [seeds_folder()])
        database.close()
        addresses = {"DATABASE_URL": url, "DATABASE_REPLICA_URL": replica}
        with serving(tmp_path, "--workers=2", **addresses, **QUIET) as (_, address):
            hammer(address, key_of(url), times=20)


def test_a_connection_that_workers_take_sends_at_once_what_is_written() -> None:
    """Else the body of every answer waited 40 milliseconds for its head to be acknowledged."""
    with Config("app.asgi:app", port=0).bind_socket() as listening:
        listening.listen()
        with socket.create_connection(listening.getsockname()):
            taken, _ = listening.accept()
            with taken:
                assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
