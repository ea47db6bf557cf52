"""Name matching: the actors that a text may mean, by how alike their names are to it.

Names are compared as search compares them, without case and accents. The score of an actor is that
of its best name, 0 to 100: how alike the words are, in whatever order; a name that only holds all
the words, or the other way round, has 90 at most. A match is sure only where one actor alone has
100.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from app.analysis.rows import ReadRows
from app.db.search import words_of
from app.db.tables import KIND_TABLES
from app.vocabulary import ActorKind

#: The score that an actor needs, and what a name counts for that only holds the words.
LEAST_SCORE, CONTAINED = 60.0, 0.9
SURE = 100


@dataclass(frozen=True)
class NamedActor:
    """Actor, with what tells it from others of a like name."""

    id: str
    kind: ActorKind
    name: str
    country: str | None
    summary: str


@dataclass(frozen=True)
class NameIndex:
    """Index of every name of every actor, folded."""

    names: list[str]
    owners: list[NamedActor]
    by_id: dict[str, NamedActor]


class Match(NamedTuple):
    """Match of a text with an actor; `is_sure` where it alone has the very name."""

    actor: NamedActor
    score: float
    is_sure: bool


def read_names(read: ReadRows) -> NameIndex:
    """Read the names of all actors."""
    index = NameIndex([], [], {})
    for kind in ActorKind:
        table = KIND_TABLES[kind]
        country = table.c.country if "country" in table.c else table.c.id
        for row in read(sa.select(table.c.id, table.c.name, country, table.c.body)):
            body = orjson.loads(row.body)
            actor = NamedActor(row.id, kind, row.name, row[2], body["summary"] or "")
            names = (row.name, body.get("official_name"), *body["other_names"])
            index.by_id[actor.id] = actor
            for folded in dict.fromkeys(_folded(name) for name in names if name):
                index.names.append(folded)
                index.owners.append(actor)
    return index


def _folded(text: str) -> str:
    return " ".join(words_of(text))


def find_matches(
    index: NameIndex,
    text: str,
    aliases: Mapping[str, str],
    kinds: Collection[ActorKind],
    countries: Collection[Collection[str]] = (),
) -> list[Match]:
    """Find whom a text may mean, the best first.

    Args:
        index: the names of all actors.
        text: a name as somebody wrote it, or an id or a country's code.
        aliases: the ids of countries by whatever they are called.
        kinds: the kinds of actor that count.
        countries: sets of countries; an actor known to belong to none of a set is left out.
    """
    scores = _scores(index, text, aliases)
    actors = [
        actor
        for actor in scores
        if actor.kind in kinds
        and all(actor.country is None or actor.country in known for known in countries)
    ]
    actors.sort(key=lambda actor: (-scores[actor], actor.name, actor.id))
    sure = [actor for actor in actors if scores[actor] == SURE]
    return [Match(actor, scores[actor], sure == [actor]) for actor in actors]


def _scores(index: NameIndex, text: str, aliases: Mapping[str, str]) -> dict[NamedActor, float]:
    """The score of each actor's best name; actors too far off are left out."""
    from rapidfuzz import fuzz, process

    folded = _folded(text)
    scores: dict[NamedActor, float] = {}
    for scorer, weight in ((fuzz.token_sort_ratio, 1.0), (fuzz.token_set_ratio, CONTAINED)):
        for _, score, at in process.extract(
            folded, index.names, scorer=scorer, limit=None, score_cutoff=LEAST_SCORE / weight
        ):
            actor = index.owners[at]
            scores[actor] = max(scores.get(actor, 0), score * weight)
    code = aliases.get(text.strip().lower(), text.strip())
    if code in index.by_id:
        scores[index.by_id[code]] = SURE
    return scores


def find_beginning(index: NameIndex, text: str, kinds: Collection[ActorKind]) -> list[NamedActor]:
    """Find actors whose names begin with a text, then those that have a word beginning so."""
    prefix = _folded(text)
    ranks: dict[NamedActor, int] = {}
    for name, actor in zip(index.names, index.owners, strict=True):
        if prefix and actor.kind in kinds and f" {prefix}" in f" {name}":
            ranks[actor] = min(ranks.get(actor, 2), 0 if name.startswith(prefix) else 1)
    return sorted(ranks, key=lambda actor: (ranks[actor], actor.name, actor.id))
