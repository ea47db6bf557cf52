"""Country profile: the records about one state, and the states it aligns with."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select, Table

from app.analysis.as_of import CountsBy
from app.analysis.measures.alignment import align
from app.analysis.measures.directions import Directions
from app.analysis.rounding import rounded
from app.analysis.rows import ReadRows
from app.dates import OPEN_START
from app.db.search import words_of
from app.db.tables import (
    agreements,
    countries,
    events,
    links,
    people,
    questions,
)
from app.records.conditions import belonging_to, has_entry, refers_to
from app.records.references import MARK
from app.vocabulary import QuestionKind

#: Common questions that a neighbour needs, where callers do not say.
MINIMUM_N = 10
NEIGHBOURS = 5

Row = dict[str, Any]


class Place(NamedTuple):
    """Place of an event: its folded words, with a space before and after."""

    event: str
    words: str


class CountryRecords:
    """Records about a state and those who belong to it.

    Args:
        read: reads rows.
        country: the id of the state.
        datasets: the datasets that agreements, offices and events may be of; None for all.
        as_of: the day by which they count, or none.

    Attributes:
        cited: the datasets of the records that were read so far.
    """

    def __init__(
        self, read: ReadRows, country: str, datasets: Sequence[str] | None, as_of: str | None
    ) -> None:
        """Read the state itself."""
        self._read, self._country, self._datasets = read, country, datasets
        self._counts = CountsBy(read, as_of)
        table = countries.c
        [row] = read(sa.select(table.dataset, table.body).where(table.id == country))
        self.cited: set[str] = {row.dataset}
        self.body: dict[str, Any] = orjson.loads(row.body)

    @cached_property
    def belonging(self) -> dict[str, list[str]]:
        """Return the ids of the organizations, people and groups of the state, by kind."""
        return {
            kind: [row.id for row in self._read(ids.order_by("id"))]
            for kind, ids in belonging_to([self._country]).items()
        }

    @property
    def _parties(self) -> list[str]:
        return [self._country, *self.belonging["organization"]]

    def agreements(self) -> list[Row]:
        """Return the agreements that the state or its organizations are in."""
        ours = set(marks(self._parties))
        found = self._bodies(agreements, refers_to("agreement", "parties", self._parties))
        return [
            {
                "agreement": f"{MARK}agreement:{one}",
                **{n: body[n] for n in ("agreement_type", "status", "signed", "in_force")},
                "party": party["actor"],
                "role": party["role"],
                "party_status": party["status"],
            }
            for one, body in found
            for party in body["parties"]
            if party["actor"] in ours
            and self._counts(party["start"] or body["signed"], body["evidence"])
        ]

    def offices(self) -> list[Row]:
        """Return the offices in the state or its organizations, with their holders."""
        ours = set(marks(self._parties))
        found = self._bodies(people, refers_to("person", "memberships", self._parties))
        return [
            {"holder": f"{MARK}actor:{one}", **membership}
            for one, body in found
            for membership in body["memberships"]
            if membership["organization"] in ours
            and self._counts(membership["start"], membership["evidence"])
        ]

    def events(self, places: Iterable[Place]) -> list[Row]:
        """Return the events that the state or its actors had part in, or that happened there.

        Args:
            places: where events happened (`read_places`).
        """
        everybody = [self._country, *(one for ids in self.belonging.values() for one in ids)]
        agreed = sa.select(agreements.c.id).where(refers_to("agreement", "parties", everybody))
        condition = sa.or_(
            refers_to("event", "participants", everybody),
            events.c.agreement.in_(agreed),
            events.c.id.in_(self._events_at(places)),
        )
        found = [
            (_first_day(body["date"]), one, body)
            for one, body in self._bodies(events, condition)
            if self._counts(body["date"], body["evidence"])
        ]
        return [_event(one, body) for _, one, body in sorted(found, key=lambda one: one[:2])]

    def threats(self) -> dict[str, list[str]]:
        """Return the questions about the state that name others as a threat, with the others."""
        condition = sa.and_(
            refers_to("question", "subjects", [self._country]),
            has_entry("question", "subjects", links.c.role == "threat"),
        )
        by_question: dict[str, list[str]] = {}
        for one, _, body in self._rows(questions, condition):
            named_there = [s["actor"] for s in body["subjects"] if s["role"] == "threat"]
            if f"{MARK}actor:{self._country}" not in named_there:
                by_question[one] = named_there
        return by_question

    def _bodies(self, table: Table, condition: ColumnElement[bool]) -> list[tuple[str, Row]]:
        """The records that a condition lets through, by id; their datasets are cited."""
        found = self._rows(table, condition)
        self.cited.update(dataset for _, dataset, _ in found)
        return [(one, body) for one, _, body in found]

    def _rows(self, table: Table, condition: ColumnElement[bool]) -> list[tuple[str, str, Row]]:
        conditions = [condition]
        if self._datasets is not None:
            conditions.append(table.c.dataset.in_(self._datasets))
        columns = (table.c.id, table.c.dataset, table.c.body)
        rows = self._read(sa.select(*columns).where(*conditions).order_by(table.c.id))
        return [(row.id, row.dataset, orjson.loads(row.body)) for row in rows]

    def _events_at(self, places: Iterable[Place]) -> list[str]:
        """The events whose place names the state."""
        names = [" ".join(words_of(n)) for n in (self.body["name"], *self.body["other_names"])]
        return [
            place.event for place in places if any(f" {name} " in place.words for name in names)
        ]


def marks(ids: Iterable[str]) -> list[str]:
    """Return the marks of actors."""
    return [f"{MARK}actor:{one}" for one in ids]


def _event(event: str, body: Row) -> Row:
    return {
        "event": f"{MARK}event:{event}",
        **{name: body[name] for name in ("event_type", "date", "place")},
        "participants": list(dict.fromkeys(one["actor"] for one in body["participants"])),
    }


def _first_day(date: dict[str, Any] | None) -> str:
    """The text that events sort by; the undated come last."""
    return (date["earliest"] or OPEN_START) if date and date["edtf"] is not None else "~"


def read_places(read: ReadRows) -> list[Place]:
    """Read where events happened, as far as it is said."""
    rows = read(sa.select(events.c.id, events.c.body))
    placed = ((row.id, orjson.loads(row.body)["place"]) for row in rows)
    return [Place(one, f" {' '.join(words_of(place))} ") for one, place in placed if place]


# -- questions --------------------------------------------------------------------------------


def questions_about(country: str) -> Select[Any]:
    """Return the statement of the ids of the questions about a state."""
    return sa.select(questions.c.id).where(refers_to("question", "subjects", [country]))


def questions_not_voted_on() -> Select[Any]:
    """Return the statement of the ids of the questions that are no roll calls."""
    return sa.select(questions.c.id).where(questions.c.kind != QuestionKind.VOTE.value)


# -- votes and alignment ----------------------------------------------------------------------


def read_votes(read: ReadRows) -> list[str]:
    """Read the ids of all roll calls."""
    votes = sa.select(questions.c.id).where(questions.c.kind == QuestionKind.VOTE.value)
    return [row.id for row in read(votes)]


def count_votes(directions: Directions) -> dict[str, int]:
    """Count the roll calls that a state took each direction in."""
    counts = {n: getattr(directions, n).bit_count() for n in ("favour", "neither", "against")}
    return {"n": sum(counts.values()), **counts}


def rank_neighbours(
    mine: Directions, others: Mapping[str, Directions], minimum_n: int
) -> tuple[list[Row], list[Row]]:
    """Return the states closest to one and farthest from it by S, ties by id.

    Args:
        mine: the directions of the one.
        others: the directions of the others, by id.
        minimum_n: the common questions that one of the others needs.
    """
    ranked = []
    for other, theirs in others.items():
        figures = align(mine.table(theirs), minimum_n)
        if figures.s is not None:
            ranked.append((-figures.s, other, figures))
    closest = sorted(ranked, key=lambda one: one[:2])[:NEIGHBOURS]
    farthest = sorted(ranked, key=lambda one: (-one[0], one[1]))[:NEIGHBOURS]
    return [_neighbour(*one[1:]) for one in closest], [_neighbour(*one[1:]) for one in farthest]


def _neighbour(other: str, figures: Any) -> Row:
    return {
        "country": f"{MARK}actor:{other}",
        "n": figures.n,
        "coincidence": rounded(figures.coincidence),
        "s": rounded(figures.s),
    }
