"""Ids as callers write them, resolved; those that no record has are refused.

A country is understood by alpha-2, alpha-3, numeric code, name and slug, in any case, and the
answer always says alpha-3. A code that once meant another state means the present one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from app.db.search import words_of
from app.db.tables import ACTOR_KINDS, KIND_TABLES, countries
from app.errors import MOST_HINTS, Fault, NotFound, nearest
from app.web.parameters import is_id, refuse
from app.web.query.filters import Filter
from app.web.requests.context import ReadContext


def resolve_filters(context: ReadContext, filters: Sequence[Filter]) -> None:
    """Replace the ids that the caller wrote by canonical ones.

    Raises:
        InvalidInput: naming each id that does not exist, and the nearest that does.
    """
    faults: list[Fault] = []
    for one in filters:
        name = one.parameter.name
        if one.space is None or name not in context.values:
            continue
        found = _resolve(context, one.space, context.values[name])
        missing = [given for given, canonical in found.items() if canonical is None]
        if missing and not one.skips_unknown:
            faults += _unknown(missing, name, one.space, _known_ids(context, one.space))
        context.values[name] = [canonical for canonical in found.values() if canonical is not None]
    if faults:
        refuse(faults)


def _unknown(missing: Sequence[str], name: str, space: str, known: list[str]) -> Iterator[Fault]:
    """A fault for each id that does not exist, the first with the nearest that does."""
    for number, given in enumerate(missing):
        hint = f"; {nearest(given, known)}" if number < MOST_HINTS else ""
        yield Fault(f"{given!r} is not a known {space}{hint}", parameter=name)


def resolve_one(context: ReadContext, space: str, given: str) -> str:
    """The canonical id of the record at an address.

    Raises:
        NotFound: with the nearest id that exists.
    """
    canonical = _resolve(context, space, [given]).get(given)
    if canonical is None:
        hint = nearest(given, _known_ids(context, space))
        raise NotFound(f"no {space} has the id {given[:100]!r}; {hint}")
    return canonical


def _resolve(context: ReadContext, space: str, given: Iterable[str]) -> dict[str, str | None]:
    wanted = [one for one in given if is_id(one)]
    exact = context.references.existing(context.connection, space, wanted)
    found: dict[str, str | None] = {one: one if one in exact else None for one in wanted}
    if space in ("actor", "country") and None in found.values():
        aliases = country_aliases(context)
        for one, canonical in found.items():
            if canonical is None:
                found[one] = country_meant(aliases, one)
    return found


def country_meant(aliases: Mapping[str, str], text: str) -> str | None:
    """Return the id of the country that a code or a name means."""
    return aliases.get(text.lower()) or aliases.get("-".join(words_of(text)))


def country_aliases(context: ReadContext) -> dict[str, str]:
    """The ids of countries by every way to write one, in lower case."""
    made: dict[str, str] = context.cached("country aliases", lambda: _read_aliases(context))
    return made


def _read_aliases(context: ReadContext) -> dict[str, str]:
    rows = [
        (one, orjson.loads(body))
        for one, body in context.rows(sa.select(countries.c.id, countries.c.body))
    ]
    rows.sort(key=lambda row: (row[1]["valid_to"] is not None, row[0]))
    aliases: dict[str, str] = {}
    for keys in (_codes, _slugs):
        for one, body in rows:
            for alias in keys(one, body):
                aliases.setdefault(alias, one)
    return aliases


def _codes(one: str, body: dict[str, Any]) -> list[str]:
    codes = (one, body["iso3166_1_alpha3"], body["iso3166_1_alpha2"], body["iso3166_1_numeric"])
    return [code.lower() for code in codes if code]


def _slugs(_one: str, body: dict[str, Any]) -> list[str]:
    names = (body["name"], body["official_name"], *body["other_names"])
    return ["-".join(words_of(name)) for name in names if name]


def _known_ids(context: ReadContext, space: str) -> list[str]:
    """Ids to suggest from: all of a small space, the first of a large one."""
    names = ACTOR_KINDS if space == "actor" else (space,)
    known: list[str] = []
    for name in names:
        table = KIND_TABLES[name]
        known += [row.id for row in context.rows(sa.select(table.c.id).limit(3000))]
    if "country" in names:  # of codes only the id: nobody means one by a short one nearly right
        known += [alias for alias in country_aliases(context) if len(alias) > 3]
    return known
