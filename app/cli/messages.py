"""What every command needs: where messages go, the database of the settings, telling a change."""

import os

import typer

from app.db import Database
from app.db.migrate import migrate as migrate_database
from app.records.change import OPS, Outcome
from app.settings import Settings


def say(what: str) -> None:
    """Say it to a person: on standard error, so that what others read stands alone."""
    typer.echo(what, err=True)


def warn(what: str) -> None:
    """Say it in red, where colours are wanted (no-color.org)."""
    typer.secho(what, err=True, fg=None if os.environ.get("NO_COLOR") else "red")


class migrated:
    """The database of the settings, migrated first, closed afterwards."""

    def __enter__(self) -> Database:
        self._database = Database(Settings().database_url)
        migrate_database(self._database)
        return self._database

    def __exit__(self, *_fault: object) -> None:
        self._database.close()


def tell(outcome: Outcome, what: str) -> None:
    """Say what a change did, by kind."""
    if not outcome.altered:
        say(f"Nothing to change; release {outcome.release} stands.")
        return
    say(f"{what} release {outcome.release}:")
    for op in OPS:
        counts = ", ".join(f"{n} {kind}" for kind, n in getattr(outcome, op).items())
        if counts:
            say(f"  {op}: {counts}")
