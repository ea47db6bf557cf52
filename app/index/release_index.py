"""The index of a process: brought forward release by release, and shown as of any of them.

Rows only ever come: a change to a record is a row with a new row id, and the row before it is
superseded. So the sets of the newest release hold those of all earlier ones. What is left out of
them is what came later, which is a bound on row ids, and what was superseded by then, which is a
range of the releases that superseded rows. `known_at` is no other way, and a reader that began
before a commit still sees its own release.

Bringing forward reads the rows that came since and takes them in at once, if nobody else did so
meanwhile: reads may wait for PostgreSQL on the event loop, where nobody may hold a lock.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from threading import Lock

from pyroaring import BitMap
from sqlalchemy import Connection

from app.index.build import TakeIn, build, last_row_of, read_keys, read_ordering, read_since
from app.index.columns import ORDERINGS, SPACES
from app.index.ordering import Key, Ordering
from app.index.state import KIND, UNTIL, State
from app.index.storage import load_state, stored_release
from app.index.value_sets import Value, ValueSets

#: Views of earlier releases that are kept beside the newest.
MOST_VIEWS = 3


class ReleaseIndex:
    """The index of a process, which every answer of it asks."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._state = State()
        self._views: dict[int, IndexView] = {}
        self._lock = Lock()

    def view(self, connection: Connection, release: int, known: int | None = None) -> "IndexView":
        """The index as of a release.

        Args:
            connection: reads the state that `release` is the newest of.
            release: the newest release that the connection sees.
            known: an earlier release to show instead.
        """
        wanted = release if known is None else known
        found = self._views.get(wanted)
        if found is None or found.newest != release:
            state = self._brought_forward(connection, release)
            last_row = last_row_of(connection, wanted)
            found = IndexView(self, state, newest=release, release=wanted, last_row=last_row)
            self._keep(found)
        return found

    def keep_ordering(self, state: State, name: tuple[str, str], ordering: Ordering) -> None:
        """Keep an ordering that was read, for as long as nothing changes what it orders."""
        orderings = {**state.orderings, name: ordering}
        wider = State(state.release, state.last_row, state.columns, orderings, state.shared)
        self._replace(state, lambda: wider)

    def _brought_forward(self, connection: Connection, release: int) -> State:
        while (state := self._state).release < release:
            self._replace(state, _next_state(connection, state, release))
        return state

    def _replace(self, state: State, take_in: TakeIn) -> None:
        with self._lock:
            if self._state is state:
                self._state = take_in()

    def _keep(self, view: "IndexView") -> None:
        views = dict(list(self._views.items())[-MOST_VIEWS:])
        self._views = {**views, view.release: view}


class IndexView:
    """The index as of one release.

    Attributes:
        newest: the newest release that its reader sees.
        release: the release that it shows.
    """

    def __init__(
        self, index: ReleaseIndex, state: State, *, newest: int, release: int, last_row: int
    ) -> None:
        """Find what counts when it is asked for."""
        self.newest, self.release = newest, release
        self._index, self._state, self._last_row = index, state, last_row
        self._live: dict[str, BitMap] = {}

    @property
    def state(self) -> State:
        """The sets and orderings, of this release or a later one."""
        return self._state

    def live(self, space: str) -> BitMap:
        """The rows of a space that count at this release. The caller does not change them."""
        found = self._live.get(space)
        if found is None:
            kinds = self._state.column(KIND).any_of(SPACES[space])
            superseded = self._state.column(UNTIL).between(last=self.release)
            found = kinds & BitMap(range(self._last_row + 1)) - superseded
            self._live[space] = found
        return found

    def column(self, name: str) -> ValueSets:
        """The sets of a column, also of rows that do not count at this release."""
        return self._state.column(name)

    def shared(self, kind: str) -> BitMap:
        """The rows of a kind whose subject other rows have or had, too."""
        return self._state.shared.get(kind) or BitMap()

    def ordering(self, connection: Connection, space: str, name: str) -> Ordering:
        """An ordering of a space's rows, read when it is first needed."""
        state = self._index._state if self._index._state.release == self.newest else self._state
        if found := state.orderings.get((space, name)):
            return found
        read = read_ordering(connection, space, name)
        if state.release == self.newest:
            self._index.keep_ordering(state, (space, name), read)
        return read

    def in_order(
        self,
        connection: Connection,
        space: str,
        rows: BitMap,
        order: Sequence[tuple[str, bool]],
        after: Sequence[Value] | None = None,
    ) -> Iterator[int]:
        """Some rows in an order, as many as are taken.

        Args:
            connection: what is asked where the index does not say it.
            space: the space that the rows are of.
            rows: the rows; not none.
            order: the columns that the order is by, each with whether it descends; what comes
                after an ordering cannot matter.
            after: the values of the row after which to begin, as many as the order has.
        """
        (column, descending), *rest = order
        start = None if after is None else after[0]
        if column == "id" or (column == "name" and rest == [("id", descending)]):
            ordering = self.ordering(connection, space, column)
            read = partial(read_keys, connection, space, column)
            key = None if after is None else _key(after[: len(ORDERINGS[column])])
            yield from ordering.walk(rows, read, after=key, descending=descending)
            return
        if column == "name":
            groups = self._names(connection, space, rows, start, descending=descending)
        else:
            groups = self.column(column).groups(rows, start=start, descending=descending)
        for value, group in groups:
            following = after[1:] if after is not None and value == start else None
            if rest and (len(group) > 1 or following is not None):
                yield from self.in_order(connection, space, group, rest, following)
            elif following is None:
                yield from group

    def _names(
        self,
        connection: Connection,
        space: str,
        rows: BitMap,
        start: Value | None,
        *,
        descending: bool,
    ) -> Iterator[tuple[Value, BitMap]]:
        """Some rows parted by their name, in the order of names; few have the same."""
        ordering = self.ordering(connection, space, "name")
        read = partial(read_keys, connection, space, "name")
        key = None if start is None else (str(start), _LAST) if descending else (str(start),)
        walk = ordering.walk(rows, read, after=key, descending=descending)
        same, name = BitMap(), ""
        while part := list(islice(walk, PART)):
            keys = read(part)
            for row in part:
                if same and keys[row][0] != name:
                    yield name, same
                    same = BitMap()
                name = keys[row][0]
                same.add(row)
        if same:
            yield name, same


#: Text that comes after every id, and how many rows' names are read at once.
_LAST, PART = "\U0010ffff", 100


def _key(values: Sequence[Value]) -> Key:
    return tuple(str(value) for value in values)


def _next_state(connection: Connection, state: State, release: int) -> TakeIn:
    """Read what a state lacks: loaded where it is stored, built where there is nothing yet."""
    if stored_release(connection) > state.release:
        return partial(_given, load_state(connection))
    if state.release == 0:
        return partial(_given, build(connection, release))
    return read_since(connection, state, release)


def _given(state: State) -> State:
    return state
