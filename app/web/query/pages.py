"""Collections: what every list of the API does, and no resource needs to say.

A resource declares a `Collection`: where its rows come from, its filters and its sorts. From that
come the conditions, a total and stable order, keyset paging, the total, facets, sparse fields,
the formats and all of it in OpenAPI.

Paging is by keyset: a page begins after the last row's sort values, so that the cost of a page
does not grow with its depth. Where all keys run the same way that is one row-value comparison,
`(a, b) > (?, ?)`; where they do not, one seek for each key, put together in order. (The usual
`a > ? OR (a = ? AND b > ?)` cannot seek: measured, it was slower than OFFSET.)
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from fastapi import Response
from sqlalchemy import ColumnElement, Row, Select

from app.db.search import matching
from app.db.statement_cache import Values
from app.db.tables import search_entries
from app.web.formats.responses import page_response
from app.web.parameters import KNOWN_AT, Parameter, identifier, integer, word_of
from app.web.query.cursors import a_number, a_text, address_after, opened, token_of
from app.web.references import record_json
from app.web.requests.context import ReadContext

MOST_COUNTED = 10_000
FACET_VALUES = 200
FEW_KEYS = 500
DEFAULT_LIMIT, MOST_ROWS = 50, 500

Condition = Callable[[Any], ColumnElement[bool]]


@dataclass(frozen=True)
class Filter:
    """One filter of a collection.

    Attributes:
        parameter: what callers give.
        condition: what it means in SQL, from the parsed values.
        space: for ids, the space they are in; they are resolved and must exist.
        facet: the column that `facets=` counts by, where that makes sense.
        beneath: whether it applies to the rows that the collection is derived from, and the
            collection's own `source` sees to it.
        order: the order in which an index gives its rows, where that is not the key's. It holds
            when no sort is asked for and this is the first filter given, in the collection's
            order: a period or a topic in any other order is all its rows, sorted, for each page.
        joint: whether the condition takes the values of all parameters, since what it means
            depends on another one.
        lenient: for ids, whether one that does not exist is left out instead of refused.
    """

    parameter: Parameter
    condition: Condition
    space: str | None = None
    facet: ColumnElement[Any] | None = None
    beneath: bool = False
    order: Sequence[ColumnElement[Any]] = ()
    joint: bool = False
    lenient: bool = False


def equal(parameter: Parameter, column: ColumnElement[Any], space: str | None = None) -> Filter:
    """The filter that a column is one of the values; it can be counted by, too."""
    return Filter(parameter, column.in_, space, facet=column)


def overlapping(
    parameter: Parameter, earliest: ColumnElement[str], latest: ColumnElement[str], *, start: bool
) -> Filter:
    """One end of a period that a vague date must overlap; unknown dates never do."""
    if start:
        begun = lambda day: sa.and_(latest >= day, earliest != "")  # noqa: E731
        return Filter(parameter, begun, order=(latest, earliest))
    return Filter(
        parameter, lambda day: sa.and_(earliest <= day, earliest != ""), order=(earliest,)
    )


@dataclass(frozen=True, eq=False)
class Collection:
    """What a list is made of.

    Attributes:
        name: the plural that addresses and files use.
        kinds: the kinds of its records, for `q`; none where words are not searched.
        columns: what a row holds, in the order that `record_json` takes.
        key: the columns that make the order total.
        sorts: what callers may sort by.
        filters: its own filters.
        fields: the top-level fields of a record, for `fields=`.
        render: JSON text of each row, marks still in it; left out where rows are records.
        source: the select of `columns`, from the values, where it is not just the table.
        terms: what `source` takes in the place of `q`, where it looks at nothing else of the
            request; its statement is then kept, too.
        dataset_at: where in a row the dataset stands, for the citations.
        walk: for rows that are derived, how a page is found without deriving the others.
    """

    name: str
    kinds: Sequence[str]
    columns: Sequence[ColumnElement[Any]]
    key: Mapping[str, ColumnElement[Any]]
    sorts: Mapping[str, ColumnElement[Any]]
    filters: Sequence[Filter]
    fields: Sequence[str]
    render: Callable[[ReadContext, Sequence[Row[Any]]], list[bytes]] | None = None
    source: Callable[[ReadContext], Select[Any]] | None = None
    terms: Callable[[ReadContext], dict[str, Any]] | None = None
    default_sort: str = ""
    clocks: Sequence[Parameter] = (KNOWN_AT,)
    dataset_at: int = 1
    walk: "Walk | None" = None
    undated: Callable[[ReadContext], int | None] = field(default=lambda _ask: None)

    def texts(self, context: ReadContext, rows: Sequence[Any]) -> list[bytes]:
        """The JSON text of each row, marks still in it."""
        return record_json(rows) if self.render is None else self.render(context, rows)

    @cached_property
    def places(self) -> dict[ColumnElement[Any], int]:
        """Where in a row each column stands."""
        return {column: place for place, column in enumerate(self.columns)}

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every parameter the list takes."""
        own = tuple(one.parameter for one in self.filters)
        searched = (Q,) if self.kinds else ()
        return (*own, *searched, *self.clocks, *self._shaping())

    def _shaping(self) -> Iterator[Parameter]:
        sortable = ", ".join(f"`{name}`" for name in self.sorts)
        yield word_of(
            "sort",
            [s for name in self.sorts for s in (name, f"-{name}")],
            f"Sort by: {sortable}; a minus sign turns the order round. Rows that are equal keep a "
            "stable order; so do all rows where this is left out: by date under a period, by "
            "question under a topic or subject, else by id.",
        )
        yield word_of("fields", self.fields, "Give only these fields of each record.")
        if facets := [one.parameter.name for one in self.filters if one.facet is not None]:
            yield word_of("facets", facets, "Count the whole result by these, in `meta.facets`.")
        yield LIMIT
        yield CURSOR
        yield TOTAL
        yield FORMAT


