"""The sets and orderings of one release, and how rows are taken in."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyroaring import BitMap

from app.index.columns import SUBJECTS
from app.index.ordering import Ordering
from app.index.value_sets import Value, ValueSets

#: Columns of the index that no table has: the kind of a row's record, and the release that
#: superseded it.
KIND, UNTIL = "record_kind", "until"


@dataclass(frozen=True)
class State:
    """The sets and orderings of a release.

    Attributes:
        release: the release.
        last_row: the highest row id that it has.
        columns: the sets of each column; they grow as later states take rows in.
        orderings: by space and name; one that nobody needed yet is missing.
        shared: of each kind with a subject, the rows whose subject other rows have, too.
    """

    release: int = 0
    last_row: int = 0
    columns: dict[str, ValueSets] = field(default_factory=dict)
    orderings: dict[tuple[str, str], Ordering] = field(default_factory=dict)
    shared: dict[str, BitMap] = field(default_factory=dict)

    def column(self, name: str) -> ValueSets:
        """The sets of a column; none where no row has a value in it."""
        return self.columns.get(name) or ValueSets()


class NewRows:
    """Row ids by value, by column, read and not taken in yet."""

    def __init__(self) -> None:
        """Begin with none."""
        self.by_column: dict[str, dict[Value, array[int]]] = {}
        self.number = 0

    def add(self, kind: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Add rows of a kind: of each its row id, then its values in columns of these names."""
        if not rows:
            return
        ids, *columns = zip(*rows, strict=True)
        self.add_values(KIND, ids, [kind])
        for name, values in zip(names, columns, strict=True):
            self.add_values(name, ids, values)
        self.number += len(rows)

    def add_values(self, column: str, ids: Sequence[int], values: Sequence[Any]) -> None:
        """Add the value of each row in a column; one value alone is that of all rows."""
        found = self.by_column.setdefault(column, defaultdict(_ids))
        distinct = set(values)
        if len(distinct) == 1:
            found[distinct.pop()].extend(ids)
        else:
            for row, value in zip(ids, values, strict=True):
                found[value].append(row)
        found.pop(None, None)  # type: ignore[call-overload]  # no value is in no set

    def values(self, column: str) -> dict[int, Value]:
        """The value of each new row in a column."""
        rows_of = self.by_column.get(column, {})
        return {row: value for value, rows in rows_of.items() for row in rows}

    def take_in(self, columns: dict[str, ValueSets]) -> None:
        """Add them to the sets of columns."""
        for name, rows_of in self.by_column.items():
            columns.setdefault(name, ValueSets()).add(rows_of)


def all_shared(columns: dict[str, ValueSets], kind: str, last_row: int) -> BitMap:
    """The rows of a kind whose subject other rows have, too."""
    one, other = (columns.get(name) or ValueSets() for name in SUBJECTS[kind])
    place = array("I", bytes(4 * (last_row + 1)))
    for number, value in enumerate(one.values):
        for row in one.rows(value):
            place[row] = number
    found = BitMap()
    for value in other.values:
        rows = other.rows(value)
        if len({place[row] for row in rows}) < len(rows):
            found |= _repeated((place[row], row) for row in rows)
    return found


def shared_with_new(columns: dict[str, ValueSets], kind: str, new: NewRows) -> BitMap:
    """The rows of a kind that have the subject of a new row, which is among them, too."""
    one, other = (columns.get(name) or ValueSets() for name in SUBJECTS[kind])
    first, second = (new.values(name) for name in SUBJECTS[kind])
    found = BitMap()
    for row in first.keys() & second.keys():
        same = one.rows(first[row]) & other.rows(second[row])
        if len(same) > 1:
            found |= same
    return found


def _repeated(pairs: Iterable[tuple[int, int]]) -> BitMap:
    """The rows whose value another row has, too."""
    rows_of: dict[int, list[int]] = defaultdict(list)
    for value, row in pairs:
        rows_of[value].append(row)
    return BitMap(row for rows in rows_of.values() if len(rows) > 1 for row in rows)


def _ids() -> "array[int]":
    return array("I")
