"""Authentication: a key is checked before anything of the body is read, and each use is on record.

The order matters. A service that reads the body first lets anybody make it hold hundreds of
megabytes; here a request without a valid key has cost one indexed look-up.

What was refused is recorded beside the answer, not before it: refusals that come together are
written together, so that nobody can slow the writers down by guessing keys. A change that was made
has its event in its own transaction.
"""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio.to_thread
import sqlalchemy as sa
from fastapi import Request

from app.db import Database, utc_now
from app.db.api_keys import Key, find_key
from app.db.tables import audit_events
from app.errors import Forbidden, PositionsError, Unauthorized
from app.logs import log

MOST_PENDING = 10_000


@dataclass
class Authenticator:
    """Checks the key of a request, and records each use and each refusal.

    Attributes:
        database: where keys and events are.
    """

    database: Database
    _pending: list[dict[str, Any]] = field(default_factory=list)
    _recording: asyncio.Task[None] | None = None

    async def require(self, request: Request, scope: str) -> Key:
        """Return the key of a request, whose scope must reach far enough.

        Raises:
            Unauthorized: alike without a key and with one that is unknown, expired or revoked.
            Forbidden: when the key's scope does not reach so far.
        """
        key = await self.identify(request)
        if key is None:
            self.record_later(audit_event(request, None, "refused", 401))
            raise unauthorized()
        if not key.allows(scope):
            self.record_later(audit_event(request, key, "refused", 403))
            challenge = f'Bearer realm="positions", error="insufficient_scope", scope="{scope}"'
            raise Forbidden(
                f"this needs a key with the scope {scope!r}; this one has {key.scope!r}",
                headers={"WWW-Authenticate": challenge},
            )
        return key

    async def identify(self, request: Request) -> Key | None:
        """Return the valid key that a request carries, if it carries one."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        find = partial(self._find, token.strip())
        return find() if self.database.is_sqlite else await anyio.to_thread.run_sync(find)

    def _find(self, token: str) -> Key | None:
        with self.database.read(primary=True) as connection:
            return find_key(connection, token)

    def record_later(self, event: dict[str, Any]) -> None:
        """Record an event soon, together with the others that wait."""
        log.info("audit", extra={"fields": event})
        if len(self._pending) < MOST_PENDING:
            self._pending.append(event)
        if self._recording is None or self._recording.done():
            self._recording = asyncio.create_task(self.flush())

    async def close(self) -> None:
        """Wait until the events that wait are written."""
        if self._recording is not None:
            await self._recording

    async def flush(self) -> None:
        """Write the events that wait; what cannot be written now waits for the next."""
        while self._pending:
            batch = list(self._pending)
            try:
                await anyio.to_thread.run_sync(self._write, batch)
            except PositionsError:
                return
            del self._pending[: len(batch)]

    def _write(self, batch: list[dict[str, Any]]) -> None:
        with self.database.write() as connection:
            connection.execute(sa.insert(audit_events), batch)


def unauthorized() -> Unauthorized:
    """The problem of every request without a valid key, alike for all."""
    return Unauthorized(
        "send a valid key as `Authorization: Bearer TOKEN`; "
        "`positions keys create` makes one beside the database",
        headers={"WWW-Authenticate": 'Bearer realm="positions"'},
    )


def audit_event(
    request: Request, key: Key | None, outcome: str, status: int, release: int | None = None
) -> dict[str, Any]:
    """The audit event of a request, with nothing that it carried but its address."""
    return {
        "at": utc_now(),
        "key": key.id if key else None,
        "outcome": outcome,
        "method": request.method,
        "path": request.scope["raw_path"].decode("latin-1")[:300],
        "address": request.client.host if request.client else "",
        "status": status,
        "release": release,
    }
