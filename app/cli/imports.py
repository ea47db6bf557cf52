"""The commands under `positions import`: what others publish, as records."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from app.cli.database import open_database
from app.cli.messages import say_outcome

imports = typer.Typer(
    help="Import what others publish, such as UN roll calls.", no_args_is_help=True
)


@imports.command(
    "un-votes",
    epilog="Example: `positions import un-votes data/unvotes`, a folder that holds unvotes.csv, "
    "roll_calls.csv and issues.csv",
)
def un_votes(
    path: Annotated[
        Path,
        typer.Argument(
            help="The folder of the R package's three files, or the UN Digital Library's bulk CSV; "
            "plain or .gz.",
            show_default=False,
        ),
    ],
) -> None:
    """Import roll calls of the UN General Assembly: all or nothing, and again changes nothing."""
    from app.importers.un_votes import import_un_votes

    with open_database() as database:
        with _progress("Reading votes") as watch:
            outcome = import_un_votes(database, path, watch)
        say_outcome(outcome, "Imported")


@contextmanager
def _progress(description: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal, and nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    err = Console(stderr=True)
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(description)
        yield lambda done, whole: progress.update(task, completed=done, total=whole)
