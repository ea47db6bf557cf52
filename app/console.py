"""What every command needs: where messages go, the database of the settings, telling a change."""

from rich.console import Console

from app.db import Database
from app.db.migrate import migrate as migrate_database
from app.records.store import OPS, Outcome
from app.settings import Settings

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


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
        err.print(f"Nothing to change; release {outcome.release} stands.")
        return
    err.print(f"{what} release {outcome.release}:")
    for op in OPS:
        counts = ", ".join(f"{n} {kind}" for kind, n in getattr(outcome, op).items())
        if counts:
            err.print(f"  {op}: {counts}")
