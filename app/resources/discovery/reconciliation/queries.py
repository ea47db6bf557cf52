"""Queries of a batch, each read by itself: one that is odd takes no other along.

What can be put right is, and said in `warnings`: a limit beyond the bound, a property that is not
known. A query that says nothing, or something else than it may, has no result and says in `errors`
what would be right.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.errors import nearest
from app.resources.discovery.reconciliation.properties import PROPERTIES
from app.vocabulary import ActorKind

MOST_QUERIES, MOST_CANDIDATES, LONGEST_NAME, MOST_VALUES = 100, 50, 500, 50
SUGGESTED = 10
_MEMBERS = ("query", "type", "type_strict", "limit", "properties")


@dataclass
class Query:
    """Name to find an actor by, with what else is known of the actor.

    Attributes:
        text: the name; None where only properties say whom.
        kinds: the kinds of actor that count.
        limit: how many candidates at most.
        properties: the values that candidates should have, by property.
        warnings: what was put right, or left out, and why.
        errors: why it cannot be answered.
    """

    text: str | None = None
    kinds: list[ActorKind] = field(default_factory=lambda: list(ActorKind))
    limit: int = SUGGESTED
    properties: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def read_query(given: Any) -> Query:
    """Read one query of a batch, whatever it is."""
    query = Query()
    if not isinstance(given, dict):
        query.errors.append("a query is an object with `query`, or with `properties`")
        return query
    for name in given:
        if name not in _MEMBERS:
            query.errors.append(
                f"{str(name)[:40]!r} is no part of a query; {nearest(name, _MEMBERS)}"
            )
    _read_text(query, given.get("query"))
    _read_kinds(query, given.get("type"))
    _read_limit(query, given.get("limit", SUGGESTED))
    _read_properties(query, given.get("properties", []))
    if query.properties and query.text is not None and not query.text.strip():
        query.text = None  # an empty cell, beside columns that are not
    if query.text is None and not query.properties and not query.errors:
        query.errors.append("give `query`, the name, or `properties` with one that is known")
    return query


def _read_text(query: Query, text: Any) -> None:
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        text = str(text)  # a cell that holds a number, such as a country's numeric code
    if text is None:
        return
    if not isinstance(text, str):
        query.errors.append("`query` is a text: the name to find")
    elif len(text) > LONGEST_NAME:
        query.errors.append(
            f"`query` has {len(text)} characters, which no name has: {LONGEST_NAME} at most"
        )
    else:
        query.text = text


def _read_kinds(query: Query, given: Any) -> None:
    words = {kind.value: kind for kind in ActorKind}
    kinds = []
    asked = [] if given is None else given if isinstance(given, list) else [given]
    for one in asked:
        word = one.get("id") if isinstance(one, dict) else one
        if isinstance(word, str) and word in words:
            kinds.append(words[word])
        else:
            detail = f"{str(word)[:40]!r} is no type here; {nearest(str(word), words)}"
            query.warnings.append(detail)
    if kinds:
        query.kinds = kinds
    elif query.warnings:
        query.errors, query.warnings = [*query.errors, *query.warnings], []


def _read_limit(query: Query, limit: Any) -> None:
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or limit < 1:
        query.warnings.append(
            f"`limit` is a number from 1 to {MOST_CANDIDATES}; {SUGGESTED} were taken"
        )
    elif limit > MOST_CANDIDATES:
        query.limit = MOST_CANDIDATES
        query.warnings.append(f"at most {MOST_CANDIDATES} candidates are given")
    else:
        query.limit = int(limit)


def _read_properties(query: Query, given: Any) -> None:
    for one in given if isinstance(given, list) else [given]:
        if not isinstance(one, dict) or not isinstance(one.get("pid"), str) or "v" not in one:
            query.warnings.append("a property is an object with `pid` and `v`; one was left out")
        elif one["pid"] not in PROPERTIES:
            near = nearest(one["pid"], PROPERTIES)
            query.warnings.append(f"no actor has {one['pid'][:40]!r}, so it was left out; {near}")
        else:
            texts = list(_texts(one["v"]))
            if len(texts) > MOST_VALUES:
                query.warnings.append(f"of {one['pid']!r} the first {MOST_VALUES} values count")
            query.properties.setdefault(one["pid"], []).extend(texts[:MOST_VALUES])


def _texts(value: Any) -> Iterator[str]:
    """The values of a property: texts, numbers or entities, one or many."""
    for one in value if isinstance(value, list) else [value]:
        text = one.get("id", "") if isinstance(one, dict) else one
        if text is not None:
            yield str(text)
