"""Finding one's way: what there is, the words that are used, and search over everything."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import ColumnElement, Row, Select

from app.db.search import answering, asked_words, counting, query_of, words_of
from app.db.statement_cache import Values
from app.db.tables import search_entries
from app.records.kinds import KINDS
from app.records.references import Ref
from app.vocabulary import fold
from app.web.formats.codebook import CODEBOOK, Term
from app.web.formats.negotiation import answer
from app.web.formats.responses import item_response
from app.web.parameters import Parameter, word_of
from app.web.query.pages import DATASET, Collection, Filter, Q
from app.web.references import records_of
from app.web.requests.context import ReadContext, operation
from app.web.response_schemas import Item, Page, Shape

router = APIRouter()
SNIPPET = 200


class Address(Shape):
    """One address of the API."""

    path: Annotated[str, Field(description="The path; braces stand for an id.")]
    summary: Annotated[str, Field(description="What it answers.")]
    operation: Annotated[str, Field(description="Its operationId in OpenAPI.")]


class Hit(Shape):
    """A record that a search found."""

    record: Annotated[Ref, Field(description="The record.")]
    kind: Annotated[str, Field(description="What kind of record it is.")]
    rank: Annotated[
        int,
        Field(
            description="0 the name itself, 1 begins with it, 2 all words in names, 3 elsewhere."
        ),
    ]
    snippet: Annotated[str | None, Field(description="The text around a word that was found.")]


def _index(context: ReadContext) -> Response:
    """Every address that is read."""
    addresses = [
        {"path": one.path, "summary": one.summary, "operation": one.name}
        for one in context.request.app.state.addresses
        if one.path.startswith("/v1") and "GET" in one.methods and one.described
    ]
    return _item(context, orjson.dumps(addresses))


def _item(context: ReadContext, data: bytes) -> Response:
    return item_response(context, data, context.meta(set()))


def _codebook(context: ReadContext) -> Response:
    wanted = context.values.get("vocabulary")
    terms = [term for term in CODEBOOK if not wanted or term["vocabulary"] in wanted]
    return _item(context, orjson.dumps(terms))


_VOCABULARY_NAMES = list(dict.fromkeys(term["vocabulary"] for term in CODEBOOK))


def _terms(context: ReadContext) -> dict[str, Any]:
    """What the statement is asked for in the place of `q`; nothing where it has no word."""
    words = words_of(context.values["q"])
    if not words:
        return {}
    query = query_of(context.values["q"], sqlite=context.sqlite)
    return {
        "query": query,
        "whole": " ".join(words),
        "begun": [f" {word}" for word in asked_words(context.values["q"])],
    }


def _rank(terms: Mapping[str, Any]) -> ColumnElement[int]:
    """How good a hit is, by the names alone, so that the order depends on nothing else.

    Names that are or begin with the whole have every word as the beginning of one of theirs.
    Words are letters and digits: nothing in them means anything to LIKE.
    """
    names = search_entries.c.names
    each = [(" " + names).contains(word) for word in terms["begun"]]
    return sa.case(
        (sa.not_(sa.and_(*each)), 3),  # most hits, which need not be compared any further
        (names == terms["whole"], 0),
        (names.startswith(terms["whole"]), 1),
        else_=2,
    )


def _source(context: ReadContext) -> Select[Any]:
    """The entries that answer, of the records of every kind; text without a word finds none."""
    terms = _terms(context) if "q" in context.values else context.values
    query = terms.get("query")
    entries = search_entries.c
    found = sa.select(
        entries.id,
        entries.dataset,
        entries.kind,
        (_rank(terms) if query else sa.literal(3)).label("rank"),
        sa.case(_PLACES, value=entries.kind).label("place"),
    ).where(
        answering(query, sqlite=context.sqlite) if query else sa.false(), counting(context.known)
    )
    return sa.select(found.subquery("hits"))


def _column(name: str) -> ColumnElement[Any]:
    """A column of the hits; their rank and the place of their kind are numbers."""
    number = name in ("rank", "place")
    return sa.literal_column(f"hits.{name}", sa.Integer() if number else sa.Text())


_HIT = {name: _column(name) for name in ("id", "dataset", "kind", "rank", "place")}
#: Those that most hits are of come first: a database compares one after the other.
_PLACES = {kind: place for place, kind in reversed(list(enumerate(KINDS)))}


def _render(context: ReadContext, rows: Sequence[Row[Any]]) -> list[bytes]:
    words = words_of(context.values["q"])
    records = _records(context, rows)
    return [
        orjson.dumps(
            {
                "record": {"id": row.id, "kind": row.kind, "name": records[row.kind, row.id].name},
                "kind": row.kind,
                "rank": row.rank,
                "snippet": _snippet(orjson.loads(records[row.kind, row.id].body), words),
            }
        )
        for row in rows
    ]


def _records(context: ReadContext, rows: Sequence[Row[Any]]) -> dict[tuple[str, str], Any]:
    """The records of hits, by kind and id, read together."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row.id)
    found = context.rows_like("hits", by_kind, _named) if by_kind else ()
    return {(record.kind, record.id): record for record in found}


