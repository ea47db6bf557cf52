"""Endpoints of citations: a document or a dataset, cited in the style that is asked for."""

from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Response

from app.db.tables import KIND_TABLES
from app.records.kinds import KINDS
from app.web.endpoints.operation import operation, path_id
from app.web.formats.citations import CITATION_STYLES, Source, citation_style
from app.web.formats.media_types import MEDIA_TYPES
from app.web.formats.negotiation import negotiated_format
from app.web.parameters import KNOWN_AT, Parameter
from app.web.query.ids import resolve_one
from app.web.requests.context import ReadContext

#: Makes what is cited, of a record's id and content.
SourceOf = Callable[[ReadContext, str, dict[str, Any]], Source]

_FORMAT = Parameter(
    "format",
    "The style. Left out: what `Accept` asks for, else `text`.",
    {"type": "string", "enum": list(CITATION_STYLES)},
    citation_style,
    example="bibtex",
)


def register_citation(
    router: APIRouter, kind: str, source_of: SourceOf, *, name: str, description: str
) -> None:
    """Give the records of a kind the address of their citation."""
    operation(
        router,
        f"/{KINDS[kind].path}/{{id}}/citation",
        partial(_answer, kind=kind, source_of=source_of),
        name=name,
        summary=f"Cite a {kind}",
        description=description,
        tag="Sources",
        shape=None,
        parameters=(_FORMAT, KNOWN_AT),
        path_parameters=(path_id(kind, KINDS[kind].example_id),),
        problems=(404,),
        formats=tuple(CITATION_STYLES),
    )


def _answer(context: ReadContext, kind: str, source_of: SourceOf) -> Response:
    """Answer with a citation, under exactly the media type that was asked for."""
    record = resolve_one(context, kind, context.request.path_params["id"])
    table = KIND_TABLES[kind]
    [row] = context.rows(sa.select(table.c.body).where(table.c.id == record))
    name = negotiated_format(context, tuple(CITATION_STYLES))
    source = source_of(context, record, orjson.loads(context.fill(row.body.encode())))
    return Response(CITATION_STYLES[name](source), media_type=MEDIA_TYPES[name])
