"""API keys: who may change the data, and how far.

A token is `pos_PREFIX_SECRET`: the prefix is its id and may be shown anywhere, the secret is 32
random bytes and is shown once. Only the SHA-256 of the token is stored; a slow hash would protect
nothing more, because nobody can guess 32 random bytes. Every request reads the key anew, and a
change once more in its transaction, so a revocation holds in every worker at once: also for a
request that had begun, and was slow to send its body.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.db.releases import utc_now, utc_text
from app.db.tables import audit_events, keys
from app.errors import Refused, nearest
from app.vocabulary import plain_line

#: Each scope allows what those before it allow.
SCOPES = ("read", "curate", "admin")
_TOKEN = re.compile(r"pos_([0-9a-f]{12})_[A-Za-z0-9_-]{43}", re.ASCII)
_PERIOD = re.compile(r"([1-9][0-9]{0,4})([hdw])", re.ASCII)
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_NOBODY = "0" * 64


@dataclass(frozen=True)
class Key:
    """A valid key: its id, its name and its scope."""

    id: str
    name: str
    scope: str

    def allows(self, scope: str) -> bool:
        """Tell whether its scope includes another one."""
        return SCOPES.index(self.scope) >= SCOPES.index(scope)

    @property
    def author(self) -> str:
        """The name by which releases say who made them."""
        return f"{self.name} ({self.id})" if self.name else self.id


def create_key(connection: Connection, *, scope: str, name: str, expires: str) -> str:
    """Create a key and return its token, which nobody can show again.

    Args:
        connection: a write transaction.
        scope: `read`, `curate` or `admin`.
        name: whose it is; shown beside the changes made with it.
        expires: `90d`, `12h`, `8w`, or `never`.

    Raises:
        Refused: when the scope or the period is none, or the name no text.
    """
    if scope not in SCOPES:
        raise Refused(f"{scope!r} is not a scope; {nearest(scope, SCOPES)}")
    try:
        name = plain_line(name[:200])
    except ValueError as fault:
        raise Refused(f"the name of a key stands beside its changes: {fault}") from fault
    prefix = secrets.token_hex(6)
    token = f"pos_{prefix}_{secrets.token_urlsafe(32)}"
    row = {
        "id": prefix,
        "sha256": _digest(token),
        "name": name,
        "scope": scope,
        "created_at": utc_now(),
        "expires_at": _expiry(expires),
    }
    connection.execute(sa.insert(keys), row)
    return token


def find_key(connection: Connection, token: str) -> Key | None:
    """Return the key of a token; None alike for a malformed, unknown, expired or revoked one."""
    form = _TOKEN.fullmatch(token)
    prefix = form[1] if form else ""
    row = connection.execute(sa.select(keys).where(keys.c.id == prefix)).first()
    stored = row.sha256 if row else _NOBODY
    matches = compare_digest(_digest(token), stored)
    if row is None or not matches or _state(row) != "valid":
        return None
    return Key(row.id, row.name, row.scope)


def is_still_valid(connection: Connection, key: Key) -> bool:
    """Tell whether a key that was valid when a request began is valid now."""
    row = connection.execute(sa.select(keys).where(keys.c.id == key.id)).first()
    return row is not None and _state(row) == "valid"


def list_keys(connection: Connection) -> list[dict[str, str | None]]:
    """Return every key with its state and last use, newest first."""
    used = (
        sa.select(audit_events.c.key, sa.func.max(audit_events.c.at).label("at"))
        .group_by(audit_events.c.key)
        .subquery()
    )
    statement = (
        sa.select(keys, used.c.at.label("last_used"))
        .outerjoin(used, used.c.key == keys.c.id)
        .order_by(keys.c.created_at.desc(), keys.c.id)
    )
    shown = ("id", "name", "scope", "created_at", "expires_at", "last_used")
    return [
        {column: getattr(row, column) for column in shown} | {"state": _state(row)}
        for row in connection.execute(statement)
    ]


def revoke_key(connection: Connection, key_id: str) -> None:
    """Make a key invalid from the next request on.

    Raises:
        Refused: when there is no such key.
    """
    known = set(connection.execute(sa.select(keys.c.id)).scalars())
    if key_id not in known:
        raise Refused(f"{key_id!r} is not the id of a key; {nearest(key_id, known)}")
    revoked = sa.update(keys).where(keys.c.id == key_id, keys.c.revoked_at.is_(None))
    connection.execute(revoked.values(revoked_at=utc_now()))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _state(row: Any) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at is not None and row.expires_at <= utc_now():
        return "expired"
    return "valid"


def _expiry(period: str) -> str | None:
    if period == "never":
        return None
    form = _PERIOD.fullmatch(period)
    if not form:
        raise Refused(f"{period!r} is not a period; right would be 90d, 12h, 8w or never")
    end = datetime.now(UTC) + timedelta(**{_UNITS[form[2]]: int(form[1])})
    return utc_text(end)
