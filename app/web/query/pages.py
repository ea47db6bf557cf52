"""Pages of a list: the rows after a cursor, the address of the next ones, and the response.

The rows may be read from a table, from several or from a computation: the page is made here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from fastapi import Response

from app.web.formats.negotiation import json_media_type
from app.web.formats.responses import enveloped, json_response, select_fields
from app.web.query.cursors import Cursor
from app.web.query.filters import DEFAULT_LIMIT
from app.web.requests.context import ReadContext

#: The rows that a stream reads at once.
CHUNK = 500
R = TypeVar("R")
#: Gives the rows after the one with these cursor values, at most so many.
RowsAfter: TypeAlias = Callable[[Sequence[Any] | None, int], Sequence[R]]


@dataclass(slots=True)
class PageRows(Generic[R]):
    """The rows of one page.

    Attributes:
        rows: what is shown.
        limit: how many a page has at the most.
        next_address: the address of the next page; None on the last.
    """

    rows: Sequence[R]
    limit: int
    next_address: str | None = None


def read_page(
    context: ReadContext,
    cursor: Cursor[R],
    rows_after: RowsAfter[R],
    default_limit: int = DEFAULT_LIMIT,
) -> PageRows[R]:
    """Return the page after the cursor that was given.

    Raises:
        InvalidInput: when this query did not give that cursor.
    """
    limit = context.values.get(f"{cursor.side}limit", default_limit)
    rows = rows_after(cursor.read(context), limit + 1)
    shown = rows[:limit]
    following = cursor.next_address(context, shown[-1]) if len(rows) > limit else None
    return PageRows(shown, limit, following)


def read_parts(cursor: Cursor[R], rows_after: RowsAfter[R]) -> Iterator[Sequence[R]]:
    """Read a whole result by parts."""
    values: Sequence[Any] | None = None
    while rows := rows_after(values, CHUNK):
        yield rows
        values = cursor.values_of(rows[-1])


def page_response(
    context: ReadContext,
    page: PageRows[Any],
    texts: Sequence[bytes],
    cited: set[str],
    total: Mapping[str, Any],
    **more: Any,
) -> Response:
    """Return one page of a list, with its links in a header, too (RFC 8288).

    Args:
        context: the request.
        page: the page.
        texts: the JSON text of each of its rows, marks still in it.
        cited: the datasets that it draws on.
        total: the total of `meta`, and how exact it is.
        more: what `meta` says besides.
    """
    if wanted := context.values.get("fields"):
        texts = select_fields(texts, wanted)
    rows = context.fill(b"[%b]" % b",".join(texts))
    meta = context.fill(context.meta(cited, **total, limit=page.limit, **more))
    address = context.address
    header = f'<{address}>; rel="self"'
    if page.next_address:
        header += f', <{page.next_address}>; rel="next"'
    text = enveloped(rows, meta, self=address, next=page.next_address)
    return json_response(text, {"Link": header}, media_type=json_media_type(context))
