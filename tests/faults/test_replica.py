"""A replica that stops or is behind: nobody is refused, and who wrote reads what they wrote."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest

from app.db import Database
from app.db.migrate import migrate
from app.records.seeds import load_seeds
from app.settings import seeds_folder
from tests import postgres
from tests.processes import key_of, serving

ADDRESSES = ("/v1/topics", "/v1/opinions?limit=3", "/v1/topics?format=csv", "/v1/alignment?a=KAZ")


@contextmanager
def seeded() -> Iterator[postgres.Replicated]:
    with postgres.replicated() as pair:
        database = Database(pair.url)
        migrate(database)
        load_seeds(database, [seeds_folder()])
        database.close()
        yield pair


def metric(client: httpx2.Client, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(f"{name} "))


def write(client: httpx2.Client, name: str) -> httpx2.Response:
    answer = client.post("/v1/topics", json={"id": name, "dataset": "reference", "name": name})
    assert answer.status_code == 201, answer.text
    return answer


@pytest.fixture(scope="module")
def pair() -> Iterator[postgres.Replicated]:
    with seeded() as pair:
        yield pair


@contextmanager
def client_of(
    pair: postgres.Replicated, folder: Path, **environment: str
) -> Iterator[httpx2.Client]:
    addresses = {"DATABASE_URL": pair.url, "DATABASE_REPLICA_URL": pair.replica}
    quiet = {"POSITIONS_LOG_LEVEL": "warning", **environment}
    with serving(folder, **addresses, **quiet) as (_, address):
        headers = key_of(pair.url)
        with httpx2.Client(base_url=address, headers=headers, verify=False, timeout=30) as client:
            yield client


def test_who_wrote_reads_it_from_a_replica_that_is_behind(
    pair: postgres.Replicated, tmp_path: Path
) -> None:
    with client_of(pair, tmp_path) as client, psycopg.connect(pair.url, autocommit=True) as primary:
        primary.execute("ALTER SYSTEM SET synchronous_commit = 'local'")
        primary.execute("SELECT pg_reload_conf()")
        with psycopg.connect(pair.replica, autocommit=True) as replica:
            assert client.get("/v1/topics").status_code == 200
            replica.execute("SELECT pg_wal_replay_pause()")
            try:
                written = write(client, "behind")
                release = written.json()["meta"]["release"]
                assert client.get("/v1/topics/behind").status_code == 404, "it is not behind"
                for address in ("/v1/topics/behind", "/v1/topics", "/v1/topics?format=csv"):
                    mark = "&" if "?" in address else "?"
                    answer = client.get(f"{address}{mark}min_release={release}")
                    assert answer.status_code == 200
                    assert "behind" in answer.text
                tag = {"If-None-Match": written.headers["etag"]}
                assert client.get("/v1/topics/behind", headers=tag).status_code in (200, 304)
                assert "behind" in client.get("/v1/topics", headers=tag).text
                late = client.get(f"/v1/topics?min_release={release + 1}")
                assert late.status_code == 422
                assert late.json()["errors"][0]["parameter"] == "min_release"
            finally:
                replica.execute("SELECT pg_wal_replay_resume()")


def test_a_replica_that_stops_is_gone_without_and_comes_back(
    pair: postgres.Replicated, tmp_path: Path
) -> None:
    with client_of(pair, tmp_path, POSITIONS_CACHE_MEGABYTES="0") as client:
        assert metric(client, "positions_replica_up") == 1
        for address in ADDRESSES:
            assert client.get(address).status_code == 200
        with psycopg.connect(pair.url, autocommit=True) as primary:
            primary.execute("ALTER SYSTEM SET synchronous_commit = 'local'")
            primary.execute("SELECT pg_reload_conf()")
        with pair.without_replica():
            for turn in range(5):
                for address in ADDRESSES:
                    answer = client.get(address)
                    assert answer.status_code == 200, (turn, address, answer.text)
            write(client, "without")
            assert client.get("/v1/topics/without").status_code == 200
            assert client.get("/readyz").status_code == 200
            assert metric(client, "positions_replica_up") == 0
        end = time.monotonic() + 20
        while metric(client, "positions_replica_up") == 0 and time.monotonic() < end:
            time.sleep(0.2)
        assert metric(client, "positions_replica_up") == 1
        assert metric(client, "positions_replica_losses_total") == 1
        assert client.get("/v1/topics").status_code == 200
    log = (tmp_path / "log").read_text()
    assert log.count("the replica cannot be reached") == 1
    assert log.count("the replica is back") == 1
    assert "Traceback" not in log
