"""Whoever is at work on a database is seen by who would replace or alter it, in any process."""

import fcntl
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.db import Database, parse_url
from app.db.maintenance.hold import Hold
from app.db.migrate import version_of
from tests.conftest import Make
from tests.processes import command, serving

QUIET = {"POSITIONS_LOG_LEVEL": "error"}


def file_of(url: str) -> Path:
    database = parse_url(url)
    if database.get_backend_name() != "sqlite":
        pytest.skip("PostgreSQL has tools of its own to restore with")
    return Path(str(database.database))


def test_a_service_that_nobody_has_asked_for_data_is_seen_by_a_restore(
    seeded_url: str, tmp_path: Path
) -> None:
    file, copy = file_of(seeded_url), tmp_path / "copy.db"
    assert command("backup", copy, DATABASE_URL=seeded_url).returncode == 0
    for workers in ("--workers=1", "--workers=2"):
        with serving(tmp_path, workers, until="/healthz", DATABASE_URL=seeded_url, **QUIET) as (
            _,
            address,
        ):
            before = file.stat().st_ino
            refused = command("restore", copy, DATABASE_URL=seeded_url)
            assert (refused.returncode, refused.stdout) == (3, "")
            assert refused.stderr == f"positions: {file} is in use; stop the service first\n"
            assert file.stat().st_ino == before
    assert command("restore", copy, DATABASE_URL=seeded_url).returncode == 0


def test_a_service_that_was_killed_holds_nothing(seeded_url: str, tmp_path: Path) -> None:
    file_of(seeded_url)
    copy = tmp_path / "copy.db"
    assert command("backup", copy, DATABASE_URL=seeded_url).returncode == 0
    with serving(tmp_path, DATABASE_URL=seeded_url, **QUIET) as (process, _):
        process.kill()
        process.wait(10)
    assert command("restore", copy, DATABASE_URL=seeded_url).returncode == 0


def test_what_imports_is_seen_by_a_restore(seeded_url: str, tmp_path: Path) -> None:
    """An import that waits for its turn shares the hold already."""
    file, copy = file_of(seeded_url), tmp_path / "copy.db"
    assert command("backup", copy, DATABASE_URL=seeded_url).returncode == 0
    database = Database(seeded_url)
    hold = Hold(database)
    hold.share()
    assert "is in use" in command("restore", copy, DATABASE_URL=seeded_url).stderr
    hold.release()
    database.close()
    with file.with_name(f"{file.name}-hold").open() as alone:  # as a restore under way has it
        fcntl.flock(alone, fcntl.LOCK_EX)
        with pytest.raises(subprocess.TimeoutExpired):
            command("load", "seeds", DATABASE_URL=seeded_url, timeout=2)


def older(url: str) -> None:
    """Make a database look as a version without the newest migration left it."""
    database = Database(url)
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    database.close()


def version(url: str) -> str | None:
    database = Database(url)
    with database.read() as connection:
        found = version_of(connection)
    database.close()
    return found


def test_tables_are_not_altered_while_a_service_is_at_work_on_them(
    make_database: Make, tmp_path: Path
) -> None:
    with (
        make_database("migrated") as url,
        serving(tmp_path, until="/healthz", DATABASE_URL=url, **QUIET),
    ):
        older(url)
        for arguments in (("migrate",), ("serve", "--port=0")):
            refused = command(*arguments, DATABASE_URL=url)
            assert refused.returncode == 3
            assert "a service of an older version is at work on them" in refused.stderr
            assert len(refused.stderr.splitlines()) == 1
            assert version(url) == "0001"


def test_a_lost_session_is_held_anew(seeded_url: str, tmp_path: Path) -> None:
    database = Database(seeded_url)
    if database.is_sqlite:
        pytest.skip("a file's lock is never lost")
    mine, other = Hold(database), Hold(database)
    mine.share()
    with database.write() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks "
                "WHERE locktype = 'advisory' AND mode = 'ShareLock'"
            )
        )
    assert other.take_alone(1)
    other.release()
    mine.renew()
    assert not other.take_alone(0.1)
    mine.release()
    assert other.take_alone(1)
    other.release()
    database.close()
