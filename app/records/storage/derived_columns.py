"""Derived columns: columns of an opinion that its holder and its document decide.

A list filters by the holder's kind and country and by when an opinion counts, without asking the
other tables. When a holder or a document changes, the rows of its opinions are made anew.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.db.tables import opinions
from app.records.storage.referents import Referent, Referents

DERIVED_COLUMNS = ("holder_kind", "holder_country", "counts_earliest", "counts_latest")
_UNKNOWN_REFERENT = Referent("")


def derived_columns(row: dict[str, Any], referents: Referents) -> dict[str, Any]:
    """Return the derived columns of an opinion's row; its referents must have been loaded."""
    holder = referents.get("actor", row["holder"]) or _UNKNOWN_REFERENT
    document = referents.get("document", row["document"]) or _UNKNOWN_REFERENT
    stated = row["stated_earliest"] or row["stated_latest"]
    return {
        "holder_kind": holder.kind,
        "holder_country": row["holder"] if holder.kind == "country" else holder.country,
        "counts_earliest": row["stated_earliest"] if stated else document.earliest,
        "counts_latest": row["stated_latest"] if stated else document.latest,
    }


def outdated_rows(
    connection: Connection, referents: Referents, changed: Iterable[tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of opinions that changed actors and documents make different, as they now are.

    A row is to be replaced before the next is asked for: its holder and its document may both
    have changed.
    """
    for space, target in sorted(changed):
        column = opinions.c.holder if space == "actor" else opinions.c.document
        found = connection.execute(sa.select(opinions).where(column == target)).mappings().all()
        for row in map(dict, found):
            referents.load("actor", {row["holder"]})
            referents.load("document", {row["document"]})
            now = row | derived_columns(row, referents)
            if now != row:
                yield now
