"""Resource of search, over the records of every kind."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import orjson
import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import ColumnElement, Row, Select, Table

from app.analysis.name_matching.actors import people_named
from app.dates import UNKNOWN, VagueDate
from app.db.rows import records_by_id
from app.db.search import (
    counts_at,
    fts_query,
    matches_query,
    query_words,
    words_of,
)
from app.db.search import record_day as hit_day
from app.db.tables import ACTOR_KINDS, DATE_FIELDS, countries, opinions, search_entries
from app.names.words import name_key
from app.records.kinds import KINDS
from app.records.references import Ref
from app.vocabulary import fold
from app.web.endpoints.operation import operation
from app.web.parameters import Parameter, day_parameter, word_of
from app.web.query.answers import answer
from app.web.query.collection import Collection
from app.web.query.filters import DATASET, Filter, Q
from app.web.query.ids import actor_names, country_names
from app.web.requests.context import ReadContext
from app.web.response_schemas import Page, Shape

router = APIRouter()
SNIPPET = 200


class Hit(Shape):
    """A record that a search found."""

    record: Annotated[Ref, Field(description="The record.")]
    kind: Annotated[str, Field(description="What kind of record it is.")]
    rank: Annotated[
        int,
        Field(
            description="0 a name itself, 1 begins with it, 2 all words in names, or the state of "
            "a capital, 3 elsewhere, or held by a person who is called so."
        ),
    ]
    snippet: Annotated[
        str | None, Field(description="The text around a word that was found, or why it is a hit.")
    ]
    date: Annotated[
        VagueDate | None,
        Field(
            description="When it was stated, happened, was signed, published or voted on; null "
            "where not recorded, and for kinds without a day."
        ),
    ]


def _words_asked(context: ReadContext) -> str:
    """Return what is searched: of a state called as no record here calls it, its name."""
    asked: str = context.values["q"]
    meaning = country_names(context).meaning(asked)
    if meaning.matched_as in _OTHERWISE_CALLED and len(meaning.ids) == 1:
        return country_names(context).states[meaning.ids[0]].name
    return asked


def _states_of_capital(context: ReadContext) -> list[str]:
    """Return the states of a capital, which reports use for them."""
    names, asked = country_names(context), context.values["q"]
    return [] if names.meaning(asked).ids else list(names.capital_of(asked))


_OTHERWISE_CALLED = ("other_language", "spelling", "withdrawn_code")
#: Persons whose opinions are found by their name; a word that more have means none of them.
_MOST_PEOPLE = 20
_OPINION_DAYS = opinions.c.counts_earliest, opinions.c.counts_latest


def _terms(context: ReadContext) -> dict[str, Any]:
    """Return the values that the statement takes for `q`; none where it has no word."""
    asked = _words_asked(context)
    words = words_of(asked)
    if not words:
        return {}
    index, key = actor_names(context), name_key(asked)
    named = {actor.id for actor in index.by_key.get(key, ())} if key else set()
    people = people_named(index, query_words(asked))
    return {
        "query": fts_query(asked, sqlite=context.is_sqlite),
        "whole": " ".join(words),
        "begun": [f" {word}" for word in query_words(asked)],
        "named": sorted(named),
        "people": people if len(people) <= _MOST_PEOPLE else [],
        "states": _states_of_capital(context),
        **({"dated": []} if _is_dated(context.values) else {}),
    }


def _is_dated(values: Mapping[str, Any]) -> bool:
    """Whether the days of hits are asked about: to look them up costs most of a search."""
    sort = values.get("sort", ())
    return bool({"dated", "from", "to"} & values.keys() or {"date", "-date"} & set(sort))


def _rank(terms: Mapping[str, Any]) -> ColumnElement[int]:
    """Return the rank of a hit, by the names alone, so that the order depends on nothing else.

    Names that are or begin with the whole have every word as the beginning of one of theirs.
    Words are letters and digits: nothing in them means anything to LIKE.
    """
    names = search_entries.c.names
    each = [(" " + names).contains(word) for word in terms["begun"]]
    called = sa.and_(
        search_entries.c.kind.in_(ACTOR_KINDS), search_entries.c.id.in_(terms["named"])
    )
    return sa.case(
        *([(called, 0)] if terms["named"] else []),
        (sa.not_(sa.and_(*each)), 3),  # most hits, which need not be compared any further
        (names == terms["whole"], 0),
        (names.startswith(terms["whole"]), 1),
        else_=2,
    )


def _source(context: ReadContext) -> Select[Any]:
    """Return the statement of the hits; text without a word finds none."""
    values = context.values
    terms = {**values, **_terms(context)} if "q" in values else values
    query, entries = terms.get("query"), search_entries.c
    dated = hit_day if _is_dated(terms) else _undated
    matches = (
        matches_query(query, sqlite=context.is_sqlite) if query else sa.false(),
        counts_at(context.known),
    )
    found = sa.select(
        entries.id,
        entries.dataset,
        entries.kind,
        (_rank(terms) if query else sa.literal(3)).label("rank"),
        sa.case(_KIND_NUMBERS, value=entries.kind).label("kind_number"),
        dated(entries.kind, entries.id, "earliest").label("earliest"),
        dated(entries.kind, entries.id, "latest").label("latest"),
    ).where(*matches)
    parts = [found]
    if people := terms.get("people"):
        held = _also("opinion", opinions, 3, *_OPINION_DAYS).where(opinions.c.holder.in_(people))
        parts.append(held.where(opinions.c.id.not_in(_already("opinion", matches))))
    if states := terms.get("states"):
        undated = sa.literal(UNKNOWN)
        meant = _also("country", countries, 2, undated, undated).where(countries.c.id.in_(states))
        parts.append(meant.where(countries.c.id.not_in(_already("country", matches))))
    return sa.select((sa.union_all(*parts) if parts[1:] else found).subquery("hits"))


def _also(
    kind: str, table: Table, rank: int, earliest: ColumnElement[str], latest: ColumnElement[str]
) -> Select[Any]:
    """Rows of a table as hits, though they have not the words."""
    number = sa.literal(_KIND_NUMBERS[kind])
    return sa.select(
        table.c.id, table.c.dataset, sa.literal(kind), sa.literal(rank), number, earliest, latest
    )


def _already(kind: str, matches: Sequence[ColumnElement[bool]]) -> Select[Any]:
    return sa.select(search_entries.c.id).where(*matches, search_entries.c.kind == kind)


def _undated(_kind: Any, _id: Any, _end: str) -> ColumnElement[str]:
    return sa.literal("")


def _column(name: str) -> ColumnElement[Any]:
    """Return a column of the hits; their rank and the number of their kind are numbers."""
    number = name in ("rank", "kind_number")
    return sa.literal_column(f"hits.{name}", sa.Integer() if number else sa.Text())


_COLUMNS = {name: _column(name) for name in ("id", "dataset", "kind", "rank", "kind_number")}
_EARLIEST, _LATEST = _column("earliest"), _column("latest")
#: The kinds that most hits are of come first: a database compares one after the other.
_KIND_NUMBERS = {kind: number for number, kind in reversed(list(enumerate(KINDS)))}


def _render(context: ReadContext, rows: Sequence[Row[Any]]) -> list[bytes]:
    words = words_of(_words_asked(context))
    records = _records(context, rows)
    told = f"{context.values['q'].strip()[:SNIPPET]} is its capital."
    why = {("country", one): told for one in _states_of_capital(context)}
    return [
        _hit(row, records[row.kind, row.id], words, why.get((row.kind, row.id))) for row in rows
    ]


def _hit(row: Row[Any], record: Any, words: list[str], why: str | None) -> bytes:
    body = orjson.loads(record.body)
    hit = {
        "record": {"id": row.id, "kind": row.kind, "name": record.name},
        "kind": row.kind,
        "rank": row.rank,
        "snippet": why or _snippet(body, words),
        "date": body.get(DATE_FIELDS.get(row.kind, "")),
    }
    return orjson.dumps(hit)


class _Record(NamedTuple):
    """Name and body of a record that was found."""

    name: str
    body: str


def _records(context: ReadContext, rows: Sequence[Row[Any]]) -> dict[tuple[str, str], _Record]:
    """Read the name and the body of hits together, by kind and id."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row.id)
    found = records_by_id(context.connection, by_kind, ("id", "name", "body"), context.known)
    return {(kind, one): _Record(name, body) for kind, one, name, body in found}


