"""Answers of a collection: a page as JSON, or the whole result in the format asked for."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from fastapi import Response
from pydantic import BaseModel
from sqlalchemy import Row

from app.db.releases import as_known
from app.db.statement_cache import in_parts
from app.web.formats.downloads import download
from app.web.formats.negotiation import negotiated_format
from app.web.query.collection import Collection
from app.web.query.counting import facets_of, total_of
from app.web.query.cursors import Cursor, is_number, is_text
from app.web.query.ids import resolve_filters
from app.web.query.ordering import Order, order_of, sort_values
from app.web.query.pages import CHUNK, RowsAfter, page_response, read_page
from app.web.query.select import every_row, rows_after
from app.web.references import record_json
from app.web.requests.context import ReadContext


def answer(context: ReadContext, collection: Collection, shape: type[BaseModel]) -> Response:
    """Answer with a collection in the format asked for."""
    resolve_filters(context, collection.filters)
    name = negotiated_format(context, ("json", "csv", "ndjson"))
    if name == "json":
        return _page(context, collection)
    every_row(context, collection)  # refuses now what a stream that has begun cannot refuse
    return download(context, name, collection.name, shape, partial(parts_of, collection))


def parts_of(collection: Collection, context: ReadContext) -> Iterator[list[bytes]]:
    """Read the JSON texts of a whole result by parts, marks still in them."""
    statement = as_known(every_row(context, collection), context.known)
    named = collection.render is not None
    for part in in_parts(context.connection, statement, CHUNK, named=named):
        yield _texts(context, collection, part)


def _page(context: ReadContext, collection: Collection) -> Response:
    """Answer with one page of a collection as JSON."""
    order = order_of(context, collection)
    texts = [isinstance(key.column.type, sa.String) for key in order]
    cursor: Cursor[Row[Any]] = Cursor(
        partial(sort_values, order),
        [is_text if one else is_number for one in texts],
        subject=(collection.name, context.request.path_params),
    )
    page = read_page(context, cursor, _reader(context, collection, order))
    return page_response(
        context,
        page,
        _texts(context, collection, page.rows),
        {row[collection.dataset_index] for row in page.rows},
        total_of(context, collection),
        facets=facets_of(context, collection),
        undated=collection.undated(context) if collection.undated and context.as_of else None,
    )


def _reader(context: ReadContext, collection: Collection, order: Order) -> RowsAfter[Row[Any]]:
    """The function that reads the rows after a cursor."""
    if collection.row_source is not None:
        return partial(collection.row_source.rows_after, context, collection)
    return partial(rows_after, context, collection, order)


def _texts(context: ReadContext, collection: Collection, rows: Sequence[Row[Any]]) -> list[bytes]:
    """The JSON text of each row, marks still in it."""
    if collection.render is None:
        return record_json(rows)
    return collection.render(context, rows)
