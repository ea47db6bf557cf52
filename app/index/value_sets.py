"""Sets of row ids by the value that the rows have in a column."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeAlias

from pyroaring import BitMap

Value: TypeAlias = str | int

#: Neighbouring values whose union is kept, so that a range or a walk need not look at each.
BLOCK = 64


class ValueSets:
    """The row ids of each value of a column.

    Rows are only ever added. Readers in other threads keep seeing a whole: what a new value moves
    is replaced by a copy, and a set that grows is only wider by rows of later releases, which every
    reader leaves out (see `app.index.release_index`).

    Args:
        sets: the set of each value; as bytes where it has not been needed yet.
    """

    def __init__(self, sets: Mapping[Value, BitMap | bytes] | None = None) -> None:
        """Sort the values."""
        self._sets: dict[Value, BitMap | bytes] = dict(sets or {})
        self.values: list[Value] = sorted(self._sets)
        self._blocks: list[BitMap | None] = [None] * _blocks_of(self.values)

    def __len__(self) -> int:
        """The number of values."""
        return len(self.values)

    def rows(self, value: Value) -> BitMap:
        """The rows of a value; none where no row has it. The caller does not change them."""
        found = self._sets.get(value)
        if found is None:
            return _NONE
        if isinstance(found, bytes):
            found = self._sets[value] = BitMap.deserialize(found)
        return found

    def any_of(self, values: Iterable[Value]) -> BitMap:
        """The rows that have one of these values."""
        sets = self._sets
        given = [value for value in values if value in sets]
        # A topic is a thousand questions: to look each up here is half as dear as to call `rows`.
        found = [one if type(one := sets[value]) is BitMap else self.rows(value) for value in given]
        return found[0] if len(found) == 1 else BitMap.union(*found) if found else _NONE

    def between(self, first: Value | None = None, last: Value | None = None) -> BitMap:
        """The rows whose value lies in a range, both ends included; None leaves an end open."""
        values, blocks = self.values, self._blocks
        start = 0 if first is None else bisect_left(values, first)
        stop = len(values) if last is None else bisect_right(values, last)
        parts: list[BitMap] = []
        while start < stop:
            if start % BLOCK == 0 and start + BLOCK <= stop:
                parts.append(self._block(values, blocks, start // BLOCK))
                start += BLOCK
            else:
                end = min(stop, (start // BLOCK + 1) * BLOCK)
                parts += map(self.rows, values[start:end])
                start = end
        return BitMap.union(*parts) if parts else BitMap()

    def groups(
        self, rows: BitMap, *, start: Value | None = None, descending: bool = False
    ) -> Iterator[tuple[Value, BitMap]]:
        """Some rows parted by their value, in the order of the values.

        Args:
            rows: the rows.
            start: the value to begin at; values before it are left out.
            descending: whether the order runs from the last value to the first.
        """
        values, blocks = self.values, self._blocks
        numbers = range(len(blocks))
        at = None if start is None else self._place(values, start, descending=descending)
        for number in reversed(numbers) if descending else numbers:
            low, high = number * BLOCK, min((number + 1) * BLOCK, len(values))
            if at is not None:
                low, high = (low, min(high, at + 1)) if descending else (max(low, at), high)
            if low >= high or not rows.intersect(self._block(values, blocks, number)):
                continue
            some = values[low:high]
            for value in reversed(some) if descending else some:
                if found := rows & self.rows(value):
                    yield value, found

    def counts(self, rows: BitMap, most: int | None = None) -> dict[Value, int]:
        """The number of some rows for each value that one of them has, in the order of values."""
        values, blocks = self.values, self._blocks
        counted: dict[Value, int] = {}
        for number in range(len(blocks)):
            if rows.intersect(self._block(values, blocks, number)):
                for value in values[number * BLOCK : (number + 1) * BLOCK]:
                    if size := rows.intersection_cardinality(self.rows(value)):
                        counted[value] = size
        return counted if most is None else dict(islice(counted.items(), most))

    def value_of(self, row: int) -> Value | None:
        """The value that a row has; None where it has none."""
        values, blocks = self.values, self._blocks
        for number in range(len(blocks)):
            if row in self._block(values, blocks, number):
                some = values[number * BLOCK : (number + 1) * BLOCK]
                return next(value for value in some if row in self.rows(value))
        return None

    def add(self, rows_of: Mapping[Value, Iterable[int]]) -> None:
        """Add rows, by the value that they have."""
        new = sorted(value for value in rows_of if value not in self._sets)
        for value, rows in rows_of.items():
            if value in self._sets:
                self.rows(value).update(rows)
            else:
                self._sets[value] = BitMap(rows)
        self._renew(new, rows_of)

    def items(self) -> Iterator[tuple[Value, bytes]]:
        """Each value with the bytes of its set, to be stored."""
        for value in self.values:
            found = self._sets[value]
            yield value, found if isinstance(found, bytes) else found.serialize()

    def compact(self) -> None:
        """Bring every set into its smallest form."""
        for value in self.values:
            self.rows(value).run_optimize()

    def _renew(self, new: list[Value], rows_of: Mapping[Value, Iterable[int]]) -> None:
        """Take new values in, and keep those unions of neighbours that are still right."""
        values, blocks = self.values, list(self._blocks)
        if new:
            values = sorted([*values, *new])
            blocks = blocks[: bisect_left(values, new[0]) // BLOCK]
            blocks += [None] * (_blocks_of(values) - len(blocks))
        for value in rows_of:
            blocks[bisect_left(values, value) // BLOCK] = None
        self.values, self._blocks = values, blocks

    def _block(self, values: list[Value], blocks: list[BitMap | None], number: int) -> BitMap:
        """The union of a block of neighbouring values."""
        found = blocks[number]
        if found is None:
            some = values[number * BLOCK : (number + 1) * BLOCK]
            found = blocks[number] = BitMap.union(*map(self.rows, some))
        return found

    @staticmethod
    def _place(values: list[Value], start: Value, *, descending: bool) -> int:
        """The place of the first value from a start on, in the direction of an order."""
        return bisect_right(values, start) - 1 if descending else bisect_left(values, start)


_NONE = BitMap()


def _blocks_of(values: list[Value]) -> int:
    return -(-len(values) // BLOCK)
