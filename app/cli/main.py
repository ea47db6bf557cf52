"""The program `positions`: its commands put together, and errors as one line and an exit code.

Exit codes: 0 done; 1 the input has faults, which were all printed; 2 the command was not
understood; 3 it could not be carried out, and one line says why.
"""

import sys
from typing import Annotated

import typer
from pydantic import ValidationError

from app import __version__
from app.cli.database import database_commands
from app.cli.documents import documents
from app.cli.imports import imports
from app.cli.keys import keys
from app.cli.messages import warn
from app.cli.seeds import seed_commands
from app.cli.server import server_commands
from app.errors import PositionsError, Problem
from app.records.faults import FaultyRecords
from app.settings import Settings, variable_of
from app.validation_messages import message

app = typer.Typer(
    help="Regional security positions: who stands where, since when, says who.",
    epilog="Settings are environment variables, such as DATABASE_URL; see docs/settings.md. "
    "Exit codes: 0 done, 1 faults in the input, 2 not understood, 3 not possible.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.add_typer(server_commands)
app.add_typer(seed_commands)
app.add_typer(imports, name="import")
app.add_typer(keys, name="keys")
app.add_typer(documents, name="documents")
app.add_typer(database_commands)


def main() -> None:
    """Run the command line; what was refused is one clear line, never a trace."""
    try:
        app()
    except FaultyRecords as faulty:
        for fault in faulty.faults:
            typer.echo(str(fault))
        warn(f"{faulty}; nothing was changed")
        sys.exit(1)
    except ValidationError as error:
        if error.title != Settings.__name__:  # faults of records come as FaultyRecords
            raise
        for one in error.errors(include_url=False):
            _warn_refused(f"{variable_of(str(one['loc'][0]))} is {one['input']!r}: {message(one)}")
        sys.exit(3)
    except Problem as problem:
        _warn_refused(problem.detail)
        sys.exit(3)
    except PositionsError as error:
        _warn_refused(str(error))
        sys.exit(3)


def _warn_refused(reason: str) -> None:
    warn(f"positions: {reason}")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command(epilog="Example: `positions version`, or `positions --version`")
def version() -> None:
    """Print the version."""
    _print_version(True)