def _snippet(body: dict[str, Any], words: list[str]) -> str | None:
    """Return the part of a record's text where a word was found, or its beginning."""
    texts = [body.get("summary"), body.get("proposition"), *_parts(body)]
    stated = [text for text in texts if text]
    for normalize in (str.casefold, fold):  # most texts have the word as it is, and folding is dear
        for text in stated:
            normalized = normalize(text)
            at = min((normalized.find(word) for word in words if word in normalized), default=-1)
            if at >= 0:
                return _around(text, at)
    return _around(stated[0], 0) if stated else None


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
    columns=tuple(_COLUMNS.values()),
    key={name: _COLUMNS[name] for name in ("rank", "kind_number", "id")},
    sorts={
        "rank": _COLUMNS["rank"],
        "kind": _COLUMNS["kind_number"],
        "id": _COLUMNS["id"],
        "date": _EARLIEST,
    },
    filters=(
        Filter(
            Parameter(Q.name, Q.description, Q.schema, example="nato", required=True),
            lambda _q: sa.true(),
            applies_to_source=True,
        ),
        Filter(
            word_of("kind", list(KINDS), "Only hits of these kinds."),
            _COLUMNS["kind"].in_,
            facet=_COLUMNS["kind"],
        ),
        Filter(DATASET, _COLUMNS["dataset"].in_, "dataset", _COLUMNS["dataset"]),
        Filter(
            day_parameter("from", "Only what may be of that day or later.", "1996-01-01"),
            lambda day: _LATEST >= day,
        ),
        Filter(
            day_parameter("to", "Only what may be of that day or earlier.", "2006-12-31"),
            lambda day: sa.and_(_EARLIEST <= day, _EARLIEST != UNKNOWN),
        ),
    ),
    fields=list(Hit.model_fields),
    render=_render,
    source=_source,
    cache_terms=_terms,
)

operation(
    router,
    "/search",
    lambda context: answer(context, SEARCH, Hit),
    name="search",
    summary="Search everything",
    description=(
        "Records of every kind whose names or words match, those first that are called so, and "
        "what a person of that name holds; a capital finds its state. `sort=date` orders them by "
        "day; `from` and `to` leave those that may be of the period, an opinion without a day "
        "being of its document's. No hit means that no record held here has these words; it says "
        "nothing about the world."
    ),
    tag="Finding",
    shape=Page[Hit],
    parameters=SEARCH.parameters,
    formats=("json", "csv", "ndjson"),
)
