"""The command `positions serve`: migrate, load the seeds, and run uvicorn."""

import os
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from app.cli.database import bring_to_schema
from app.cli.messages import say, say_outcome
from app.db import Database, parse_url
from app.db.maintenance.hold import Hold, holding
from app.db.releases import current_release
from app.errors import Refused, nearest
from app.logs import configure_logging
from app.records.seeds import load_seeds
from app.settings import Settings, seeds_folder, variable_of

#: How long a worker may say nothing before it is killed and another one started. Importing the
#: application alone takes longer than uvicorn's 5 seconds where the machine is busy, and the
#: workers that are started over and over keep it so.
WORKER_SECONDS = 60
#: How long the pages of the database are looked through first; a gigabyte takes longer.
CHECK_SECONDS = 5
#: Variables of the tests, which are no settings.
_OF_TESTS = ("POSITIONS_TEST_", "POSITIONS_REQUIRE_")

server_commands = typer.Typer()


@server_commands.command(epilog="Example: `positions serve --port 8080 --workers 2`")
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="How many processes serve.")] = None,
) -> None:
    """Migrate, load the seeds into an empty database, and serve.

    What is not given here is a setting: POSITIONS_HOST, POSITIONS_PORT, POSITIONS_WORKERS.
    """
    settings = Settings()
    _refuse_unknown(os.environ)
    host, port = host or settings.host, settings.port if port is None else port
    _refuse_taken(host, port)
    parse_url(settings.database_replica_url or settings.database_url)  # workers would repeat it
    database = Database(settings.database_url)
    with holding(database) as hold:  # to the end: between workers, too, somebody serves
        _prepare_database(database, hold)
        _serve(settings, host, port, workers or settings.workers)


def _serve(settings: Settings, host: str, port: int, workers: int) -> None:
    """Run the server over a database that is ready."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  shown, not bound
    address = f"http://{shown}:{port}"
    os.environ.setdefault("POSITIONS_PUBLIC_URL", address)  # read by every worker
    say(f"Serving {address}/v1, described at {address}/docs")
    configure_logging(settings.log_level)
    run_server(
        Config(
            "app.asgi:app",
            host=host,
            port=port,
            loop="asyncio",  # docs/decisions/0007: uvloop lets some of many callers wait a second
            workers=workers,
            log_config=None,  # as `app.logs` has configured it
            log_level="warning",
            access_log=False,
            server_header=False,
            forwarded_allow_ips=settings.forwarded_allow_ips,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=20,
            timeout_worker_healthcheck=WORKER_SECONDS,
        )
    )


class Config(uvicorn.Config):
    """Configuration of uvicorn, with the socket that several workers share."""

    def bind_socket(self) -> socket.socket:
        """Bind the socket, so that what is written to it leaves at once.

        asyncio sees to that only where a socket names its protocol, which uvicorn's does not: head
        and body of an answer then wait for each other 40 milliseconds (Nagle's algorithm against
        delayed acknowledgement). Connections have the option from the socket they came in by.
        """
        bound = super().bind_socket()
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return bound


def run_server(config: Config) -> None:
    """Serve the application until the process is ended by a signal."""
    with suppress(KeyboardInterrupt):  # uvicorn raises the signal again when it has stopped
        if config.workers > 1:
            Multiprocess(config, sockets=[config.bind_socket()]).run()
            return
        server = uvicorn.Server(config)
        server.run()
        if not server.started:  # uvicorn has said why
            sys.exit(3)


def _prepare_database(database: Database, hold: Hold) -> None:
    """Look for damage, migrate the database, and load the shipped seeds if it is empty."""
    if damage := database.find_damage(CHECK_SECONDS):
        raise Refused(
            f"the database is damaged: {damage}; `positions doctor` looks at all of it, and "
            "`positions restore FILE` puts a backup in its place"
        )
    if bring_to_schema(database, hold):
        say("The database was migrated.")
    with database.read() as connection:
        empty = current_release(connection) == 0
    if empty:
        say_outcome(load_seeds(database, [seeds_folder()]), "Loaded the seeds")
    database.close()


def _refuse_unknown(environment: Iterable[str]) -> None:
    """Refuse a setting that is none: a limit whose name is misspelt would not be there."""
    known = set(map(variable_of, Settings.model_fields))
    for name in sorted(environment):
        ours = name.startswith("POSITIONS_") and not name.startswith(_OF_TESTS)
        if ours and name not in known:
            raise Refused(f"{name} is not a setting; {nearest(name, known)}")


def _refuse_taken(host: str, port: int) -> None:
    """Refuse a port that is in use, in one line and before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"cannot listen on {host}:{port}: {error.strerror}; try --port"
            ) from error
