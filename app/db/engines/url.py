"""Database addresses, as people write them and as SQLAlchemy takes them."""

import sqlalchemy as sa

from app.errors import Refused


def parse_url(url: str) -> sa.URL:
    """Parse a database address and name its driver.

    Raises:
        Refused: when it is not the address of a database this service knows.
    """
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        parsed = None
    backend = parsed.get_backend_name() if parsed is not None else ""
    if parsed is None or backend not in ("sqlite", "postgresql"):
        raise Refused(
            "DATABASE_URL is not an address this service knows; right would be "
            "sqlite:////data/positions.db or postgresql://user:password@host/name"
        )
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    return parsed.set(drivername="sqlite+pysqlite")
