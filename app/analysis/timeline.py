"""Timeline: agreements, events and opinions as entries, by date (see `app.dates`).

A vague date keeps its bounds, and a period lets through whatever may lie in it. An agreement has an
entry for each of its dates. What nothing dates is apart: it is found only where it is asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple, Protocol

import orjson
import sqlalchemy as sa
from pyroaring import BitMap
from sqlalchemy import ColumnElement, Select

from app.analysis.as_of import begun_by, published_by
from app.analysis.rows import ReadRows
from app.analysis.standings import Columns
from app.dates import OPEN_END, OPEN_START, UNKNOWN, place
from app.db.tables import agreements, events, links, questions
from app.index.columns import place_of
from app.records.conditions import (
    FilterCondition,
    about_topics,
    belonging_to,
    has_entry,
    refers_to,
)
from app.records.references import MARK

KINDS = ("agreement", "event", "opinion")


@dataclass(frozen=True)
class Selection:
    """Selection of entries.

    Attributes:
        values: what each filter asks for, by its name.
        kinds: the kinds of entry.
        first: the first day of the period, or none.
        last: the last day of the period, or none.
        as_of: the day by which entries count, or none.
        undated: whether it is the undated entries, to which no period applies.
    """

    values: Mapping[str, Any]
    kinds: Sequence[str] = KINDS
    first: str | None = None
    last: str | None = None
    as_of: str | None = None
    undated: bool = False


class EntryKey(NamedTuple):
    """Key that entries are ordered by: the day of their place, then kind and id."""

    day: str
    kind: str
    id: str
    what: str


class TimelineEntry(NamedTuple):
    """Entry: its key, the dataset of its record, and its fields with marks for references."""

    key: EntryKey
    dataset: str
    fields: dict[str, Any]


class ReadOpinions(Protocol):
    """Function that reads opinions by the day of their place, and by id."""

    def __call__(
        self, rows: BitMap, after: tuple[str, str] | None, limit: int
    ) -> Sequence[tuple[str, str, str]]:
        """Return id, dataset and body of the next ones after a day and an id."""


class Sources(NamedTuple):
    """The data that entries are read from.

    Attributes:
        read: reads agreements and events.
        columns: gives the columns of the index.
        opinions: the opinions that count at the release.
        read_opinions: reads opinions.
    """

    read: ReadRows
    columns: Columns
    opinions: BitMap
    read_opinions: ReadOpinions


def read_entries(
    sources: Sources, selection: Selection, after: EntryKey | None, limit: int
) -> list[TimelineEntry]:
    """Read the next entries of all kinds together, as many as `limit` after a key."""
    found: list[TimelineEntry] = []
    for kind in selection.kinds:
        found += _READERS[kind](sources, selection, after, limit)
    return sorted(found, key=lambda entry: entry.key)[:limit]


def count_entries(sources: Sources, selection: Selection) -> int:
    """Count the entries."""
    return sum(_COUNTERS[kind](sources, selection) for kind in selection.kinds)


def undated_of(selection: Selection) -> Selection:
    """Return the selection of what nothing dates, all else alike."""
    return replace(selection, undated=True)


# -- conditions -------------------------------------------------------------------------------


def _event_conditions(selection: Selection) -> list[ColumnElement[bool]]:
    """The conditions on events."""
    earliest, latest = events.c.date_earliest, events.c.date_latest
    conditions = _filter_conditions(selection, "event")
    if selection.undated:
        return [*conditions, earliest == UNKNOWN, *_reported(selection, "event")]
    conditions.append(earliest != UNKNOWN)
    if selection.first is not None:
        conditions.append(latest >= selection.first)
    if selection.last is not None:
        conditions.append(earliest <= selection.last)
    if selection.as_of is not None:
        conditions.append(begun_by(earliest, selection.as_of))
    return conditions


def _reported(selection: Selection, kind: str) -> list[ColumnElement[bool]]:
    """Under `as_of`, a record without a date counts from the date of its document."""
    if selection.as_of is None:
        return []
    return [refers_to(kind, "evidence", published_by(selection.as_of))]


def _filter_conditions(selection: Selection, kind: str) -> list[ColumnElement[bool]]:
    return [
        conditions[kind](selection.values[name])
        for name, conditions in _FILTERS.items()
        if name in selection.values
    ]


def _of_country(kind: str, field: str) -> FilterCondition:
    """The condition that one of a list is a country, or belongs to it."""

    def condition(countries: Sequence[str]) -> ColumnElement[bool]:
        target = links.c.target
        theirs = [target.in_(found) for found in belonging_to(countries).values()]
        return has_entry(kind, field, sa.or_(target.in_(countries), *theirs))

    return condition


def _never(_values: Any) -> ColumnElement[bool]:
    """The condition of a filter that records of a kind know nothing of."""
    return sa.false()


#: The condition that each filter makes on each kind of entry.
_FILTERS: Mapping[str, Mapping[str, FilterCondition]] = {
    "dataset": {"agreement": agreements.c.dataset.in_, "event": events.c.dataset.in_},
    "actor": {
        "agreement": partial(refers_to, "agreement", "parties"),
        "event": partial(refers_to, "event", "participants"),
    },
    "country": {
        "agreement": _of_country("agreement", "parties"),
        "event": _of_country("event", "participants"),
    },
    "agreement": {
        "agreement": agreements.c.id.in_,
        "event": events.c.agreement.in_,
    },
    "question": {"agreement": _never, "event": _never},
    "topic": {"agreement": _never, "event": _never},
    "document": {
        "agreement": partial(refers_to, "agreement", "evidence"),
        "event": partial(refers_to, "event", "evidence"),
    },
}


# -- agreements -------------------------------------------------------------------------------

_STEPS = ("signed", "in_force", "terminated")


def _agreement_entries(
    sources: Sources, selection: Selection, after: EntryKey | None, limit: int
) -> list[TimelineEntry]:
    """Agreements have three dates in one record; they are few, and read together."""
    entries = _all_agreement_entries(sources.read, selection)
    return [entry for entry in entries if after is None or entry.key > after][:limit]


def _all_agreement_entries(read: ReadRows, selection: Selection) -> list[TimelineEntry]:
    table = agreements.c
    where = _filter_conditions(selection, "agreement")
    if selection.undated:
        where += _reported(selection, "agreement")
    rows = read(sa.select(table.id, table.dataset, table.body).where(*where))
    entries = [entry for row in rows for entry in _entries_of_agreement(row, selection)]
    return sorted(entries, key=lambda entry: entry.key)


def _entries_of_agreement(row: Any, selection: Selection) -> list[TimelineEntry]:
    body = orjson.loads(row.body)
    actors = list(dict.fromkeys(party["actor"] for party in body["parties"]))
    return [
        TimelineEntry(
            EntryKey(place(*_bounds(body[step])), "agreement", row.id, step),
            row.dataset,
            _fields("agreement", step, body[step], row.id, actors, body),
        )
        for step in _steps(body, selection)
    ]


def _steps(body: dict[str, Any], selection: Selection) -> list[str]:
    """The dates of an agreement that are selected; one without any is undated as a whole."""
    known = [step for step in _STEPS if body[step] and _bounds(body[step])[0]]
    if selection.undated:
        return [] if known else ["signed"]
    return [step for step in known if _overlaps(selection, *_bounds(body[step]))]


def _bounds(date: dict[str, Any] | None) -> tuple[str, str]:
    if not date or date["edtf"] is None:
        return "", ""
    return date["earliest"] or OPEN_START, date["latest"] or OPEN_END


def _overlaps(selection: Selection, earliest: str, latest: str) -> bool:
    by = selection.as_of or OPEN_END
    first, last = selection.first or OPEN_START, min(selection.last or OPEN_END, by)
    return latest >= first and earliest <= last


# -- events and opinions ----------------------------------------------------------------------


def _event_entries(
    sources: Sources, selection: Selection, after: EntryKey | None, limit: int
) -> list[TimelineEntry]:
    """Events, read from where the page begins."""
    table = events.c
    day = place_of(table.date_earliest, table.date_latest)
    where = _event_conditions(selection)
    if after is not None:
        where.append(_after(day, after))
    statement: Select[Any] = (
        sa.select(table.id, table.dataset, table.body)
        .where(*where)
        .order_by(day, table.id)
        .limit(limit)
    )
    return [_event_entry(row, orjson.loads(row.body)) for row in sources.read(statement)]


def _after(day: ColumnElement[str], after: EntryKey) -> ColumnElement[bool]:
    if after.kind == "agreement":
        return day >= after.day
    if after.kind == "opinion":
        return day > after.day
    return sa.tuple_(day, events.c.id) > sa.tuple_(sa.literal(after.day), sa.literal(after.id))


def _number_of_events(sources: Sources, selection: Selection) -> int:
    some = sa.select(events.c.id).where(*_event_conditions(selection)).subquery()
    return int(sources.read(sa.select(sa.func.count()).select_from(some))[0][0])


def _opinion_entries(
    sources: Sources, selection: Selection, after: EntryKey | None, limit: int
) -> list[TimelineEntry]:
    """Opinions, from where the page begins: of one day they come after all else."""
    begin = None
    if after is not None:
        begin = (after.day, after.id if after.kind == "opinion" else "")
    rows = sources.read_opinions(_opinion_rows(sources, selection), begin, limit)
    return [
        _opinion_entry(record_id, dataset, orjson.loads(body)) for record_id, dataset, body in rows
    ]


def _opinion_rows(sources: Sources, selection: Selection) -> BitMap:
    """The opinions that are asked for."""
    columns = sources.columns
    earliest, latest = columns("stated_earliest"), columns("stated_latest")
    rows = sources.opinions & _opinions_about(sources, selection)
    if selection.undated:
        undated = rows & earliest.rows(UNKNOWN)
        if selection.as_of is None:
            return undated
        published = [row.id for row in sources.read(published_by(selection.as_of))]
        return undated & columns("document").any_of(published)
    rows = rows - earliest.rows(UNKNOWN)
    if selection.first is not None:
        rows &= latest.between(first=selection.first)
    if selection.last is not None:
        rows &= earliest.between(last=selection.last)
    if selection.as_of is not None:
        rows &= earliest.between(last=selection.as_of)
    return rows


def _opinions_about(sources: Sources, selection: Selection) -> BitMap:
    """The opinions that the filters let through."""
    rows, columns = sources.opinions, sources.columns
    for name, column in _OPINION_COLUMNS.items():
        if name in selection.values:
            rows = rows & columns(column).any_of(selection.values[name])
    for name, condition in _QUESTION_CONDITIONS.items():
        if name in selection.values:
            statement = sa.select(questions.c.id).where(condition(selection.values[name]))
            about = [row.id for row in sources.read(statement)]
            rows = rows & columns("question").any_of(about)
    return rows


#: The column of opinions that each filter is of.
_OPINION_COLUMNS = {
    "dataset": "dataset",
    "actor": "holder",
    "country": "holder_country",
    "question": "question",
    "document": "document",
}
#: The condition on their questions that each of the others makes.
_QUESTION_CONDITIONS: Mapping[str, FilterCondition] = {
    "agreement": questions.c.agreement.in_,
    "topic": about_topics,
}


def _event_entry(row: Any, body: dict[str, Any]) -> TimelineEntry:
    actors = list(dict.fromkeys(one["actor"] for one in body["participants"]))
    what = body["event_type"]
    key = EntryKey(place(*_bounds(body["date"])), "event", row.id, what)
    return TimelineEntry(
        key, row.dataset, _fields("event", what, body["date"], row.id, actors, body)
    )


def _opinion_entry(record_id: str, dataset: str, body: dict[str, Any]) -> TimelineEntry:
    stance = body["stance"]
    fields = _fields("opinion", stance, body["stated"], record_id, [body["holder"]], body)
    fields |= {"question": body["question"], "stance": stance}
    key = EntryKey(place(*_bounds(body["stated"])), "opinion", record_id, stance)
    return TimelineEntry(key, dataset, fields)


def _fields(
    kind: str, what: str, date: Any, record_id: str, actors: list[str], body: dict[str, Any]
) -> dict[str, Any]:
    return {
        "date": date,
        "kind": kind,
        "what": what,
        "record": f"{MARK}{kind}:{record_id}",
        "actors": actors,
        "question": None,
        "stance": None,
        "summary": body["summary"],
        "evidence": body["evidence"],
    }


_Reader = Callable[[Sources, Selection, EntryKey | None, int], list[TimelineEntry]]
_READERS: Mapping[str, _Reader] = {
    "agreement": _agreement_entries,
    "event": _event_entries,
    "opinion": _opinion_entries,
}
_COUNTERS: Mapping[str, Callable[[Sources, Selection], int]] = {
    "agreement": lambda sources, asked: len(_all_agreement_entries(sources.read, asked)),
    "event": _number_of_events,
    "opinion": lambda sources, asked: len(_opinion_rows(sources, asked)),
}
