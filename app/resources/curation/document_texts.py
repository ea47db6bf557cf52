"""Resource of a document's text, which is attached: its SHA-256 must be the record's.

From then on every span is checked against it, and answers show the words at their places. The text
itself is not part of the data: no export and no list has it, only the page of its document.
"""

from typing import Any

from fastapi import APIRouter

from app.db.releases import current_release
from app.records.kinds import KINDS
from app.records.sources import Document
from app.records.storage.change import Change
from app.web.endpoints.operation import path_id
from app.web.endpoints.preconditions import check_if_match
from app.web.endpoints.records import item_text, read_row
from app.web.endpoints.write_context import WriteContext, WriteResult
from app.web.endpoints.write_operation import AcceptedBody, write_operation
from app.web.http.etags import record_etag
from app.web.response_schemas import Item, stored

router = APIRouter()
KIND = KINDS["document"]


def attach(context: WriteContext) -> WriteResult:
    """Hold a document's text, and answer with its record."""
    row = read_row(
        context.read_context(current_release(context.connection)),
        KIND,
        context.request.path_params["id"],
    )
    check_if_match(context.request, row.revision)
    under_way = Change(
        context.connection, origin="api", by=context.key.author, reason=context.reason
    )
    under_way.attach(row.id, context.body.read())
    reading = context.read_context(under_way.commit_release().release)
    row = read_row(reading, KIND, row.id)  # it may have learned how long its text is
    address = f"/v1/documents/{row.id}"
    text = item_text(reading, row, address)
    scope, release = context.request.scope, reading.release
    headers = {"ETag": record_etag(scope, address, row.revision, release, len(text))}
    return WriteResult(200, text, headers, release)


_shape: Any = stored(Document)
write_operation(
    router,
    "PUT",
    "/documents/{id}/text",
    attach,
    name="put_document_text",
    summary="Attach a document's text",
    description=(
        "The file as it is, whose SHA-256 is that of the record. Every span of every record that "
        "cites it is checked; 422 lists those that do not fit. From then on `exact` is served."
    ),
    tag="Curation",
    status=200,
    shape=Item[_shape],
    body=AcceptedBody(("text/plain",), {"type": "string", "description": "The text, in UTF-8."}),
    path_parameters=(path_id("document", "kazakhstan-nato-analysis"),),
    headers=("If-Match",),
    problems=(404, 412, 428),
)
