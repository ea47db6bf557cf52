"""The timeline: agreements, events and opinions by date, vague dates kept vague."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, NamedTuple

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import ColumnElement, Select, Table

from app.analysis.as_of import begun_by, published_by
from app.dates import OPEN_END, OPEN_START, VagueDate
from app.db.tables import (
    ACTOR_KINDS,
    KIND_TABLES,
    agreements,
    events,
    links,
    opinions,
    questions,
)
from app.records.base import Evidence
from app.records.conditions import Condition, about_topics, has_entry, refers_to
from app.records.references import MARK, Ref
from app.vocabulary import Stance
from app.web.endpoints.operation import operation
from app.web.formats.downloads import download
from app.web.formats.negotiation import negotiated_format
from app.web.parameters import AS_OF, KNOWN_AT, Parameter, day_parameter, identifier, word_of
from app.web.query.counting import MOST_COUNTED, bounded_total
from app.web.query.cursors import Cursor, is_text
from app.web.query.filters import CURSOR, DATASET, FORMAT, LIMIT, Filter
from app.web.query.ids import resolve_filters
from app.web.query.pages import page_response, read_page, read_parts
from app.web.requests.context import ReadContext
from app.web.response_schemas import Page, Shape

router = APIRouter()


class Entry(Shape):
    """Something that happened, was agreed or was said."""

    date: Annotated[VagueDate | None, Field(description="When; null where not known.")]
    kind: Annotated[str, Field(description="agreement, event or opinion.")]
    what: Annotated[
        str,
        Field(
            description="For an agreement signed, in_force or terminated; for an event its type; "
            "for an opinion its stance."
        ),
    ]
    record: Annotated[Ref, Field(description="The record; an opinion goes by its id.")]
    actors: Annotated[list[Ref], Field(description="Parties, participants, or the holder.")]
    question: Annotated[Ref | None, Field(description="For an opinion, what it is about.")]
    stance: Annotated[Stance | None, Field(description="For an opinion; else null.")]
    summary: Annotated[str | None, Field(description="What it is, in our words.")]
    evidence: Annotated[list[Evidence], Field(description="The places that say so.")]


class Place(NamedTuple):
    """Where an entry stands: by the first day it can be of, then kind and id."""

    earliest: str
    kind: str
    id: str
    what: str


Found = tuple[Place, dict[str, Any]]


def _answer(context: ReadContext) -> Response:
    resolve_filters(context, FILTERS)
    name = negotiated_format(context, ("json", "csv", "ndjson"))
    if name != "json":
        return download(context, name, "timeline", Entry, _parts)
    page = read_page(context, _CURSOR, partial(_entries_after, context))
    return page_response(
        context,
        page,
        _texts(page.rows),
        _datasets(context, page.rows),
        bounded_total(_number(context, undated=_asks_undated(context))),
        undated=_number(context, undated=True),
    )


def _parts(context: ReadContext) -> Iterator[list[bytes]]:
    for found in read_parts(_CURSOR, partial(_entries_after, context)):
        yield _texts(found)


def _texts(found: Sequence[Found]) -> list[bytes]:
    return [orjson.dumps(entry) for _, entry in found]


_CURSOR = Cursor[Found](lambda found: found[0], [is_text] * 4)


def _entries_after(
    context: ReadContext, values: Sequence[Any] | None, most: int
) -> Sequence[Found]:
    """The next entries, of all kinds together."""
    after = Place(*values) if values else None
    found: list[Found] = []
    for kind in _kinds(context):
        found += _READERS[kind](context, after, most)
    return sorted(found, key=lambda one: one[0])[:most]


def _kinds(context: ReadContext) -> list[str]:
    return [kind for kind in _READERS if kind in context.values.get("kind", _READERS)]


def _asks_undated(context: ReadContext) -> bool:
    return "undated" in context.values


# -- what counts ------------------------------------------------------------------------------


class Source(NamedTuple):
    """Where entries of a kind come from: its table and the columns of its dates."""

    table: Table
    earliest: ColumnElement[str]
    latest: ColumnElement[str]


_SOURCES = {
    "event": Source(events, events.c.date_earliest, events.c.date_latest),
    "opinion": Source(opinions, opinions.c.stated_earliest, opinions.c.stated_latest),
}


def _where(context: ReadContext, kind: str, *, undated: bool) -> list[ColumnElement[bool]]:
    """The conditions on events or opinions."""
    source = _SOURCES[kind]
    conditions = _about(context, kind)
    if undated:
        conditions.append(source.earliest == "")
        return [*conditions, *_reported(context, kind)]
    conditions.append(source.earliest != "")
    if "from" in context.values:
        conditions.append(source.latest >= context.values["from"])
    if "to" in context.values:
        conditions.append(source.earliest <= context.values["to"])
    if context.as_of is not None:
        conditions.append(begun_by(source.earliest, source.latest, context.as_of))
    return conditions


def _reported(context: ReadContext, kind: str) -> list[ColumnElement[bool]]:
    """Under `as_of`, what has no date of its own counts from the date of its document."""
    if context.as_of is None:
        return []
    by_then = published_by(context.as_of)
    if kind == "opinion":
        return [opinions.c.document.in_(by_then)]
    return [refers_to(kind, "evidence", by_then)]


def _about(context: ReadContext, kind: str) -> list[ColumnElement[bool]]:
    table = KIND_TABLES[kind]
    conditions = [
        table.c.dataset.in_(context.values["dataset"]) if "dataset" in context.values else None,
        *(
            _FILTERED[name][kind](context.values[name])
            for name in _FILTERED
            if name in context.values
        ),
    ]
    return [one for one in conditions if one is not None]


def _of_country(kind: str, field: str) -> Condition:
    """The condition that one of a list is a country, or belongs to it."""

    def condition(values: Sequence[str]) -> ColumnElement[bool]:
        theirs = [
            sa.select(t.c.id).where(t.c.country.in_(values))
            for t in (KIND_TABLES[name] for name in ACTOR_KINDS[1:])
        ]
        targets = [links.c.target.in_(values), *(links.c.target.in_(one) for one in theirs)]
        return has_entry(kind, field, sa.or_(*targets))

    return condition


def _on(condition: Condition) -> Condition:
    """The condition on opinions that one on their question makes."""
    return lambda values: opinions.c.question.in_(
        sa.select(questions.c.id).where(condition(values))
    )


def _none(_values: Any) -> ColumnElement[bool]:
    """No record of this kind has what is asked for."""
    return sa.false()


#: What each filter means for each kind of entry.
_FILTERED: Mapping[str, Mapping[str, Condition]] = {
    "actor": {
        "agreement": partial(refers_to, "agreement", "parties"),
        "event": partial(refers_to, "event", "participants"),
        "opinion": opinions.c.holder.in_,
    },
    "country": {
        "agreement": _of_country("agreement", "parties"),
        "event": _of_country("event", "participants"),
        "opinion": opinions.c.holder_country.in_,
    },
    "agreement": {
        "agreement": agreements.c.id.in_,
        "event": events.c.agreement.in_,
        "opinion": _on(questions.c.agreement.in_),
    },
    "question": {"agreement": _none, "event": _none, "opinion": opinions.c.question.in_},
    "topic": {"agreement": _none, "event": _none, "opinion": _on(about_topics)},
    "document": {
        "agreement": partial(refers_to, "agreement", "evidence"),
        "event": partial(refers_to, "event", "evidence"),
        "opinion": opinions.c.document.in_,
    },
}


# -- reading ----------------------------------------------------------------------------------


def _agreements(context: ReadContext, after: Place | None, limit: int) -> list[Found]:
    """Agreements have three dates in one record; they are few, and read together."""
    every = _agreements_asked(context, undated=_asks_undated(context))
    return [one for one in every if after is None or one[0] > after][:limit]


def _agreements_asked(context: ReadContext, *, undated: bool) -> list[Found]:
    table = agreements.c
    where = _about(context, "agreement") + (_reported(context, "agreement") if undated else [])
    statement = sa.select(table.id, table.dataset, table.body).where(*where)
    found = []
    for row in context.rows(statement):
        body = orjson.loads(row.body)
        for what in _dates_asked(context, body, undated=undated):
            date = body[what]
            place = Place(_bounds(date)[0], "agreement", row.id, what)
            actors = list(dict.fromkeys(party["actor"] for party in body["parties"]))
            record = f"{MARK}agreement:{row.id}"
            found.append((place, _entry("agreement", what, date, record, actors, body)))
    return sorted(found, key=lambda one: one[0])


_STEPS = ("signed", "in_force", "terminated")


def _dates_asked(context: ReadContext, body: dict[str, Any], *, undated: bool) -> list[str]:
    """Which of an agreement's dates are asked for; one without any is undated as a whole."""
    known = [what for what in _STEPS if body[what] and _bounds(body[what])[0]]
    if undated:
        return [] if known else ["signed"]
    return [what for what in known if _overlaps(context, *_bounds(body[what]))]


