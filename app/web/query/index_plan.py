"""Plan of a list in the index: the set of its rows, and how they are read in an order.

A list of records is found in the index of the release (`app.index`): its filters are sets of rows,
and so are their total and facets known before a row is read. SQL is asked for the rows shown.
"""

from collections import namedtuple
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import lru_cache, partial, reduce
from itertools import islice
from typing import Any

import sqlalchemy as sa
from pyroaring import BitMap
from sqlalchemy import Table

from app.dates import place
from app.db.rows import rows_by_id
from app.db.search import matches_text
from app.db.tables import KIND_TABLES, search_entries
from app.index.columns import DAY
from app.web.query.collection import Collection
from app.web.query.facets import Facets, facets_of_rows
from app.web.query.filters import Filter
from app.web.query.ordering import Order
from app.web.requests.context import ReadContext

#: Columns of tables by the ordering of the index that has their rows in order.
_ORDERINGS = {"sort_name": "name"}


class IndexPlan:
    """The rows of a list, found before any is read.

    Args:
        context: the request.
        collection: the list.
        order: the order that is asked for.
    """

    def __init__(self, context: ReadContext, collection: Collection, order: Order) -> None:
        """Find the rows that the filters and `q` let through."""
        self._context, self._collection, self._order = context, collection, order
        self._space = collection.space or ""
        self.rows = rows_let_through(context, collection)

    @property
    def total(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def rows_after(self, values: Sequence[Any] | None, most: int) -> Sequence[Any]:
        """The rows after the one with these sort values, at most so many."""
        return self._read(list(islice(self._in_order(values), most)))

    def parts(self, size: int) -> Iterator[Sequence[Any]]:
        """All rows in order, by parts."""
        rows = self._in_order(None)
        while part := list(islice(rows, size)):
            yield self._read(part, sort_values=False)

    def facets(self, names: Sequence[str]) -> Facets:
        """The number of rows with each value of some filters, most frequent first."""
        return facets_of_rows(self._context.index, self._collection, self.rows, names)

    def _in_order(self, after: Sequence[Any] | None) -> Iterator[int]:
        order = [(_ORDERINGS.get(k.column.name, k.column.name), k.descending) for k in self._order]
        context = self._context
        return context.index.in_order(context.connection, self._space, self.rows, order, after)

    def _read(self, rows: Sequence[int], *, sort_values: bool = True) -> Sequence[Any]:
        """The rows of some row ids, in their order, with the columns that the list shows.

        Args:
            rows: the row ids.
            sort_values: whether the columns that it is sorted by are added, for a cursor.
        """
        added = [key.column.name for key in self._order if key.row_index < 0 and sort_values]
        names = [*(column.name for column in self._collection.columns), *added]
        tables = self._context.tables(self._space)
        stored = _stored(tuple(names), tuple(tables))
        read = rows_by_id(self._context.connection, tables, ("row_id", *stored), rows)
        found = {row[0]: row[1:] for row in read}
        if stored != tuple(names):
            values = [self._value_of(name, stored) for name in names]
            found = {row: tuple(of(row, found[row]) for of in values) for row in rows}
        make = _row_type(tuple(names)) if self._collection.render else tuple
        return [make(found[row]) for row in rows]

    def _value_of(self, name: str, stored: Sequence[str]) -> Callable[[int, Sequence[Any]], Any]:
        """Gives the value of a row in a column, from its row id and what is stored of it."""
        if name in stored:
            place_of_name = stored.index(name)
            return lambda _, values: values[place_of_name]
        if bounds := _bounds(name, stored):
            first, last = map(stored.index, bounds)
            return lambda _, values: place(values[first], values[last])
        column = self._context.index.column(name)
        return lambda row, _: column.value_of(row)


@lru_cache(maxsize=500)
def _stored(names: tuple[str, ...], tables: tuple[Table, ...]) -> tuple[str, ...]:
    """The columns that tables have for those of the index: the bounds of a day, for one."""
    common = set.intersection(*(set(table.c.keys()) for table in tables))
    found = (one for name in names for one in ([name] if name in common else _bounds(name, common)))
    return tuple(dict.fromkeys(found))


def _bounds(name: str, columns: Container[str]) -> Sequence[str]:
    """The columns that a day by which a list is sorted is made of; none where it is no day."""
    date = name.removesuffix(DAY)
    bounds = (f"{date}_earliest", f"{date}_latest")
    return bounds if name.endswith(DAY) and all(one in columns for one in bounds) else ()


def rows_let_through(context: ReadContext, collection: Collection) -> BitMap:
    """The rows that the filters of a list and `q` let through."""
    space = collection.space or ""
    begin = collection.begin(context) if collection.begin else context.index.live(space)
    own = (one for one in collection.filters if not one.applies_to_source)
    found = let_through(context, space, own, begin)
    searched = collection.kinds and "q" in context.values
    return found & _matching(context, collection) if searched else found


def let_through(
    context: ReadContext, space: str, filters: Iterable[Filter], rows: BitMap
) -> BitMap:
    """The rows, of some, that the given filters let through, the smallest sets first."""
    given = (one for one in filters if one.parameter.name in context.values)
    sets = sorted((_rows_of(context, space, one) for one in given), key=len)
    return reduce(BitMap.__and__, sets, rows)


def _rows_of(context: ReadContext, space: str, one: Filter) -> BitMap:
    """The rows that a filter lets through, whatever else is asked."""
    value = context.values if one.takes_all_values else context.values[one.parameter.name]
    if one.rows is not None:
        return one.rows(context, value)
    assert one.condition is not None  # noqa: S101  a filter has a meaning in one of the two
    return rows_where(context, space, one.condition(value))


def rows_where(context: ReadContext, space: str, condition: sa.ColumnElement[bool]) -> BitMap:
    """The rows of a kind for which a condition holds in SQL, for what the index does not hold."""
    table = KIND_TABLES[space]
    return BitMap(row[0] for row in context.rows(sa.select(table.c.row_id).where(condition)))


def _matching(context: ReadContext, collection: Collection) -> BitMap:
    """The rows of records whose words match `q`, and those of versions that do not count."""
    entries = search_entries.c
    found = BitMap()
    for kind in collection.kinds:
        matches = sa.select(entries.id, entries.revision).where(
            entries.kind == kind, matches_text(context.values["q"], sqlite=context.is_sqlite)
        )
        for table in context.tables(kind):
            version = sa.tuple_(table.c.id, table.c.revision)
            rows = sa.select(table.c.row_id).where(version.in_(matches))
            found.update(context.connection.execute(rows).scalars())
    return found


@lru_cache(maxsize=500)
def _row_type(names: tuple[str, ...]) -> Callable[[Sequence[Any]], Any]:
    """Makes rows whose values have the names of their columns."""
    row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # known by then
    return partial(tuple.__new__, row)
