"""Ordering of a list: its sort keys, made total by the key, and the sort values of a row."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Row

from app.web.query.collection import Collection
from app.web.requests.context import ReadContext


class OrderKey(NamedTuple):
    """One column of an order.

    Attributes:
        row_index: where in a row its value stands: at a column of the collection, or, counted from
            the end, at one that was added for it.
    """

    column: ColumnElement[Any]
    descending: bool
    row_index: int


#: A total order.
Order: TypeAlias = tuple[OrderKey, ...]


def order_of(context: ReadContext, collection: Collection) -> Order:
    """The order asked for, else the collection's own."""
    asked: list[str] = context.values.get("sort") or collection.default_sort.split(",")
    return _total_order(collection, tuple(filter(None, asked)))


@lru_cache(maxsize=1000)
def _total_order(collection: Collection, sorts: tuple[str, ...]) -> Order:
    """An order made total by the key, which runs the way of the last sort.

    Args:
        collection: the collection.
        sorts: what is sorted by.
    """
    named = {name.lstrip("-"): name.startswith("-") for name in sorts}
    keys = [(collection.sorts[name], descending) for name, descending in named.items()]
    direction = keys[-1][1] if keys else False
    keys += [(column, direction) for name, column in collection.key.items() if name not in named]
    added = [column for column, _ in keys if column not in collection.column_indexes]
    indexes = collection.column_indexes | {c: i - len(added) for i, c in enumerate(added)}
    return tuple(OrderKey(column, descending, indexes[column]) for column, descending in keys)


def sort_values(order: Order, row: Row[Any]) -> list[Any]:
    """The values of a row by which an order ranks it."""
    return [row[key.row_index] for key in order]


def runs_one_way(order: Sequence[OrderKey]) -> bool:
    """Tell whether all keys of an order ascend, or all descend."""
    return len({key.descending for key in order}) == 1
