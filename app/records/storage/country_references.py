"""References to countries as callers write them, made the ids of their records.

A record may name a country as `app/names` understands it. What means two countries is a fault that
names both, unless the record's own day leaves one. Where any actor may stand, a slug is taken for
the id of one, so there a country is called by a code in capitals or by a name.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, get_args

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy import Connection

from app.db.tables import DATE_FIELDS, countries
from app.names.countries import CountryNames
from app.records.faults import FaultLog
from app.records.references import Reference
from app.records.storage.referents import Referents
from app.records.validation import GivenRecord

_SLUG, _ID = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*"), re.compile("[A-Z]{3}")


class CountryReferences:
    """Resolves the countries that the records of a change name."""

    def __init__(self, connection: Connection, referents: Referents, faults: FaultLog) -> None:
        self._connection, self._referents, self._faults = connection, referents, faults
        self._names: CountryNames | None = None

    def resolved(self, given: GivenRecord) -> GivenRecord:
        """Return a record with the ids of the countries that it names."""
        if given.kind.name == "country":
            self._names = None  # there may be another one from now on
        record = self._with_ids(given, given.record, ())
        return given if record is given.record else replace(given, record=record)

    def _with_ids(self, given: GivenRecord, part: Any, path: tuple[str, ...]) -> Any:
        """A part of a record with ids; the same one where nothing was to be resolved."""
        changed: dict[str, Any] = {}
        shape: type[BaseModel] = type(part)
        for name in shape.model_fields:
            value = getattr(part, name)
            found = self._value(given, value, _spaces(shape).get(name), (*path, name))
            if found is not value:
                changed[name] = found
        return part.model_copy(update=changed) if changed else part

    def _value(
        self, given: GivenRecord, value: Any, space: str | None, path: tuple[str, ...]
    ) -> Any:
        match value:
            case BaseModel():
                return self._with_ids(given, value, path)
            case tuple():
                found = tuple(
                    self._value(given, one, space, (*path, str(n))) for n, one in enumerate(value)
                )
                same = all(new is old for new, old in zip(found, value, strict=True))
                return value if same else found
            case str() if space:
                return self._id(given, value, space, path)
            case _:
                return value

    def _id(self, given: GivenRecord, text: str, space: str, path: tuple[str, ...]) -> str:
        if space == "actor" and _SLUG.fullmatch(text):
            return text
        if given.kind.name == "country" and _ID.fullmatch(text):
            return text  # a successor may come after it
        self._referents.load(space, {text})
        if self._referents.knows(space, text):
            return text
        ids = self._meant(given, text)
        if len(ids) == 1:
            return ids[0]
        names = self._read()
        if ids:
            detail = f"{text!r} means {names.described(ids)}: write the id of one"
        elif ids := tuple(names.capital_of(text)):
            detail = f"{text!r} is the capital of {names.described(ids)}: write the state"
        else:
            return text
        self._faults.add(given.location, ".".join(path), detail)
        return ids[0]

    def _meant(self, given: GivenRecord, text: str) -> tuple[str, ...]:
        """The countries that a text means on the day of its record, whichever day that is."""
        names = self._read()
        meant = [names.meaning(text, day).ids for day in _days(given)] or [names.meaning(text).ids]
        return tuple(dict.fromkeys(one for ids in meant for one in ids))

    def _read(self) -> CountryNames:
        if self._names is None:
            rows = self._connection.execute(sa.select(countries.c.id, countries.c.body))
            self._names = CountryNames.of_bodies(rows)
        return self._names


def _days(given: GivenRecord) -> list[str]:
    """The first and the last day of a record, where it has both."""
    date = getattr(given.record, DATE_FIELDS.get(given.kind.name, "id"))
    bounds = [getattr(date, name, None) for name in ("earliest", "latest")]
    return [str(day) for day in bounds] if all(bounds) else []


@cache
def _spaces(shape: type[BaseModel]) -> dict[str, str]:
    """The fields of a shape that refer to countries or actors, each with the space of ids."""
    found = {}
    for name, info in shape.model_fields.items():
        for reference in (*info.metadata, *_metadata_in(info.annotation)):
            if isinstance(reference, Reference) and reference.space in ("actor", "country"):
                found[name] = reference.space
    return found


def _metadata_in(annotation: Any) -> Iterator[Any]:
    yield from getattr(annotation, "__metadata__", ())
    for argument in get_args(annotation):
        yield from _metadata_in(argument)
