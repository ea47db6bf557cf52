"""Candidates for names, and suggestions while somebody types."""

from functools import partial
from typing import Any

from app.analysis.name_matching import (
    Match,
    NamedActor,
    NameIndex,
    find_beginning,
    find_matches,
    read_names,
)
from app.resources.discovery.reconciliation.schemas import SUGGESTED, Query
from app.vocabulary import ActorKind
from app.web.query.ids import country_aliases, country_meant
from app.web.requests.context import ReadContext


def candidates(context: ReadContext, query: Query) -> list[dict[str, Any]]:
    """Return whom a query may mean, the best first."""
    aliases = country_aliases(context)
    countries = [_countries(aliases, constraint.v) for constraint in query.properties]
    found = find_matches(_names(context), query.query, aliases, query.type, countries)
    return [_candidate(match) for match in found[: query.limit]]


def suggestions(context: ReadContext) -> list[dict[str, Any]]:
    """Return the next actors whose names, or words in them, begin with what was typed."""
    kinds = context.values.get("type", list(ActorKind))
    found = find_beginning(_names(context), context.values["prefix"], kinds)
    first = context.values.get("cursor", 0)
    return [_suggestion(actor) for actor in found[first : first + SUGGESTED]]


def type_of(kind: ActorKind) -> dict[str, str]:
    """Return a kind of actor as the protocol has types."""
    return {"id": kind.value, "name": kind.value.capitalize()}


def _names(context: ReadContext) -> NameIndex:
    index: NameIndex = context.cached("names of actors", partial(read_names, context.rows))
    return index


def _countries(aliases: dict[str, str], given: list[str]) -> set[str]:
    """Countries by code or name; a text that is neither is in no country."""
    found = (country_meant(aliases, one) for one in given)
    return {one for one in found if one}


def _candidate(match: Match) -> dict[str, Any]:
    return {
        "id": match.actor.id,
        "name": match.actor.name,
        "description": match.actor.summary,
        "type": [type_of(match.actor.kind)],
        "score": round(match.score, 2),
        "match": match.is_sure,
    }


def _suggestion(actor: NamedActor) -> dict[str, Any]:
    return {
        "id": actor.id,
        "name": actor.name,
        "description": actor.summary,
        "notable": [type_of(actor.kind)],
    }
