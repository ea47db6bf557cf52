"""Export of the whole data as lines of JSON, each a record as an import takes it."""

from collections.abc import Iterator

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.records.kinds import KINDS, written

_PARTS = 1000


def export_lines(connection: Connection) -> Iterator[bytes]:
    """Yield every record, `{"kind", "record"}`; what is referred to comes first."""
    for kind in KINDS.values():
        table = kind.table
        columns = (table.c.id, table.c.dataset, table.c.body, table.c.revision)
        statement = sa.select(*columns).order_by(table.c.id)
        rows = connection.execute(statement, execution_options={"yield_per": _PARTS})
        for *content, revision in rows:
            record = written(kind, *content) | {"revision": revision}
            yield orjson.dumps({"kind": kind.name, "record": record})
