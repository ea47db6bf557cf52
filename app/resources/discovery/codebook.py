"""Resource of the codebook: every word of every vocabulary, with its definition and source."""

import orjson
from fastapi import APIRouter, Response

from app.web.endpoints.operation import operation
from app.web.formats.codebook import CODEBOOK, Term
from app.web.formats.downloads import download
from app.web.formats.negotiation import negotiated_format
from app.web.formats.responses import item_response
from app.web.parameters import word_of
from app.web.query.filters import FORMAT
from app.web.requests.context import ReadContext
from app.web.response_schemas import Item

router = APIRouter()

_FORMATS = ("json", "csv", "ndjson")
_VOCABULARY_NAMES = list(dict.fromkeys(term["vocabulary"] for term in CODEBOOK))


def _codebook(context: ReadContext) -> Response:
    wanted = context.values.get("vocabulary")
    terms = [term for term in CODEBOOK if not wanted or term["vocabulary"] in wanted]
    name = negotiated_format(context, _FORMATS)
    if name != "json":
        return download(context, name, "codebook", Term, lambda _: [list(map(orjson.dumps, terms))])
    return item_response(context, orjson.dumps(terms), context.meta(set()))


operation(
    router,
    "/codebook",
    _codebook,
    name="get_codebook",
    summary="Look up the words",
    description="Every vocabulary with its definitions and source, as data.",
    tag="Finding",
    shape=Item[list[Term]],
    parameters=(word_of("vocabulary", _VOCABULARY_NAMES, "Only these vocabularies."), FORMAT),
    formats=_FORMATS,
)