@dataclass(frozen=True)
class Walk:
    """How a page of derived rows is found: the rows beneath are walked in the page's order.

    Where a derived row stands in an order, one of the rows it is derived from stands, too. So the
    rows beneath, read off an index, say which keys come next; those are derived, and kept where
    they stand there indeed.

    Attributes:
        beneath: the rows beneath: its columns are the key, and it takes the same sorts.
        keyed: the select of the derived rows of some keys.
    """

    beneath: Collection
    keyed: Callable[[ReadContext, Sequence[tuple[Any, ...]]], Select[Any]]


Q = Parameter(
    "q",
    "Full-text search: every word must occur, whole or as the beginning of a word; case and "
    "accents do not matter, and nothing is syntax. Left out: everything.",
    example="nato",
)
LIMIT = integer("limit", "Rows on a page (1 to 500; 50 if left out).", 1, MOST_ROWS, 20)
CURSOR = Parameter(
    "cursor", "Where the page begins: `links.next` of the page before has it. Opaque."
)
DATASET = identifier("dataset", "Only records of these bodies of data.", "kazakhstan-nato")
ID = identifier("id", "Only these records: fetches a batch; ids that do not exist are left out.")


TOTAL = word_of("total", ["exact"], "`exact` counts a total beyond 10,000 to the end.", many=False)
FORMAT = word_of(
    "format",
    ["json", "csv", "ndjson"],
    "`json` is a page; `csv` and `ndjson` stream the whole filtered result. Left out: what "
    "`Accept` asks for, else JSON.",
    many=False,
)


def page(context: ReadContext, collection: Collection) -> Response:
    """One page of a collection as JSON."""
    order = _order(context, collection)
    limit = context.values.get("limit", DEFAULT_LIMIT)
    values = _cursor_values(context, collection, order)
    rows = _rows(context, collection, order, values, limit)
    shown = rows[:limit]
    text = context.fill(b",".join(collection.texts(context, shown)))
    if wanted := context.values.get("fields"):
        text = _sparse(text, wanted)
    following = _next(context, collection, order, shown[-1]) if len(rows) > limit else None
    meta = context.meta(
        {row[collection.dataset_at] for row in shown},
        **_total(context, collection),
        limit=limit,
        facets=_facets(context, collection),
        undated=collection.undated(context),
    )
    return page_response(context, text, meta, following)


def every(context: ReadContext, collection: Collection) -> Select[Any]:
    """The whole filtered result in order, for the formats that stream it."""
    order = _order(context, collection)
    return _ordered(select_filtered(context, collection), order)