def _bounds(date: dict[str, Any] | None) -> tuple[str, str]:
    if not date or date["edtf"] is None:
        return "", ""
    return date["earliest"] or OPEN_START, date["latest"] or OPEN_END


def _overlaps(context: ReadContext, earliest: str, latest: str) -> bool:
    first: str = context.values.get("from", OPEN_START)
    by = context.as_of or OPEN_END
    last: str = min(context.values.get("to", OPEN_END), by)
    begun = earliest != OPEN_START or latest <= by
    return begun and latest >= first and earliest <= last


def _stored(kind: str, context: ReadContext, after: Place | None, limit: int) -> list[Found]:
    """Events or opinions, read from where the page begins."""
    source = _SOURCES[kind]
    table = source.table.c
    where = _where(context, kind, undated=_asks_undated(context))
    if after is not None:
        where.append(_beyond(source, kind, after))
    statement: Select[Any] = (
        sa.select(table.id, table.dataset, table.body, source.earliest.label("earliest"))
        .where(*where)
        .order_by(source.earliest, table.id)
        .limit(limit)
    )
    return [_READ[kind](row) for row in context.rows(statement)]


def _beyond(source: Source, kind: str, after: Place) -> ColumnElement[bool]:
    if kind > after.kind:
        return source.earliest >= after.earliest
    if kind < after.kind:
        return source.earliest > after.earliest
    return sa.tuple_(source.earliest, source.table.c.id) > sa.tuple_(
        sa.literal(after.earliest), sa.literal(after.id)
    )


