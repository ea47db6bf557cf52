"""Columns of a record's row: each filled from the field of its name, or as its kind states.

A table has columns for what is filtered and sorted by. One with the name of a field takes the
field's value, and `signed_earliest` and `signed_latest` take the bounds of the vague date `signed`.
Anything else is stated for the kind, or decided by other records. A column that nothing fills is
refused at import, not met as a null in an answer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import partial
from typing import Any, get_args

from app.dates import UNKNOWN
from app.db.tables import SHARED_COLUMNS
from app.records.base import Record
from app.records.references import Reference

#: Reads the value of a column from a record.
ColumnReader = Callable[[Any], Any]


def column_readers(
    record: type[Record],
    columns: Iterable[str],
    stated: Mapping[str, ColumnReader],
    derived: Iterable[str],
) -> dict[str, ColumnReader]:
    """Return how each column of a table is filled from a record.

    Args:
        record: the class of the records.
        columns: the names of the table's columns.
        stated: readers of the columns that no field fills.
        derived: columns that other records decide.

    Raises:
        ValueError: when nothing fills a column, or a column is stated that is not there.
    """
    own = [name for name in columns if name not in SHARED_COLUMNS]
    if strange := {*stated, *derived}.difference(own):
        raise ValueError(f"the table has no column {', '.join(sorted(strange))}")
    readers = {name: stated.get(name) or _reader(record, name) for name in own}
    found = {name: reader for name, reader in readers.items() if reader is not None}
    if unfilled := readers.keys() - found.keys() - set(derived):
        names = ", ".join(sorted(unfilled))
        raise ValueError(f"no field of {record.__name__} fills the column {names}; state it")
    return found


def references_in(record: type[Record], columns: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each column that has the name of a reference, with the space of its ids."""
    for name in columns:
        if name not in SHARED_COLUMNS and (field := record.model_fields.get(name)):
            for part in (*field.metadata, *_parts(field.annotation)):
                if isinstance(part, Reference):
                    yield name, part.space


def _reader(record: type[Record], column: str) -> ColumnReader | None:
    if column in record.model_fields:
        return partial(_value, column)
    date, _, end = column.rpartition("_")
    if date in record.model_fields and end in ("earliest", "latest"):
        return partial(_bound, date, 0 if end == "earliest" else 1)
    return None


def _value(field: str, record: Any) -> Any:
    value = getattr(record, field)
    return value.value if isinstance(value, Enum) else value


def _bound(field: str, end: int, record: Any) -> Any:
    date = getattr(record, field)
    return date.keys[end] if date else UNKNOWN


def _parts(annotation: Any) -> Iterator[Any]:
    """Yield the parts of an annotation, such as the types of a union and their metadata."""
    for part in get_args(annotation):
        yield part
        yield from _parts(part)
