"""Collections: the declaration of a list, from which all that it does follows.

A resource declares a `Collection`: where its rows come from, its filters and its sorts. From that
come the conditions, a total and stable order, keyset paging, the total, facets, sparse fields,
the formats and all of it in OpenAPI.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pyroaring import BitMap
from sqlalchemy import ColumnElement, Select

from app.web.parameters import KNOWN_AT, Parameter, word_of
from app.web.query.filters import CURSOR, FORMAT, LIMIT, TOTAL, Filter, Q
from app.web.requests.context import ReadContext


@dataclass(frozen=True, eq=False)
class Collection:
    """The declaration of a list.

    Attributes:
        name: the plural that addresses and files use.
        kinds: the kinds of its records, for `q`; none where words are not searched.
        columns: what a row holds, in the order that `record_json` takes.
        key: the columns that make the order total.
        sorts: what callers may sort by.
        filters: its own filters.
        fields: the top-level fields of a record, for `fields=`.
        render: JSON text of each row, marks still in it; left out where rows are records.
        source: the select of `columns`, from the values, where the index does not have them.
        cache_terms: what `source` takes in the place of `q`, where it looks at nothing else of
            the request; its statement is then cached, too.
        dataset_index: where in a row the dataset stands, for the citations.
        space: the space of the index that its rows are of; none where `source` makes them.
        begin: the rows that filters choose among, where it is not all of the space.
        undated: how many rows `as_of` leaves out because nothing dates them.
    """

    name: str
    kinds: Sequence[str]
    columns: Sequence[ColumnElement[Any]]
    key: Mapping[str, ColumnElement[Any]]
    sorts: Mapping[str, ColumnElement[Any]]
    filters: Sequence[Filter]
    fields: Sequence[str]
    render: Callable[[ReadContext, Sequence[Any]], list[bytes]] | None = None
    source: Callable[[ReadContext], Select[Any]] | None = None
    cache_terms: Callable[[ReadContext], dict[str, Any]] | None = None
    default_sort: str = ""
    clocks: Sequence[Parameter] = (KNOWN_AT,)
    dataset_index: int = 1
    space: str | None = None
    begin: Callable[[ReadContext], BitMap] | None = None
    undated: Callable[[ReadContext], int | None] | None = None

    @cached_property
    def column_indexes(self) -> dict[ColumnElement[Any], int]:
        """The index in a row of each column."""
        return {column: index for index, column in enumerate(self.columns)}

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every parameter the list takes."""
        own = tuple(one.parameter for one in self.filters)
        searched = (Q,) if self.kinds else ()
        return (*own, *searched, *self.clocks, *self._shaping())

    def _shaping(self) -> Iterator[Parameter]:
        yield word_of(
            "sort",
            [s for name in self.sorts for s in (name, f"-{name}")],
            "Sort by these; a minus sign turns the order round. Rows that are equal keep a stable "
            "order; so do all rows where this is left out.",
        )
        yield word_of("fields", self.fields, "Give only these fields of each record.")
        if facets := [one.parameter.name for one in self.filters if one.facet is not None]:
            yield word_of("facets", facets, "Count the whole result by these, in `meta.facets`.")
        yield LIMIT
        yield CURSOR
        yield TOTAL
        yield FORMAT
