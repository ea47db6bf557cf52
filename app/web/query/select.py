"""SQL of a list: the rows that its filters let through, in order, after some row.

Paging is by keyset: a page begins after the last row's sort values, so that the cost of a page
does not grow with its depth. Where all keys run the same way that is one row-value comparison,
`(a, b) > (?, ?)`; where they do not, one seek for each key, put together in order. (The usual
`a > ? OR (a = ? AND b > ?)` cannot seek: measured, it was slower than OFFSET.)
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Row, Select

from app.db.search import matches_text
from app.db.statement_cache import Values
from app.db.tables import search_entries
from app.web.query.collection import Collection
from app.web.query.cursors import SHAPING
from app.web.query.ordering import Order, OrderKey, order_of, runs_one_way
from app.web.requests.context import ReadContext

#: Parameters that decide neither which rows there are nor what they hold.
NOT_FILTERING = SHAPING | {"sort"}


def every_row(context: ReadContext, collection: Collection) -> Select[Any]:
    """The whole filtered result in order, for the formats that stream it."""
    return in_order(select_filtered(context, collection), order_of(context, collection))


def select_filtered(
    context: ReadContext, collection: Collection, *first: ColumnElement[bool]
) -> Select[Any]:
    """The rows of a collection that the filters let through, in no order yet.

    SQLite seeks by the first of several lower bounds of a column, so `first` comes first.
    """
    source = collection.source(context) if collection.source else sa.select(*collection.columns)
    return source.where(*first, *conditions(context, collection))


def conditions(context: ReadContext, collection: Collection) -> Iterator[ColumnElement[bool]]:
    """The meaning of the filters and of `q` in SQL."""
    values = context.values
    for one in collection.filters:
        name = one.parameter.name
        if name in values and not one.applies_to_source:
            yield one.condition(values if one.takes_all_values else values[name])
    if collection.kinds and "q" in values:
        yield _matches(context, collection)


def _matches(context: ReadContext, collection: Collection) -> ColumnElement[bool]:
    """The condition that a record's words match `q`."""
    entries = search_entries
    found = sa.select(entries.c.id, entries.c.revision).where(
        entries.c.kind.in_(collection.kinds),
        matches_text(context.values["q"], sqlite=context.is_sqlite),
    )
    record_id, _, revision, *_ = collection.columns
    return sa.tuple_(record_id, revision).in_(found)


def rows_after(
    context: ReadContext,
    collection: Collection,
    order: Order,
    values: Sequence[Any] | None,
    most: int,
) -> Sequence[Row[Any]]:
    """The rows after the one with these sort values, at most so many."""
    # Beside the values of the query: no parameter is called so.
    given = {"after": [] if values is None else list(values), "most": most}

    def write(context: ReadContext) -> Select[Any]:
        return _page_statement(context, collection, order)

    return rows_of(context, collection, order, given, write, named=collection.render is not None)


def rows_of(
    context: ReadContext,
    collection: Collection,
    shape_key: tuple[Any, ...],
    given: Values,
    write: Callable[[ReadContext], Select[Any]],
    *,
    named: bool,
) -> Sequence[Row[Any]]:
    """The rows of a statement about a collection, written from what is asked and given.

    Where the rows come from the table alone it depends on nothing but the shape of the query, and
    is cached.
    """
    if collection.source is not None and collection.cache_terms is None:
        return context.rows(write(replace(context, values={**context.values, **given})))
    filtering = {k: v for k, v in context.values.items() if k not in NOT_FILTERING}
    if collection.cache_terms is not None:
        filtering = {k: v for k, v in filtering.items() if k != "q"}
        filtering |= collection.cache_terms(context)
    return context.cached_rows(
        (collection, *shape_key),
        {**filtering, **given},
        lambda values: write(replace(context, values=dict(values))),
        named=named,
    )


# -- the statement of a page ------------------------------------------------------------------


def _page_statement(context: ReadContext, collection: Collection, order: Order) -> Select[Any]:
    """The statement of one page: `most` rows after the cursor's."""
    values, most = context.values["after"] or None, context.values["most"]
    one_way = runs_one_way(order)
    begin = [_after_condition(order, values)] if values is not None and one_way else []
    filtered = select_filtered(context, collection, *begin)
    placed = with_sort_values(filtered, order)
    if values is None or one_way:
        return in_order(placed, order).limit(most)
    return _seeks(placed, order, values, most)


def in_order(statement: Select[Any], order: Order) -> Select[Any]:
    """A statement whose rows come in an order."""
    return statement.order_by(*(_term(key) for key in order))


def with_sort_values(statement: Select[Any], order: Order) -> Select[Any]:
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
    """The statement of one seek for each key that may differ first, put together in order."""
    parts = []
    for i, key in enumerate(order):
        same = [k.column == v for k, v in zip(order[:i], values[:i], strict=True)]
        seek = placed.where(*same, _after_value(key, values[i]))
        parts.append(sa.select(in_order(seek, order).limit(most).subquery()))
    together = sa.union_all(*parts).subquery()
    again = [_term(key._replace(column=list(together.c)[key.row_index])) for key in order]
    return sa.select(together).order_by(*again).limit(most)


def _term(key: OrderKey) -> ColumnElement[Any]:
    return key.column.desc() if key.descending else key.column.asc()


def _after_value(key: OrderKey, value: Any) -> ColumnElement[bool]:
    after: ColumnElement[bool] = key.column < value if key.descending else key.column > value
    return after
