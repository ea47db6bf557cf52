"""Commands under `positions import`: one for each source that others publish."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.database import open_database
from app.cli.decisions import Ours, Theirs, decisions_of
from app.cli.messages import say_outcome

if TYPE_CHECKING:  # an importer is loaded by its own command
    from app.db import Database
    from app.importers.import_run import ReportProgress
    from app.records.loads.merging import Decisions
    from app.records.storage.change import Outcome

imports = typer.Typer(
    help="Import what others publish: UN roll calls, alliances, …", no_args_is_help=True
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
    theirs: Theirs = None,
    ours: Ours = None,
) -> None:
    """Import roll calls of the UN General Assembly: all or nothing, and again changes nothing."""
    from app.importers.un_votes import import_un_votes

    _run(import_un_votes, path, "Reading votes", decisions_of(theirs, ours))


@imports.command(
    "atop",
    epilog="Example: `positions import atop data/atop`, a folder that holds atop5_1a.csv and "
    "atop5_1m.csv",
)
def atop(
    folder: Annotated[
        Path,
        typer.Argument(
            help="The folder of ATOP 5.1's tables of alliances and of members; plain or .gz.",
            show_default=False,
        ),
    ],
    theirs: Theirs = None,
    ours: Ours = None,
) -> None:
    """Import alliances and what their members promised (ATOP 5.1), 1815 to 2018."""
    from app.importers.atop.source import import_atop

    _run(import_atop, folder, "Reading alliances", decisions_of(theirs, ours))


@imports.command(
    "unsc",
    epilog="Example: `positions import unsc data/resolutions.ndjson.gz --skip-faulty`",
)
def unsc(
    file: Annotated[
        Path,
        typer.Argument(
            help="The United Nations' NDJSON of resolutions, the UN Digital Library's CSV of "
            "Council votes, or a CSV of vetoes; plain or .gz.",
            show_default=False,
        ),
    ],
    *,
    skip_faulty: Annotated[
        bool,
        typer.Option(
            "--skip-faulty",
            help="Leave out resolutions that contradict themselves or do not say who voted how, "
            "and name them.",
        ),
    ] = False,
    theirs: Theirs = None,
    ours: Ours = None,
) -> None:
    """Import votes and vetoes in the UN Security Council."""
    from functools import partial

    from app.importers.unsc.source import import_unsc

    importer = partial(import_unsc, skip_faulty=skip_faulty)
    _run(importer, file, "Reading votes", decisions_of(theirs, ours))


def _run(
    importer: "Callable[[Database, Path, ReportProgress, Decisions], Outcome]",
    path: Path,
    description: str,
    decisions: "Decisions",
) -> None:
    """Run an importer over the database of the settings, and say what it did."""
    with open_database() as database:
        with _progress(description) as report:
            outcome = importer(database, path, report, decisions)
        say_outcome(outcome, "Imported")


@contextmanager
def _progress(description: str) -> "Iterator[ReportProgress]":
    """Show a bar on a terminal, and nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    err = Console(stderr=True)
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(description)
        yield lambda done, whole: progress.update(task, completed=done, total=whole)
