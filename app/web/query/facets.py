"""Facets: how many rows of a whole list have each value of a filter."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa
from pyroaring import BitMap
from sqlalchemy import ColumnElement, Select

from app.index.release_index import IndexView
from app.web.query.collection import Collection
from app.web.requests.context import ReadContext

#: The number of rows for each value of each filter, most frequent first.
Facets: TypeAlias = dict[str, dict[str, int]]
#: The values that a facet counts: the most frequent ones.
MOST_VALUES = 200


def facets_of_rows(
    index: IndexView, collection: Collection, rows: BitMap, names: Sequence[str]
) -> Facets:
    """Count the values of some filters by the sets of the index."""
    columns = _columns(collection, names)
    return {
        name: _most_frequent(index.column(getattr(column, "name", "")).counts(rows))
        for name, column in columns.items()
    }


def facets_of_statement(
    context: ReadContext, collection: Collection, rows: Select[Any], names: Sequence[str]
) -> Facets:
    """Count the values of some filters in the rows of a statement."""
    number = sa.func.count().label("number")
    counted: Facets = {}
    for name, column in _columns(collection, names).items():
        statement: Any = rows.with_only_columns(column, number, maintain_column_froms=True)
        counted[name] = _most_frequent(dict(map(tuple, context.rows(statement.group_by(column)))))
    return counted


def _columns(collection: Collection, names: Sequence[str]) -> dict[str, ColumnElement[Any]]:
    """The columns that some filters count by."""
    facets = {one.parameter.name: one.facet for one in collection.filters}
    return {name: column for name in names if (column := facets[name]) is not None}


def _most_frequent(counts: dict[Any, int]) -> dict[str, int]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {str(value): number for value, number in ordered[:MOST_VALUES]}
