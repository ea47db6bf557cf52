"""Curators at once: what must hold when many write, proved on a running service.

    uv run python -m benchmarks.curation mixed --seconds 60
    uv run python -m benchmarks.curation races --postgresql
    uv run python -m benchmarks.curation repeats --number 10000
    uv run python -m benchmarks.curation imports --number 100000

Each command starts the service with two workers on a database of its own, and ends with exit
code 1 when a promise was broken: an update lost, two winners of one revision, two effects of one
request, an answer of 5xx, a history that does not fit its hashes.
"""

import asyncio
import json
import os
import random
import resource
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Annotated, Any

import httpx
import typer

from benchmarks.load import POSITIONS, running
from tests import postgres

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
Postgresql = Annotated[bool, typer.Option("--postgresql", help="Instead of SQLite.")]
READS = (
    "/v1/topics?limit=100",
    "/v1/opinions?holder=KAZ",
    "/v1/positions?limit=20",
    "/v1/countries/KAZ",
    "/v1/changes?since=1&limit=10",
)


# -- the service ------------------------------------------------------------------------------


@contextmanager
def service(*, on_postgresql: bool, workers: int = 2) -> Iterator[tuple[str, str, int]]:
    """A running service: its address, a curator's token, and its process."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = f"sqlite:///{folder}/positions.db"
        if on_postgresql:
            url = stack.enter_context(postgres.database(stack.enter_context(postgres.server())))
        environment = os.environ | {"DATABASE_URL": url, "POSITIONS_LOG_LEVEL": "error"}
        command("load", "seeds", environment=environment)
        token = command("keys", "create", "bench", environment=environment).strip()
        serve = [POSITIONS, "serve", "--port={port}", f"--workers={workers}"]
        process = stack.enter_context(
            running("ours", serve, path="/readyz", environment=environment)
        )
        yield process.address, token, process.pid
        print(command("verify-history", environment=environment).strip())


def command(*arguments: str, environment: dict[str, str]) -> str:
    """Run `positions` and give what it prints."""
    return subprocess.run(
        [POSITIONS, *arguments],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ).stdout


@asynccontextmanager
async def curator(address: str, token: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a key and as many connections as it wants."""
    headers = {"Authorization": f"Bearer {token}"}
    # The service closes idle connections after 5 seconds; a client should be the first to.
    limits = httpx.Limits(max_connections=200, keepalive_expiry=2)
    async with httpx.AsyncClient(
        base_url=address, headers=headers, timeout=60, limits=limits
    ) as client:
        yield client


def topic(record_id: str, summary: str = "0") -> dict[str, Any]:
    """A small record that counts in its summary."""
    return {"id": record_id, "dataset": "reference", "name": record_id, "summary": summary}


def print_outcome(what: str, answers: Counter[int], seconds: float, *, broken: list[str]) -> None:
    """Print the answers by status, and fail where a promise was broken."""
    number = sum(answers.values())
    shown = ", ".join(f"{status}: {n}" for status, n in sorted(answers.items()))
    print(f"{what}: {number} requests in {seconds:.1f} s ({number / seconds:.0f}/s); {shown}")
    broken += [f"{n} answers of {status}" for status, n in answers.items() if status >= 500]
    for promise in broken:
        print(f"BROKEN: {promise}")
    if broken:
        raise SystemExit(1)


# -- what must hold ---------------------------------------------------------------------------


@app.command()
def mixed(
    seconds: int = 60, writers: int = 16, readers: int = 64, *, postgresql: Postgresql = False
) -> None:
    """Writers count up shared records while readers read: no update is lost."""

    async def go(address: str, token: str) -> None:
        acknowledged: Counter[str] = Counter()
        answers: Counter[int] = Counter()
        slowest: list[float] = []
        async with curator(address, token) as client:
            for i in range(8):
                await client.post("/v1/topics", json=topic(f"counter-{i}"))
            end = time.monotonic() + seconds

            async def write() -> None:
                while time.monotonic() < end:
                    name = f"counter-{random.randrange(8)}"
                    read = await client.get(f"/v1/topics/{name}")
                    count = int(read.json()["data"]["summary"]) + 1
                    headers = {"If-Match": read.headers["etag"]}
                    began = time.monotonic()
                    done = await client.patch(
                        f"/v1/topics/{name}", json={"summary": str(count)}, headers=headers
                    )
                    slowest.append(time.monotonic() - began)
                    answers[done.status_code] += 1
                    acknowledged[name] += done.status_code == 200

            async def read() -> None:
                while time.monotonic() < end:
                    answer = await client.get(random.choice(READS))
                    answers[answer.status_code] += 1

            await asyncio.gather(
                *(write() for _ in range(writers)), *(read() for _ in range(readers))
            )
            broken = []
            for name, count in acknowledged.items():
                held = (await client.get(f"/v1/topics/{name}")).json()["data"]
                if int(held["summary"]) != count or held["revision"] != count + 1:
                    broken.append(f"{name} is at {held['summary']}, {count} were acknowledged")
        slowest.sort()
        print(
            f"{sum(acknowledged.values())} updates; writes took p50 "
            f"{slowest[len(slowest) // 2] * 1000:.0f} ms, p99 "
            f"{slowest[len(slowest) * 99 // 100] * 1000:.0f} ms"
        )
        print_outcome("mixed", answers, seconds, broken=broken)

    _run(go, on_postgresql=postgresql)


