"""A worker that is killed amid writes leaves an index that answers as the rows do."""

import json
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import httpx2
import pytest

from app.db import Database
from app.db.releases import current_release
from app.index.verification import differences
from tests.processes import key_of, serving

#: Method, path, and what else is sent.
Asked = tuple[str, str, dict[str, Any]]
ROUNDS = 4
#: So few rows, that the index is stored again and again while it is written to.
STORED_OFTEN = "from app.index import storage; storage.MOST_READ_SINCE = 20"
OPINION = {
    "dataset": "kazakhstan-nato",
    "holder": "KAZ",
    "question": "kazakhstan-full-nato-membership",
    "attribution": "paraphrase",
    "evidence": [{"document": "kazakhstan-nato-analysis", "record": "coded for a test"}],
}


def write(address: str, key: dict[str, str], number: int, begun: Event) -> int:
    """Import, change and remove opinions; return how many writes were acknowledged.

    Args:
        address: the service's.
        key: the header that lets in.
        number: decides what is written.
        begun: set when the first write was acknowledged.
    """
    chance, acknowledged = Random(number), 0
    with httpx2.Client(base_url=address, headers=key, timeout=30) as client:
        try:
            while True:
                ids = [f"coded-{number}-{acknowledged}-{n}" for n in range(chance.randrange(3, 30))]
                records = [OPINION | {"id": one, "stance": "support"} for one in ids]
                lines = [{"kind": "opinion", "record": record} for record in records]
                body = "\n".join(map(json.dumps, lines))
                kind = {"Content-Type": "application/x-ndjson"}
                asked: list[Asked] = [("POST", "/v1/imports", {"content": body, "headers": kind})]
                seen = {"If-Match": '"1"'}
                changed = {"json": {"stance": "oppose"}, "headers": seen}
                asked.append(("PATCH", f"/v1/opinions/{ids[0]}", changed))
                asked.append(("DELETE", f"/v1/opinions/{ids[1]}", {"headers": seen}))
                for method, path, more in asked:
                    client.request(method, path, **more).raise_for_status()
                    acknowledged += 1
                    begun.set()
        except httpx2.TransportError:
            return acknowledged


def test_the_index_is_as_the_rows_are(seeded_url: str, tmp_path: Path) -> None:
    key, chance, written = key_of(seeded_url), Random(1), 0
    environment = {"DATABASE_URL": seeded_url, "POSITIONS_LOG_LEVEL": "error"}
    for round_number in range(ROUNDS):
        with serving(tmp_path, first=STORED_OFTEN, **environment) as (process, address):
            with ThreadPoolExecutor() as pool:
                begun, numbers = Event(), (10 * round_number + 1, 10 * round_number + 2)
                writing = [pool.submit(write, address, key, one, begun) for one in numbers]
                assert begun.wait(60)
                with pytest.raises(subprocess.TimeoutExpired):  # it runs, as it should
                    process.wait(chance.random())
                process.send_signal(signal.SIGKILL)
                written += sum(one.result() for one in writing)
        database = Database(seeded_url)
        with database.read() as connection:
            assert list(differences(connection, current_release(connection))) == []
        database.close()
    assert written >= ROUNDS
