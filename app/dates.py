"""Dates of the world: often vague, never made up (EDTF, ISO 8601-2:2019, levels 0 to 2).

The library `edtf` parses and bounds them; this is the one module that meets it. Some of
its answers are not taken over: it pads an approximate date and an unknown side of an interval with
years of its own making, so bounds come from the strict reading and an unknown side stays open; it
ends winter with the year, takes the time of day for a day, and prints where it fails.
"""

import re
import time
from datetime import MAXYEAR, date, timedelta
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.vocabulary import DateBasis, DatePrecision, Line

#: How the columns of a table say that a date is unknown, or open at an end; they sort as text.
UNKNOWN, OPEN_START, OPEN_END = "", "0000-00-00", "9999-99-99"

_SEASON = re.compile(r"^\d{4}-(2[1-9]|3[0-2])$")
#: Seasons that reach into the next year: winter, and the summer of the south.
_OVER_NEW_YEAR = re.compile(r"(?a:^(\d{4})-(24|28|30)$)")
_NO_EDTF = re.compile(r"^\s|\s$|\dT|-(\dX|X\d)")
_DAY = re.compile(r"(?a:\d{4}-\d{2}-\d{2})")
_SHAPES = (
    (re.compile(r"^\d{4}-\d{2}-\d{2}$"), DatePrecision.DAY),
    (_SEASON, DatePrecision.SEASON),
    (re.compile(r"^\d{4}-(0[1-9]|1[0-2])(-XX)?$"), DatePrecision.MONTH),
    (re.compile(r"^\d{4}(-XX){0,2}$"), DatePrecision.YEAR),
    (re.compile(r"^\d{3}X$"), DatePrecision.DECADE),
)


