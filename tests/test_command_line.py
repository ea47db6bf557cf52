"""The command line, as an operator uses it: real processes, real sockets, exit codes."""

import os
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer.core
import typer.main
from typer.testing import CliRunner

from app import __version__
from app.cli.main import app
from app.settings import seeds_folder
from tests.conftest import write_seeds
from tests.processes import PROGRAM, serving


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {k: v for k, v in os.environ.items() if not k.startswith(("POSITIONS_", "DATABASE_"))}
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=folder,
        env={**known, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_serve_just_works_in_an_empty_folder_and_stops_when_told(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, address):
        with urllib.request.urlopen(address + "/v1/agreements/partnership-for-peace") as answer:
            assert b"Partnership for Peace" in answer.read()
        assert (tmp_path / "positions.db").is_file()
        process.terminate()
        assert process.wait(20) in (0, -15)


SLOW_WORKERS = """
import pathlib, sys, time
if "spawn_main" in " ".join(sys.orig_argv):
    with pathlib.Path(__file__).with_name("started").open("a") as started:
        started.write("x")
    time.sleep(8)
"""


def test_a_worker_may_take_its_time_to_start(tmp_path: Path) -> None:
    """uvicorn would end one that has not come up after five seconds, as on a busy machine."""
    (tmp_path / "sitecustomize.py").write_text(SLOW_WORKERS)
    with serving(tmp_path, "--workers=2", PYTHONPATH=str(tmp_path)):
        assert (tmp_path / "started").read_text() == "xx"


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run(tmp_path, "serve", "--port", str(port))
    assert result.returncode == 3
    assert f"cannot listen on 127.0.0.1:{port}" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def _file_is_a_folder(folder: Path) -> str:
    (folder / "data.db").mkdir()
    return f"sqlite:///{folder}/data.db"


def _file_of_another_kind(folder: Path) -> str:
    (folder / "data.db").write_text("this is not a database, whatever its name says" * 100)
    return f"sqlite:///{folder}/data.db"


def _newer_database(folder: Path) -> str:
    with sqlite3.connect(folder / "data.db") as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    connection.close()
    return f"sqlite:///{folder}/data.db"


UNUSABLE: dict[str, tuple[Callable[[Path], str], str]] = {
    "no such folder": (lambda folder: f"sqlite:///{folder}/no/data.db", "does not exist"),
    "a folder": (_file_is_a_folder, "is not a file"),
    "another kind of file": (_file_of_another_kind, "is damaged"),
    "a newer version": (_newer_database, "newer version"),
    "another kind of database": (lambda _: "mysql://localhost/x", "postgresql://"),
    "not an address": (lambda _: "nonsense", "sqlite:///"),
    "nobody there": (
        lambda _: "postgresql://127.0.0.1:1/none?connect_timeout=2",
        "cannot be reached",
    ),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_a_database_that_cannot_be_used_is_one_clear_line(tmp_path: Path, what: str) -> None:
    make, said = UNUSABLE[what]
    result = run(tmp_path, "migrate", DATABASE_URL=make(tmp_path))
    assert result.returncode == 3, result.stderr
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_is_one_clear_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    result = run(tmp_path, "migrate", DATABASE_URL=f"sqlite:///{tmp_path}/data.db")
    assert result.returncode == 3
    assert "cannot be written to" in result.stderr


def test_check_prints_every_fault_and_fails(tmp_path: Path) -> None:
    folder = write_seeds(tmp_path / "small", people="- {id: Ann}\n", opinions="- {}\n")
    result = run(tmp_path, "check", str(folder))
    assert result.returncode == 1
    assert f"{folder}/people.yaml:1 id: 'Ann' should be lower-case words" in result.stdout
    assert "opinions.yaml:1 holder: is missing" in result.stdout
    assert "nothing was changed" in result.stderr


def test_load_says_what_it_did_and_the_second_time_that_there_is_nothing(tmp_path: Path) -> None:
    first = run(tmp_path, "load", str(seeds_folder()))
    assert first.returncode == 0
    assert "64 opinions" in first.stderr
    second = run(tmp_path, "load", str(seeds_folder()))
    assert "Nothing to change; release 1 stands." in second.stderr


def test_a_folder_without_seeds_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path, "load", str(tmp_path))
    assert result.returncode == 3
    assert "a seed folder has a dataset.yaml" in result.stderr


def commands(group: typer.core.TyperGroup, *path: str) -> Iterator[tuple[str, ...]]:
    """The words of each command, such as `keys create`."""
    for name, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            yield from commands(command, *path, name)
        else:
            yield *path, name


PROGRAM_COMMAND = typer.main.get_command(app)
assert isinstance(PROGRAM_COMMAND, typer.core.TyperGroup)
COMMANDS = sorted(commands(PROGRAM_COMMAND))


def test_the_commands_are_these() -> None:
    """Scripts of operators call them, so none goes and none is renamed."""
    assert [" ".join(words) for words in COMMANDS] == [
        "backup",
        "check",
        "doctor",
        "documents attach",
        "export",
        "import atop",
        "import un-votes",
        "import unsc",
        "index",
        "keys create",
        "keys list",
        "keys revoke",
        "load",
        "migrate",
        "restore",
        "serve",
        "verify-history",
        "version",
    ]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_says_what_it_does_and_shows_one(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert shown.exit_code == 0
    assert f"positions {' '.join(words)}" in shown.stdout.partition("Example:")[2]


def test_the_version_is_an_option_and_a_command() -> None:
    for words in (["version"], ["--version"]):
        assert CliRunner().invoke(app, words).stdout == f"{__version__}\n"


@pytest.mark.parametrize("arguments", [(), ("--help",), ("serve", "--help"), ("check", "--help")])
def test_help_teaches(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = run(tmp_path, *arguments)
    assert "Usage" in result.stdout + result.stderr


def test_an_unknown_command_names_the_right_ones(tmp_path: Path) -> None:
    result = run(tmp_path, "sevre")
    assert result.returncode == 2
    assert "serve" in result.stderr


def test_a_setting_that_is_wrong_is_one_clear_line(tmp_path: Path) -> None:
    result = run(tmp_path, "migrate", POSITIONS_PORT="eighty")
    assert result.returncode == 3
    assert "POSITIONS_PORT" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_setting_that_is_none_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path, "serve", POSITIONS_PROT="8001")
    assert result.returncode == 3
    assert "POSITIONS_PROT is not a setting; did you mean 'POSITIONS_PORT'?" in result.stderr


#: What takes long to load, and only some commands, PostgreSQL or a first request need.
_DEAR = (
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.ext.asyncio",
    "psycopg",
    "alembic",
    "rich",
    "yaml",
    "networkx",
    "prometheus_client",
    "greenlet",
)


def test_what_serves_from_sqlite_loads_nothing_that_others_need() -> None:
    program = "import sys, app.cli.main, app.main; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    loaded = result.stdout.split()
    assert "app.main" in loaded
    dear = [one for one in loaded if one.startswith(_DEAR)]
    assert dear == [], "each costs every start; import it in the function that needs it"


def test_a_check_of_an_empty_database_says_that_nothing_was_compared(tmp_path: Path) -> None:
    folder = write_seeds(tmp_path / "small", people="- {id: ann, name: Ann}\n")
    result = run(tmp_path, "check", str(folder))
    assert result.returncode == 0, result.stderr
    assert "has no data, so nothing was compared with what others changed" in result.stderr
    assert run(tmp_path, "load", str(folder)).returncode == 0
    assert "has no data" not in run(tmp_path, "check", str(folder)).stderr


def test_a_decision_about_nothing_is_one_clear_line(tmp_path: Path) -> None:
    folder = write_seeds(tmp_path / "small", people="- {id: ann, name: Ann}\n")
    result = run(tmp_path, "load", str(folder), "--theirs", "anm")
    assert (result.returncode, result.stderr) == (
        3,
        "positions: 'anm' is not the id of a record of these files; did you mean 'ann'?\n",
    )