def select_filtered(
    context: ReadContext, collection: Collection, *first: ColumnElement[bool]
) -> Select[Any]:
    """The rows of a collection that the filters let through, in no order yet.

    SQLite seeks by the first of several lower bounds of a column, so `first` comes first.
    """
    source = collection.source(context) if collection.source else sa.select(*collection.columns)
    return source.where(*first, *conditions(context, collection))


def conditions(context: ReadContext, collection: Collection) -> Iterator[ColumnElement[bool]]:
    """What the filters and `q` mean in SQL."""
    for one in collection.filters:
        name = one.parameter.name
        if name in context.values and not one.beneath:
            yield one.condition(context.values if one.joint else context.values[name])
    if collection.kinds and "q" in context.values:
        yield searched(context, collection.kinds, collection.columns[0], collection.columns[2])


def searched(
    context: ReadContext,
    kinds: Sequence[str],
    record_id: ColumnElement[str],
    revision: ColumnElement[int],
) -> ColumnElement[bool]:
    """The condition that a record's words match `q`."""
    entries = search_entries
    found = sa.select(entries.c.id, entries.c.revision).where(
        entries.c.kind.in_(kinds), matching(context.values["q"], sqlite=context.sqlite)
    )
    return sa.tuple_(record_id, revision).in_(found)


# -- order ------------------------------------------------------------------------------------


class _Key(NamedTuple):
    """One column of an order.

    Attributes:
        place: where in a row its value stands: at a column of the collection, or, counted from
            the end, at one that was added for it.
    """

    column: ColumnElement[Any]
    descending: bool
    place: int

    def term(self) -> ColumnElement[Any]:
        return self.column.desc() if self.descending else self.column.asc()

    def beyond(self, value: Any) -> ColumnElement[bool]:
        beyond: ColumnElement[bool] = (
            self.column < value if self.descending else self.column > value
        )
        return beyond


#: A total order.
_Order = tuple[_Key, ...]


def _order(context: ReadContext, collection: Collection) -> _Order:
    """The order asked for, else the collection's own, else the one a filter brings with it."""
    asked: list[str] = context.values.get("sort") or collection.default_sort.split(",")
    given = (
        one.parameter.name for one in collection.filters if one.parameter.name in context.values
    )
    return _total_order(collection, tuple(filter(None, asked)), next(given, None))


@lru_cache(maxsize=1000)
def _total_order(collection: Collection, sorts: tuple[str, ...], first: str | None) -> _Order:
    """An order made total by the key, which runs the way of the last sort.

    Args:
        collection: the collection.
        sorts: what is sorted by.
        first: the first filter given, whose order it is where nothing is sorted by.
    """
    named = {name.lstrip("-"): name.startswith("-") for name in sorts}
    keys = [(collection.sorts[name], descending) for name, descending in named.items()]
    for one in collection.filters if not keys else ():
        if one.parameter.name == first:
            keys = [(column, False) for column in one.order]
    direction = keys[-1][1] if keys else False
    keys += [(column, direction) for name, column in collection.key.items() if name not in named]
    added = [column for column, _ in keys if column not in collection.places]
    places = collection.places | {column: i - len(added) for i, column in enumerate(added)}
    return tuple(_Key(column, descending, places[column]) for column, descending in keys)


def _placed(statement: Select[Any], order: Sequence[_Key]) -> Select[Any]:
    """The statement with the sort values at the end of a row that the row does not hold anyway."""
    return statement.add_columns(*(k.column.label(None) for k in order if k.place < 0))


def _values(order: Sequence[_Key], row: Row[Any]) -> list[Any]:
    """The sort values of a row."""
    return [row[key.place] for key in order]


def _ordered(statement: Select[Any], order: Sequence[_Key]) -> Select[Any]:
    return statement.order_by(*(key.term() for key in order))


