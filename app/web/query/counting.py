"""Totals and facets of a list: how many rows there are, and how many have each value."""

from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Select

from app.web.query.collection import Collection
from app.web.query.select import NOT_FILTERING, rows_of, select_filtered
from app.web.requests.context import ReadContext

MOST_COUNTED = 10_000
FACET_VALUES = 200


def total_of(context: ReadContext, collection: Collection) -> dict[str, Any]:
    """`total`, exact up to 10,000 or as far as was asked."""
    exact = "total" in context.values
    key = ("total", exact, *_cache_key(context, collection))
    if (source := collection.row_source) is not None and not exact:
        return dict(context.cached(key, lambda: source.total(context, collection)))
    return dict(context.cached(key, lambda: count_rows(context, collection, exact=exact)))


def count_rows(context: ReadContext, collection: Collection, *, exact: bool) -> dict[str, Any]:
    """Count the rows of a collection, to the end or as far as a total goes."""

    def write(context: ReadContext) -> Select[Any]:
        filtered = select_filtered(context, collection)
        bare = filtered.with_only_columns(sa.literal(1).label("one"), maintain_column_froms=True)
        return number_of(bare if exact else bare.limit(MOST_COUNTED + 1))

    [[number]] = rows_of(context, collection, ("total", exact), {}, write, named=False)
    return {"total": number} if exact else bounded_total(number)


def number_of(rows: Select[Any]) -> Select[Any]:
    """The statement that counts the rows of another."""
    return sa.select(sa.func.count()).select_from(rows.subquery())


def bounded_total(number: int) -> dict[str, Any]:
    """A total that was counted no further than one beyond the most that is counted."""
    if number > MOST_COUNTED:
        return {"total": MOST_COUNTED, "total_relation": "at_least"}
    return {"total": number}


def facets_of(context: ReadContext, collection: Collection) -> dict[str, dict[str, int]] | None:
    """Count the rows of the whole result by value, most frequent first."""
    if "facets" not in context.values:
        return None
    names: list[str] = context.values["facets"]
    key = ("facets", *names, *_cache_key(context, collection))
    counted: dict[str, dict[str, int]] = context.cached(
        key, lambda: _count_facets(context, collection, names)
    )
    return counted


def _count_facets(
    context: ReadContext, collection: Collection, names: Sequence[str]
) -> dict[str, dict[str, int]]:
    columns = {one.parameter.name: one.facet for one in collection.filters}
    filtered = select_filtered(context, collection)
    counted: dict[str, dict[str, int]] = {}
    for name in names:
        column = columns[name]
        assert column is not None  # noqa: S101  the parameter lists only those that have one
        number = sa.func.count().label("number")
        statement = (
            filtered.with_only_columns(column, number, maintain_column_froms=True)
            .group_by(column)
            .order_by(number.desc(), column)
            .limit(FACET_VALUES)
        )
        counted[name] = {str(value): n for value, n in context.rows(statement) if value is not None}
    return counted


def _cache_key(context: ReadContext, collection: Collection) -> tuple[str, str, bytes]:
    """A key for what depends on which rows there are, whatever their order and form."""
    asked = sorted((k, v) for k, v in context.values.items() if k not in NOT_FILTERING)
    # A copy: what orjson gives has taken a kilobyte, however short it is.
    return collection.name, context.request.scope["path"], bytes(memoryview(orjson.dumps(asked)))
