"""Rows in an order in which hardly two are equal, such as that of their ids."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias, Union

from pyroaring import BitMap

#: The values that an order is by: a row's id alone, or its name and id.
Key: TypeAlias = tuple[str, ...]
#: The place of a row, by its row id.
Ranks: TypeAlias = Union["array[int]", dict[int, int]]
#: Reads the keys of rows.
ReadKeys: TypeAlias = Callable[[Sequence[int]], Mapping[int, Key]]

#: Rows whose set is kept as one, so that a search skips those that have none of what it looks for.
BLOCK = 128
#: Blocks whose sets are kept as one in turn.
GROUP = 128
#: So few rows are looked up one by one instead of being searched for in the order.
FEW = 1_000
#: Rows that came later are kept apart until there are so many: to put each in its place at once
#: would copy the whole order.
MOST_APART = 2_000


class Addition(NamedTuple):
    """A row that came later, and before which place of the order it belongs."""

    place: int
    key: Key
    row: int


class Ordering:
    """The row ids of a kind in the order of their keys.

    The order is an array of row ids, parted into blocks. Of each block the first key is kept, which
    finds the block of any key, and the set of its rows, which tells whether a search may skip it.

    Args:
        rows: the row ids in order.
        fences: the key of the first row of each block.
        ranks: the place of each row in the order, where it is known already.
    """

    def __init__(
        self, rows: "array[int]", fences: Sequence[Key], ranks: "Ranks | None" = None
    ) -> None:
        """Make the sets of blocks when they are needed."""
        self._rows, self._fences = rows, fences
        self._ranks = ranks
        self._blocks: list[BitMap | None] = [None] * len(self._fences)
        self._groups: list[BitMap | None] = [None] * -(-len(self._fences) // GROUP)
        self._added: list[Addition] = []
        self._apart = BitMap()

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, Key]]) -> "Ordering":
        """The ordering of row ids that come in order, each with its key."""
        rows, fences = array("I"), []
        for number, (row, key) in enumerate(pairs):
            if number % BLOCK == 0:
                fences.append(key)
            rows.append(row)
        return cls(rows, fences)

    @property
    def ranks(self) -> "Ranks":
        """The place of each row in the order."""
        if self._ranks is None:
            self._ranks = ranks_of(self._rows)
        return self._ranks

    @property
    def rows(self) -> list[int]:
        """All row ids in order, those that came later in their places."""
        rows = self._rows.tolist()
        for one in reversed(self._added):
            rows.insert(one.place, one.row)
        return rows

    @property
    def stored(self) -> tuple["array[int]", Sequence[Key]]:
        """The order and its fences, as it is made of; rows that came later are not in it yet."""
        return self._rows, self._fences

    def walk(
        self, rows: BitMap, read: ReadKeys, *, after: Key | None = None, descending: bool = False
    ) -> Iterator[int]:
        """Some rows in order.

        Args:
            rows: the rows.
            read: reads the keys of rows; only a few, where a start is given.
            after: the key after which to begin; it need not be that of a row.
            descending: whether the order runs backwards.
        """
        added = self._additions(rows, after, descending=descending)
        start = None if after is None else self._place(after, read, beyond=not descending)
        found = self._found(rows, start, descending=descending)
        if not added:
            yield from (self._rows[place] for place in found)
            return
        waiting = iter(added)
        following = next(waiting, None)
        for place in found:
            while following and _precedes(following.place, place, descending=descending):
                yield following.row
                following = next(waiting, None)
            yield self._rows[place]
        if following:
            yield following.row
        yield from (one.row for one in waiting)

    def with_rows(self, keys: Mapping[int, Key], read: ReadKeys) -> "Ordering":
        """The ordering with rows that came later; this one stays as it is for who reads it.

        Args:
            keys: their keys, by row.
            read: reads the keys of rows that are here already.
        """
        more = [
            Addition(self._place(key, read, beyond=True), key, row) for row, key in keys.items()
        ]
        wider = Ordering(self._rows, self._fences, self._ranks)
        wider._blocks, wider._groups = self._blocks, self._groups
        wider._added = sorted([*self._added, *more])
        wider._apart = self._apart | BitMap(keys)
        return wider if len(wider._added) <= MOST_APART else wider.merged(read)

    def merged(self, read: ReadKeys) -> "Ordering":
        """The same with the rows that came later in their places."""
        rows, done = array("I"), 0
        for one in self._added:
            rows += self._rows[done : one.place]
            rows.append(one.row)
            done = one.place
        rows += self._rows[done:]
        first = rows[::BLOCK].tolist()
        keys = read(first)
        return Ordering(rows, [keys[row] for row in first])

    def _found(self, rows: BitMap, start: int | None, *, descending: bool) -> Iterator[int]:
        """The places of some rows: from a place on, or, backwards, before it."""
        order, blocks = self._rows, range(len(self._fences))
        low, high = 0, len(order)
        if start is not None:
            low, high = (low, start) if descending else (start, high)
        if len(rows) <= FEW:
            ranks = self.ranks
            few = sorted(ranks[row] for row in rows - self._apart)
            found = few[bisect_left(few, low) : bisect_left(few, high)]
            yield from reversed(found) if descending else found
            return
        for group in _turned(range(len(self._groups)), descending):
            within = blocks[group * GROUP : (group + 1) * GROUP]
            if within.stop * BLOCK <= low or within.start * BLOCK >= high:
                continue
            if not rows.intersect(self._set_of(self._groups, group, GROUP * BLOCK)):
                continue
            for block in _turned(within, descending):
                first, last = max(low, block * BLOCK), min(high, (block + 1) * BLOCK)
                if first < last and rows.intersect(self._set_of(self._blocks, block, BLOCK)):
                    places = range(first, min(last, len(order)))
                    yield from (p for p in _turned(places, descending) if order[p] in rows)

    def _set_of(self, sets: list[BitMap | None], number: int, size: int) -> BitMap:
        found = sets[number]
        if found is None:
            found = sets[number] = BitMap(self._rows[number * size : (number + 1) * size])
        return found

    def _additions(self, rows: BitMap, after: Key | None, *, descending: bool) -> list[Addition]:
        """Rows that came later, of those looked for, in the direction of the order."""
        if not rows.intersect(self._apart):
            return []
        found = [one for one in self._added if one.row in rows]
        if after is not None:
            found = [one for one in found if (one.key < after if descending else one.key > after)]
        return found[::-1] if descending else found

    def _place(self, key: Key, read: ReadKeys, *, beyond: bool) -> int:
        """Count the rows that come before a key; `beyond` counts those that have it, too."""
        bisect = bisect_right if beyond else bisect_left
        block = bisect(self._fences, key) - 1
        if block < 0:
            return 0
        there = self._rows[block * BLOCK : (block + 1) * BLOCK]
        keys = read(there)
        return block * BLOCK + bisect([keys[row] for row in there], key)


def ranks_of(rows: "array[int]") -> Ranks:
    """The place of each row in an order: an array where most row ids occur, else a mapping."""
    if not rows or max(rows) > 2 * len(rows):
        return {row: place for place, row in enumerate(rows)}
    ranks = array("I", bytes(4 * (max(rows) + 1)))
    for place, row in enumerate(rows):
        ranks[row] = place
    return ranks


def _turned(numbers: range, descending: bool) -> Iterator[int]:
    return reversed(numbers) if descending else iter(numbers)


def _precedes(place: int, other: int, *, descending: bool) -> bool:
    """Whether a row that belongs before a place comes before the row at another one."""
    return place > other if descending else place <= other
