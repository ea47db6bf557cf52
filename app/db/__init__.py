"""The database: SQLite on one machine, PostgreSQL when a deployment outgrows it.

`Database` reads and writes. How each of the two databases is connected to stands in `sqlite` and
`postgresql`, how a statement reaches it in `driver`, how long a read may take in `deadlines`, what
its errors mean to a caller in `errors`, and the tables themselves in `tables`.
"""

from app.db.database import Database
from app.db.engines.url import parse_url
from app.db.releases import utc_now

__all__ = ["Database", "parse_url", "utc_now"]