@app.command()
def races(number: int = 10_000, at_once: int = 50, *, postgresql: Postgresql = False) -> None:
    """Updates from one revision race: exactly one of them wins."""

    async def go(address: str, token: str) -> None:
        answers: Counter[int] = Counter()
        broken: list[str] = []
        began = time.monotonic()
        async with curator(address, token) as client:
            await client.post("/v1/topics", json=topic("race"))
            for revision in range(1, number // at_once + 1):
                headers = {"If-Match": f'"{revision}"'}
                racing = [
                    client.patch(
                        "/v1/topics/race", json={"summary": f"{revision} {i}"}, headers=headers
                    )
                    for i in range(at_once)
                ]
                statuses = [answer.status_code for answer in await asyncio.gather(*racing)]
                answers.update(statuses)
                if statuses.count(200) != 1 or statuses.count(412) != at_once - 1:
                    broken.append(f"revision {revision}: {Counter(statuses)}")
        print_outcome("races", answers, time.monotonic() - began, broken=broken)

    _run(go, on_postgresql=postgresql)


@app.command()
def repeats(number: int = 10_000, times: int = 2, *, postgresql: Postgresql = False) -> None:
    """Posts are sent several times at once under one key: each has one effect, one answer."""

    async def go(address: str, token: str) -> None:
        answers: Counter[int] = Counter()
        broken: list[str] = []
        began = time.monotonic()
        async with curator(address, token) as client:

            async def post(i: int) -> None:
                headers = {"Idempotency-Key": f"once-{i}"}
                sent = [
                    client.post("/v1/topics", json=topic(f"once-{i}"), headers=headers)
                    for _ in range(times)
                ]
                got = await asyncio.gather(*sent)
                answers.update(answer.status_code for answer in got)
                if len({(answer.status_code, answer.content) for answer in got}) != 1:
                    broken.append(f"once-{i}: {[answer.status_code for answer in got]}")

            for start in range(0, number, 25):
                await asyncio.gather(*(post(i) for i in range(start, min(start + 25, number))))
            made = (await client.get("/v1/changes?since=1&limit=1")).json()["meta"]["release"] - 1
            if made != number:
                broken.append(f"{made} effects of {number} posts")
        print_outcome("repeats", answers, time.monotonic() - began, broken=broken)

    _run(go, on_postgresql=postgresql)


@app.command()
def imports(number: int = 100_000, *, postgresql: Postgresql = False) -> None:
    """One import of very many records, in bounded memory."""

    def lines() -> Iterator[bytes]:
        for i in range(number):
            record = topic(f"imported-{i}", "x" * 200)
            yield json.dumps({"kind": "topic", "record": record}).encode() + b"\n"

    with service(on_postgresql=postgresql, workers=1) as (address, token, process):
        before = _memory(process)
        began = time.monotonic()
        answer = httpx.post(
            f"{address}/v1/imports",
            content=lines(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"},
            timeout=600,
        )
        seconds = time.monotonic() - began
        print(f"{answer.status_code} {answer.text[:200]}")
        print(
            f"{number} records in {seconds:.1f} s; memory {before} -> {_memory(process)} MB at most"
        )
        if answer.status_code != 200:
            raise SystemExit(1)


def _memory(process: int) -> int:
    """The most memory that a process has had, in megabytes; 0 where it is unknown."""
    try:
        with open(f"/proc/{process}/status") as status:
            fields = dict(line.split(":", 1) for line in status)
    except OSError:
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    return int(fields["VmHWM"].split()[0]) >> 10


def _run(go: Callable[[str, str], Awaitable[None]], *, on_postgresql: bool) -> None:
    with service(on_postgresql=on_postgresql) as (address, token, _process):
        asyncio.run(go(address, token))  # type: ignore[arg-type]


if __name__ == "__main__":
    app()
