"""Filters of lists: the meaning of a parameter, and the parameters that all lists share."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from app.records.conditions import FilterCondition, refers_to
from app.web.parameters import Parameter, identifier, integer, word_of

DEFAULT_LIMIT, MOST_ROWS = 50, 500


@dataclass(frozen=True)
class Filter:
    """One filter of a collection.

    Attributes:
        parameter: what callers give.
        condition: what it means in SQL, from the parsed values.
        space: for ids, the space they are in; they are resolved and must exist.
        facet: the column that `facets=` counts by, where that makes sense.
        applies_to_source: whether it applies to the rows that the collection is derived from, and
            the collection's own `source` sees to it.
        order: the order in which an index gives its rows, where that is not the key's. It holds
            when no sort is asked for and this is the first filter given, in the collection's
            order: a period or a topic in any other order is all its rows, sorted, for each page.
        takes_all_values: whether the condition takes the values of all parameters, since what it
            means depends on another one.
        skips_unknown: for ids, whether one that does not exist is left out instead of refused.
    """

    parameter: Parameter
    condition: FilterCondition
    space: str | None = None
    facet: ColumnElement[Any] | None = None
    applies_to_source: bool = False
    order: Sequence[ColumnElement[Any]] = ()
    takes_all_values: bool = False
    skips_unknown: bool = False


def equal(parameter: Parameter, column: ColumnElement[Any], space: str | None = None) -> Filter:
    """The filter that a column is one of the values; it can be counted by, too."""
    return Filter(parameter, column.in_, space, facet=column)


def overlapping(
    parameter: Parameter, earliest: ColumnElement[str], latest: ColumnElement[str], *, start: bool
) -> Filter:
    """The filter by one end of a period, which a vague date must overlap; unknown ones never do."""
    if start:
        begun = lambda day: sa.and_(latest >= day, earliest != "")  # noqa: E731
        return Filter(parameter, begun, order=(latest, earliest))
    return Filter(
        parameter, lambda day: sa.and_(earliest <= day, earliest != ""), order=(earliest,)
    )


def linked(kind: str, parameter: Parameter, field: str, *, space: str) -> Filter:
    """The filter that a record refers to one of the ids in one of its lists."""
    return Filter(parameter, partial(refers_to, kind, field), space)


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
