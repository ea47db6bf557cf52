"""Query parameters: declared once, for OpenAPI and for the check of every request.

A parameter that nobody declared, a value outside its vocabulary or an id that does not exist is
refused with its name and the nearest right one: a misspelt filter must never be answered with
unfiltered data.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.dates import bounds, day
from app.errors import MOST_HINTS, Fault, InvalidInput, nearest
from app.vocabulary import Word, plain_text
from app.web.parameters.query_text import pairs_of
from app.web.parameters.synonyms import meant

LONGEST_VALUE = 1000
MOST_VALUES = 500
#: One value of many; all of them together still fit into an address, of which 64 KB are read.
LONGEST_LISTED = 120

Schema = dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One query parameter.

    Attributes:
        name: as the address says it.
        description: what it means, and what leaving it out means.
        schema: JSON Schema of one value; any text, if left out.
        parse: makes the value from its text, or raises ValueError saying what would be right.
        many: whether it may be repeated or hold commas, meaning *or*.
        example: a value that works on the shipped data.
        required: whether there is no answer without it.
        filled_in: whether the page of the description asks with the example, without which the
            shipped data has no answer.
    """

    name: str
    description: str
    schema: Schema = field(default_factory=dict)
    parse: Callable[[str], Any] = str
    many: bool = False
    example: Any = None
    required: bool = False
    filled_in: bool = False

    @property
    def longest(self) -> int:
        """The most characters that a value may have."""
        if self.many:
            return LONGEST_LISTED
        longest: int = self.schema.get("maxLength", LONGEST_VALUE)
        return longest

    def openapi(self) -> dict[str, Any]:
        """The parameter object of OpenAPI 3.1."""
        schema = self.schema or {"type": "string", "maxLength": self.longest}
        if self.many:
            schema = {"type": "array", "items": schema, "maxItems": MOST_VALUES}
        declared: dict[str, Any] = {
            "name": self.name,
            "in": "query",
            "description": self.description,
            "schema": schema,
        }
        if self.required:
            declared["required"] = True
        if self.many:
            declared["explode"] = False
        if self.example is not None:
            example = [self.example] if self.many else self.example
            if self.required or self.filled_in:
                declared["example"] = example
            else:  # a page that fills in every `example` would ask for all of them at once
                declared["schema"] = {**schema, "examples": [example]}
        return declared


Values = Mapping[str, Any]


