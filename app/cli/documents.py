"""The commands under `positions documents`: the texts of the sources."""

from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from app.cli.database import open_database
from app.cli.messages import say_outcome
from app.db.tables import documents as document_table
from app.errors import Refused, nearest
from app.records.storage.change import Change

documents = typer.Typer(
    help="Attach the texts of documents, the sources that opinions cite.", no_args_is_help=True
)


@documents.command(epilog="Example: `positions documents attach a-report report.txt`")
def attach(
    document: Annotated[str, typer.Argument(help="The document's id.")],
    file: Annotated[Path, typer.Argument(help="Its text.", exists=True, dir_okay=False)],
) -> None:
    """Give this deployment the text of a document, when its SHA-256 fits.

    From then on quotes are answered in their own words. The text is no part of an export.
    """
    with open_database() as database, database.write() as connection:
        known = set(connection.execute(sa.select(document_table.c.id)).scalars())
        if document not in known:
            raise Refused(f"{document!r} is not a document; {nearest(document, known)}")
        change = Change(connection, origin="text", reason="attachment of a text")
        change.attach(document, file.read_bytes())
        outcome = change.commit_release()
    say_outcome(outcome, "The text was attached in")
