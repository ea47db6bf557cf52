"""The commands under `positions keys`: who may change the data."""

from typing import Annotated

import typer

from app.cli.database import open_database
from app.cli.messages import say
from app.db.api_keys import create_key, list_keys, revoke_key

keys = typer.Typer(
    help="Create, list and revoke the keys that may change data.", no_args_is_help=True
)


@keys.command(epilog="Example: `positions keys create Aliya --scope curate --expires 90d`")
def create(
    name: Annotated[str, typer.Argument(help="Whose it is; shown beside its changes.")] = "",
    scope: Annotated[str, typer.Option(help="`read`, `curate` or `admin`.")] = "curate",
    expires: Annotated[str, typer.Option(help="`90d`, `12h`, `8w` or `never`.")] = "90d",
) -> None:
    """Make a key and print its token, once.

    The token goes to standard output, alone: `TOKEN=$(positions keys create Aliya)`.
    """
    with open_database() as database, database.write() as connection:
        token = create_key(connection, scope=scope, name=name, expires=expires)
    say("This is the only time the token is shown; send it as `Authorization: Bearer TOKEN`.")
    typer.echo(token)


@keys.command("list", epilog="Example: `positions keys list`")
def list_() -> None:
    """Show every key, its state and its last use; never a token."""
    with open_database() as database, database.read() as connection:
        found = list_keys(connection)
    from rich.console import Console
    from rich.table import Table

    columns = ("id", "name", "scope", "state", "created_at", "expires_at", "last_used")
    table = Table(*columns, box=None)
    for key in found:
        table.add_row(*(key[column] or "–" for column in columns))
    # So wide that no id is cut, whatever the terminal.
    Console(width=max(Console().width, 160), markup=False).print(table)


@keys.command(epilog="Example: `positions keys revoke 673f32e4b98d`")
def revoke(key: Annotated[str, typer.Argument(help="Its id, as `keys list` shows it.")]) -> None:
    """Make a key invalid, in every worker at once."""
    with open_database() as database, database.write() as connection:
        revoke_key(connection, key)
    say(f"{key} is revoked.")
