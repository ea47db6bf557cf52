"""Dates of the world: often vague, never made up.

A vague date is the days between `earliest` and `latest`, of which nobody knows which it is, or, if
it is a set, the days of its members. Everything that compares dates keeps to these rules:

* It may lie in a period if one of its days does; a day between the members of a set is none of its.
* By a day (`as_of`) it counts from the first day it can be. Where its beginning is open or unknown,
  that is before all days: what may have been so before any of them is never shown as new.
* Certainly earlier is only what ends before the other begins (`app.analysis.positions`).
* In a list it has the place of its first day; where it has none, that of its last, which is
  the only day that the source names. What has neither is undated, and never in a period.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.edtf import Expression, parse
from app.vocabulary import DateBasis, DatePrecision, Line

#: How the columns of a table say that a date is unknown, or open at an end; they sort as text.
UNKNOWN, OPEN_START, OPEN_END = "", "0000-00-00", "9999-99-99"

_SEASON = re.compile(r"^\d{4}-(2[1-9]|3[0-2])$")
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
                right = "leave it null" if value is None else f"'{value}' does"
                raise ValueError(f"{name} {given[name]!r} does not follow from edtf; {right}")
        if isinstance(edtf_text, str) and _apart(given.get("text"), (earliest, latest)):
            raise ValueError(
                f"text {given['text']!r} is another time than edtf {edtf_text!r}: "
                "change both, or leave text out"
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
        """The first day it can be, from which it counts under `as_of`."""
        return self.earliest or OPEN_START


def _apart(text: Any, days: tuple[str | None, str | None]) -> bool:
    """Tell whether a date in the source's words is EDTF by itself, and of no day of these."""
    try:
        first, last, _ = bounds(text) if isinstance(text, str) else (None, None, None)
    except ValueError:
        return False  # words, which nothing can be read from for certain
    earliest, latest = days
    return bool((first and latest and first > latest) or (last and earliest and last < earliest))


def place(earliest: str, latest: str) -> str:
    """Return the day by which a date has its place in a list.

    Args:
        earliest: its first day, as a column holds it.
        latest: its last day, likewise.
    """
    return latest if earliest == OPEN_START else earliest


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
    read = parse(text)
    return read.earliest, read.latest, _precision(text, read)


def _precision(text: str, read: Expression) -> DatePrecision:
    """Return the precision that an EDTF text's form states."""
    if read.qualified:
        return DatePrecision.APPROXIMATE
    for shape, precision in _SHAPES:
        if shape.match(text):
            return precision
    return DatePrecision.INTERVAL


def day(text: str) -> str:
    """Check a plain ISO day, as date parameters take it.

    Raises:
        ValueError: when it is not a day of the years 1 to 9999.
    """
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, flags=re.ASCII):
        raise ValueError("a day is written YYYY-MM-DD, such as 2006-12-04")
    date.fromisoformat(text)
    return text
