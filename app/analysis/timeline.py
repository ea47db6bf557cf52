"""Timeline: agreements, events and opinions as entries, by the first day they can be of.

A vague date keeps its bounds, and a period lets through whatever may lie in it. An agreement has an
entry for each of its dates. What nothing dates is apart: it is found only where it is asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select, Table

from app.analysis.as_of import begun_by, published_by
from app.analysis.rows import ReadRows
from app.dates import OPEN_END, OPEN_START
from app.db.tables import KIND_TABLES, agreements, events, links, opinions, questions
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
    """Key that entries are ordered by: the first day they can be of, then kind and id."""

    earliest: str
    kind: str
    id: str
    what: str


class TimelineEntry(NamedTuple):
    """Entry: its key, the dataset of its record, and its fields with marks for references."""

    key: EntryKey
    dataset: str
    fields: dict[str, Any]


def read_entries(
    read: ReadRows, selection: Selection, after: EntryKey | None, limit: int
) -> list[TimelineEntry]:
    """Read the next entries of all kinds together, as many as `limit` after a key."""
    found: list[TimelineEntry] = []
    for kind in selection.kinds:
        found += _READERS[kind](read, selection, after, limit)
    return sorted(found, key=lambda entry: entry.key)[:limit]


def count_entries(read: ReadRows, selection: Selection, most: int) -> int:
    """Count the entries, of each stored kind no further than one more than `most`."""
    number = 0
    for kind in selection.kinds:
        if kind == "agreement":
            number += len(_all_agreement_entries(read, selection))
            continue
        some = sa.select(sa.literal(1).label("one")).select_from(KIND_TABLES[kind])
        some = some.where(*_conditions(selection, kind)).limit(most + 1)
        number += read(sa.select(sa.func.count()).select_from(some.subquery()))[0][0]
    return number


def undated_of(selection: Selection) -> Selection:
    """Return the selection of what nothing dates, all else alike."""
    return replace(selection, undated=True)


# -- conditions -------------------------------------------------------------------------------


class Source(NamedTuple):
    """Source of the entries of a kind: its table, and the columns of their dates."""

    table: Table
    earliest: ColumnElement[str]
    latest: ColumnElement[str]


_SOURCES = {
    "event": Source(events, events.c.date_earliest, events.c.date_latest),
    "opinion": Source(opinions, opinions.c.stated_earliest, opinions.c.stated_latest),
}


def _conditions(selection: Selection, kind: str) -> list[ColumnElement[bool]]:
    """The conditions on events or opinions."""
    source = _SOURCES[kind]
    conditions = _filter_conditions(selection, kind)
    if selection.undated:
        return [*conditions, source.earliest == "", *_reported(selection, kind)]
    conditions.append(source.earliest != "")
    if selection.first is not None:
        conditions.append(source.latest >= selection.first)
    if selection.last is not None:
        conditions.append(source.earliest <= selection.last)
    if selection.as_of is not None:
        conditions.append(begun_by(source.earliest, source.latest, selection.as_of))
    return conditions


def _reported(selection: Selection, kind: str) -> list[ColumnElement[bool]]:
    """Under `as_of`, a record without a date counts from the date of its document."""
    if selection.as_of is None:
        return []
    by_then = published_by(selection.as_of)
    if kind == "opinion":
        return [opinions.c.document.in_(by_then)]
    return [refers_to(kind, "evidence", by_then)]


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


def _on_question(condition: FilterCondition) -> FilterCondition:
    """The condition on opinions that a condition on their question makes."""
    return lambda values: opinions.c.question.in_(
        sa.select(questions.c.id).where(condition(values))
    )


def _never(_values: Any) -> ColumnElement[bool]:
    """The condition of a filter that records of a kind know nothing of."""
    return sa.false()


#: The condition that each filter makes on each kind of entry.
_FILTERS: Mapping[str, Mapping[str, FilterCondition]] = {
    "dataset": {kind: KIND_TABLES[kind].c.dataset.in_ for kind in KINDS},
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
        "opinion": _on_question(questions.c.agreement.in_),
    },
    "question": {"agreement": _never, "event": _never, "opinion": opinions.c.question.in_},
    "topic": {"agreement": _never, "event": _never, "opinion": _on_question(about_topics)},
    "document": {
        "agreement": partial(refers_to, "agreement", "evidence"),
        "event": partial(refers_to, "event", "evidence"),
        "opinion": opinions.c.document.in_,
    },
}


# -- agreements -------------------------------------------------------------------------------

_STEPS = ("signed", "in_force", "terminated")


def _agreement_entries(
    read: ReadRows, selection: Selection, after: EntryKey | None, limit: int
) -> list[TimelineEntry]:
    """Agreements have three dates in one record; they are few, and read together."""
    entries = _all_agreement_entries(read, selection)
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
            EntryKey(_bounds(body[step])[0], "agreement", row.id, step),
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
    begun = earliest != OPEN_START or latest <= by
    return begun and latest >= first and earliest <= last


# -- events and opinions ----------------------------------------------------------------------


def _stored_entries(
    kind: str, read: ReadRows, selection: Selection, after: EntryKey | None, limit: int
) -> list[TimelineEntry]:
    """Events or opinions, read from where the page begins."""
    source = _SOURCES[kind]
    table = source.table.c
    where = _conditions(selection, kind)
    if after is not None:
        where.append(_after(source, kind, after))
    statement: Select[Any] = (
        sa.select(table.id, table.dataset, table.body, source.earliest.label("earliest"))
        .where(*where)
        .order_by(source.earliest, table.id)
        .limit(limit)
    )
    return [_ENTRY_OF[kind](row, orjson.loads(row.body)) for row in read(statement)]


def _after(source: Source, kind: str, after: EntryKey) -> ColumnElement[bool]:
    if kind > after.kind:
        return source.earliest >= after.earliest
    if kind < after.kind:
        return source.earliest > after.earliest
    return sa.tuple_(source.earliest, source.table.c.id) > sa.tuple_(
        sa.literal(after.earliest), sa.literal(after.id)
    )


def _event_entry(row: Any, body: dict[str, Any]) -> TimelineEntry:
    actors = list(dict.fromkeys(one["actor"] for one in body["participants"]))
    what = body["event_type"]
    key = EntryKey(row.earliest, "event", row.id, what)
    return TimelineEntry(
        key, row.dataset, _fields("event", what, body["date"], row.id, actors, body)
    )


def _opinion_entry(row: Any, body: dict[str, Any]) -> TimelineEntry:
    stance = body["stance"]
    fields = _fields("opinion", stance, body["stated"], row.id, [body["holder"]], body)
    fields |= {"question": body["question"], "stance": stance}
    return TimelineEntry(EntryKey(row.earliest, "opinion", row.id, stance), row.dataset, fields)


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


_ENTRY_OF = {"event": _event_entry, "opinion": _opinion_entry}
_Reader = Callable[[ReadRows, Selection, EntryKey | None, int], list[TimelineEntry]]
_READERS: Mapping[str, _Reader] = {
    "agreement": _agreement_entries,
    "event": partial(_stored_entries, "event"),
    "opinion": partial(_stored_entries, "opinion"),
}
