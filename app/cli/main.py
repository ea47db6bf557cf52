"""The command line: arguments in, messages out; the work is done elsewhere.

Exit codes: 0 done; 1 the input has faults, which were all printed; 2 the command was not
understood; 3 it could not be carried out, and one line says why.
"""

import os
import socket
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from app import __version__
from app.cli import database as database_commands
from app.cli import imports, server
from app.cli.messages import migrated, say, tell, warn
from app.db import Database, parse_url
from app.db.migrate import migrate as migrate_database
from app.db.releases import current_release
from app.errors import PositionsError, Problem, Refused, nearest
from app.logs import configure_logging
from app.records.faults import FaultyRecords
from app.records.seeds import load_seeds
from app.settings import Settings, seeds_folder

app = typer.Typer(
    help="Regional security positions: who stands where, since when, says who.",
    epilog="Settings are environment variables, such as DATABASE_URL; see docs/settings.md.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.add_typer(database_commands.app)
app.add_typer(imports.imports, name="import")

Paths = Annotated[
    list[Path], typer.Argument(help="Seed folders, or folders that hold some.", show_default=False)
]


def main() -> None:
    """Run the command line; what was refused is one clear line, never a trace."""
    try:
        app()
    except FaultyRecords as faulty:
        for fault in faulty.faults:
            typer.echo(str(fault))
        warn(f"{faulty}; nothing was changed")
        sys.exit(1)
    except ValidationError as wrong:
        if wrong.title != Settings.__name__:  # records tell their own faults; this would be ours
            raise
        for one in wrong.errors(include_url=False):
            _refuse(f"{_variable(one['loc'])} is {one['input']!r}: {one['msg']}")
        sys.exit(3)
    except Problem as problem:
        _refuse(problem.detail)
        sys.exit(3)
    except PositionsError as error:
        _refuse(str(error))
        sys.exit(3)


def _refuse(why: str) -> None:
    warn(f"positions: {why}")


def _variable(location: tuple[int | str, ...]) -> str:
    """The environment variable of a setting."""
    name = str(location[0]).upper()
    return name if name.startswith("DATABASE_") else f"POSITIONS_{name}"


@app.command(epilog="Example: `positions serve --port 8080 --workers 2`")
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="How many processes serve.")] = None,
) -> None:
    """Migrate, load the seeds into an empty database, and serve."""
    settings = Settings()
    _refuse_unknown(os.environ)
    host, port = host or settings.host, settings.port if port is None else port
    workers = workers or settings.workers
    _refuse_taken(host, port)
    parse_url(settings.database_replica_url or settings.database_url)  # workers would repeat it
    database = Database(settings.database_url)
    if migrate_database(database):
        say("The database was migrated.")
    with database.read() as connection:
        empty = current_release(connection) == 0
    if empty:
        tell(load_seeds(database, [seeds_folder()]), "Loaded the seeds")
    database.close()
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  shown, not bound
    address = f"http://{shown}:{port}"
    os.environ.setdefault("POSITIONS_PUBLIC_URL", address)  # read by every worker
    say(f"Serving {address}/v1, described at {address}/docs")
    configure_logging(settings.log_level)
    server.serve(host, port, workers=workers, forwarded_allow_ips=settings.forwarded_allow_ips)


@app.command(epilog="Example: `positions load seeds`")
def load(paths: Paths) -> None:
    """Load seed folders: all or nothing, and the same again changes nothing."""
    with migrated() as database:
        tell(load_seeds(database, paths), "Loaded")


@app.command(epilog="Example: `positions check seeds/kazakhstan-nato`")
def check(paths: Paths) -> None:
    """Say every fault of every file, and what a load would change, without changing it."""
    with migrated() as database:
        tell(load_seeds(database, paths, commit=False), "No faults; a load would have made")


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    database = Database(Settings().database_url)
    done = migrate_database(database)
    typer.echo("The database was migrated." if done else "The database is up to date.")
    database.close()


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def _refuse_unknown(environment: Iterable[str]) -> None:
    """Refuse a setting that is none: a limit whose name is misspelt would not be there."""
    known = {_variable((name,)) for name in Settings.model_fields}
    for name in sorted(environment):
        ours = name.startswith("POSITIONS_") and not name.startswith(_TESTS)
        if ours and name not in known:
            raise Refused(f"{name} is not a setting; {nearest(name, known)}")


#: What the tests are told by variables of their own.
_TESTS = ("POSITIONS_TEST_", "POSITIONS_REQUIRE_")


def _refuse_taken(host: str, port: int) -> None:
    """Say in one line that a port is in use, before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise Refused(
                f"cannot listen on {host}:{port}: {fault.strerror}; try --port"
            ) from fault
