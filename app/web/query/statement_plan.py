"""Plan of a list that a statement makes: search hits, and the revisions of one record.

Paging is by keyset: a page begins after the last row's sort values, so that the cost of a page
does not grow with its depth. Where all keys run the same way that is one row-value comparison,
`(a, b) > (?, ?)`; where they do not, one seek for each key, put together in order. (The usual
`a > ? OR (a = ? AND b > ?)` cannot seek: measured, it was slower than OFFSET.)
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select

from app.db.known_at import as_known
from app.db.statement_cache import Values, in_parts
from app.web.query.collection import Collection
from app.web.query.cursors import SHAPING
from app.web.query.facets import Facets, facets_of_statement
from app.web.query.ordering import Order, OrderKey, runs_one_way
from app.web.requests.context import ReadContext

#: Parameters that decide neither which rows there are nor what they hold.
_NOT_FILTERING = SHAPING | {"sort"}


class StatementPlan:
    """The rows of a list as statements find them.

    Args:
        context: the request.
        collection: the list, with a `source`.
        order: the order that is asked for.
    """

    def __init__(self, context: ReadContext, collection: Collection, order: Order) -> None:
        """Run nothing yet."""
        self._context, self._collection, self._order = context, collection, order

    @cached_property
    def total(self) -> int:
        """The number of rows."""

        def write(context: ReadContext) -> Select[Any]:
            return _number_of(_filtered(context, self._collection))

        [[number]] = self._rows(("total",), {}, write)
        return int(number)

    def rows_after(self, values: Sequence[Any] | None, most: int) -> Sequence[Any]:
        """The rows after the one with these sort values, at most so many."""
        # Beside what was asked, of which no parameter is called so.
        given = {"after": [] if values is None else list(values), "most": most}

        def write(context: ReadContext) -> Select[Any]:
            return _page_statement(context, self._collection, self._order)

        return self._rows(self._order, given, write)

    def parts(self, size: int) -> Iterator[Sequence[Any]]:
        """All rows in order, by parts."""
        whole = _in_order(_filtered(self._context, self._collection), self._order)
        statement = as_known(whole, self._context.known)
        yield from in_parts(self._context.connection, statement, size, named=True)

    def facets(self, names: Sequence[str]) -> Facets:
        """The number of rows with each value of some filters, most frequent first."""
        filtered = _filtered(self._context, self._collection)
        return facets_of_statement(self._context, self._collection, filtered, names)

    def _rows(
        self, shape_key: Any, given: Values, write: Callable[[ReadContext], Select[Any]]
    ) -> Sequence[Any]:
        """The rows of a statement that is written from what is asked and given.

        Where the list's source looks at nothing but `cache_terms` it is cached by its shape.
        """
        context, collection = self._context, self._collection
        if collection.cache_terms is None:
            return context.rows(write(replace(context, values={**context.values, **given})))
        terms = collection.cache_terms(context)
        dropped = {*_NOT_FILTERING, "q"}
        filtering = {k: v for k, v in context.values.items() if k not in dropped}
        return context.cached_rows(
            (collection, shape_key),
            {**filtering, **terms, **given},
            lambda values: write(replace(context, values=dict(values))),
        )


def _number_of(rows: Select[Any]) -> Select[Any]:
    """The statement that counts the rows of another."""
    bare = rows.with_only_columns(sa.literal(1).label("one"), maintain_column_froms=True)
    return sa.select(sa.func.count()).select_from(bare.subquery())


def _filtered(
    context: ReadContext, collection: Collection, *first: ColumnElement[bool]
) -> Select[Any]:
    """The rows that the filters let through, in no order yet.

    SQLite seeks by the first of several lower bounds of a column, so `first` comes first.
    """
    assert collection.source is not None  # noqa: S101  a list has rows in the index or a source
    values = context.values
    conditions = [
        one.condition(values[one.parameter.name])
        for one in collection.filters
        if one.parameter.name in values and one.condition and not one.applies_to_source
    ]
    return collection.source(context).where(*first, *conditions)


def _page_statement(context: ReadContext, collection: Collection, order: Order) -> Select[Any]:
    """The statement of one page: `most` rows after the cursor's."""
    values, most = context.values["after"] or None, context.values["most"]
    one_way = runs_one_way(order)
    begin = [_after_condition(order, values)] if values is not None and one_way else []
    placed = _with_sort_values(_filtered(context, collection, *begin), order)
    if values is None or one_way:
        return _in_order(placed, order).limit(most)
    return _seeks(placed, order, values, most)


def _in_order(statement: Select[Any], order: Order) -> Select[Any]:
    """A statement whose rows come in an order."""
    return statement.order_by(*(_term(key) for key in order))


def _with_sort_values(statement: Select[Any], order: Order) -> Select[Any]:
    """The statement with the sort values at the end of a row that the row does not hold anyway."""
    return statement.add_columns(*(k.column.label(None) for k in order if k.row_index < 0))


def _after_condition(order: Order, values: list[Any]) -> ColumnElement[bool]:
    """The condition that a row comes after the one with these values; all keys run one way."""
    row = sa.tuple_(*(key.column for key in order))
    bound = sa.tuple_(
        *(sa.bindparam(None, v, k.column.type) for k, v in zip(order, values, strict=True))
    )
    after: ColumnElement[bool] = row < bound if order[0].descending else row > bound
    return after


def _seeks(placed: Select[Any], order: Order, values: list[Any], most: int) -> Select[Any]:
    """One seek for each key that may differ first, put together in order."""
    parts = []
    for i, key in enumerate(order):
        same = [k.column == v for k, v in zip(order[:i], values[:i], strict=True)]
        seek = placed.where(*same, _after_value(key, values[i]))
        parts.append(sa.select(_in_order(seek, order).limit(most).subquery()))
    together = sa.union_all(*parts).subquery()
    again = [_term(key._replace(column=list(together.c)[key.row_index])) for key in order]
    return sa.select(together).order_by(*again).limit(most)


def _term(key: OrderKey) -> ColumnElement[Any]:
    return key.column.desc() if key.descending else key.column.asc()


def _after_value(key: OrderKey, value: Any) -> ColumnElement[bool]:
    after: ColumnElement[bool] = key.column < value if key.descending else key.column > value
    return after
