"""Resource of documents: the sources, the claims that cite them, and checks of quotes."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select

from app.analysis.quote_search import verify
from app.db.tables import document_texts, documents
from app.errors import Conflict
from app.index.columns import day_of
from app.records.base import Evidence
from app.records.conditions import refers_to
from app.records.kinds import KINDS, Kind
from app.records.references import MARK, Ref
from app.vocabulary import SourceType
from app.web.endpoints.citations import register_citation
from app.web.endpoints.operation import DescribedRoute, operation, path_id, respond
from app.web.endpoints.records import register
from app.web.formats.citations import Source, document_source
from app.web.formats.downloads import download
from app.web.formats.negotiation import negotiated_format
from app.web.formats.responses import item_response
from app.web.http.request_body import json_body, read_as
from app.web.parameters import (
    KNOWN_AT,
    Parameter,
    day_parameter,
    integer,
    paragraph_number,
    text_parameter,
    word,
)
from app.web.problems import responses_for
from app.web.query.filters import FORMAT, equal, overlapping
from app.web.query.ids import resolve_one
from app.web.query.pages import PageRows, page_response
from app.web.requests.context import ReadContext
from app.web.response_schemas import Item, Page, Shape

router = APIRouter()
MOST_CLAIMS = 2000
FORMATS = ("json", "csv", "ndjson")

COLLECTION = register(
    router,
    "document",
    tag="Sources",
    about="The sources that records cite. Their texts are not part of the data.",
    absence="Title, author and publisher are null where the file does not state them.",
    filters=(
        equal(text_parameter("publisher", "Who published it.", "UN"), documents.c.publisher),
        equal(word("source_type", SourceType, "What kind of source."), documents.c.source_type),
        overlapping(
            day_parameter(
                "published_from", "Published on or after that day, perhaps.", "2005-01-01"
            ),
            documents.c.published_earliest,
            documents.c.published_latest,
            start=True,
        ),
        overlapping(
            day_parameter(
                "published_to", "Published on or before that day, perhaps.", "2006-12-31"
            ),
            documents.c.published_earliest,
            documents.c.published_latest,
            start=False,
        ),
    ),
    sorts={"published": day_of("published")},
)


class Claim(Shape):
    """A record that cites a document, at one place of it."""

    paragraph: Annotated[int | None, Field(description="The paragraph; null for a table's row.")]
    record: Annotated[Ref, Field(description="What cites it.")]
    summary: Annotated[str | None, Field(description="What it says, in our words.")]
    evidence: Annotated[
        list[Evidence], Field(description="The places in this paragraph, or the rows.")
    ]


def _claims(context: ReadContext) -> Response:
    """Answer with the claims that cite a document, by paragraph."""
    document = resolve_one(context, "document", context.request.path_params["id"])
    name = negotiated_format(context, FORMATS)
    if name != "json":
        return download(context, name, f"claims_{document}", Claim, partial(_parts, document))
    limit = context.values.get("limit", MOST_CLAIMS)
    bodies, shown, relation = _found(context, document)
    total = {"total": len(shown), "total_relation": relation}
    page = PageRows(shown[:limit], limit)
    return page_response(context, page, page.rows, {row.dataset for row in bodies}, total)


def _parts(document: str, context: ReadContext) -> Iterator[list[bytes]]:
    yield _found(context, document)[1]


def _found(context: ReadContext, document: str) -> tuple[list[Any], list[bytes], str | None]:
    """The records that cite a document, their claims as JSON text, and whether there are more."""
    found = [list(context.rows(_citing(kind, document))) for kind in KINDS.values()]
    bodies = [row for rows in found for row in rows[:MOST_CLAIMS]]
    claims = sorted(
        (claim for row in bodies for claim in _by_paragraph(row, document)),
        key=lambda claim: (claim[0] or 0, claim[1], claim[2]),
    )
    wanted = context.values.get("paragraph")
    shown = [text for paragraph, _, _, text in claims if wanted is None or paragraph in wanted]
    relation = "at_least" if any(len(rows) > MOST_CLAIMS for rows in found) else None
    return bodies, shown, relation


def _citing(kind: Kind, document: str) -> Select[Any]:
    """The records of a kind that cite a document, and one more than are shown where there is."""
    table = kind.table
    if "document" in kind.references:
        cites: ColumnElement[bool] = table.c.document == document
    else:
        cites = refers_to(kind.name, "evidence", [document])
    columns = (sa.literal(kind.name).label("kind"), table.c.id, table.c.dataset, table.c.body)
    return sa.select(*columns).where(cites).order_by(table.c.id).limit(MOST_CLAIMS + 1)


def _by_paragraph(row: Any, document: str) -> Iterator[tuple[int | None, int, str, bytes]]:
    """A record's claims on a document: paragraph, first character, id, and JSON text."""
    body = orjson.loads(row.body)
    places: dict[int | None, list[Any]] = defaultdict(list)
    acts = (act for party in body.get("parties", ()) for act in party.get("acts", ()))
    parts = (body, *body.get("memberships", ()), *acts)
    for place in (place for part in parts for place in part["evidence"]):
        if place["document"] == document and place not in places[place.get("paragraph")]:
            places[place.get("paragraph")].append(place)
    for paragraph, found in places.items():
        claim = {
            "paragraph": paragraph,
            "record": f"{MARK}{row.kind}:{row.id}",
            "summary": body["summary"],
            "evidence": found,
        }
        yield paragraph, found[0].get("start", 0), row.id, orjson.dumps(claim)


