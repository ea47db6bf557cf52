"""Releases: one for each committed change; every answer names the one that it is of."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from app.db.database import Database
from app.db.engines.driver import fetch_number
from app.db.tables import releases


def current_release(connection: Connection) -> int:
    """Read the number of the newest release; 0 in an empty database."""
    return fetch_number(connection, _NEWEST) or 0


def newest_release(database: Database) -> int:
    """Read the same where nothing else is read from the same state."""
    return database.read_cached_number(_NEWEST) or 0


def release_at(connection: Connection, moment: str) -> int:
    """Read the release that was current at a moment (RFC 3339 in UTC); 0 before the first."""
    newest = sa.select(sa.func.max(releases.c.id)).where(releases.c.at <= moment)
    return connection.execute(newest).scalar() or 0


def utc_now() -> str:
    """Return this moment, RFC 3339 in UTC to the microsecond; its text sorts as time does."""
    return utc_text(datetime.now(UTC))


def utc_text(moment: datetime) -> str:
    """Write a moment in UTC as every column of moments holds it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_NEWEST = "SELECT max(id) FROM releases"