def _event(row: Any) -> Found:
    body = orjson.loads(row.body)
    actors = list(dict.fromkeys(one["actor"] for one in body["participants"]))
    what, record = body["event_type"], f"{MARK}event:{row.id}"
    place = Place(row.earliest, "event", row.id, what)
    return place, _entry("event", what, body["date"], record, actors, body)


def _opinion(row: Any) -> Found:
    body = orjson.loads(row.body)
    record, what = f"{MARK}opinion:{row.id}", body["stance"]
    entry = _entry("opinion", what, body["stated"], record, [body["holder"]], body)
    entry |= {"question": body["question"], "stance": what}
    return Place(row.earliest, "opinion", row.id, what), entry


def _entry(
    kind: str, what: str, date: Any, record: str, actors: list[str], body: dict[str, Any]
) -> dict[str, Any]:
    return {
        "date": date,
        "kind": kind,
        "what": what,
        "record": record,
        "actors": actors,
        "question": None,
        "stance": None,
        "summary": body["summary"],
        "evidence": body["evidence"],
    }


_READ = {"event": _event, "opinion": _opinion}
_READERS: Mapping[str, Callable[[ReadContext, Place | None, int], list[Found]]] = {
    "agreement": _agreements,
    "event": partial(_stored, "event"),
    "opinion": partial(_stored, "opinion"),
}


# -- what stands beside the page --------------------------------------------------------------


def _datasets(context: ReadContext, shown: Sequence[Found]) -> set[str]:
    cited: set[str] = set()
    for kind in _READERS:
        ids = [place.id for place, _ in shown if place.kind == kind]
        table = KIND_TABLES[kind].c
        if ids:
            cited.update(
                r[0] for r in context.rows(sa.select(table.dataset).where(table.id.in_(ids)))
            )
    return cited


def _number(context: ReadContext, *, undated: bool) -> int:
    """How many entries there are, counted no further than a total goes."""
    number = 0
    for kind in _kinds(context):
        if kind == "agreement":
            number += len(_agreements_asked(context, undated=undated))
            continue
        some = sa.select(sa.literal(1).label("one")).select_from(KIND_TABLES[kind])
        some = some.where(*_where(context, kind, undated=undated)).limit(MOST_COUNTED + 1)
        number += context.scalar(sa.select(sa.func.count()).select_from(some.subquery()))
    return number


FILTERS = (
    Filter(identifier("actor", "Of these: party, participant or holder.", "KAZ"), _none, "actor"),
    Filter(
        identifier("country", "Of this country, or of those who belong to it.", "KAZ"),
        _none,
        "country",
    ),
    Filter(
        identifier(
            "agreement", "About these agreements.", "us-kazakhstan-talks-on-troops-for-afghanistan"
        ),
        _none,
        "agreement",
    ),
    Filter(identifier("question", "Opinions on these questions."), _none, "question"),
    Filter(identifier("topic", "Opinions on these topics and those below them."), _none, "topic"),
    Filter(identifier("document", "What these documents report."), _none, "document"),
    Filter(DATASET, _none, "dataset"),
)
OWN: tuple[Parameter, ...] = (
    word_of("kind", list(_READERS), "Only entries of these kinds."),
    day_parameter("from", "On or after that day, perhaps.", "1996-01-01"),
    day_parameter("to", "On or before that day, perhaps.", "2006-12-31"),
    word_of(
        "undated", ["true"], "Only entries that nothing dates, which else stand apart.", many=False
    ),
)

operation(
    router,
    "/timeline",
    _answer,
    name="list_timeline",
    summary="List what happened by date",
    description=(
        "Agreements (each of their known dates), events and opinions, by the first day they can "
        "be of. Dates stay as vague as they are, and a period lets through what may lie in it. "
        "What nothing dates stands apart: `meta.undated` counts it and `undated=true` lists it. "
        "A filter that a kind of entry does not know, such as `topic` for events, lets none of "
        "that kind through."
    ),
    tag="Analysis",
    shape=Page[Entry],
    parameters=(
        *(one.parameter for one in FILTERS),
        *OWN,
        AS_OF,
        KNOWN_AT,
        LIMIT,
        CURSOR,
        FORMAT,
    ),
    formats=("json", "csv", "ndjson"),
)
