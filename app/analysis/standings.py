"""Standings: the direction each holder took on each question, as sets that compare at once.

A direction is the sign of the position (`app.analysis.positions`); a position without a number has
none. Both come from the index: a holder's rows, those with a score below, at and above nought, and
the question of each row.

A period counts the opinions that may have been stated in it (a vague date that overlaps it
counts), and positions are decided among those alone.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple, TypeAlias

from pyroaring import BitMap

from app.analysis.measures.directions import NO_DIRECTIONS, Directions, question_set
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
    """The directions that holders take, over some opinions.

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
        self._first_rows = BitMap()  # of each question
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
        inside, anew = self.parted(period, decide)
        if inside == self.everything:
            return self.by_holder
        return {one: self.combined(one, inside, anew) for one in self.by_holder}

    def combined(self, holder: str, inside: int, anew: Mapping[str, Directions]) -> Directions:
        """Return the directions of a holder in a period, from its two parts (see `parted`)."""
        kept = self.by_holder.get(holder, NO_DIRECTIONS).within(inside)
        return kept.union(anew[holder]) if holder in anew else kept

    def parted(self, period: Period, decide: Decide) -> tuple[int, Mapping[str, Directions]]:
        """Return the questions that a period leaves as they are, and directions decided anew.

        The latter are on those questions of which some opinions lie outside the period.
        """
        if period.is_everything:
            return self.everything, {}
        inside, partly = self._parted_by(period)
        if not partly:
            return inside, {}
        some = self._columns("question").any_of(self.questions[number] for number in partly)
        return inside, self._directions(decide(self._rows & some & period.rows(self._columns)))

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
        inside, partly = 0, list[int]()
        for (first, last), (numbers, some) in self._bounds.items():
            if period.first <= first and last <= period.last:
                inside |= some
            elif first <= period.last and last >= period.first:
                partly += numbers
        return inside, sorted(partly)

    @cached_property
    def _bounds(self) -> Mapping[tuple[str, str], tuple[list[int], int]]:
        """The questions by the first and the last day that opinions on them can be of.

        Their numbers, and the same as a set: a roll call shares its bounds with many others.
        """
        firsts = self._days("counts_earliest", OPEN_END, descending=True)
        lasts = self._days("counts_latest", UNKNOWN)
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, bounds in enumerate(zip(firsts, lasts, strict=True)):
            found[bounds].append(number)
        return {bounds: (numbers, question_set(numbers)) for bounds, numbers in found.items()}

    def _days(self, name: str, otherwise: str, *, descending: bool = False) -> list[str]:
        """The last day, in an order, that the opinions on each question have in a column."""
        found, mixed = [otherwise] * len(self.questions), BitMap()
        column, of_question = self._columns(name), self._columns("question")
        for day, rows in column.groups(self._rows):
            for number in map(self._question_of.__getitem__, rows & self._first_rows):
                theirs = of_question.rows(self.questions[number]) & self._rows
                if theirs.issubset(rows):  # as those of a roll call, which has one day
                    found[number] = str(day)
                else:
                    mixed |= theirs
        for day, rows in column.groups(mixed, descending=descending) if mixed else ():
            for number in set(map(self._question_of.__getitem__, rows)):
                found[number] = str(day)
        return found

    def _number_questions(self) -> Iterable[str]:
        """Number the questions, and note that of each row."""
        question_of = self._question_of
        for number, (question, rows) in enumerate(self._columns("question").groups(self._rows)):
            first, last = rows.min(), rows.max()
            self._first_rows.add(first)
            if last - first < len(rows):  # as those of a roll call are: they came together
                question_of[first : last + 1] = array("I", [number]) * len(rows)
            else:
                for row in rows:
                    question_of[row] = number
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
        return question_set(map(self._question_of.__getitem__, rows))


def cited_datasets(columns: Columns, rows: BitMap) -> set[str]:
    """Return the datasets of some opinions."""
    return {str(dataset) for dataset, _ in columns("dataset").groups(rows)}


def number_undated(columns: Columns, rows: BitMap) -> int:
    """Return how many of some opinions nothing dates, so that no period contains them."""
    return rows.intersection_cardinality(columns("counts_earliest").rows(UNKNOWN))
