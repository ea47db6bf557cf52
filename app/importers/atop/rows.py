"""Rows of ATOP 5.1: alliances and their members' phases, each checked as it is read."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from app.importers.cow_states import Moment, moment
from app.importers.csv_files import CsvFile
from app.records.faults import FaultLog

VERSION = "5.1"
FIRST_YEAR, LAST_YEAR = 1815, 2018
#: ATOP's column of each promise, by our word for it.
PROMISES = {
    "defense": "defense",
    "offense": "offense",
    "neutrality": "neutral",
    "nonaggression": "nonagg",
    "consultation": "consul",
}
_MOST_MEMBERS = 59
_LISTED = tuple(f"mem{number}" for number in range(1, _MOST_MEMBERS + 1))
_COMMON = ("atopid", "ineffect", "version", *PROMISES.values())
_BEGIN, _END = ("begyr", "begmo", "begday"), ("endyr", "endmo", "endday")
_ENTRY, _EXIT = ("yrent", "moent", "dayent"), ("yrexit", "moexit", "dayexit")
ALLIANCES = (*_COMMON, *_BEGIN, *_END, *_LISTED)
MEMBERS = (*_COMMON, *_ENTRY, *_EXIT, "member", "phase", "cowsys", "obvary")

Cells = Mapping[str, str]


class Alliance(NamedTuple):
    """A row of the table of alliances.

    Attributes:
        id: ATOP's number.
        begin: when it began.
        end: when it ended; None where it had not when coding ended.
        promises: what any member promised.
        members: the numbers of its members.
        line: the line of the row.
    """

    id: str
    begin: Moment
    end: Moment | None
    promises: tuple[str, ...]
    members: frozenset[str]
    line: int


class Phase(NamedTuple):
    """A row of the table of members: one member in one phase of an alliance.

    Attributes:
        alliance: ATOP's number of the alliance.
        member: the number of the state.
        phase: which phase; 0 where there are none.
        entry: since when.
        exit: until when; None where it was bound when coding ended.
        promises: what it promised.
        varies: whether it did not promise the same to each of the others.
        recognised: whether it was in COW's system of states.
        line: the line of the row.
    """

    alliance: str
    member: str
    phase: str
    entry: Moment
    exit: Moment | None
    promises: tuple[str, ...]
    varies: bool
    recognised: bool
    line: int

    @property
    def key(self) -> str:
        """The key of the row, as evidence names it."""
        return f"{self.alliance}/{self.member}/{self.phase}/{self.entry.edtf}"


class _Fault(ValueError):
    """A fault of a row, with the column that it is in."""

    def __init__(self, column: str, detail: str) -> None:
        super().__init__(detail)
        self.column = column


def read_alliances(file: CsvFile, faults: FaultLog) -> Iterator[Alliance]:
    """Yield the rows of the table of alliances; what is wrong becomes a fault."""
    for row in file.rows(faults):
        cells = dict(zip(file.header, row, strict=True))
        try:
            begin, end = _spell(cells, _BEGIN, _END)
            listed = frozenset(filter(None, (cells[name].strip() for name in _LISTED)))
            yield Alliance(
                _number(cells, "atopid"), begin, end, _promises(cells), listed, file.line
            )
        except _Fault as fault:
            faults.add(file.location, fault.column, str(fault))


def read_phases(file: CsvFile, faults: FaultLog) -> Iterator[Phase]:
    """Yield the rows of the table of members; what is wrong becomes a fault."""
    for row in file.rows(faults):
        cells = dict(zip(file.header, row, strict=True))
        try:
            entry, left = _spell(cells, _ENTRY, _EXIT)
            yield Phase(
                _number(cells, "atopid"),
                _number(cells, "member"),
                _number(cells, "phase"),
                entry,
                left,
                _promises(cells),
                _flag(cells, "obvary"),
                _flag(cells, "cowsys"),
                file.line,
            )
        except _Fault as fault:
            faults.add(file.location, fault.column, str(fault))


def _spell(
    cells: Cells, begin: tuple[str, ...], end: tuple[str, ...]
) -> tuple[Moment, Moment | None]:
    """Return the first and last date of a row, whose version and mark of being open must fit."""
    if cells["version"].strip() != VERSION:
        raise _Fault(
            "version", f"{cells['version']!r} is not {VERSION}, the version whose end is known here"
        )
    first = _date(cells, begin)
    if first is None:
        raise _Fault(begin[0], "is 0; right would be the year in which it began")
    last = _date(cells, end)
    if _flag(cells, "ineffect") != (last is None):
        raise _Fault("ineffect", f"is {cells['ineffect']}, but {end[0]} is {cells[end[0]]}")
    if last and last.last < first.first:
        raise _Fault(end[0], f"the spell ends ({last.edtf}) before it starts ({first.edtf})")
    return first, last


def _date(cells: Cells, columns: tuple[str, ...]) -> Moment | None:
    """Return a date of three columns; None where its year is 0. A day may be blank."""
    year, month = (int(_number(cells, name)) for name in columns[:2])
    day = cells[columns[2]].strip() and int(_number(cells, columns[2]))
    if year == 0:
        if month or day:
            raise _Fault(columns[0], "is 0, which is an open end, but month or day is not")
        return None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _Fault(
            columns[0], f"{year} is outside {FIRST_YEAR} to {LAST_YEAR}, the years ATOP codes"
        )
    try:
        return moment(year, month, None if day == "" else int(day))
    except ValueError:
        given = "-".join(cells[name] for name in columns)
        raise _Fault(columns[1], f"{given!r} is no date (year-month-day)") from None


def _promises(cells: Cells) -> tuple[str, ...]:
    return tuple(word for word, column in PROMISES.items() if _flag(cells, column))


def _flag(cells: Cells, column: str) -> bool:
    if cells[column] not in ("0", "1"):
        raise _Fault(column, f"{cells[column]!r} is neither 0 nor 1")
    return cells[column] == "1"


def _number(cells: Cells, column: str) -> str:
    text = cells[column].strip()
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise _Fault(column, f"{cells[column]!r} is not a whole number")
    return text
