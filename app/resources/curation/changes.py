"""Resource of changes: all that a release changed, in one order, so that a copy can follow.

The order is total: release, kind, id. A record is given as it was served when that release was
the newest, a removal leaves a tombstone. Who applies the changes of a release together, in this
order, and goes on from `meta.release` when `links.next` is null, holds what this service serves.
What a deployment computes of what it holds is no part of it: a document's text and so `text_held`
and `exact` (to attach one makes a release, and no change), and a dataset's `counts`.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Annotated, Any
from xml.etree import ElementTree

import orjson
from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Row

from app.errors import Fault, InvalidInput
from app.records.kinds import KINDS
from app.records.storage.history import DELETE, next_changes, number_of_changes
from app.web.endpoints.operation import operation
from app.web.formats.downloads import download
from app.web.formats.media_types import MEDIA_TYPES
from app.web.formats.negotiation import negotiated_format
from app.web.parameters import integer, word_of
from app.web.query.cursors import Cursor, is_number, is_text
from app.web.query.filters import CURSOR, DEFAULT_LIMIT, LIMIT
from app.web.query.pages import page_response, read_page, read_parts
from app.web.references import ReferenceFiller, record_json
from app.web.requests.context import ReadContext
from app.web.response_schemas import Changed, Page, change_fields

router = APIRouter()
FORMATS = ("json", "ndjson", "csv", "atom")
ATOM = "http://www.w3.org/2005/Atom"


class Change(Changed):
    """One change of one record."""

    kind: Annotated[str, Field(description="What kind of record.")]
    id: Annotated[str, Field(description="Its id.")]
    revision: Annotated[int, Field(description="The revision made; for a removal, the last.")]
    record: Annotated[
        dict[str, Any] | None,
        Field(description="The record as it was then served; null for a removal."),
    ]


def _answer(context: ReadContext) -> Response:
    name = negotiated_format(context, FORMATS)
    if name == "atom":
        return _feed(context)
    if name != "json":
        return download(context, name, "changes", Change, _parts)
    page = read_page(context, _CURSOR, partial(_changes_after, context))
    datasets = {row.dataset for row in page.rows}
    return page_response(context, page, _texts(context, page.rows), datasets, _total(context))


def _is_kind(value: Any) -> bool:
    return is_text(value) and value in KINDS


_CURSOR = Cursor[Any](lambda row: (row.release, row.kind, row.id), (is_number, _is_kind, is_text))


def _since(context: ReadContext) -> int:
    """The release that a copy has followed to.

    Raises:
        InvalidInput: when there has been no such release: the copy is of another history.
    """
    since: int = context.values.get("since", 0)
    if since > context.release:
        detail = f"there is no release {since} here; the newest is {context.release}"
        raise InvalidInput(detail, errors=[Fault(detail, parameter="since")])
    return since


def _parts(context: ReadContext) -> Iterator[list[bytes]]:
    for rows in read_parts(_CURSOR, partial(_changes_after, context)):
        yield _texts(context, rows)


def _changes_after(
    context: ReadContext, values: Sequence[Any] | None, most: int
) -> Sequence[Row[Any]]:
    after = (values[0], values[1], values[2]) if values else None
    return next_changes(context.connection, _since(context), after=after, limit=most)


def _texts(context: ReadContext, found: Sequence[Row[Any]]) -> list[bytes]:
    """The JSON text of changes, each record with the names its references had at its release."""
    return [
        text
        for release, group in groupby(found, key=lambda row: row.release)
        for text in _texts_of(context, release, list(group))
    ]


def _texts_of(context: ReadContext, release: int, found: list[Row[Any]]) -> list[bytes]:
    references = ReferenceFiller(context.release, release if release < context.release else None)
    lines = [_text(*one) for one in zip(found, record_json(found), strict=True)]
    return references.fill(context.connection, b"\n".join(lines)).split(b"\n")


def _text(row: Row[Any], record: bytes) -> bytes:
    head = orjson.dumps(
        {**change_fields(row), "kind": row.kind, "id": row.id, "revision": row.revision}
    )
    return b'%b,"record":%b}' % (head[:-1], b"null" if row.op == DELETE else record)


def _total(context: ReadContext) -> dict[str, Any]:
    since = _since(context)
    total: int = context.cached(("changes", since), lambda: _count(context, since))
    return {"total": total}


def _count(context: ReadContext, since: int) -> int:
    return sum(
        context.connection.execute(number_of_changes(kind, since)).scalar() or 0
        for kind in KINDS.values()
    )


# -- Atom -------------------------------------------------------------------------------------


def _feed(context: ReadContext) -> Response:
    """The newest changes as an Atom feed (RFC 4287), newest first."""
    limit = context.values.get("limit", DEFAULT_LIMIT)
    found = next_changes(context.connection, _since(context), after=None, limit=limit, newest=True)
    base = context.service.settings.public_url.rstrip("/")
    feed = ElementTree.Element("feed", xmlns=ATOM)
    _add(feed, "id", f"{base}/v1/changes")
    _add(feed, "title", "Changes of regional security positions")
    _add(feed, "updated", found[0].at if found else "1970-01-01T00:00:00Z")
    _add(_add(feed, "author"), "name", "positions")
    _add(feed, "link", rel="self", href=f"{base}{context.address}")
    for row in found:
        _add_entry(feed, base, row)
    text = ElementTree.tostring(feed, encoding="unicode", xml_declaration=True)
    return Response(text, media_type=MEDIA_TYPES["atom"])


def _add_entry(feed: ElementTree.Element, base: str, row: Row[Any]) -> None:
    address = f"{base}/v1/{KINDS[row.kind].path}/{row.id}/revisions"
    done = {"add": "Added", "modify": "Changed", "delete": "Removed"}[row.op]
    entry = _add(feed, "entry")
    _add(entry, "id", f"{address}#{row.release}")
    _add(entry, "title", f"{done}: {row.kind} {row.id}")
    _add(entry, "updated", row.at)
    _add(_add(entry, "author"), "name", row.by)
    _add(entry, "category", term=row.kind)
    _add(entry, "link", href=address)
    _add(
        entry,
        "summary",
        f"{done} in release {row.release}. {change_fields(row)['change_reason'] or ''}",
    )


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> Any:
    element = ElementTree.SubElement(parent, name, attributes)
    element.text = text or None
    return element


operation(
    router,
    "/changes",
    _answer,
    name="list_changes",
    summary="List what was changed",
    description=(
        "What was added, changed or removed after a release, in the order of release, kind and "
        "id, with who, when and why. To keep a copy: apply the changes of each release together, "
        "follow `links.next` until it is null, and ask again later with `since` as `meta.release`. "
        "A reference shows the name it had then; the present one is that of the record it points "
        "to. What a deployment computes of what it holds (`exact`, `text_held`, `counts`) changes "
        "without a change. `format=atom` is a feed of the newest."
    ),
    tag="Curation",
    shape=Page[Change],
    parameters=(
        integer("since", "Only what later releases changed; 0 or left out: all.", 0, 2**31 - 1, 1),
        LIMIT,
        CURSOR,
        word_of(
            "format",
            list(FORMATS),
            "`json` is a page, `ndjson` and `csv` are all of it, `atom` is a feed of the newest.",
            many=False,
        ),
    ),
    formats=FORMATS,
)
