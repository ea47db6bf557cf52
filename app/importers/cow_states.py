"""States by their number in Correlates of War, which several held one after the other.

The number runs on where one state followed another: 365 is the Russian Empire, the Soviet Union
and Russia, 345 Serbia, Yugoslavia, Serbia and Montenegro, and Serbia again. So a number means a
state only together with a day, and a spell that reaches over the day of a succession is cut there.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.db.tables import countries
from app.names.countries import State, state_of

_NEVER = "9999-12-31"


class Moment(NamedTuple):
    """A date as a source has it: its EDTF, and the first and last day that it can be."""

    edtf: str
    first: str
    last: str

    @property
    def day_after(self) -> str:
        """The day after the last one that it can be."""
        return (date.fromisoformat(self.last) + timedelta(days=1)).isoformat()


def moment(year: int, month: int, day: int | None) -> Moment:
    """Return a date; a month where the day is not known.

    Raises:
        ValueError: when there is no such day.
    """
    if day is None:
        first = date(year, month, 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return Moment(f"{first:%Y-%m}", first.isoformat(), last.isoformat())
    text = date(year, month, day).isoformat()
    return Moment(text, text, text)


class Held(NamedTuple):
    """The part of a spell in which one state held a number.

    Attributes:
        country: the state's id.
        start: since when.
        end: until when; None while it lasts.
        succeeded: whether it took over from another state within the spell.
    """

    country: str
    start: Moment
    end: Moment | None
    succeeded: bool


class CowStates:
    """The states that have each number, in order of time.

    Args:
        states: by number, states that have it.
    """

    def __init__(self, states: Mapping[str, Sequence[State]]) -> None:
        self._states = {
            number: sorted(ones, key=lambda one: one.last or _NEVER)
            for number, ones in states.items()
        }
        self.names = {one.id: one.name for ones in states.values() for one in ones}

    def held(
        self, number: str, start: Moment, end: Moment | None, *, recognised: bool = True
    ) -> list[Held]:
        """Return who held a number in a spell, in order.

        Args:
            number: the number.
            start: when the spell began.
            end: when it ended; None where it did not.
            recognised: whether the source has the state as one of the system of states by then;
                what it has not may be dated before the state began.

        Raises:
            ValueError: when no state had the number then.
        """
        states = self._states.get(number)
        if states is None:
            raise ValueError(f"{number!r} is the number of no state; right would be a COW number")
        first, last = states[0], states[-1]
        if recognised and first.first and start.last < first.first:
            raise ValueError(f"no state had {number} on {start.edtf}; {first.described}")
        if last.last and start.first > last.last:
            raise ValueError(f"no state had {number} on {start.edtf}; {last.described}")
        return list(_parts(states, start, end))


def cow_states(connection: Connection, *schemes: str) -> CowStates:
    """Return the states known here by their numbers.

    Args:
        connection: where they are read.
        schemes: further schemes of numbers, for members that Correlates of War has none for.
    """
    known: dict[str, list[State]] = defaultdict(list)
    for country, text in connection.execute(sa.select(countries.c.id, countries.c.body)):
        body = orjson.loads(text)
        for identifier in body["identifiers"]:
            if identifier["scheme"] in ("cow", *schemes):
                known[identifier["value"]].append(state_of(country, body))
    return CowStates(known)


def _parts(states: Sequence[State], start: Moment, end: Moment | None) -> Iterator[Held]:
    """Yield the parts of a spell, cut on each day on which a state followed another."""
    taken_over: Moment | None = None
    for state, following in zip(states, [*states[1:], None], strict=True):
        last = state.last or _NEVER
        day = following.first or last if following else _NEVER
        if start.first >= day and following:
            continue
        if not following or (end and end.first <= last):
            yield Held(state.id, taken_over or start, end, taken_over is not None)
            return
        change = Moment(day, day, day)
        yield Held(state.id, taken_over or start, change, taken_over is not None)
        taken_over = change