class VagueDate(BaseModel):
    """A date of the world, as exact as the source has it and no more.

    In input an EDTF string alone will do (`2004-21`): a date the source states. Otherwise
    `text` is the source's wording, `edtf` what it amounts to (null where nothing is known),
    and `basis` says whether the source states it or somebody inferred it, and then `reason`.
    `earliest` and `latest` follow from `edtf`; null there means open or unknown.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "text": "last spring",
                    "edtf": "2004-21",
                    "earliest": "2004-03-01",
                    "latest": "2004-05-31",
                    "precision": "season",
                    "basis": "inferred",
                    "reason": "The document is from early 2005.",
                }
            ]
        },
    )

    text: Annotated[Line | None, Field(description="The wording of the source.")]
    edtf: Annotated[
        str | None, Field(max_length=100, description="EDTF (ISO 8601-2); null where unknown.")
    ]
    earliest: Annotated[
        str | None, Field(description="First day it can be (ISO 8601); null where open.")
    ]
    latest: Annotated[
        str | None, Field(description="Last day it can be (ISO 8601); null where open.")
    ]
    precision: Annotated[DatePrecision | None, Field(description="How exact it is.")]
    basis: Annotated[DateBasis, Field(description="Stated by the source, or inferred.")]
    reason: Annotated[Line | None, Field(description="How it was inferred; null where stated.")]

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        """Fill in what follows from `edtf`; refuse what contradicts it."""
        if isinstance(given, str):
            given = {"text": given, "edtf": given}
        if not isinstance(given, dict):
            raise ValueError(
                "a date is an EDTF string such as '1996' or '2004-21', or a mapping with "
                "text, edtf, basis and reason"
            )
        edtf_text = given.get("edtf")
        if not isinstance(edtf_text, str | None):
            raise ValueError("edtf is text, such as '2004-21', or null")
        unbounded = None, None, None
        earliest, latest, precision = unbounded if edtf_text is None else bounds(edtf_text)
        computed = {"earliest": earliest, "latest": latest, "precision": precision}
        for name, value in computed.items():
            if given.get(name) is not None and given[name] != value:
                raise ValueError(
                    f"{name} {given[name]!r} does not follow from edtf; {value!r} does"
                )
        defaults = {"text": None, "edtf": None, "basis": "stated", "reason": None}
        return defaults | given | computed

    @model_validator(mode="after")
    def _reasoned(self) -> "VagueDate":
        """Refuse an inference without a reason, and a date that says nothing."""
        if self.basis is DateBasis.INFERRED and not self.reason:
            raise ValueError("an inferred date needs a reason: the facts it was worked out from")
        if self.text is None and self.edtf is None:
            raise ValueError("a date needs text or edtf; where nothing is known, leave it null")
        return self

    @property
    def keys(self) -> tuple[str, str]:
        """The bounds as columns hold them, comparable as text."""
        if self.edtf is None:
            return UNKNOWN, UNKNOWN
        return self.earliest or OPEN_START, self.latest or OPEN_END

    @property
    def counts_from(self) -> str:
        """The day from which it counts under `as_of`: its first, if open at the start its last."""
        return self.earliest or self.latest or OPEN_END


@lru_cache(maxsize=65536)
def bounds(text: str) -> tuple[str | None, str | None, DatePrecision]:
    """Return the first day, the last day and the precision of an EDTF text.

    Args:
        text: EDTF, such as `1996`, `2004-21`, `2005-12~`, `[2004-12,2005-12]`, `2005/..`.

    Returns:
        ISO 8601 days, None where the date is open or unknown at that end, and the precision.

    Raises:
        ValueError: when it is not EDTF, lies outside the years 1 to 9999, or ends before it starts.
    """
    if _is_day(text):  # most dates by far; the library takes milliseconds for one
        return text, text, DatePrecision.DAY
    import edtf

    sides = text.split("/")
    first, last = sides[0], sides[-1]
    _sensible(text, sides)
    try:
        parsed = edtf.parse_edtf(text)
        low, high = parsed.lower_strict(), parsed.upper_strict()
    except Exception as fault:  # the parser raises what pyparsing and its own code happen to raise
        raise ValueError(_not_edtf(text)) from fault
    earliest = None if first in ("", "..") else _day(low, text)
    latest = None if last in ("", "..") else _over_new_year(last, text) or _day(high, text)
    if earliest and latest and earliest > latest:
        raise ValueError(f"{text!r} ends before it starts")
    return earliest, latest, _precision(text)


def _not_edtf(text: str) -> str:
    return (
        f"{text!r} is not a date in EDTF; right would be 1996, 1996-05, 1996-05-14, "
        "2004-21 (spring), 199X, 1996~ (about), 1996/1998 or 1996/.."
    )


def _sensible(text: str, sides: list[str]) -> None:
    """Refuse what the library takes for a date, or refuses without saying why."""
    if _NO_EDTF.search(text):
        raise ValueError(_not_edtf(text))
    if any(side.startswith("XXXX") for side in sides):
        raise ValueError(f"{text!r} says nothing usable; where nothing is known, leave it null")
    for one in _DAY.findall(text):
        if one[5:7] <= "12" and not _is_day(one):
            raise ValueError(f"{text!r} says {one}, and there is no such day")


def _over_new_year(side: str, text: str) -> str | None:
    """Return the last day of a season that ends in February; None for all else."""
    found = _OVER_NEW_YEAR.match(side)
    if found is None:
        return None
    if (year := int(found[1]) + 1) > MAXYEAR:
        raise ValueError(f"{text!r} lies outside the years 1 to 9999")
    return (date(year, 3, 1) - timedelta(days=1)).isoformat()


def _is_day(text: str) -> bool:
    try:
        return day(text) == text
    except ValueError:
        return False


def _precision(text: str) -> DatePrecision:
    """Return the precision that an EDTF text's form states."""
    if any(mark in text for mark in "~?%"):
        return DatePrecision.APPROXIMATE
    for shape, precision in _SHAPES:
        if shape.match(text):
            return precision
    return DatePrecision.INTERVAL


def _day(moment: time.struct_time | float, text: str) -> str | None:
    """Write a bound as an ISO day; None where the library says it is infinite."""
    if isinstance(moment, float):
        return None
    try:
        return date(moment.tm_year, moment.tm_mon, moment.tm_mday).isoformat()
    except ValueError as fault:
        raise ValueError(f"{text!r} lies outside the years 1 to 9999") from fault


def day(text: str) -> str:
    """Check a plain ISO day, as date parameters take it.

    Raises:
        ValueError: when it is not a day of the years 1 to 9999.
    """
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, flags=re.ASCII):
        raise ValueError("a day is written YYYY-MM-DD, such as 2006-12-04")
    date.fromisoformat(text)
    return text
