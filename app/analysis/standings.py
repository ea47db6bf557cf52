"""Standings: the direction each holder took on each question, as sets that compare at once.

A direction is the sign of the position (`app.analysis.positions`); a position without a number has
none. Both come from the index: a holder's rows, those with a score below, at and above nought, and
the question of each row.

A period counts the opinions that may have been stated in it (a vague date that overlaps it
counts), and positions are decided among those alone.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple, TypeAlias

from pyroaring import BitMap

from app.analysis.measures.directions import Directions, question_set
from app.dates import OPEN_END, OPEN_START, UNKNOWN
from app.index.value_sets import ValueSets

#: Gives the sets of a column of the index.
Columns: TypeAlias = Callable[[str], ValueSets]
#: Gives those of some opinions that decide a position.
Decide: TypeAlias = Callable[[BitMap], BitMap]

#: The scores of each direction, in the order of `Directions`.
_SCORES = ((-2, -1), (0,), (1, 2))


class Period(NamedTuple):
    """Period of days, both ends included; open where left out."""

    first: str = OPEN_START
    last: str = OPEN_END

    @property
    def is_everything(self) -> bool:
        """Return whether it leaves nothing out, not even what has no date."""
        return self == Period()

    def rows(self, columns: Columns) -> BitMap:
        """Return the opinions that may be of it; undated ones never are."""
        earliest, latest = columns("counts_earliest"), columns("counts_latest")
        dated = earliest.between(last=self.last) - earliest.rows(UNKNOWN)
        return dated & latest.between(first=self.first)


class Standings:
    """Where holders stand, over some opinions.

    Attributes:
        questions: the questions of these opinions, in order; a set of them is the bits of a whole
            number, by their numbers.
        by_holder: the directions of each holder.
    """

    def __init__(self, columns: Columns, rows: BitMap, decide: Decide) -> None:
        """Find the directions.

        Args:
            columns: gives the columns of the index.
            rows: the opinions that count.
            decide: gives those that decide a position.
        """
        self._columns, self._rows = columns, rows
        self._question_of = array("I", bytes(4 * (rows.max() + 1))) if rows else array("I")
        self.questions: tuple[str, ...] = tuple(self._number_questions())
        self._number = {question: i for i, question in enumerate(self.questions)}
        self.by_holder = self._directions(decide(rows))

    @property
    def everything(self) -> int:
        """All questions, as a set."""
        return (1 << len(self.questions)) - 1

    def numbers(self, questions: Iterable[str]) -> int:
        """Return these questions as a set; those that nobody has an opinion on are left out."""
        found = map(self._number.get, questions)
        return question_set(number for number in found if number is not None)

    def within(self, period: Period, decide: Decide) -> Mapping[str, Directions]:
        """Return the directions taken in a period."""
        if period.is_everything:
            return self.by_holder
        inside, partly = self._parted_by(period)
        held = {one: mine.within(inside) for one, mine in self.by_holder.items()}
        if partly:
            some = self._columns("question").any_of(self.questions[number] for number in partly)
            rows = self._rows & some & period.rows(self._columns)
            for holder, theirs in self._directions(decide(rows)).items():
                held[holder] = held[holder].union(theirs)
        return held

    def years(self) -> range:
        """Return the years that opinions may be of, as far as their dates are bounded."""
        days = [
            str(day)
            for name in ("counts_earliest", "counts_latest")
            for day, _ in self._columns(name).groups(self._rows)
        ]
        years = [int(day[:4]) for day in days if day not in (UNKNOWN, OPEN_START, OPEN_END)]
        return range(min(years), max(years) + 1) if years else range(0)

    def _parted_by(self, period: Period) -> tuple[int, list[int]]:
        """The questions whose opinions all lie within a period, and the numbers of those partly.

        What is decided over all opinions holds for the former; only the others are decided anew.
        """
        inside: list[int] = []
        partly: list[int] = []
        for number, (first, last) in enumerate(self._bounds):
            if period.first <= first and last <= period.last:
                inside.append(number)
            elif first <= period.last and last >= period.first:
                partly.append(number)
        return question_set(inside), partly

    @cached_property
    def _bounds(self) -> list[tuple[str, str]]:
        """The first and the last day that the opinions on each question can be of."""
        firsts, lasts = [OPEN_END] * len(self.questions), [UNKNOWN] * len(self.questions)
        question_of = self._question_of
        for day, rows in self._columns("counts_earliest").groups(self._rows, descending=True):
            for number in {question_of[row] for row in rows}:
                firsts[number] = str(day)
        for day, rows in self._columns("counts_latest").groups(self._rows):
            for number in {question_of[row] for row in rows}:
                lasts[number] = str(day)
        return list(zip(firsts, lasts, strict=True))

    def _number_questions(self) -> Iterable[str]:
        """Number the questions, and note that of each row."""
        for number, (question, rows) in enumerate(self._columns("question").groups(self._rows)):
            for row in rows:
                self._question_of[row] = number
            yield str(question)

    def _directions(self, deciding: BitMap) -> dict[str, Directions]:
        scores = self._columns("score")
        signs = [deciding & scores.any_of(some) for some in _SCORES]
        return {
            str(holder): Directions(*(self._questions_of(rows & sign) for sign in signs))
            for holder, rows in self._columns("holder").groups(deciding)
        }

    def _questions_of(self, rows: BitMap) -> int:
        """Return the questions of some rows, as a set."""
        question_of = self._question_of
        return question_set(question_of[row] for row in rows)


def cited_datasets(columns: Columns, rows: BitMap) -> set[str]:
    """Return the datasets of some opinions."""
    return {str(dataset) for dataset, _ in columns("dataset").groups(rows)}


def number_undated(columns: Columns, rows: BitMap) -> int:
    """Return how many of some opinions nothing dates, so that no period contains them."""
    return rows.intersection_cardinality(columns("counts_earliest").rows(UNKNOWN))
