"""Faults of given records: file, line, field, what is wrong and what would be right."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pydantic import ValidationError

from app.errors import PositionsError
from app.records.base import Record
from app.validation_messages import message

MOST_FAULTS = 1000
#: How many faults that differ only in their values are told one by one.
MOST_ALIKE = 10


@dataclass(frozen=True)
class SourceLocation:
    """The location of a record in a file or request, with the line of each of its fields."""

    source: str
    line: int
    lines: dict[tuple[str | int, ...], int] | None = None

    def line_of(self, path: tuple[str | int, ...]) -> int:
        """Return the line of a field, or of the nearest part around it."""
        for length in range(len(path), 0, -1):
            if self.lines and path[:length] in self.lines:
                return self.lines[path[:length]]
        return self.line


@dataclass(frozen=True, order=True)
class RecordFault:
    """One fault: file, line, field, what was wrong and what would be right."""

    source: str
    line: int
    field: str
    detail: str

    def __str__(self) -> str:
        """One line, as compilers write them."""
        return f"{self.source}:{self.line} {self.field}: {self.detail}"


class FaultLog:
    """Faults found so far: all counted, the first thousand kept."""

    def __init__(self) -> None:
        self.kept: list[RecordFault] = []
        self.total = 0

    def __bool__(self) -> bool:
        return bool(self.kept)

    def add(self, location: SourceLocation, field: str, detail: str) -> None:
        """Note one fault in a field of what was given; its line is looked up only if kept."""
        self.total += 1
        if len(self.kept) < MOST_FAULTS:
            path = tuple(int(part) if part.isdigit() else part for part in field.split("."))
            line = location.line_of(path)
            self.kept.append(RecordFault(location.source, line, field, detail))

    def extend(self, faults: Iterable[RecordFault]) -> None:
        """Take over all of some faults that were found elsewhere."""
        before = len(self.kept)
        self.kept += faults
        self.total += len(self.kept) - before


class FaultyRecords(PositionsError):
    """Refusal of all given records; `faults` says why, in order of file and line."""

    def __init__(self, faults: list[RecordFault]) -> None:
        """Store the faults, sorted; many alike are one."""
        every = sorted(set(faults))
        self.faults = without_repetition(every)
        more = " and more" if len(every) >= MOST_FAULTS else ""
        number = len(every)
        super().__init__(f"{number} fault{'' if number == 1 else 's'}{more}")


def without_repetition(faults: Iterable[RecordFault]) -> list[RecordFault]:
    """Return the faults, of many that are alike only the first, which says how many there are."""
    alike: dict[tuple[str, str, str], list[RecordFault]] = defaultdict(list)
    for fault in faults:
        # Two ids that lead nowhere are two faults: each has its own right one.
        own = _NOWHERE in fault.detail
        shape = fault.detail if own else _VALUES.sub("", fault.detail)
        alike[fault.source, _VALUES.sub("", fault.field), shape].append(fault)
    return [one for group in alike.values() for one in _told(group)]


_NOWHERE = "is not the id of any"
#: What differs between faults that are alike.
_VALUES = re.compile(r"'[^']*'|\"[^\"]*\"|\d+")


def _told(group: list[RecordFault]) -> list[RecordFault]:
    if len(group) <= MOST_ALIKE:
        return group
    first, last = group[0], group[-1]
    places = f", down to line {last.line}" if last.line else ""
    detail = f"{first.detail} ({len(group) - 1:,} more like it{places})"
    return [replace(first, detail=detail)]


def explain(
    error: ValidationError, model: type[Record], location: SourceLocation
) -> Iterator[RecordFault]:
    """Turn what validation found into faults that name the right word or key, up to a bound."""
    for found in error.errors(include_url=False)[:MOST_FAULTS]:
        path = _path(found["loc"])
        yield RecordFault(
            location.source, location.line_of(path), _pointer(path), message(found, model, path)
        )


def _path(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return a path without the tags that validation puts into it."""
    return tuple(part for part in loc if part not in ("span", "row"))


def _pointer(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path) or "record"
