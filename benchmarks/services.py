"""The service and its peers, each over the same database and started as its own manual says."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load import POSITIONS, Process, running

HERE = Path(__file__).parent
#: The peers live in an environment of their own, which uv makes and keeps: none is a dependency.
#: It is of the same Python as the service.
PEERS = ["uv", "run", "--no-project", f"--python={sys.executable}"]
PEERS += ["--with-requirements", str(HERE / "peers/requirements.txt")]
UVICORN = ["--port={port}", "--no-access-log", "--log-level=error", "--no-server-header"]
#: The limit is measured on the loop that `positions serve` uses.
RAW = [*UVICORN, "--loop=asyncio"]
ONE = "un-5025-fra"


@contextmanager
def ours(url: str, *, cache: int = 32, workers: int = 1) -> Iterator[Process]:
    """This service, as `positions serve` starts it; `cache=0` keeps no answers."""
    environment = {"DATABASE_URL": url, "POSITIONS_CACHE_MEGABYTES": str(cache)}
    command = [POSITIONS, "serve", "--port={port}", f"--workers={workers}"]
    with running("ours", command, path="/readyz", environment=environment) as process:
        yield process


@contextmanager
def counting(url: str) -> Iterator[Process]:
    """This service, keeping no answers and no totals."""
    command = [sys.executable, "-m", "uvicorn", "benchmarks.counting:app", *RAW]
    environment = {"DATABASE_URL": url, "POSITIONS_CACHE_MEGABYTES": "0"}
    with running("counting", command, path="/readyz", environment=environment) as process:
        yield process


@contextmanager
def raw(answers: Path, first: str) -> Iterator[Process]:
    """The limit: the same bytes from an application that does nothing else."""
    command = [sys.executable, "-m", "uvicorn", "benchmarks.peers.raw:app", *RAW]
    environment = {"RAW_ANSWERS": str(answers)}
    with running("raw", command, path=first, environment=environment) as process:
        yield process


def _peer(name: str, command: Sequence[str], path: str, environment: Mapping[str, str]) -> object:
    # uv replaces itself by the command, so the process is the peer's own.
    given = {"PYTHONPATH": str(HERE.parent), "VIRTUAL_ENV": "", **environment}
    return running(name, [*PEERS, *command], path=path, environment=given, patience=600)


@contextmanager
def datasette(database: Path) -> Iterator[Process]:
    """Datasette, with what it suggests switched off, because nobody asked for it here."""
    command = ["datasette", "serve", str(database), "--port={port}"]
    command += ["--setting", "suggest_facets", "off", "--setting", "default_page_size", "20"]
    with _peer("datasette", command, "/-/versions.json", {}) as process:  # type: ignore[attr-defined]
        yield process


@contextmanager
def textbook(url: str) -> Iterator[Process]:
    """FastAPI with the async ORM over an async driver, as its tutorials show it."""
    command = ["python", "-m", "uvicorn", "benchmarks.peers.textbook:app", *UVICORN]
    given = {"PEER_URL": url}
    with _peer("textbook", command, f"/opinions/{ONE}", given) as process:  # type: ignore[attr-defined]
        yield process


@contextmanager
def django_rest(database: Path) -> Iterator[Process]:
    """Django REST framework under gunicorn with four threads."""
    command = ["gunicorn", "benchmarks.peers.django_rest:app", "--bind=127.0.0.1:{port}"]
    command += ["--threads=4", "--log-level=error"]
    given = {"PEER_DATABASE": str(database)}
    with _peer("django", command, f"/opinions/{ONE}", given) as process:  # type: ignore[attr-defined]
        yield process


def environment_is_made() -> None:
    """Let uv make the environment of the peers now, not in the middle of a measurement."""
    code = os.spawnvp(os.P_WAIT, "uv", [*PEERS, "python", "-c", ""])
    if code:
        raise SystemExit("the environment of the peers could not be made")
