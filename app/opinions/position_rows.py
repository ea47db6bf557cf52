"""Rows of positions, found by reading the opinions they are derived from in the page's order.

Where a position stands in an order, one of its opinions stands, too. So the opinions, read off an
index, say which positions come next; those alone are derived, and given where they stand there
indeed.
"""

from collections.abc import Collection as Some
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import ColumnElement, Row, Select

from app.analysis.positions import keyed, positions
from app.db.tables import opinions
from app.opinions.filters import OPINION_FILTERS, STANCE, opinion_conditions
from app.web.query.collection import Collection
from app.web.query.counting import MOST_COUNTED, bounded_total, count_rows, number_of
from app.web.query.filters import Filter
from app.web.query.ordering import Order, order_of, sort_values
from app.web.query.select import conditions, in_order, rows_after, select_filtered, with_sort_values
from app.web.requests.context import ReadContext

FEW_OPINIONS = 5_000
FEW_POSITIONS = 500

_SORTS = {
    "holder": opinions.c.holder,
    "question": opinions.c.question,
    "last_stated": opinions.c.counts_earliest,
}
#: The sorts of positions under a filter that brings an order with it.
ORDERS: Mapping[str, tuple[str, ...]] = {
    "topic": ("question",),
    "subject": ("question",),
    "as_of": ("last_stated",),
}
#: Filters that let through many opinions or few, but never a run of the order: where they are
#: many, the order's index is read and these are looked at on the way, not by indexes of theirs.
_NOT_BY_INDEX = {
    name: sa.func.coalesce(opinions.c[name], sa.null()).in_
    for name in (
        *("holder_kind", "speaker", "on_behalf_of", "attribution", "document", "dataset"),
        "stance",
    )
}
_FILTERING = {"stance", *(one.parameter.name for one in OPINION_FILTERS)}


class PositionRows:
    """The positions of a page and their total, without deriving the others."""

    def rows_after(
        self,
        context: ReadContext,
        collection: Collection,
        values: Sequence[Any] | None,
        most: int,
    ) -> Sequence[Row[Any]]:
        """The positions after the one with these sort values, at most so many."""
        order, order_of_keys = order_of(context, collection), order_of(context, _KEYS)
        found: list[Row[Any]] = []
        while len(found) < most:
            rows = rows_after(context, _KEYS, order_of_keys, values, most)
            if not rows:
                break
            keys = {tuple(sort_values(order_of_keys, row)): tuple(row[:2]) for row in rows}
            found += _derived_at(context, collection, order, keys)
            values = sort_values(order_of_keys, rows[-1])
            if len(rows) < most:
                break
        return found[:most]

    def total(self, context: ReadContext, collection: Collection) -> dict[str, Any]:
        """Count positions, no further than a total goes.

        Where no filter is on positions, there are as many as there are keys. Else few are derived
        by their keys, and many are derived as they are counted.
        """
        keys = select_filtered(context, _KEYS)
        if not list(conditions(context, collection)):
            return bounded_total(context.scalar(number_of(keys.limit(MOST_COUNTED + 1))))
        few = [tuple(row) for row in context.rows(keys.limit(FEW_POSITIONS + 1))]
        if len(few) > FEW_POSITIONS:
            return count_rows(context, collection, exact=False)
        return {"total": len(_derived_rows(context, collection, few))}


def _derived_at(
    context: ReadContext, collection: Collection, order: Order, keys: Mapping[Any, Any]
) -> list[Row[Any]]:
    """The derived rows whose sort values equal those of the source row that led to them."""
    rows = _derived_rows(context, collection, sorted(set(keys.values())), order)
    return [row for row in rows if tuple(sort_values(order, row)) in keys]


def _derived_rows(
    context: ReadContext, collection: Collection, keys: Some[Any], order: Order = ()
) -> Sequence[Row[Any]]:
    """The derived rows of some keys that the filters let through, in order."""
    if not keys:
        return []
    derived = sa.select(*positions([*opinion_conditions(context), *keyed(keys)]).c)
    filtered = derived.where(*conditions(context, collection))
    return context.rows(in_order(with_sort_values(filtered, order), order))


def _source(context: ReadContext) -> Select[Any]:
    """The holders and questions there are opinions of.

    Where few opinions are let through they are looked up first: in the order of an index they
    might be anywhere, and the planner knows only how many there are for the average value.
    """
    o = opinions.c
    statement = sa.select(o.holder, o.question).distinct()
    where = opinion_conditions(context)
    if "stance" in context.values:
        where.append(o.stance.in_(context.values["stance"]))
    if not where:
        return statement
    some = sa.select(o.id).where(*where).limit(FEW_OPINIONS + 1)
    asked = orjson.dumps(sorted((k, v) for k, v in context.values.items() if k in _FILTERING))
    key = ("opinions", bytes(memoryview(asked)))
    if context.cached(key, lambda: context.scalar(number_of(some))) > FEW_OPINIONS:
        return statement
    return statement.where(o.id.in_(some))


def _filter(one: Filter) -> Filter:
    name = one.parameter.name
    order: list[ColumnElement[Any]] = [_SORTS[sort] for sort in ORDERS.get(name, ())]
    return Filter(one.parameter, _NOT_BY_INDEX.get(name, one.condition), order=order)


#: The keys of positions, as opinions have them.
_KEYS = Collection(
    name="positions",
    kinds=(),
    columns=(),
    key={name: _SORTS[name] for name in ("holder", "question")},
    sorts=_SORTS,
    filters=(*map(_filter, OPINION_FILTERS), Filter(STANCE, _NOT_BY_INDEX["stance"])),
    fields=(),
    source=_source,
)
