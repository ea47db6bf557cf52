"""Computed lists: rows that a method makes of the data, paged and sorted as stored ones are.

A resource says what identifies a row, how it is computed and by what method; paging, sorting, the
formats and the envelope come from here. The whole list is computed for each page (what is dear is
cached for the release), so rows are light, and only those shown are completed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import orjson
from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.errors import Fault, InvalidInput
from app.web.endpoints.operation import operation
from app.web.formats.downloads import download
from app.web.formats.negotiation import negotiated_format
from app.web.parameters import KNOWN_AT, Parameter, integer, word_of
from app.web.query.cursors import Cursor, is_scalar
from app.web.query.filters import CURSOR, FORMAT, LIMIT, Filter
from app.web.query.ids import resolve_filters
from app.web.query.pages import CHUNK, page_response, read_page
from app.web.requests.context import ReadContext
from app.web.response_schemas import Page

Row = dict[str, Any]


@dataclass(frozen=True)
class Computation:
    """The result of a method.

    Attributes:
        rows: the rows in the order they have when no other is asked for.
        cited: the datasets it draws on.
        meta: what `meta` says besides.
    """

    rows: Sequence[Row]
    cited: set[str]
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Computed:
    """A list that is computed.

    Attributes:
        name: what addresses and files call it.
        shape: the shape of a row.
        key: the fields that identify a row.
        method: what `meta.method` says: what is computed, and after whom.
        minimum_n: below how many cases figures are null, where callers do not say.
        filters: what chooses the data.
        compute: makes the rows; references in them are marks.
        own: parameters besides.
        sorts: fields that callers may sort by; null comes last either way.
        complete: adds to rows what only those shown need.
    """

    name: str
    shape: type[BaseModel]
    key: Sequence[str]
    method: str
    minimum_n: int
    filters: Sequence[Filter]
    compute: Callable[[ReadContext], Computation]
    own: Sequence[Parameter] = ()
    sorts: Sequence[str] = ()
    complete: Callable[[ReadContext, list[Row]], list[Row]] = field(
        default=lambda _context, rows: rows
    )

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every parameter the list takes."""
        own = [*self.own, *(one.parameter for one in self.filters), KNOWN_AT]
        if self.sorts:
            signed = [s for name in self.sorts for s in (name, f"-{name}")]
            own.append(word_of("sort", signed, "Sort by these; what is null comes last."))
        fields = list(self.shape.model_fields)
        own.append(word_of("fields", fields, "Give only these fields of each row."))
        return (*own, LIMIT, CURSOR, FORMAT)


def minimum_n(default: int) -> Parameter:
    """The parameter that says how many cases a figure needs."""
    return integer(
        "minimum_n",
        f"Below so many cases figures are null ({default} if left out).",
        1,
        100_000,
        default,
    )


def register(
    router: APIRouter, path: str, listed: Computed, *, summary: str, description: str
) -> None:
    """Give a computed list its address."""
    operation(
        router,
        path,
        partial(answer, listed=listed),
        name=f"list_{listed.name}",
        summary=summary,
        description=description,
        tag="Analysis",
        shape=Page[listed.shape],  # type: ignore[name-defined]  # shapes are made at runtime
        parameters=listed.parameters,
        costly=True,
        formats=("json", "csv", "ndjson"),
    )


def answer(context: ReadContext, listed: Computed) -> Response:
    """Answer with a computed list in the format asked for."""
    resolve_filters(context, listed.filters)
    name = negotiated_format(context, ("json", "csv", "ndjson"))
    if name != "json":
        return download(context, name, listed.name, listed.shape, partial(_parts, listed))
    computation = listed.compute(context)
    rows = _ordered(context, computation.rows)
    cursor = Cursor(partial(_identity, listed), [is_scalar] * len(listed.key))
    page = read_page(context, cursor, partial(_rows_after, listed, rows))
    return page_response(
        context,
        page,
        list(map(orjson.dumps, listed.complete(context, list(page.rows)))),
        computation.cited,
        {"total": len(rows)},
        method=listed.method,
        minimum_n=context.values.get("minimum_n", listed.minimum_n),
        **computation.meta,
    )


def _parts(listed: Computed, context: ReadContext) -> Iterator[list[bytes]]:
    rows = _ordered(context, listed.compute(context).rows)
    for start in range(0, len(rows), CHUNK):
        shown = listed.complete(context, list(rows[start : start + CHUNK]))
        yield list(map(orjson.dumps, shown))


def _ordered(context: ReadContext, rows: Sequence[Row]) -> Sequence[Row]:
    """Rows as `sort` asks; equal ones keep the list's own order."""
    for name in reversed(context.values.get("sort", [])):
        column = name.lstrip("-")
        known = [row for row in rows if row[column] is not None]
        known.sort(key=lambda row: row[column], reverse=name.startswith("-"))
        rows = [*known, *(row for row in rows if row[column] is None)]
    return rows


def _identity(listed: Computed, row: Row) -> list[Any]:
    return [row[name] for name in listed.key]


def _rows_after(
    listed: Computed, rows: Sequence[Row], values: Sequence[Any] | None, most: int
) -> Sequence[Row]:
    """The rows after the one that the cursor names.

    Raises:
        InvalidInput: when that row is no longer there.
    """
    if values is None:
        return rows[:most]
    for number, row in enumerate(rows, 1):
        if _identity(listed, row) == values:
            return rows[number : number + most]
    detail = "the data has changed since this cursor was given; begin again at the first page"
    raise InvalidInput(detail, errors=[Fault(detail, parameter="cursor")])
