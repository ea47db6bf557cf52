"""The service in a process of its own, as an operator starts it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.db import Database
from app.db.api_keys import create_key

MAIN = "from app.cli.main import main; main()"
PROGRAM = [sys.executable, "-c", MAIN]


@contextmanager
def serving(
    folder: Path, *options: str, first: str = "", until: str = "/readyz", **environment: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run `positions serve` in a folder and give its process and its address.

    Args:
        folder: where it runs, and where its file `log` has what it says.
        options: options of the command.
        first: Python that runs before it.
        until: the address that is waited for.
        environment: variables of the environment.
    """
    port = _free_port()
    command = [sys.executable, "-c", f"{first}\n{MAIN}", "serve", "--port", str(port), *options]
    with (
        (folder / "log").open("ab") as log,
        subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stderr=log
        ) as process,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            _await(f"{address}{until}")
            yield process, address
        finally:
            process.terminate()
            process.wait(30)


def command(
    *arguments: object, timeout: float = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of `positions` in a process of its own, as an operator does."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        env={**os.environ, "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def key_of(url: str) -> dict[str, str]:
    """Make a key that may curate and return its header."""
    database = Database(url)
    with database.write() as connection:
        token = create_key(connection, scope="curate", name="Aliya", expires="90d")
    database.close()
    return {"Authorization": f"Bearer {token}"}


def _free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(address: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{address} never answered")
