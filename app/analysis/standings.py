"""Standings: the direction each holder took on each question, as sets that compare at once.

A direction is the sign of the position (`app.analysis.positions`); a position without a number has
none. Nearly every holder has one opinion on a question, and there the position is that opinion:
those are read as one text of question ids for each holder and direction, because handing 870,000
rows from a database to Python costs more than all else together. Where there are several, the
rule of positions decides, in SQL.

A period counts the opinions that may have been stated in it (a vague date that overlaps it
counts), and positions are derived from those alone. Where all opinions on a question lie within
the period, or all outside, what is known already holds; only the others are derived anew.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select

from app.analysis.measures.directions import Directions, question_set
from app.analysis.positions import keyed, positions
from app.analysis.rows import Conditions, ReadRows, batches
from app.dates import OPEN_END, OPEN_START
from app.db.tables import datasets, opinions

#: Opinions that are looked through one by one.
FEW = 5_000


class Period(NamedTuple):
    """Period of days, both ends included; open where left out.

    `by` is the day of `as_of`: a date open at its start counts by then if it has ended by then.
    """

    first: str = OPEN_START
    last: str = OPEN_END
    by: str = OPEN_END

    @property
    def is_everything(self) -> bool:
        """Return whether it leaves nothing out, not even what has no date."""
        return self == Period()


def _may_be_stated() -> ColumnElement[bool]:
    """The condition that an opinion may be of a period left open; undated ones never are."""
    o = opinions.c
    first, last, by = (sa.bindparam(name, type_=sa.String) for name in Period._fields)
    return sa.and_(
        o.counts_earliest <= last,
        o.counts_latest >= first,
        o.counts_earliest != "",
        sa.or_(o.counts_earliest != OPEN_START, o.counts_latest <= by),
    )


class Standings:
    """Directions of all holders, over the opinions that some conditions let through.

    Args:
        read: reads rows.
        where: conditions on `opinions`: which of them count.

    Attributes:
        questions: the ids of the questions, in the order of their numbers.
        by_holder: the directions of each holder, by id.
    """

    def __init__(self, read: ReadRows, where: Conditions) -> None:
        """Read the directions; the dates only when a period is asked for."""
        self._where = where
        self._bounds: list[tuple[str, str, str]] | None = None
        taken, several = _read_directions(read, where)
        for holder, question, score in several:
            taken[holder][_index(score)].append(question)
        self.questions = tuple(sorted(set(chain(*(chain(*lists) for lists in taken.values())))))
        self._number = {question: i for i, question in enumerate(self.questions)}
        self.by_holder: dict[str, Directions] = {
            holder: Directions(*(self.numbers(questions) for questions in lists[:3]))
            for holder, lists in sorted(taken.items())
        }

    @property
    def everything(self) -> int:
        """Return all questions, as a set."""
        return (1 << len(self.questions)) - 1

    def numbers(self, questions: Iterable[str]) -> int:
        """Return questions as a set; those that nobody has an opinion on are left out."""
        found = map(self._number.get, questions)
        return question_set(number for number in found if number is not None)

    def within(self, period: Period, read: ReadRows) -> Mapping[str, Directions]:
        """Return the directions taken in a period, by holder."""
        if period.is_everything:
            return self.by_holder
        inside, straddling = self._sorted_by(period, read)
        by_holder = {holder: mine.within(inside) for holder, mine in self.by_holder.items()}
        if straddling:
            for holder, question, score in self._derived(period, straddling, read):
                bit = 1 << self._number[question]
                by_holder[holder] = _with(by_holder[holder], _index(score), bit)
        return by_holder

    def years(self, read: ReadRows) -> list[int]:
        """Return the years that opinions may be of, as far as their dates are bounded."""
        years: set[int] = set()
        for _, lo, hi in self._bounded(read):
            ends = [int(day[:4]) for day in (lo, hi) if day not in ("", OPEN_START, OPEN_END)]
            if ends:
                years.update(range(min(ends), max(ends) + 1))
        return sorted(years)

    def _bounded(self, read: ReadRows) -> list[tuple[str, str, str]]:
        """Each question with the first and last day its opinions can be of; "" is undated."""
        if self._bounds is None:
            o = opinions.c
            statement = (
                sa.select(o.question, sa.func.min(o.counts_earliest), sa.func.max(o.counts_latest))
                .where(*self._where)
                .group_by(o.question)
            )
            self._bounds = [(q, lo, hi) for q, lo, hi in read(statement)]
        return self._bounds

    def _sorted_by(self, period: Period, read: ReadRows) -> tuple[int, list[str]]:
        """The questions wholly inside a period, and those partly."""
        inside: list[str] = []
        straddling: list[str] = []
        for question, lo, hi in self._bounded(read):
            if lo and period.first <= lo and hi <= period.last:
                inside.append(question)
            elif not lo or (lo <= period.last and hi >= period.first):
                straddling.append(question)
        return self.numbers(inside), straddling

    def _derived(
        self, period: Period, questions: Sequence[str], read: ReadRows
    ) -> Iterator[tuple[str, str, int]]:
        """The positions of a period on some questions, from its opinions alone."""
        for batch in batches(questions):
            values = period._asdict() | {"questions": batch}
            for holder, question, score in read(self._derivation, values):
                if score is not None:
                    yield holder, question, score

    @cached_property
    def _derivation(self) -> Select[Any]:
        """The statement of them, built once: `by=year` runs it for each of a hundred periods."""
        of = opinions.c.question.in_(sa.bindparam("questions", expanding=True))
        return _positions([*self._where, _may_be_stated(), of])


def cited_datasets(read: ReadRows, where: Conditions) -> set[str]:
    """Read the datasets of the opinions that conditions let through.

    Few opinions are looked through; of many, some of each dataset are soon met.
    """
    o = opinions.c
    some = sa.select(o.dataset).where(*where).limit(FEW + 1).subquery()
    counts = read(sa.select(some.c.dataset, sa.func.count()).group_by(some.c.dataset))
    if sum(number for _, number in counts) <= FEW:
        return {dataset for dataset, _ in counts}
    met = sa.exists().where(o.dataset == datasets.c.id, *where)
    return {row.id for row in read(sa.select(datasets.c.id).where(met))}


def count_undated(read: ReadRows, where: Conditions) -> int:
    """Count the opinions that a period leaves out because nothing dates them."""
    conditions = [*where, opinions.c.counts_earliest == sa.literal_column("''")]
    return int(read(sa.select(sa.func.count()).select_from(opinions).where(*conditions))[0][0])


#: Questions by direction: against, neither, for; and those without a known one.
Lists: TypeAlias = tuple[list[str], list[str], list[str], list[str]]


def _read_directions(
    read: ReadRows, where: Conditions
) -> tuple[dict[str, Lists], list[tuple[str, str, int]]]:
    """The questions of each holder by direction, and the positions where opinions are several."""
    o = opinions.c
    directions = (o.score < 0, o.score == 0, o.score > 0, o.score.is_(None))
    texts = [sa.func.aggregate_strings(sa.case((d, o.question)), " ") for d in directions]
    statement = sa.select(o.holder, *texts).where(*where).group_by(o.holder)
    taken: dict[str, Lists] = {}
    several: list[tuple[str, str]] = []
    for holder, *parts in read(statement):
        lists = [text.split(" ") if text else [] for text in parts]
        if repeated := _repeated(lists):
            several += ((holder, question) for question in sorted(repeated))
            lists = [[q for q in one if q not in repeated] for one in lists]
            lists[3] += repeated
        taken[holder] = (lists[0], lists[1], lists[2], lists[3])
    return taken, _several(read, where, several)


def _repeated(lists: Sequence[Sequence[str]]) -> set[str]:
    """The questions that occur more than once."""
    if len(set().union(*lists)) == sum(map(len, lists)):
        return set()
    return {q for q, number in Counter(chain(*lists)).items() if number > 1}


def _several(
    read: ReadRows, where: Conditions, keys: Sequence[tuple[str, str]]
) -> list[tuple[str, str, int]]:
    """The positions of those who have several opinions on a question."""
    found: list[tuple[str, str, int]] = []
    for batch in batches(keys):
        rows = read(_positions([*where, *keyed(batch)]))
        found += [
            (holder, question, score) for holder, question, score in rows if score is not None
        ]
    return found


def _positions(where: Conditions) -> Select[Any]:
    derived = positions(where).c
    return sa.select(derived.holder, derived.question, derived.score)


def _index(score: int) -> int:
    """The index of a score's direction in `Directions`: against, neither, for."""
    return 1 + (score > 0) - (score < 0)


def _with(directions: Directions, index: int, bit: int) -> Directions:
    sets = list(directions)
    sets[index] |= bit
    return Directions(*sets)
