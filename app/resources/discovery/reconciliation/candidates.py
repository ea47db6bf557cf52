"""Candidates for names and properties, and suggestions while somebody types."""

from functools import partial
from typing import Any

from app.analysis.name_matching.actors import (
    LEAST_SCORE,
    SURE,
    Match,
    NamedActor,
    NameIndex,
    find_beginning,
    find_matches,
    of_countries,
)
from app.resources.discovery.reconciliation.properties import (
    PROPERTIES,
    TELLING,
    described,
    read_texts,
)
from app.resources.discovery.reconciliation.queries import SUGGESTED, Query
from app.vocabulary import ActorKind, fold
from app.web.query.ids import actor_names, country_names
from app.web.requests.context import ReadContext

#: The score of an actor whom only its properties tell, and what one that differs costs.
_BY_PROPERTIES, _DIFFERING = 80.0, 0.8
_WORDS = {"capital": "a city of its government", "withdrawn_code": "a code that it once had"}


def answered(context: ReadContext, query: Query) -> dict[str, Any]:
    """Return whom a query may mean, the best first, and what is wrong with it."""
    found = [] if query.errors else _found(context, query)
    answer: dict[str, Any] = {"result": [_candidate(match) for match in found[: query.limit]]}
    if query.errors:
        answer["errors"] = query.errors
    if query.warnings:
        answer["warnings"] = query.warnings
    return answer


def _found(context: ReadContext, query: Query) -> list[Match]:
    index = actor_names(context)
    countries = [_countries(context, v) for p, v in query.properties.items() if p == "country"]
    others = {p: set(map(fold, v)) for p, v in query.properties.items() if p != "country"}
    values = {name: property_texts(context, name) for name in others}
    if query.text is None:
        return _by_properties(index, query, countries, others, values)
    found = find_matches(index, query.text, query.kinds, countries)
    return _compared(found, others, values) if others else found


Texts = dict[str, dict[str, set[str]]]


def _by_properties(
    index: NameIndex,
    query: Query,
    countries: list[set[str]],
    others: dict[str, set[str]],
    values: Texts,
) -> list[Match]:
    """Actors that have all of some values; sure where a code says which one."""
    among = (
        of_countries(index, query.kinds, countries)
        if countries
        else [one for one in index.by_id.values() if one.kind in query.kinds]
    )
    found = [
        one
        for one in among
        if all(values[name].get(one.id, set()) & wanted for name, wanted in others.items())
    ]
    sure = len(found) == 1 and bool(TELLING & others.keys())
    return [Match(one, SURE if sure else _BY_PROPERTIES, sure, "properties") for one in found]


def _compared(found: list[Match], others: dict[str, set[str]], values: Texts) -> list[Match]:
    """Matches again, less of those that are known to have other values."""
    compared = []
    for match in found:
        differing = [
            name
            for name, wanted in others.items()
            if (known := values[name].get(match.actor.id)) and not known & wanted
        ]
        score = match.score * _DIFFERING ** len(differing)
        if score >= LEAST_SCORE:
            compared.append(match._replace(score=score, is_sure=match.is_sure and not differing))
    compared.sort(key=lambda match: -match.score)
    best = [match for match in compared if match.score == SURE]
    return [match._replace(is_sure=best == [match]) for match in compared]


def property_texts(context: ReadContext, name: str) -> dict[str, set[str]]:
    """Return the values of a property, folded, by actor."""
    found: dict[str, set[str]] = context.cached(
        ("values of actors", name), partial(read_texts, context, name)
    )
    return found


def suggestions(context: ReadContext) -> list[dict[str, Any]]:
    """Return the next actors whose names, or words in them, begin with what was typed."""
    kinds = context.values.get("type", list(ActorKind))
    found = find_beginning(actor_names(context), context.values["prefix"], kinds)
    first = context.values.get("cursor", 0)
    return [_suggestion(actor) for actor in found[first : first + SUGGESTED]]


def suggested_types(prefix: str) -> list[dict[str, str]]:
    """Return the types whose names begin with what was typed."""
    return [type_of(kind) for kind in ActorKind if _begins(type_of(kind), prefix)]


def suggested_properties(prefix: str) -> list[dict[str, str]]:
    """Return the properties that have a word that begins with what was typed."""
    return [described(name) for name in PROPERTIES if _begins(described(name), prefix)]


def _begins(described: dict[str, str], prefix: str) -> bool:
    wanted = fold(prefix).strip()
    texts = (fold(described["name"]), fold(described["id"]))
    return any(text.startswith(wanted) or f" {wanted}" in text for text in texts)


def type_of(kind: ActorKind) -> dict[str, str]:
    """Return a kind of actor as the protocol has types."""
    return {"id": kind.value, "name": kind.value.capitalize()}


def _countries(context: ReadContext, given: list[str]) -> set[str]:
    """Countries by code or name; a text that is neither is in no country."""
    names = country_names(context)
    return {one for text in given for one in names.meaning(text).ids}


def _candidate(match: Match) -> dict[str, Any]:
    about = match.actor.summary
    if how := _WORDS.get(match.matched_as):
        about = f"Found by {how}. {about}".strip()
    return {
        "id": match.actor.id,
        "name": match.actor.name,
        "description": about,
        "type": [type_of(match.actor.kind)],
        "score": round(match.score, 2),
        "match": match.is_sure,
        "matched_as": match.matched_as,
        "features": [{"id": match.matched_as, "value": round(match.score / 100, 4)}],
    }


def _suggestion(actor: NamedActor) -> dict[str, Any]:
    return {
        "id": actor.id,
        "name": actor.name,
        "description": actor.summary,
        "notable": [type_of(actor.kind)],
    }