def _after(
    context: ReadContext,
    collection: Collection,
    order: _Order,
    values: list[Any] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """The rows after some row, and one more where there is one."""
    # Beside what was asked, of which no parameter is called so.
    given = {"after": [] if values is None else values, "most": limit + 1}

    def write(asked: ReadContext) -> Select[Any]:
        return _written(asked, collection, order)

    return _rows_of(context, collection, order, given, write, named=collection.render is not None)


def _rows_of(
    context: ReadContext,
    collection: Collection,
    what: tuple[Any, ...],
    given: Values,
    write: Callable[[ReadContext], Select[Any]],
    *,
    named: bool,
) -> Sequence[Row[Any]]:
    """The rows of a statement about a collection, written from what is asked and given.

    Where the rows come from the table alone it depends on nothing but the shape of the query, and
    is kept.
    """
    if collection.source is not None and collection.terms is None:
        return context.rows(write(replace(context, values={**context.values, **given})))
    choosing = {k: v for k, v in context.values.items() if k not in _NOT_CHOOSING}
    if collection.terms is not None:
        choosing = {k: v for k, v in choosing.items() if k != "q"} | collection.terms(context)
    return context.rows_like(
        (collection, *what),
        {**choosing, **given},
        lambda values: write(replace(context, values=dict(values))),
        named=named,
    )


def _written(context: ReadContext, collection: Collection, order: _Order) -> Select[Any]:
    """So many rows after some row."""
    values, most = context.values["after"] or None, context.values["most"]
    one_way = len({key.descending for key in order}) == 1
    begin = [_beyond(order, values)] if values is not None and one_way else []
    filtered = select_filtered(context, collection, *begin)
    placed = _placed(filtered, order)
    if values is None or one_way:
        return _ordered(placed, order).limit(most)
    return _seeks(placed, order, values, most)


def _rows(
    context: ReadContext,
    collection: Collection,
    order: _Order,
    values: list[Any] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """The rows after some row, and one more where there is one."""
    if collection.walk is None:
        return _after(context, collection, order, values, limit)
    beneath = collection.walk.beneath
    order_beneath = _order(context, beneath)
    found: list[Row[Any]] = []
    while len(found) <= limit:
        rows = _after(context, beneath, order_beneath, values, limit)
        if not rows:
            break
        keys = {tuple(_values(order_beneath, r)): tuple(r[: len(collection.key)]) for r in rows}
        found += _standing(context, collection, collection.walk, order, keys)
        values = _values(order_beneath, rows[-1])
        if len(rows) <= limit:
            break
    return found[: limit + 1]


def _derived(
    context: ReadContext,
    collection: Collection,
    walk: Walk,
    keys: Sequence[Any],
    order: Sequence[_Key] = (),
) -> Sequence[Row[Any]]:
    """The derived rows of some keys that the filters let through, in order."""
    if not keys:
        return []
    derived = walk.keyed(context, keys).where(*conditions(context, collection))
    return context.rows(_ordered(_placed(derived, order), order))


def _standing(
    context: ReadContext, collection: Collection, walk: Walk, order: _Order, keys: Mapping[Any, Any]
) -> list[Row[Any]]:
    """Those derived rows, of keys by place, that stand at these places, in order."""
    rows = _derived(context, collection, walk, sorted(set(keys.values())), order)
    return [row for row in rows if tuple(_values(order, row)) in keys]


def _beyond(order: _Order, values: list[Any]) -> ColumnElement[bool]:
    """The condition that a row comes after the one with these values; all keys run one way."""
    row = sa.tuple_(*(key.column for key in order))
    bound = sa.tuple_(
        *(sa.bindparam(None, v, k.column.type) for k, v in zip(order, values, strict=True))
    )
    beyond: ColumnElement[bool] = row < bound if order[0].descending else row > bound
    return beyond


def _seeks(placed: Select[Any], order: _Order, values: list[Any], most: int) -> Select[Any]:
    """One seek for each key that may differ first, put together in order."""
    parts = []
    for i, key in enumerate(order):
        same = [k.column == v for k, v in zip(order[:i], values[:i], strict=True)]
        seek = placed.where(*same, key.beyond(values[i]))
        parts.append(sa.select(_ordered(seek, order).limit(most).subquery()))
    together = sa.union_all(*parts).subquery()
    again = [key._replace(column=list(together.c)[key.place]).term() for key in order]
    return sa.select(together).order_by(*again).limit(most)


# -- cursors ----------------------------------------------------------------------------------

_SHAPING_ONLY = {"cursor", "limit", "total", "facets", "fields", "format"}
_NOT_CHOOSING = _SHAPING_ONLY | {"sort"}


def _next(context: ReadContext, collection: Collection, order: _Order, last: Row[Any]) -> str:
    """The address of the next page."""
    token = token_of(_about(context, collection), _values(order, last))
    return address_after(context, "cursor", token)


def _cursor_values(context: ReadContext, collection: Collection, order: _Order) -> list[Any] | None:
    """The sort values a cursor holds.

    Raises:
        InvalidInput: when it was tampered with, or belongs to another query.
    """
    if "cursor" not in context.values:
        return None
    texts = (isinstance(key.column.type, sa.String) for key in order)
    checks = [a_text if one else a_number for one in texts]
    return opened(_about(context, collection), "cursor", context.values["cursor"], checks)


def _about(context: ReadContext, collection: Collection) -> bytes:
    """What a cursor belongs to."""
    asked = sorted((k, v) for k, v in context.values.items() if k not in _SHAPING_ONLY)
    return orjson.dumps([collection.name, context.request.path_params, asked])


# -- what stands beside the page --------------------------------------------------------------


def _total(context: ReadContext, collection: Collection) -> dict[str, Any]:
    """`total`, exact up to 10,000 or as far as was asked."""
    exact = "total" in context.values
    key = ("total", exact, *_query(context, collection))
    if (walk := collection.walk) is not None and not exact:
        return dict(context.kept(key, lambda: _count_walked(context, collection, walk)))
    return dict(context.kept(key, lambda: _count(context, collection, exact=exact)))


def _query(context: ReadContext, collection: Collection) -> tuple[str, str, bytes]:
    """What decides which rows there are, whatever their order and form."""
    asked = sorted((k, v) for k, v in context.values.items() if k not in _NOT_CHOOSING)
    # A copy: what orjson gives has taken a kilobyte, however short it is.
    return collection.name, context.request.scope["path"], bytes(memoryview(orjson.dumps(asked)))


def _count(context: ReadContext, collection: Collection, *, exact: bool) -> dict[str, Any]:
    def write(asked: ReadContext) -> Select[Any]:
        filtered = select_filtered(asked, collection)
        bare = filtered.with_only_columns(sa.literal(1).label("one"), maintain_column_froms=True)
        if not exact:
            bare = bare.limit(MOST_COUNTED + 1)
        return sa.select(sa.func.count()).select_from(bare.subquery())

    [[number]] = _rows_of(context, collection, ("total", exact), {}, write, named=False)
    return {"total": number} if exact else _told(number)


def _count_walked(context: ReadContext, collection: Collection, walk: Walk) -> dict[str, Any]:
    """Count derived rows, no further than a total goes.

    Where no filter is on what is derived, there are as many as there are keys. Else few are
    derived by their keys, and many are derived as they are counted.
    """
    keys = select_filtered(context, walk.beneath)
    if not list(conditions(context, collection)):
        counted = keys.limit(MOST_COUNTED + 1).subquery()
        return _told(context.scalar(sa.select(sa.func.count()).select_from(counted)))
    few = [tuple(row) for row in context.rows(keys.limit(FEW_KEYS + 1))]
    if len(few) > FEW_KEYS:
        return _count(context, collection, exact=False)
    return {"total": len(_derived(context, collection, walk, few))}


def _told(number: int) -> dict[str, Any]:
    if number > MOST_COUNTED:
        return {"total": MOST_COUNTED, "total_relation": "at_least"}
    return {"total": number}


def _facets(context: ReadContext, collection: Collection) -> dict[str, dict[str, int]] | None:
    """How many rows of the whole result have each value, most frequent first."""
    if "facets" not in context.values:
        return None
    key = ("facets", *context.values["facets"], *_query(context, collection))
    counted: dict[str, dict[str, int]] = context.kept(
        key, lambda: _count_facets(context, collection)
    )
    return counted


def _count_facets(context: ReadContext, collection: Collection) -> dict[str, dict[str, int]]:
    by_name = {one.parameter.name: one.facet for one in collection.filters}
    filtered = select_filtered(context, collection)
    counted: dict[str, dict[str, int]] = {}
    for name in context.values["facets"]:
        column = by_name[name]
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


def _sparse(text: bytes, wanted: list[str]) -> bytes:
    records = orjson.loads(b"[%b]" % text)
    kept = [{name: record[name] for name in record if name in wanted} for record in records]
    return orjson.dumps(kept)[1:-1]
