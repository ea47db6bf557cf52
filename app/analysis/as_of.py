"""`as_of`: the conditions under which dated parts of records count by a day of the world."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select

from app.analysis.rows import ReadRows
from app.dates import OPEN_START, UNKNOWN
from app.db.tables import documents


def begun_by(earliest: ColumnElement[str], day: str) -> ColumnElement[bool]:
    """The condition that a vague date counts by a day: from the first day it can be."""
    return sa.and_(earliest <= day, earliest != UNKNOWN)


def counts_from(date: dict[str, Any] | None) -> str | None:
    """The day from which a stored vague date counts; None where it is unknown."""
    if date is None or date["edtf"] is None:
        return None
    return date["earliest"] or OPEN_START


def published_by(day: str) -> Select[Any]:
    """The documents whose date counts by a day."""
    d = documents.c
    return sa.select(d.id).where(begun_by(d.published_earliest, day))


class CountsBy:
    """Decides whether a dated part of a record counts by a day.

    It counts by its own date, else by that of a document that reports it.

    Args:
        read: runs a statement and gives its rows.
        day: the day; None lets everything count.
    """

    def __init__(self, read: ReadRows, day: str | None) -> None:
        """Read once which documents had been published."""
        self._day = day
        self._documents = {row.id for row in read(published_by(day))} if day else set()

    def __call__(self, date: dict[str, Any] | None, evidence: Sequence[dict[str, Any]]) -> bool:
        """Tell whether something with this date and this evidence counts."""
        if self._day is None:
            return True
        if begun := counts_from(date):
            return begun <= self._day
        return any(cited["document"] in self._documents for cited in evidence)
