"""The commands of those who keep a deployment, run beside the database."""

import sys
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from app.cli.messages import migrated, say, tell, warn
from app.db import Database
from app.db.api_keys import create_key, list_keys, revoke_key
from app.db.backup import backup as backup_database
from app.db.backup import restore as restore_database
from app.db.migrate import migrate
from app.db.tables import documents as document_table
from app.errors import Refused, nearest
from app.records.change import Change
from app.records.export import export_lines
from app.records.history import head_of, verify_history
from app.settings import Settings

app = typer.Typer()
keys = typer.Typer(help="Keys: who may change the data.", no_args_is_help=True)
documents = typer.Typer(help="Documents: the sources.", no_args_is_help=True)
app.add_typer(keys, name="keys")
app.add_typer(documents, name="documents")


@keys.command(epilog="Example: `positions keys create Aliya --scope curate --expires 90d`")
def create(
    name: Annotated[str, typer.Argument(help="Whose it is; shown beside its changes.")] = "",
    scope: Annotated[str, typer.Option(help="`read`, `curate` or `admin`.")] = "curate",
    expires: Annotated[str, typer.Option(help="`90d`, `12h`, `8w` or `never`.")] = "90d",
) -> None:
    """Make a key and print its token, once."""
    with migrated() as database, database.write() as connection:
        token = create_key(connection, scope=scope, name=name, expires=expires)
    say("This is the only time the token is shown; send it as `Authorization: Bearer TOKEN`.")
    typer.echo(token)


@keys.command("list")
def list_() -> None:
    """Show every key, its state and its last use; never a token."""
    with migrated() as database, database.read() as connection:
        found = list_keys(connection)
    from rich.console import Console
    from rich.table import Table

    columns = ("id", "name", "scope", "state", "created_at", "expires_at", "last_used")
    table = Table(*columns, box=None)
    for key in found:
        table.add_row(*(key[column] or "–" for column in columns))
    # So wide that no id is cut, whatever the terminal.
    Console(width=max(Console().width, 160), markup=False).print(table)


@keys.command()
def revoke(key: Annotated[str, typer.Argument(help="Its id, as `keys list` shows it.")]) -> None:
    """Let a key be valid no more, in every worker at once."""
    with migrated() as database, database.write() as connection:
        revoke_key(connection, key)
    say(f"{key} is revoked.")


@documents.command(epilog="Example: `positions documents attach a-report report.txt`")
def attach(
    document: Annotated[str, typer.Argument(help="The document's id.")],
    file: Annotated[Path, typer.Argument(help="Its text.", exists=True, dir_okay=False)],
) -> None:
    """Give this deployment the text of a source, when its SHA-256 fits."""
    with migrated() as database, database.write() as connection:
        known = set(connection.execute(sa.select(document_table.c.id)).scalars())
        if document not in known:
            raise Refused(f"{document!r} is not a document; {nearest(document, known)}")
        change = Change(connection, origin="text", reason="attachment of a text")
        change.attach(document, file.read_bytes())
        outcome = change.finish()
    tell(outcome, "The text was attached in")


@app.command("verify-history")
def verify() -> None:
    """Make the hash of every release again and compare it with the one that was written.

    The head that is printed says the whole history in 64 characters: kept elsewhere, it shows any
    later tampering, even by somebody who makes every hash anew.
    """
    with migrated() as database, database.read() as connection:
        faults = list(verify_history(connection))
        release, head = head_of(connection)
    for number, fault in faults:
        warn(f"release {number} {fault}")
    if faults:
        raise Refused(f"the history was changed: {len(faults)} releases do not fit their hashes")
    say(f"{release} releases, each as it was written.")
    typer.echo(f"release {release} {head}")


@app.command(epilog="Example: `positions backup /backups/positions.db`")
def backup(file: Annotated[Path, typer.Argument(help="Where to.", dir_okay=False)]) -> None:
    """Copy the SQLite database into a file, whole and checked, while the service runs."""
    with migrated() as database:
        backup_database(database, file)
        _print_head(database)


@app.command(epilog="Example: `positions restore /backups/positions.db`")
def restore(
    file: Annotated[Path, typer.Argument(help="The backup.", exists=True, dir_okay=False)],
) -> None:
    """Put a backup in the place of the SQLite database, which is kept under another name."""
    database = Database(Settings().database_url)
    kept = restore_database(database, file)
    if kept:
        say(f"What was there is now {kept}.")
    migrate(database)
    _print_head(database)
    database.close()


@app.command(epilog="Example: `positions export > positions.ndjson`")
def export() -> None:
    """Print every record as NDJSON, as `POST /v1/imports` takes it."""
    with migrated() as database:
        with database.read() as connection:
            for line in export_lines(connection):
                sys.stdout.buffer.write(line + b"\n")
        _print_head(database)


def _print_head(database: Database) -> None:
    """Say where the chain of releases ends: kept elsewhere, it shows any later tampering."""
    with database.read() as connection:
        release, head = head_of(connection)
    say(f"release {release} {head}")
