"""Axis of time: days to places on a line.

An exact day is a point. Anything vaguer is a bar from the first day it can be to the last, never
narrower than can be seen; what is open at an end runs to the edge, and what has no bounds at all
is not drawn.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.edtf import parse

WIDTH, LEFT, RIGHT = 900, 24, 24
NARROWEST = 8.0
#: The width of a chart on a phone, and the room above a chart for the name of what it measures.
PHONE, TOP = 358, 26


@dataclass(frozen=True)
class Axis:
    """Axis of time from one day to another, between two places."""

    first: date
    last: date
    left: float = LEFT
    right: float = WIDTH - RIGHT

    def at(self, day: str | None, *, otherwise: float) -> float:
        """Return the place of a day, kept within the axis."""
        if not day:
            return otherwise
        share = (_day(day) - self.first).days / max(1, (self.last - self.first).days)
        return round(self.left + min(1.0, max(0.0, share)) * (self.right - self.left), 1)

    def bar(self, when: dict[str, Any]) -> tuple[float, float]:
        """Return the places where a date begins and ends: equal for an exact day."""
        begin = self.at(when["earliest"], otherwise=self.left)
        end = self.at(when["latest"], otherwise=self.right)
        if when["earliest"] == when["latest"]:
            return begin, end
        return self._widened(begin, end)

    def bars(self, when: dict[str, Any]) -> list[tuple[float, float]]:
        """Return the places of the bars of a date: of a set one for each member, else one."""
        spans = parse(when["edtf"]).spans
        if len(spans) == 1:
            return [self.bar(when)]
        return [
            self._widened(
                self.at(span.earliest, otherwise=self.left),
                self.at(span.latest, otherwise=self.right),
            )
            for span in spans
        ]

    def _widened(self, begin: float, end: float) -> tuple[float, float]:
        """A bar that is wide enough to be seen."""
        if end - begin >= NARROWEST:
            return begin, end
        middle = min(self.right - NARROWEST / 2, max(self.left + NARROWEST / 2, (begin + end) / 2))
        return middle - NARROWEST / 2, middle + NARROWEST / 2

    def ticks(self, most: int = 9) -> list[tuple[float, str]]:
        """Return the years to write under the axis, as many as are read easily."""
        years = range(self.first.year, self.last.year + 1)
        step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 1000) if len(years) / s <= most)
        return [
            (self.at(f"{year:04}-01-01", otherwise=self.left), str(year))
            for year in years
            if year % step == 0 and date(year, 1, 1) >= self.first
        ]


def axis(dates: Iterable[dict[str, Any] | None], **places: float) -> Axis | None:
    """Return the axis of the years that all known bounds lie in; None where there are none."""
    days = [_day(d) for one in dates if one for d in (one["earliest"], one["latest"]) if d]
    if not days:
        return None
    return Axis(date(min(days).year, 1, 1), date(min(9999, max(days).year + 1), 1, 1), **places)


def most_ticks(width: int) -> int:
    """Return how many years are read easily under a chart."""
    return 5 if width == PHONE else 9


def _day(text: str) -> date:
    """The day of the calendar; years before 1 are beyond any axis."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min if text.startswith(("-", "0000")) else date.max
