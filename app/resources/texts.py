"""The text of a document, given to this deployment: its SHA-256 must be the record's.

From then on every span is checked against it, and answers show the words at their places. The text
itself is not part of the data and is never served as a whole.
"""

from typing import Any

from fastapi import APIRouter

from app.db.clock import current_release
from app.records.kinds import KINDS
from app.records.sources import Document
from app.records.store import Change
from app.web.asking import path_id
from app.web.caching import tag_of
from app.web.changing import Answer, Body, Edit, change
from app.web.shapes import Item, stored
from app.web.stored import item_text, read_row

router = APIRouter()
KIND = KINDS["document"]


def attach(edit: Edit) -> Answer:
    """Hold a document's text, and answer with its record."""
    row = read_row(edit.ask(current_release(edit.connection)), KIND, edit.request.path_params["id"])
    edit.check_revision(row.revision)
    under_way = Change(edit.connection, origin="api", by=edit.key.holder, reason=edit.reason)
    under_way.attach(row.id, edit.sent.read())
    ask = edit.ask(under_way.finish().release)
    address = f"/v1/documents/{row.id}"
    headers = {"ETag": tag_of(edit.request.scope, address, row.revision, ask.release)}
    return Answer(200, item_text(ask, row, address), headers, ask.release)


_shape: Any = stored(Document)
change(
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
    body=Body(("text/plain",), {"type": "string", "description": "The text, in UTF-8."}),
    path_parameters=(path_id("document", "kazakhstan-nato-analysis"),),
    headers=("If-Match",),
    problems=(404, 412, 428),
)
