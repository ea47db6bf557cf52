"""Answers of a collection: a page as JSON, or the whole result in the format asked for."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from fastapi import Response
from pydantic import BaseModel
from sqlalchemy import Row

from app.web.formats.downloads import download
from app.web.formats.negotiation import negotiated_format
from app.web.query.collection import Collection
from app.web.query.cursors import Cursor, is_number, is_text
from app.web.query.ids import resolve_filters
from app.web.query.index_plan import IndexPlan
from app.web.query.ordering import Order, order_of, sort_values
from app.web.query.pages import CHUNK, page_response, read_page
from app.web.query.statement_plan import StatementPlan
from app.web.references import record_json
from app.web.requests.context import ReadContext


def answer(context: ReadContext, collection: Collection, shape: type[BaseModel]) -> Response:
    """Answer with a collection in the format asked for."""
    resolve_filters(context, collection.filters)
    name = negotiated_format(context, ("json", "csv", "ndjson"))
    if name == "json":
        return _page(context, collection)
    order_of(context, collection)  # refuses now what a stream that has begun cannot refuse
    return download(context, name, collection.name, shape, partial(parts_of, collection))


def parts_of(collection: Collection, context: ReadContext) -> Iterator[list[bytes]]:
    """The JSON texts of a whole result by parts, marks still in them."""
    for part in plan_of(context, collection, order_of(context, collection)).parts(CHUNK):
        yield _texts(context, collection, part)


def plan_of(
    context: ReadContext, collection: Collection, order: Order
) -> IndexPlan | StatementPlan:
    """How the rows of a list are found: by the index, or where it has none, by a statement."""
    kind = IndexPlan if collection.space else StatementPlan
    return kind(context, collection, order)


def _page(context: ReadContext, collection: Collection) -> Response:
    """Answer with one page of a collection as JSON."""
    order = order_of(context, collection)
    plan = plan_of(context, collection, order)
    texts = [isinstance(key.column.type, sa.String) for key in order]
    cursor: Cursor[Row[Any]] = Cursor(
        partial(sort_values, order),
        [is_text if one else is_number for one in texts],
        subject=(collection.name, context.request.path_params),
    )
    page = read_page(context, cursor, plan.rows_after)
    facets = context.values.get("facets")
    return page_response(
        context,
        page,
        _texts(context, collection, page.rows),
        {row[collection.dataset_index] for row in page.rows},
        {"total": plan.total},
        facets=plan.facets(facets) if facets else None,
        undated=collection.undated(context) if collection.undated and context.as_of else None,
    )


def _texts(context: ReadContext, collection: Collection, rows: Sequence[Row[Any]]) -> list[bytes]:
    """The JSON text of each row, marks still in it."""
    if collection.render is None:
        return record_json(rows)
    return collection.render(context, rows)
