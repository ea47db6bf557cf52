"""The commands about the database as a whole: migrate, backup, restore, export, doctor, …"""

import random
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer
from sqlalchemy import Connection

from app.cli.messages import say, warn
from app.db import Database
from app.db.maintenance.backup import backup as backup_database
from app.db.maintenance.backup import file_of, page_faults
from app.db.maintenance.backup import restore as restore_database
from app.db.maintenance.hold import ALONE_SECONDS, Hold, holding
from app.db.migrate import is_behind
from app.db.migrate import migrate as migrate_database
from app.db.releases import current_release
from app.errors import PositionsError, Refused
from app.index.storage import store as store_index
from app.index.storage import store_missing
from app.index.verification import differences
from app.records.export import export_lines
from app.records.kinds import KINDS
from app.records.storage.hash_chain import head_of, verify_history
from app.records.storage.verification import stored_differences
from app.settings import Settings

database_commands = typer.Typer()


@contextmanager
def open_database() -> Iterator[Database]:
    """Open the database of the settings, migrated first, for the length of a command."""
    database = Database(Settings().database_url)
    with holding(database) as hold:
        try:
            bring_to_schema(database, hold)
            yield database
        finally:
            database.close()


def bring_to_schema(database: Database, hold: Hold, *, beside: bool = False) -> bool:
    """Migrate a database, and store the index of its release where it has none; say whether.

    Args:
        database: the database.
        hold: the hold on it, which is shared afterwards.
        beside: whether its tables may be altered while others are at work on it.

    Raises:
        Refused: when its tables are to be altered, and others are at work on it.
    """
    if not hold.is_alone:
        hold.share()
        hold.refuse_gone()
        if not beside and is_behind(database):
            _take_alone(database, hold)
    migrated = migrate_database(database)
    with database.write() as connection:
        stored = store_missing(connection, current_release(connection))
    hold.mark()
    hold.share()
    return migrated or stored


def _take_alone(database: Database, hold: Hold) -> None:
    """Take the hold alone for a migration, unless another instance has made it by then."""
    end = time.monotonic() + ALONE_SECONDS
    while is_behind(database):
        database.close()
        hold.release()
        if hold.take_alone(random.uniform(0.05, 0.2)):  # noqa: S311  nothing secret
            return
        if time.monotonic() > end:
            raise Refused(
                "the tables are to be altered, and a service of an older version is at work on "
                "them; stop it first, or run `positions migrate --beside`"
            )
        hold.share()


@database_commands.command(epilog="Example: `DATABASE_URL=sqlite:///x.db positions migrate`")
def migrate(
    beside: Annotated[
        bool, typer.Option(help="Alter the tables while services of an older version use them.")
    ] = False,
) -> None:
    """Bring the database to this version's schema.

    `serve` and every command that needs the database do so themselves; this one does nothing else.
    Where tables are to be altered it is refused while others are at work on the database, unless
    `--beside` is given, as for an upgrade one instance after the other.
    """
    database = Database(Settings().database_url)
    with holding(database) as hold:
        migrated = bring_to_schema(database, hold, beside=beside)
        typer.echo("The database was migrated." if migrated else "The database is up to date.")
        database.close()


@database_commands.command(epilog="Example: `positions backup /backups/positions.db`")
def backup(file: Annotated[Path, typer.Argument(help="Where to.", dir_okay=False)]) -> None:
    """Copy the SQLite database into a file, whole and checked, while the service runs."""
    with open_database() as database:
        release, head = backup_database(database, file)
    say(f"release {release} {head}")


@database_commands.command(epilog="Example: `positions restore /backups/positions.db`")
def restore(
    file: Annotated[Path, typer.Argument(help="The backup.", exists=True, dir_okay=False)],
) -> None:
    """Put a backup in the place of the SQLite database, which gets another name.

    Stop the service first: a database that anybody is at work on is not replaced.
    """
    database = Database(Settings().database_url)
    with holding(database) as hold:
        previous = restore_database(database, file, hold)
        if previous:
            say(f"What was there is now {previous}.")
        bring_to_schema(database, hold)
        _say_head(database)
        database.close()


@database_commands.command(epilog="Example: `positions export > positions.ndjson`")
def export() -> None:
    """Print every record as NDJSON, as `POST /v1/imports` takes it."""
    with open_database() as database:
        with database.read() as connection:
            for line in export_lines(connection):
                sys.stdout.buffer.write(line + b"\n")
        _say_head(database)


