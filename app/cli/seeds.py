"""The commands about seed folders: load and check."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.database import open_database
from app.cli.messages import say_outcome
from app.records.seeds import load_seeds

seed_commands = typer.Typer()

Paths = Annotated[
    list[Path], typer.Argument(help="Seed folders, or folders that hold some.", show_default=False)
]


@seed_commands.command(epilog="Example: `positions load seeds`")
def load(paths: Paths) -> None:
    """Load seed folders: all or nothing, and the same again changes nothing."""
    with open_database() as database:
        say_outcome(load_seeds(database, paths), "Loaded")


@seed_commands.command(epilog="Example: `positions check seeds/kazakhstan-nato`")
def check(paths: Paths) -> None:
    """Print every fault of every file, and what a load would change, without changing it.

    Faults go to standard output, one a line, as `FILE:LINE FIELD: what is wrong`.
    """
    with open_database() as database:
        say_outcome(load_seeds(database, paths, commit=False), "No faults; a load would have made")