operation(
    router,
    "/documents/{id}/claims",
    _claims,
    name="list_claims",
    summary="List what cites a document, by paragraph",
    description=(
        "Every record that cites the document, in the order of its paragraphs, each with the "
        "places it rests on. `exact` is null where this deployment does not hold the text. "
        "`limit` shows the first; `meta.total` counts them all. At most 2,000 records of a kind "
        "are read, and `meta.total_relation` is `at_least` where there are more; a document that "
        "is a table has more rows than that: take them from `/opinions?document=`."
    ),
    tag="Sources",
    shape=Page[Claim],
    parameters=(
        Parameter(
            "paragraph",
            "Only these paragraphs, from 1.",
            {"type": "integer", "minimum": 1, "maximum": 1_000_000},
            paragraph_number,
            many=True,
            example=4,
        ),
        integer("limit", "Claims at the most (1 to 2,000).", 1, MOST_CLAIMS, 100),
        KNOWN_AT,
        FORMAT,
    ),
    path_parameters=(path_id("document", "kazakhstan-nato-analysis"),),
    problems=(404,),
    formats=FORMATS,
)


def _cited(_context: ReadContext, document: str, body: dict[str, Any]) -> Source:
    return document_source(document, body)


register_citation(
    router,
    "document",
    _cited,
    name="get_citation",
    description=(
        "Text, CSL-JSON, BibTeX or RIS, by `format` or `Accept`. What the source does not state is "
        "left out; a title in brackets is ours. A vague date is given as each form can say it, "
        "and its words, its EDTF and how it was inferred stand in the note."
    ),
)


Place = Annotated[int, Field(strict=True, ge=0, le=100_000_000)]


class Quote(BaseModel):
    """A text, and the place where it is said to stand."""

    model_config = ConfigDict(extra="forbid")

    document: Annotated[str, Field(max_length=100, description="The document's id.")]
    start: Annotated[Place, Field(description="First code point, from 0.")]
    end: Annotated[Place, Field(description="The code point after the last.")]
    exact: Annotated[str, Field(max_length=100_000, description="The text said to stand there.")]


class Verdict(Shape):
    """Whether a text stands at a place."""

    verified: Annotated[bool, Field(description="Whether it stands there, to the code point.")]
    reason: Annotated[
        str | None, Field(description="Why not: what is wrong; null where it was verified.")
    ]
    differs_at: Annotated[
        int | None, Field(description="The first code point of the document that differs.")
    ]
    found: Annotated[
        str | None, Field(description="What stands there; null where the place does not exist.")
    ]
    nearest: Annotated[
        list[int] | None,
        Field(description="Where the text does stand, nearest first: a hint, never a correction."),
    ]


async def _verify(request: Request) -> Response:
    quote = await read_as(request, Quote)
    return await respond(request, {}, partial(_verdict, quote))


def _verdict(quote: Quote, context: ReadContext) -> Response:
    document = resolve_one(context, "document", quote.document)
    texts = document_texts
    [(dataset, text)] = context.rows(
        sa.select(documents.c.dataset, texts.c.text)
        .outerjoin(texts, texts.c.document == documents.c.id)
        .where(documents.c.id == document)
    )
    if text is None:
        raise Conflict(
            f"this deployment does not hold the text of {document!r}; an operator gives it with "
            "`positions documents attach`"
        )
    data = orjson.dumps(verify(text, quote.start, quote.end, quote.exact))
    return item_response(context, data, context.meta({dataset}))


router.add_api_route(
    "/verify",
    _verify,
    methods=["POST"],
    name="verify_quote",
    operation_id="verify_quote",
    summary="Check that a text stands at a place of a document",
    description=(
        "Compares code point by code point with the text this deployment holds, and says where it "
        "first differs. It never guesses: a text that stands elsewhere is not verified, and "
        "`nearest` says where it does stand. Changes nothing and needs no key."
    ),
    tags=["Sources"],
    response_model=Item[Verdict],
    route_class_override=DescribedRoute,
    responses=responses_for((), {400, 404, 409, 413, 415, 422}),
    openapi_extra=json_body(
        Quote,
        {"document": "kazakhstan-nato-analysis", "start": 0, "end": 2, "exact": "No"},
    ),
)