@database_commands.command("verify-history", epilog="Example: `positions verify-history`")
def verify() -> None:
    """Compute the hash of every release again and compare it with the stored one.

    The head that is printed says the whole history in 64 characters: kept elsewhere, it shows any
    later tampering, even by somebody who makes every hash anew.
    """
    with open_database() as database, database.read() as connection:
        faults = list(verify_history(connection))
        release, head = head_of(connection)
    for number, fault in faults:
        warn(f"release {number} {fault}")
    if faults:
        raise Refused(f"the history was changed: {len(faults)} releases do not fit their hashes")
    say(f"{release} releases, each as it was written.")
    typer.echo(f"release {release} {head}")


@database_commands.command(epilog="Example: `positions index --rebuild`")
def index(
    rebuild: Annotated[bool, typer.Option(help="Store it anew, made from all rows.")] = False,
) -> None:
    """Compare the index of the release with the rows, and say each difference.

    The index says which records a list has and in which order. It is stored with large changes and
    brought forward by itself; `--rebuild` stores it anew, should it ever differ.
    """
    with open_database() as database, database.write() as connection:
        release = current_release(connection)
        if rebuild:
            store_index(connection, release, anew=True)
        found = list(differences(connection, release))
    for one in found[:MOST_DIFFERENCES]:
        warn(one)
    if found:
        raise Refused(
            f"the index of release {release} differs from the rows in {len(found)} places; "
            "`positions index --rebuild` stores it anew"
        )
    say(f"The index of release {release} is as the rows are.")


@database_commands.command(epilog="Example: `positions doctor`")
def doctor() -> None:
    """Compare everything that is stored twice, and say what differs.

    The pages of the file, the hash of every release, the columns, links and search words of every
    row with its record, and the index with the rows. It changes no record; a million take some
    minutes. The file and its history are put right by `positions restore`, the index by
    `positions index --rebuild`.
    """
    database = Database(Settings().database_url)
    with holding(database) as hold, closing(database):
        hold.share()  # and nothing more: what is damaged is not migrated
        _refuse_missing(database)
        with database.read() as connection:
            found = sum(_tell(*check) for check in _checks(connection))
            if found:
                raise Refused(f"{found} differences, see above")
            release, head = head_of(connection)
    say(f"release {release} {head}: all that is stored twice agrees.")


def _refuse_missing(database: Database) -> None:
    """Refuse to look at a database that is not there, or not of this version."""
    if database.is_sqlite and not file_of(database, "").exists():
        raise Refused(f"there is no {file_of(database, '')}; DATABASE_URL says where it is")
    if damage := database.find_damage(float("inf")):
        warn(damage)
    elif is_behind(database):
        raise Refused("the database is of an older version; run `positions migrate` first")


def _checks(connection: Connection) -> Iterator[tuple[str, Iterator[str]]]:
    """Each thing that is looked at, and its faults, found while it is read."""
    yield "the file", page_faults(connection)
    history = verify_history(connection)
    yield "the history", (f"release {number} {fault}" for number, fault in history)
    for kind in KINDS.values():
        yield f"the rows of {kind.path}", stored_differences(connection, kind)
    yield "the index", differences(connection, current_release(connection))


def _tell(what: str, faults: Iterator[str]) -> int:
    """Print the faults that are found, and return their number."""
    say(f"Looking at {what} …")
    number = 0
    for number, fault in enumerate(_readable(faults), 1):
        if number <= MOST_DIFFERENCES:
            warn(fault)
    if number > MOST_DIFFERENCES:
        warn(f"… and {number - MOST_DIFFERENCES} more")
    return number


def _readable(faults: Iterator[str]) -> Iterator[str]:
    """Pass faults on; where damage lets nothing more be read, say so last."""
    try:
        yield from faults
    except (sa.exc.DBAPIError, PositionsError, LookupError, TypeError, ValueError) as error:
        said = getattr(error, "orig", None) or getattr(error, "detail", None) or error
        yield f"what follows cannot be read: {str(said).splitlines()[0]}"


#: How many differences are told one by one.
MOST_DIFFERENCES = 50


def _say_head(database: Database) -> None:
    """Print the head of the chain of releases: kept elsewhere, it shows any later tampering."""
    with database.read() as connection:
        release, head = head_of(connection)
    say(f"release {release} {head}")
