"""Contradictions: reports that cannot both describe one holder's stance, side by side.

A direction is the sign of the score, and being torn is one of its own; a reported silence
contradicts nothing. Two reports about one holder on one question that differ in direction are

* `over_time`, where one was stated before the other, with none of the holder's between them;
* `sources`, where their dates overlap and different documents report them;
* `within_source`, where their dates overlap and one document reports both;

and a report of somebody who spoke for a principal that differs from the principal's own is
`spokesperson`, whenever each was said. An undated report may be from any time.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from pyroaring import BitMap

from app.analysis.positions import direction_of
from app.analysis.standings import Columns
from app.dates import OPEN_END, OPEN_START
from app.vocabulary import Word


class ContradictionKind(Word):
    """The kind of a contradiction."""

    OVER_TIME = "over_time", "One holder before and after, with nothing said between."
    SPOKESPERSON = "spokesperson", "Somebody who spoke for the holder, and the holder."
    SOURCES = "sources", "Two documents about one holder at dates that overlap."
    WITHIN_SOURCE = "within_source", "One document about one holder at dates that overlap."


class Report(NamedTuple):
    """Opinion that may contradict another; `lo` and `hi` bound the day it was stated."""

    id: str
    holder: str
    on_behalf_of: str | None
    question: str
    direction: int
    lo: str
    hi: str
    document: str


class Contradiction(NamedTuple):
    """Contradiction of two reports, the earlier first; a spokesperson's before the principal's."""

    kind: ContradictionKind
    holder: str
    question: str
    first: str
    second: str


def contradictions(reports: Iterable[Report]) -> list[Contradiction]:
    """Find every contradiction, ordered by holder, question, kind and opinions."""
    own: dict[tuple[str, str], list[Report]] = defaultdict(list)
    spoken: dict[tuple[str, str], list[Report]] = defaultdict(list)
    for report in reports:
        own[report.holder, report.question].append(report)
        if report.on_behalf_of:
            spoken[report.on_behalf_of, report.question].append(report)
    found = [*_of_holders(own), *_of_principals(own, spoken)]
    return sorted(found, key=lambda one: (one.holder, one.question, *one))


Grouped = Mapping[tuple[str, str], Sequence[Report]]


def _of_holders(own: Grouped) -> Iterator[Contradiction]:
    for (holder, question), reports in own.items():
        ordered = sorted(reports, key=lambda one: (one.lo, one.hi, one.id))
        for first, second in combinations(ordered, 2):
            if first.direction == second.direction or _speaks_for(first, second):
                continue
            if kind := _kind(first, second, ordered):
                yield Contradiction(kind, holder, question, first.id, second.id)


def _kind(first: Report, second: Report, ordered: Sequence[Report]) -> ContradictionKind | None:
    if first.hi < second.lo:
        between = any(first.hi < one.lo and one.hi < second.lo for one in ordered)
        return None if between else ContradictionKind.OVER_TIME
    if first.document == second.document:
        return ContradictionKind.WITHIN_SOURCE
    return ContradictionKind.SOURCES


def _speaks_for(first: Report, second: Report) -> bool:
    """Whether one of two reports about a holder was spoken for that holder, and one was not."""
    return (first.on_behalf_of == first.holder) != (second.on_behalf_of == second.holder)


def _of_principals(own: Grouped, spoken: Grouped) -> Iterator[Contradiction]:
    for (principal, question), reports in spoken.items():
        for theirs in reports:
            for mine in own.get((principal, question), ()):
                if mine.on_behalf_of is None and mine.direction != theirs.direction:
                    yield Contradiction(
                        ContradictionKind.SPOKESPERSON, principal, question, theirs.id, mine.id
                    )


def contradicting_rows(columns: Columns, rows: BitMap, shared: BitMap) -> BitMap:
    """Return those of some opinions that others of them may contradict.

    Args:
        columns: gives the columns of the index.
        rows: the opinions.
        shared: opinions whose holder and question other opinions may have, too.
    """
    holders, questions, principals = map(columns, ("holder", "question", "on_behalf_of"))
    found = rows & shared
    for principal, spoken in principals.groups(rows):
        for question, theirs in questions.groups(spoken):
            found |= theirs | (rows & holders.rows(principal) & questions.rows(question))
    return found


#: The columns of an opinion's row that a report is made of.
REPORT_COLUMNS = (
    *("id", "holder", "on_behalf_of", "question"),
    *("stance", "score", "counts_earliest", "counts_latest", "document"),
)


def reports_of(rows: Iterable[Sequence[Any]]) -> Iterator[Report]:
    """Return the reports of rows that hold `REPORT_COLUMNS`; silence makes none."""
    for record_id, holder, principal, question, stance, score, first, last, document in rows:
        direction = direction_of(score, stance)
        if direction is not None:
            days = (first or OPEN_START, last or OPEN_END)
            yield Report(record_id, holder, principal, question, direction, *days, document)
