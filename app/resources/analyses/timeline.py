"""Resource of the timeline: agreements, events and opinions by date, vague dates as they are."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Response
from pydantic import Field
from pyroaring import BitMap

from app.analysis.timeline import (
    KINDS,
    EntryKey,
    Selection,
    Sources,
    TimelineEntry,
    count_entries,
    read_entries,
    undated_of,
)
from app.dates import VagueDate
from app.records.base import Evidence
from app.records.references import Ref
from app.vocabulary import Stance
from app.web.endpoints.operation import operation
from app.web.formats.downloads import download
from app.web.formats.negotiation import negotiated_format
from app.web.parameters import AS_OF, KNOWN_AT, Parameter, day_parameter, identifier, word_of
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


def _answer(context: ReadContext) -> Response:
    resolve_filters(context, FILTERS)
    name = negotiated_format(context, ("json", "csv", "ndjson"))
    if name != "json":
        return download(context, name, "timeline", Entry, _parts)
    sources, selection = _sources(context), _selection(context)
    page = read_page(context, _CURSOR, partial(_entries_after, context))
    return page_response(
        context,
        page,
        _texts(page.rows),
        {entry.dataset for entry in page.rows},
        {"total": count_entries(sources, selection)},
        undated=count_entries(sources, undated_of(selection)),
    )


def _parts(context: ReadContext) -> Iterator[list[bytes]]:
    for entries in read_parts(_CURSOR, partial(_entries_after, context)):
        yield _texts(entries)


def _texts(entries: Sequence[TimelineEntry]) -> list[bytes]:
    return [orjson.dumps(entry.fields) for entry in entries]


_CURSOR = Cursor[TimelineEntry](lambda entry: entry.key, [is_text] * 4)


def _entries_after(
    context: ReadContext, values: Sequence[Any] | None, most: int
) -> Sequence[TimelineEntry]:
    after = EntryKey(*values) if values else None
    return read_entries(_sources(context), _selection(context), after, most)


def _sources(context: ReadContext) -> Sources:
    index = context.index
    return Sources(
        context.rows, index.column, index.live("opinion"), partial(_read_opinions, context)
    )


def _read_opinions(
    context: ReadContext, rows: BitMap, after: tuple[str, str] | None, limit: int
) -> Sequence[tuple[Any, ...]]:
    """The id, dataset and body of opinions, by the day of their place and id."""
    order, columns = [("stated_day", False), ("id", False)], ("id", "dataset", "body")
    return context.rows_in_order("opinion", rows, order, columns, after=after, most=limit)


def _selection(context: ReadContext) -> Selection:
    values = context.values
    return Selection(
        values,
        kinds=[kind for kind in KINDS if kind in values.get("kind", KINDS)],
        first=values.get("from"),
        last=values.get("to"),
        as_of=context.as_of,
        undated="undated" in values,
    )


FILTERS = (
    Filter(identifier("actor", "Of these: party, participant or holder.", "KAZ"), space="actor"),
    Filter(
        identifier("country", "Of this country, or of those who belong to it.", "KAZ"),
        space="country",
    ),
    Filter(
        identifier(
            "agreement", "About these agreements.", "us-kazakhstan-talks-on-troops-for-afghanistan"
        ),
        space="agreement",
    ),
    Filter(identifier("question", "Opinions on these questions."), space="question"),
    Filter(identifier("topic", "Opinions on these topics and those below them."), space="topic"),
    Filter(identifier("document", "What these documents report."), space="document"),
    Filter(DATASET, space="dataset"),
)
OWN: tuple[Parameter, ...] = (
    word_of("kind", list(KINDS), "Only entries of these kinds."),
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
        "be of, or, where their beginning is open, by the last: nothing says that they were before "
        "all else. Dates stay as vague as they are, and a period lets through what may lie in it. "
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
