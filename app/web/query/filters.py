"""Filters of lists: the meaning of a parameter, and the parameters that all lists share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import orjson
from pyroaring import BitMap
from sqlalchemy import ColumnElement

from app.dates import UNKNOWN
from app.db.tables import KIND_TABLES
from app.edtf import parse
from app.records.conditions import FilterCondition, refers_to
from app.web.parameters import Parameter, identifier, integer, word_of
from app.web.parameters.synonyms import MEANINGS
from app.web.requests.context import ReadContext

DEFAULT_LIMIT, MOST_ROWS = 50, 500


#: Gives the rows that a value lets through, of whatever release.
RowsOf: TypeAlias = Callable[[ReadContext, Any], BitMap]


@dataclass(frozen=True)
class Filter:
    """One filter of a collection.

    Attributes:
        parameter: what callers give.
        condition: what it means in SQL, from the parsed values, where the index does not say it.
        space: for ids, the space they are in; they are resolved and must exist.
        facet: the column that `facets=` counts by, where that makes sense.
        applies_to_source: whether it applies to the rows that the collection is derived from, and
            the collection's own `source` sees to it.
        rows: what it means in the index.
        takes_all_values: whether the condition takes the values of all parameters, since what it
            means depends on another one.
        skips_unknown: for ids, whether one that does not exist is left out instead of refused.
    """

    parameter: Parameter
    condition: FilterCondition | None = None
    space: str | None = None
    facet: ColumnElement[Any] | None = None
    applies_to_source: bool = False
    rows: RowsOf | None = None
    takes_all_values: bool = False
    skips_unknown: bool = False

    def __post_init__(self) -> None:
        """Let whoever asks by another name find the parameter by what its values are."""
        if self.space is not None and self.parameter.name != "id":
            MEANINGS[self.parameter.name].add(self.space)


def equal(parameter: Parameter, column: ColumnElement[Any], space: str | None = None) -> Filter:
    """The filter that a column is one of the values; it can be counted by, too."""
    rows = partial(_having, column.name)
    return Filter(parameter, column.in_, space, facet=column, rows=rows)


def overlapping(
    parameter: Parameter, earliest: ColumnElement[str], latest: ColumnElement[str], *, start: bool
) -> Filter:
    """One end of a period that a vague date must overlap; unknown dates never do.

    Where both ends are given, a set of dates must have a member in the period: the days between
    its members are none of its.
    """
    if start:
        return Filter(parameter, rows=partial(_from, latest.name))
    rows = partial(_until, parameter.name, earliest, latest)
    return Filter(parameter, rows=rows, takes_all_values=True)


def _having(column: str, context: ReadContext, values: Sequence[Any]) -> BitMap:
    return context.index.column(column).any_of(values)


def _from(latest: str, context: ReadContext, day: str) -> BitMap:
    return context.index.column(latest).between(first=day)


def _until(
    name: str,
    earliest: ColumnElement[str],
    latest: ColumnElement[str],
    context: ReadContext,
    values: Mapping[str, Any],
) -> BitMap:
    first, last = values.get(f"{name.removesuffix('to')}from"), values[name]
    dates = context.index.column(earliest.name)
    found = dates.between(last=last) - dates.rows(UNKNOWN)
    if first is None:
        return found
    ends = context.index.column(latest.name)
    began_before = dates.between(last=first) - dates.rows(first)
    ends_after = ends.between(first=last) - ends.rows(last)
    return found - _sets_apart(context, earliest, found & began_before & ends_after, (first, last))


def _sets_apart(
    context: ReadContext, earliest: ColumnElement[str], around: BitMap, period: tuple[str, str]
) -> BitMap:
    """The rows, of those whose dates lie around a period, that are sets without a member in it."""
    kind = next(name for name, table in KIND_TABLES.items() if earliest in set(table.c))
    rows, date = around & context.index.live(kind), earliest.name.removesuffix("_earliest")
    read = context.rows_by_id(kind, ("row_id", "body"), list(rows))
    edtf = ((row, orjson.loads(body)[date]["edtf"]) for row, body in read)
    return BitMap(row for row, text in edtf if not parse(text).may_lie_in(*period))


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
TOTAL = word_of("total", ["exact"], "Accepted and without effect: totals are exact.", many=False)
FORMAT = word_of(
    "format",
    ["json", "csv", "ndjson"],
    "`json` is a page; `csv` and `ndjson` stream the whole filtered result. Left out: what "
    "`Accept` asks for, else JSON.",
    many=False,
)