def _named(by_kind: Values) -> Select[Any]:
    """The names and bodies of the records of some ids, by kind."""
    return records_of(by_kind.items(), "name", "body")


def _snippet(body: dict[str, Any], words: list[str]) -> str | None:
    """The part of a record's text where a word was found, or its beginning."""
    texts = [body.get("summary"), body.get("proposition"), *_parts(body)]
    told = [text for text in texts if text]
    for form in (str.casefold, fold):  # most texts have the word as it is, and folding is dear
        for text in told:
            formed = form(text)
            at = min((formed.find(word) for word in words if word in formed), default=-1)
            if at >= 0:
                return _around(text, at)
    return _around(told[0], 0) if told else None


def _parts(body: dict[str, Any]) -> list[str]:
    return [
        part["text"]
        for name in ("reasons", "conditions", "obligations")
        for part in body.get(name, ())
    ]


def _around(text: str, at: int) -> str:
    begin = max(0, min(at, len(text)) - SNIPPET // 3)  # folded text may be the longer
    part = text[begin : begin + SNIPPET]
    return ("…" if begin else "") + part.strip() + ("…" if begin + SNIPPET < len(text) else "")


SEARCH = Collection(
    name="search",
    kinds=(),
    columns=tuple(_HIT.values()),
    key={name: _HIT[name] for name in ("rank", "place", "id")},
    sorts={"rank": _HIT["rank"], "kind": _HIT["place"], "id": _HIT["id"]},
    filters=(
        Filter(
            Parameter(Q.name, Q.description, Q.schema, example="nato", required=True),
            lambda _q: sa.true(),
            beneath=True,
        ),
        Filter(
            word_of("kind", list(KINDS), "Only hits of these kinds."),
            _HIT["kind"].in_,
            facet=_HIT["kind"],
        ),
        Filter(DATASET, _HIT["dataset"].in_, "dataset", _HIT["dataset"]),
    ),
    fields=list(Hit.model_fields),
    render=_render,
    source=_source,
    terms=_terms,
)

operation(
    router,
    "",
    _index,
    name="get_index",
    summary="List what there is",
    description="Every address that is read, with what it answers.",
    tag="Finding",
    shape=Item[list[Address]],
)
operation(
    router,
    "/codebook",
    _codebook,
    name="get_codebook",
    summary="Look up the words",
    description="Every vocabulary with its definitions and source, as data.",
    tag="Finding",
    shape=Item[list[Term]],
    parameters=(word_of("vocabulary", _VOCABULARY_NAMES, "Only these vocabularies."),),
)
operation(
    router,
    "/search",
    lambda context: answer(context, SEARCH, Hit),
    name="search",
    summary="Search everything",
    description=(
        "Records of every kind whose names or words match, the best first. No hit means that no "
        "record held here has these words; it says nothing about the world."
    ),
    tag="Finding",
    shape=Page[Hit],
    parameters=SEARCH.parameters,
    formats=("json", "csv", "ndjson"),
)
