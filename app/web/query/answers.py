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
from app.web.query.pages import CHUNK, page_response, read_page
from app.web.query.select import every_row, rows_after
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
        yield collection.texts(context, part)


def _page(context: ReadContext, collection: Collection) -> Response:
    """Answer with one page of a collection as JSON."""
    order = order_of(context, collection)

    def rows(values: Sequence[Any] | None, most: int) -> Sequence[Row[Any]]:
        if collection.row_source is not None:
            return collection.row_source.rows_after(context, collection, values, most)
        return rows_after(context, collection, order, values, most)

    page = read_page(context, _cursor(context, collection, order), rows)
    return page_response(
        context,
        page,
        collection.texts(context, page.rows),
        {row[collection.dataset_index] for row in page.rows},
        total_of(context, collection),
        facets=facets_of(context, collection),
        undated=collection.undated(context),
    )


def _cursor(context: ReadContext, collection: Collection, order: Order) -> Cursor[Row[Any]]:
    texts = (isinstance(key.column.type, sa.String) for key in order)
    return Cursor(
        partial(sort_values, order),
        [is_text if one else is_number for one in texts],
        subject=(collection.name, context.request.path_params),
    )
