"""Serving: uvicorn, with one worker or several, as this service wants it."""

import socket
import sys
from contextlib import suppress

import uvicorn
from uvicorn.supervisors import Multiprocess

#: How long a worker may say nothing before it is killed and another one started. Importing the
#: application alone takes longer than uvicorn's 5 seconds where the machine is busy, and the
#: workers that are started over and over keep it so.
WORKER_SECONDS = 60


class Config(uvicorn.Config):
    """How to serve, and the socket that several workers share."""

    def bind_socket(self) -> socket.socket:
        """Bind it, so that what is written leaves at once.

        asyncio sees to that only where a socket names its protocol, which uvicorn's does not: head
        and body of an answer then wait for each other 40 milliseconds (Nagle's algorithm against
        delayed acknowledgement). Connections have the option from the socket they came in by.
        """
        bound = super().bind_socket()
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return bound


def serve(host: str, port: int, *, workers: int, forwarded_allow_ips: str) -> None:
    """Serve the application until the process is told to end."""
    config = Config(
        "app.asgi:app",
        host=host,
        port=port,
        loop="asyncio",  # docs/decisions/0007: uvloop lets some of many callers wait a second
        workers=workers,
        log_config=None,  # as `app.logs` has configured it
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=forwarded_allow_ips,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=20,
        timeout_worker_healthcheck=WORKER_SECONDS,
    )
    with suppress(KeyboardInterrupt):  # which says that it was told to end
        if workers > 1:
            Multiprocess(config, sockets=[config.bind_socket()]).run()
            return
        server = uvicorn.Server(config)
        server.run()
        if not server.started:  # uvicorn has said why
            sys.exit(3)
