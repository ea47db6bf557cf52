"""A new database is made only where none was; nothing of anybody else's is filled or replaced."""

import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.db import parse_url
from tests.processes import command


def file_of(url: str) -> Path:
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL makes its databases itself")
    return Path(str(parse_url(url).database))


def refused(url: str, *arguments: object) -> str:
    """What a command says that is refused, in its one line."""
    result = command(*arguments, DATABASE_URL=url)
    assert result.returncode == 3, result.stderr
    [line] = result.stderr.splitlines()
    return line


def test_a_database_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "data.db"
    url = f"sqlite:///{file}"
    assert command("migrate", DATABASE_URL=url).returncode == 0
    file.unlink()
    for arguments in (("serve", "--port=0"), ("migrate",)):
        assert "is gone: there was a database before" in refused(url, *arguments)
        assert not file.exists()
    (tmp_path / "data.db-hold").unlink()
    assert command("migrate", DATABASE_URL=url).returncode == 0


def test_an_empty_file_is_not_filled(tmp_path: Path) -> None:
    file = tmp_path / "data.db"
    file.touch()
    assert "is empty (0 bytes)" in refused(f"sqlite:///{file}", "migrate")
    assert file.stat().st_size == 0


def test_the_database_of_another_program_is_not_filled(tmp_path: Path) -> None:
    file = tmp_path / "data.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE invoices (id)")
    assert "another program's: it has a table 'invoices'" in refused(f"sqlite:///{file}", "migrate")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("invoices",)]


def test_a_backup_goes_into_files_alone(seeded_url: str, tmp_path: Path) -> None:
    file_of(seeded_url)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "is not a file" in refused(seeded_url, "backup", pipe)
    assert pipe.is_fifo()


def test_what_is_no_database_any_more_can_be_restored_over(seeded_url: str, tmp_path: Path) -> None:
    file, copy = file_of(seeded_url), tmp_path / "copy.db"
    assert command("backup", copy, DATABASE_URL=seeded_url).returncode == 0
    noise = random.Random(1).randbytes(100_000)
    file.write_bytes(noise)
    restored = command("restore", copy, DATABASE_URL=seeded_url)
    assert restored.returncode == 0, restored.stderr
    [before] = file.parent.glob(f"{file.name}.before-*")
    assert before.read_bytes() == noise


def test_a_foreign_file_with_a_table_of_our_name_replaces_nothing(
    seeded_url: str, tmp_path: Path
) -> None:
    file, foreign = file_of(seeded_url), tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE releases (id, hash)")
    was = file.read_bytes()
    assert "is not a database of this service" in refused(seeded_url, "restore", foreign)
    assert file.read_bytes() == was
