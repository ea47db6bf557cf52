"""EDTF (ISO 8601-2:2019, levels 0 to 2): the days that an expression allows.

The specification is https://www.loc.gov/standards/datetime/. It is read here and not by a library:
`edtf` 5 takes `1950S2` for 1950, refuses `1984-1X`, ends winter with the year, takes a time of day
for a day, and says of none of these why. What is no day of the years 1 to 9999 is refused: days are
compared as text.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, date
from enum import Enum
from functools import lru_cache
from itertools import product
from typing import NamedTuple


class Form(Enum):
    """The parts of an expression: its spans and how they go together."""

    DATE = "date"  # some day or days within the one span
    INTERVAL = "interval"  # from the beginning of the one span to its end
    ONE_OF = "one_of"  # within one of the spans, nobody knows which
    ALL_OF = "all_of"  # within each of the spans


class Span(NamedTuple):
    """Days one after the other; None at an end that is open or unknown."""

    earliest: str | None
    latest: str | None
    edtf: str


class Expression(NamedTuple):
    """An EDTF text, as read.

    Attributes:
        qualified: whether any part is uncertain (?), approximate (~) or both (%).
    """

    form: Form
    spans: tuple[Span, ...]
    qualified: bool

    @property
    def is_set(self) -> bool:
        """Whether it says several dates, which are not the days between them."""
        return len(self.spans) > 1

    @property
    def earliest(self) -> str | None:
        """The first day it can be; None where open or unknown."""
        firsts = [span.earliest for span in self.spans]
        return None if None in firsts else min(filter(None, firsts))

    @property
    def latest(self) -> str | None:
        """The last day it can be; None where open or unknown."""
        lasts = [span.latest for span in self.spans]
        return None if None in lasts else max(filter(None, lasts))

    def may_lie_in(self, first: str, last: str) -> bool:
        """Tell whether one of its days lies in a period, both ends included."""
        return any(
            (span.earliest or first) <= last and (span.latest or last) >= first
            for span in self.spans
        )


#: The first month and the number of months of each grouping of months. Seasons are those of
#: meteorology; 21 to 24 name no hemisphere, and are read as in the north.
_NORTH = {"spring": (3, 3), "summer": (6, 3), "autumn": (9, 3), "winter": (12, 3)}
_SOUTH = {"spring": (9, 3), "summer": (12, 3), "autumn": (3, 3), "winter": (6, 3)}
GROUPINGS: dict[int, tuple[int, int]] = {
    **dict(enumerate(_NORTH.values(), 21)),
    **dict(enumerate(_NORTH.values(), 25)),
    **dict(enumerate(_SOUTH.values(), 29)),
    **{33 + i: (1 + 3 * i, 3) for i in range(4)},
    **{37 + i: (1 + 4 * i, 4) for i in range(3)},
    **{40 + i: (1 + 6 * i, 6) for i in range(2)},
}

_MARK = "[?~%]?"
_DATE = re.compile(
    rf"{_MARK}(?P<year>-?[\dX]{{4}}){_MARK}"
    rf"(?:-{_MARK}(?P<month>[\dX]{{2}}){_MARK}(?:-{_MARK}(?P<day>[\dX]{{2}}){_MARK})?)?",
    re.ASCII,
)
_YEAR = re.compile(
    rf"{_MARK}(?:(?P<long>Y)(?P<number>-?\d+)(?:E(?P<zeros>\d+))?|(?P<year>-?\d{{4}}))"
    rf"(?:S(?P<digits>\d+))?{_MARK}",
    re.ASCII,
)
_TIME = re.compile(r"^(\d{4}-\d{2}-\d{2})T\d", re.ASCII)
_SHORT = re.compile(r"(\d{4})-(0?[1-9]|1[0-2])(?:-([12]\d|3[01]|0?[1-9]))?", re.ASCII)
_DRAFT = re.compile(r"[\du]{3}u|-uu|\?~|~\?|unknown|open|y\d|[\dY]e\d|\dp\d", re.ASCII)


@lru_cache(maxsize=65536)
def parse(text: str) -> Expression:
    """Read an EDTF text.

    Raises:
        ValueError: when it is none, or one of no day of the years 1 to 9999; the reason in words.
    """
    qualified = any(mark in text for mark in "?~%")
    if text[:1] + text[-1:] in ("[]", "{}"):
        form = Form.ONE_OF if text[0] == "[" else Form.ALL_OF
        return Expression(form, tuple(_members(text)), qualified)
    if "/" in text:
        return Expression(Form.INTERVAL, (_interval(text),), qualified)
    return Expression(Form.DATE, (_span(text, text),), qualified)


def _interval(text: str) -> Span:
    """The days from one date to another; an empty side is unknown, and one of dots is open."""
    sides = text.split("/")
    if len(sides) != 2:
        raise ValueError(_not_edtf(text))
    return _between(text, *(None if side in ("", "..") else side for side in sides))


def _members(text: str) -> Iterator[Span]:
    """The members of a set; the first may have no beginning, and the last no end."""
    members = [member.strip(" ") for member in text[1:-1].split(",")]
    for number, member in enumerate(members):
        first, dots, last = member.partition("..")
        if not dots:
            yield _span(member, text)
            continue
        if (not first and number > 0) or (not last and number < len(members) - 1):
            raise ValueError(
                f"{text!r} is open in its midst; in a set only the first member can begin with "
                "dots, and only the last end with them"
            )
        yield _between(member, first or None, last or None, whole=text)


def _between(text: str, first: str | None, last: str | None, whole: str | None = None) -> Span:
    """The days from the first of one date to the last of another."""
    whole = whole or text
    if first is None and last is None:
        raise ValueError(_says_nothing(whole))
    earliest = _span(first, whole).earliest if first else None
    latest = _span(last, whole).latest if last else None
    if earliest and latest and earliest > latest:
        raise ValueError(f"{whole!r} ends before it starts")
    return Span(earliest, latest, text)


def _span(one: str, text: str) -> Span:
    """The days that a date allows, as part of a text."""
    if found := _DATE.fullmatch(one):
        first, last = _days(one, found, text)
    elif found := _YEAR.fullmatch(one):
        low, high = _years(found, text)
        first, last = f"{low:04}-01-01", f"{high:04}-12-31"
    else:
        raise ValueError(_not_edtf(text))
    return Span(first, last, one)


def _years(found: "re.Match[str]", text: str) -> tuple[int, int]:
    """The years of a number that may be long, a power of ten, or known to some digits only."""
    number = found["number"] or found["year"]
    zeros = int(found["zeros"] or 0)
    if found["long"] and len(number.lstrip("-")) + zeros < 5:
        raise ValueError(f"{text!r} begins with Y, which is for years of more than four digits")
    if found["long"] or number.startswith("-"):
        raise ValueError(_outside(text))
    digits = int(found["digits"])
    if not 1 <= digits <= 4:
        raise ValueError(f"{text!r} says {digits} significant digits; a year here has one to four")
    size = 10 ** (4 - digits)
    low = int(number) // size * size
    if low == 0:
        raise ValueError(_outside(text))
    return low, low + size - 1


def _days(one: str, found: "re.Match[str]", text: str) -> tuple[str, str]:
    """The first and the last day that a year, month or day allows, X being any digit."""
    year, month, day = found.group("year", "month", "day")
    if year.startswith("-") or year == "0000":
        raise ValueError(_outside(text))
    if year == "XXXX":
        raise ValueError(_says_nothing(text) if (month or "XX") == "XX" else _without_year(text))
    months = [number for number in _digits(month or "XX") if 1 <= number <= 12]
    if month and not months:
        return _grouping(year, month, day, text)
    days = list(_digits(day or "XX"))
    first = _first(_digits(year), months, days)
    last = _first(_digits(year)[::-1], months[::-1], days[::-1])
    if first is None or last is None:
        unspecified = "X" in one
        raise ValueError(
            f"{text!r} says {one}, and "
            + ("no day can be that" if unspecified else "there is no such day")
        )
    return _checked(first, text), _checked(last, text)


def _first(years: Sequence[int], months: Sequence[int], days: Sequence[int]) -> str | None:
    """The first day that there is, of years, months and days in this order."""
    for year, month, day in product(years, months, days):
        if year == 0:  # no year of `date`, and no leap day is looked for there
            return _UNSAYABLE
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            continue
    return None


#: The place of a day that lies in the year 0.
_UNSAYABLE = ""


def _checked(day: str, text: str) -> str:
    if day == _UNSAYABLE:
        raise ValueError(_outside(text))
    return day


def _grouping(year: str, code: str, day: str | None, text: str) -> tuple[str, str]:
    """The days of a season, quarter, third or half of a year; some end in the next year."""
    if not code.isdigit() or int(code) not in GROUPINGS:
        raise ValueError(
            f"{text!r} says month {code}; months are 01 to 12, seasons 21 to 32, quarters 33 "
            "to 36, thirds of a year 37 to 39, halves 40 and 41"
        )
    if day is not None:
        raise ValueError(f"{text!r} says a day of a season; a day needs its month, such as 2004-03")
    month, number = GROUPINGS[int(code)]
    years = _digits(year)
    over, last = divmod(month + number - 2, 12)
    if years[0] == 0 or years[-1] + over > MAXYEAR:
        raise ValueError(_outside(text))
    _, end = monthrange(years[-1] + over, last + 1)
    return f"{years[0]:04}-{month:02}-01", f"{years[-1] + over:04}-{last + 1:02}-{end}"


def _digits(pattern: str) -> list[int]:
    """The numbers that a pattern allows, in order."""
    choices = ("0123456789" if one == "X" else one for one in pattern)
    return [int("".join(chosen)) for chosen in product(*choices)]


# -- refusals ---------------------------------------------------------------------------------


def _outside(text: str) -> str:
    return f"{text!r} lies outside the years 1 to 9999"


def _says_nothing(text: str) -> str:
    return f"{text!r} says nothing usable; where nothing is known, leave it null"


def _without_year(text: str) -> str:
    return (
        f"{text!r} says no year at all, so it has no place in time; leave edtf null and give the "
        "words as text"
    )


def _not_edtf(text: str) -> str:
    """Say what is right instead, as near to what was meant as can be told."""
    if found := _TIME.match(text):
        return f"{text!r} has a time of day; dates here are days at the finest: {found[1]}"
    if found := _SHORT.fullmatch(text):
        written = "-".join(one.zfill(2) for one in found.groups() if one)
        return f"{text!r} is not a date in EDTF; months and days have two digits: {written}"
    hint = (
        "since 2019 an unknown digit is X, uncertain and approximate together %, an unknown side "
        "of an interval empty and an open one '..'"
        if _DRAFT.search(text)
        else "right would be 1996, 1996-05, 1996-05-14, 2004-21 (spring), 199X, 1996~ (about), "
        "1996/1998 or 1996/.."
    )
    return f"{text!r} is not a date in EDTF; {hint}"
