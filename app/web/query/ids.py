"""Ids as callers write them, resolved; those that no record has are refused.

A country is understood by whatever `app/names` knows of it, and the answer always says alpha-3.
What means two countries is refused with the names of both, unless `as_of` leaves one.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import sqlalchemy as sa

from app.analysis.name_matching.actors import (
    HOLDING,
    NameIndex,
    find_matches,
    read_country_names,
    read_names,
)
from app.db.tables import ACTOR_KINDS, KIND_TABLES
from app.errors import MOST_HINTS, Ambiguous, Fault, NotFound, nearest, with_article
from app.names.countries import CountryNames
from app.vocabulary import ActorKind
from app.web.parameters import is_id, refuse
from app.web.query.filters import Filter
from app.web.requests.context import ReadContext

#: How many actors of one name a refusal names.
MOST_CALLED = 3


def resolve_filters(context: ReadContext, filters: Sequence[Filter]) -> None:
    """Replace the ids that the caller wrote by canonical ones.

    Raises:
        InvalidInput: naming each id that does not exist, and the nearest that does; and each that
            means several countries, with all of them.
    """
    faults: list[Fault] = []
    for one in filters:
        name = one.parameter.name
        if one.space is None or name not in context.values:
            continue
        found = _resolve(context, one.space, context.values[name])
        missing = [given for given, meant in found.items() if not meant]
        if missing and not one.skips_unknown:
            faults += _unknown(context, missing, name, one.space)
        for given, meant in found.items():
            if len(meant) > 1:
                faults.append(Fault(_ambiguity(context, given, meant), parameter=name))
        context.values[name] = list(dict.fromkeys(meant[0] for meant in found.values() if meant))
    if faults:
        refuse(faults)


def _unknown(
    context: ReadContext, missing: Sequence[str], name: str, space: str
) -> Iterator[Fault]:
    """A fault for each id that does not exist, the first with the nearest that does."""
    known = _known_ids(context, space)
    for number, given in enumerate(missing):
        hint = f"; {_hint(context, given, space, known)}" if number < MOST_HINTS else ""
        yield Fault(f"{given!r} is not a known {space}{hint}", parameter=name)


def _hint(context: ReadContext, given: str, space: str, known: list[str]) -> str:
    """A clause with what would be right: the state of a capital, or the nearest id."""
    if space in ("actor", "country"):
        names = country_names(context)
        if states := names.capital_of(given):
            return f"it is the capital of {names.described(states)}: write the state"
        if names.meaning(given).matched_as == "not_recorded":
            return "this territory has no record here, and is none of the states that have"
    called = _called(context, given, space) if space in ("actor", *ACTOR_KINDS) else None
    return called or nearest(given, known)


def _called(context: ReadContext, given: str, space: str) -> str | None:
    """A clause with the actors that are called so, and how to say it where they are of others."""
    matches = find_matches(actor_names(context), given, list(ActorKind))
    best = [one.actor for one in matches if one.score == max(matches[0].score, HOLDING)]
    right = [one for one in best if space in ("actor", one.kind)][:MOST_CALLED]
    if right:
        return f"did you mean {' or '.join(repr(one.id) for one in right)}?"
    if matches and matches[0].is_sure:
        other = matches[0].actor
        return f"{other.id!r} ({other.name}) is {with_article(other.kind)}, and no {space}"
    return None


def _ambiguity(context: ReadContext, given: str, meant: Sequence[str]) -> str:
    described = country_names(context).described(meant)
    return f"{given[:100]!r} means {described}: write the id of one, or a day that leaves one"


def resolve_one(context: ReadContext, space: str, given: str) -> str:
    """The canonical id of the record at an address.

    Raises:
        NotFound: with the nearest id that exists.
        Ambiguous: where it means several countries, with all of them.
    """
    meant = _resolve(context, space, [given]).get(given, ())
    if len(meant) > 1:
        described = {one: country_names(context).states[one].described for one in meant}
        raise Ambiguous.between(_ambiguity(context, given, meant), described, context.address)
    if not meant:
        hint = _hint(context, given, space, _known_ids(context, space))
        raise NotFound(f"no {space} has the id {given[:100]!r}; {hint}")
    return meant[0]


def _resolve(context: ReadContext, space: str, given: Iterable[str]) -> dict[str, Sequence[str]]:
    """The ids that each text means: none, one, or several where it does not say which."""
    texts = list(given)
    exact = context.references.existing(context.connection, space, filter(is_id, texts))
    found: dict[str, Sequence[str]] = {one: (one,) if one in exact else () for one in texts}
    if space in ("actor", "country") and () in found.values():
        names = country_names(context)
        for one, meant in found.items():
            found[one] = meant or names.meaning(one, context.as_of).ids
    return found


def actor_names(context: ReadContext) -> NameIndex:
    """The names of all actors, as of the release asked for."""
    index: NameIndex = context.cached("names of actors", partial(read_names, context.rows))
    return index


def country_names(context: ReadContext) -> CountryNames:
    """The names of states, as of the release asked for."""
    names: CountryNames = context.cached("country names", partial(read_country_names, context.rows))
    return names


def _known_ids(context: ReadContext, space: str) -> list[str]:
    """Ids to suggest from: all of a small space, the first of a large one."""
    names = ACTOR_KINDS if space == "actor" else (space,)
    known: list[str] = []
    for name in names:
        table = KIND_TABLES[name]
        known += [row.id for row in context.rows(sa.select(table.c.id).limit(3000))]
    if "country" in names:  # of codes only the id: nobody means one by a short one nearly right
        known += country_names(context).slugs()
    return known
