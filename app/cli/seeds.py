"""The commands about seed folders: load and check."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.database import open_database
from app.cli.decisions import Ours, Theirs, decisions_of
from app.cli.messages import say, say_outcome
from app.db.releases import newest_release
from app.records.seeds import load_seeds

seed_commands = typer.Typer()

Paths = Annotated[
    list[Path], typer.Argument(help="Seed folders, or folders that hold some.", show_default=False)
]


@seed_commands.command(epilog="Example: `positions load seeds`")
def load(paths: Paths, theirs: Theirs = None, ours: Ours = None) -> None:
    """Load seed folders: all or nothing, and the same again changes nothing.

    Only what changed in the files since they were loaded last is changed. Where a record was
    changed here as well, and otherwise, nothing is loaded, and each such conflict is printed;
    --theirs and --ours decide.
    """
    with open_database() as database:
        say_outcome(load_seeds(database, paths, decisions=decisions_of(theirs, ours)), "Loaded")


@seed_commands.command(epilog="Example: `positions check seeds/kazakhstan-nato`")
def check(paths: Paths, theirs: Theirs = None, ours: Ours = None) -> None:
    """Print every fault of every file, and what a load would change, without changing it.

    Faults go to standard output, one a line, as `FILE:LINE FIELD: what is wrong`. A file is also
    compared with what the database of DATABASE_URL has, as a load would compare it.
    """
    with open_database() as database:
        if newest_release(database) == 0:
            say(
                f"{database.url.render_as_string()} has no data, so nothing was compared with what "
                "others changed; DATABASE_URL names the database to compare with."
            )
        decisions = decisions_of(theirs, ours)
        outcome = load_seeds(database, paths, commit=False, decisions=decisions)
        say_outcome(outcome, "No faults; a load would have made")