def parse_query(query_string: bytes, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """The values of a query string by name: lists where a parameter takes many.

    Raises:
        InvalidInput: with every fault of the query.
    """
    given = pairs_of(query_string)
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, text in given:
        parameter = parameters.get(name)
        if parameter is None:
            shown = name if name.isprintable() else ascii(name)
            hint = f"; {meant(name, parameters)}" if len(faults) < MOST_HINTS else ""
            faults.append(Fault(f"unknown parameter {shown!r}{hint}", parameter=shown))
            continue
        try:
            _take(parameter, plain_text(text), values)
        except ValueError as fault:
            faults.append(Fault(str(fault), parameter=name))
    for name, parameter in parameters.items():
        if (
            parameter.required
            and name not in values
            and not any(f.parameter == name for f in faults)
        ):
            faults.append(Fault(f"the parameter {name!r} is needed", parameter=name))
    refuse([*faults, *_periods_turned_round(values)])
    return values


def _periods_turned_round(values: Values) -> Iterator[Fault]:
    """The periods that end before they begin: `from` and `to`, `stated_from` and `stated_to`, …"""
    for name, first in values.items():
        end = f"{name.removesuffix('from')}to"
        if name.endswith("from") and isinstance(first, str) and first > values.get(end, first):
            detail = f"{name} {first} is after {end} {values[end]}: the first day comes first"
            yield Fault(detail, parameter=name)


def refuse(faults: Iterable[Fault]) -> None:
    """Raise one problem for all faults, if there are any."""
    found = list(faults)
    if found:
        raise InvalidInput("; ".join(fault.detail for fault in found[:5]), errors=found[:100])


def _take(parameter: Parameter, text: str, values: dict[str, Any]) -> None:
    name = parameter.name
    parts = text.split(",") if parameter.many else [text]
    if len(text) > parameter.longest and max(map(len, parts)) > parameter.longest:
        raise ValueError(f"is longer than {parameter.longest} characters")
    if not parameter.many:
        if name in values:
            raise ValueError(f"{name!r} is given twice; it takes one value")
        values[name] = parameter.parse(text)
        return
    taken = values.setdefault(name, [])
    for part in parts if len(parts) <= MOST_VALUES else ():
        value = parameter.parse(part.strip())
        if value not in taken:
            taken.append(value)
    if len(parts) > MOST_VALUES or len(taken) > MOST_VALUES:
        del taken[MOST_VALUES:]  # of a query that is refused: nobody waits for more to be compared
        raise ValueError(f"{name!r} takes at most {MOST_VALUES} values")


def word(name: str, vocabulary: type[Word], description: str) -> Parameter:
    """A parameter whose values are words of a vocabulary."""
    return word_of(name, [one.value for one in vocabulary], description)


def word_of(name: str, words: Sequence[str], description: str, *, many: bool = True) -> Parameter:
    """A parameter whose values are among these words."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"{text[:100]!r} is not a value of {name!r}; {nearest(text, words)}")
        return text

    schema = {"type": "string", "enum": list(words)}
    return Parameter(name, description, schema, parse, many=many, example=words[0])


LONGEST_ID = 100
ID_SCHEMA: Schema = {
    "type": "string",
    "maxLength": LONGEST_ID,
    "pattern": "^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$",
}
#: An id, or whatever a country is called.
NAME_SCHEMA: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_ID}
_ID = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")


def is_id(text: str) -> bool:
    """Whether a text has the form of an id, as callers may write it."""
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None


def parse_id(text: str) -> str:
    """An id, or a country's name, as a caller may write it; whether it exists is said later."""
    if len(text) > LONGEST_ID or not any(map(str.isalnum, text)):
        raise ValueError(
            f"{text[:40]!r} is not an id; an id is words of a-z and 0-9 joined by hyphens, "
            "or a country's code"
        )
    return text


def identifier(name: str, description: str, example: str | None = None) -> Parameter:
    """A parameter whose values are ids."""
    return Parameter(name, description, NAME_SCHEMA, parse_id, many=True, example=example)


def day_parameter(name: str, description: str, example: str) -> Parameter:
    """A parameter that is a day."""

    def parse(text: str) -> str:
        try:
            return day(text)
        except ValueError as fault:
            raise ValueError(
                f"{name!r} is a day written YYYY-MM-DD, such as {example}{_days_meant(text)}"
            ) from fault

    return Parameter(
        name, description, {"type": "string", "format": "date"}, parse, example=example
    )


def _days_meant(text: str) -> str:
    """A clause about a text that is no day: there is no such day, or it is several."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, flags=re.ASCII):
        return f"; there is no day {text}"
    try:
        earliest, latest, _ = bounds(text)
    except ValueError:
        return ""
    if not earliest or not latest:
        return f"; {text!r} is open at an end, and here only a day can stand"
    return f"; {text!r} is {earliest} to {latest}: write the day that is meant"


def text_parameter(name: str, description: str, example: str | None = None) -> Parameter:
    """A parameter of free text, compared as it is."""
    return Parameter(name, description, many=True, example=example)


def integer(name: str, description: str, low: int, high: int, example: int) -> Parameter:
    """A parameter that is a whole number within bounds."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,12}", text) or not low <= int(text) <= high:
            raise ValueError(f"{name!r} is a whole number from {low} to {high}")
        return int(text)

    schema = {"type": "integer", "minimum": low, "maximum": high}
    return Parameter(name, description, schema, parse, example=example)


def paragraph_number(text: str) -> int:
    """A paragraph's number."""
    if not re.fullmatch(r"[1-9][0-9]{0,6}", text, re.ASCII):
        raise ValueError(f"{text[:40]!r} is not a paragraph; paragraphs are counted from 1")
    return int(text)


def parse_moment(text: str) -> str:
    """A moment (RFC 3339, or a day meaning its end) as the database writes moments."""
    try:
        if len(text) == 10:
            return f"{day(text)}T23:59:59.999999Z"
        if not re.fullmatch(
            r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})",
            text,
            re.ASCII,
        ):
            raise ValueError("form")
        fraction = re.sub(r"(\.\d{6})\d+", r"\1", text.upper())
        moment = datetime.fromisoformat(fraction).astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise ValueError(
            f"{text[:40]!r} is not a moment; RFC 3339 says 2026-11-24T12:00:00Z "
            "(in an address + is written %2B)"
        ) from fault
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


KNOWN_AT = Parameter(
    "known_at",
    "Answer from what this database held at that moment (RFC 3339, with its offset; a day means "
    "its end, UTC). Left out: now.",
    {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]},
    parse_moment,
    example="2036-01-01T00:00:00Z",
)
MIN_RELEASE = integer(
    "min_release",
    "Never answer from an earlier release than this, as a replica that is behind would: "
    "`meta.release` of the answer to a change, to read what it wrote.",
    0,
    10**9,
    1,
)
AS_OF = day_parameter(
    "as_of",
    "Answer from what had been said or signed in the world by that day. A vague date counts from "
    "the first day it can be, which for an open beginning is before all days; an undated opinion "
    "takes its document's date, and without one it is left out and counted in `meta.undated`. Left "
    "out: everything counts.",
    "2006-12-31",
)
