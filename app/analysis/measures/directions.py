"""Directions: for or against, by holder and question, as sets that compare at once.

Each holder is three sets of questions (against, neither, for), each set the bits of one whole
number. 870,000 votes fit into half a megabyte this way, and a table of two holders is nine `&` and
nine bit counts: all pairs of 200 states over 6,000 questions in a fraction of a second, where a
join in SQL would walk a hundred million rows. A period or a topic is one more such set.
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple

from app.analysis.measures.alignment import DIRECTIONS, Table

#: So few questions are put into a set one by one, which copies the whole set each time.
FEW = 40


class Directions(NamedTuple):
    """Directions of one holder: the questions it was against, neither, and for, as bits."""

    against: int
    neither: int
    favour: int

    def within(self, chosen: int) -> "Directions":
        """Keep the directions on the chosen questions."""
        return Directions(self.against & chosen, self.neither & chosen, self.favour & chosen)

    def union(self, other: "Directions") -> "Directions":
        """Return the directions of both, of which no question has two."""
        return Directions(*(mine | theirs for mine, theirs in zip(self, other, strict=True)))

    def table(self, other: "Directions") -> Table:
        """Count how the directions of two holders meet."""
        minus, zero, plus = (
            (
                (mine & other.against).bit_count(),
                (mine & other.neither).bit_count(),
                (mine & other.favour).bit_count(),
            )
            for mine in self
        )
        return minus, zero, plus

    def ranked(self) -> "RankedDirections":
        """Return the same in the form that tells how far two holders are apart at least cost."""
        either = self.neither | self.favour
        return RankedDirections(self.against | either, either, self.favour)


class RankedDirections(NamedTuple):
    """Directions of one holder, each set within the one before it.

    Two directions differ by one for each of the last two sets that only one of them is in.
    """

    any: int
    not_against: int
    favour: int

    def compare(self, other: "RankedDirections") -> tuple[int, int]:
        """Count the common questions, and add up how far the two are apart on them (0 to 2)."""
        common = self.any & other.any
        distance = ((self.not_against ^ other.not_against) & common).bit_count()
        distance += ((self.favour ^ other.favour) & common).bit_count()
        return common.bit_count(), distance


NO_DIRECTIONS = Directions(0, 0, 0)


def directions(rows: Iterable[tuple[str, int, int]]) -> dict[str, Directions]:
    """Gather rows of (holder, question's number from 0, direction) into one `Directions` a holder.

    Raises:
        ValueError: a direction other than −1, 0 or 1, or two for one holder and question.
    """
    sets: dict[str, list[bytearray]] = {}
    for holder, question, direction in rows:
        if direction not in DIRECTIONS:
            raise ValueError(f"{holder}: directions are -1, 0 and 1, not {direction}")
        _mark(sets.setdefault(holder, [bytearray(), bytearray(), bytearray()]), question, direction)
    found = {holder: Directions(*map(_whole_number, marks)) for holder, marks in sets.items()}
    for holder, (against, neither, favour) in found.items():
        if against & neither | against & favour | neither & favour:
            raise ValueError(f"{holder} has two directions on one question")
    return found


def question_set(numbers: Iterable[int]) -> int:
    """Make a set of questions, by their numbers, for `Directions.within`."""
    found = list(numbers)
    if len(found) < FEW:
        return reduce(or_, (1 << number for number in found), 0)
    # Written out as binary digits and read once: setting bits of a whole number copies it.
    digits = bytearray(b"0") * (max(found) + 1)
    for number in found:
        digits[number] = 49
    digits.reverse()
    return int(digits, 2)


def _mark(sets: list[bytearray], question: int, direction: int) -> None:
    # Bytes are marked in place: growing a whole number bit by bit would copy it at every row.
    marks = sets[direction + 1]
    byte, bit = divmod(question, 8)
    if byte >= len(marks):
        marks.extend(bytes(byte + 1 - len(marks)))
    marks[byte] |= 1 << bit


def _whole_number(marks: bytearray) -> int:
    return int.from_bytes(marks, "little")
