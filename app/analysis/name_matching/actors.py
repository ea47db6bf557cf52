"""Name matching: the actors that a text may mean, by how alike their names are to it.

An actor has 100 where the text is its name or its code (for states see `app/names`). Else words
are compared, and those count most that few actors have: the word that tells two names apart
outweighs whatever else is alike. A word that some name has is never taken for a misspelling of
another one (Ireland is not Iceland), and an actor of one country is not meant by a text that names
another. A name that holds all words of the text has 90, one that the text holds less.

A match is sure only where one actor alone has 100. A capital leads to its state, and is no match.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from app.analysis.name_matching.word_weights import WordWeights
from app.analysis.rows import ReadRows
from app.db.tables import KIND_TABLES, countries
from app.names.countries import CountryNames
from app.names.words import GENERIC, name_key, name_words
from app.vocabulary import ActorKind

#: The score that an actor needs, what a name has that holds the words, or that they hold besides
#: words of every state, and what a capital has.
LEAST_SCORE, HOLDING, BUT_GENERIC, CAPITAL = 60.0, 90.0, 95.0, 75.0
SURE = 100.0
#: What is left of the score of an actor of another country than the text names.
_ELSEWHERE = 0.6
_LONGEST_NAME = 6
#: How alike a text must be to a name in another language to be a misspelling of it.
_ALIKE = 85.0
#: The score of a state whose name in another language is a part of the text.
_WITHIN = 85.0


@dataclass(frozen=True)
class NamedActor:
    """Actor, with what tells it from others of a like name."""

    id: str
    kind: ActorKind
    name: str
    country: str | None
    summary: str


class Match(NamedTuple):
    """Match of a text with an actor.

    Attributes:
        actor: whom the text may mean.
        score: 60 to 100.
        is_sure: whether it alone has the very name.
        matched_as: by what: a meaning of `app.names.countries`, `words`, or `capital`.
    """

    actor: NamedActor
    score: float
    is_sure: bool
    matched_as: str


class Score(NamedTuple):
    """Score of an actor; of two alike, the one whose name has less besides comes first."""

    value: float
    besides: float
    matched_as: str


class NameIndex:
    """Index of every name of every actor.

    Args:
        names: each actor with its names.
        countries: what states are called.
    """

    def __init__(
        self, names: Iterable[tuple[NamedActor, Sequence[str]]], countries: CountryNames
    ) -> None:
        """Index them by their words."""
        self.countries = countries
        self.by_id: dict[str, NamedActor] = {}
        self.names: list[tuple[NamedActor, frozenset[str]]] = []
        self.spelled: list[tuple[NamedActor, str]] = []
        self.by_key: dict[str, list[NamedActor]] = {}
        for actor, given in names:
            self.by_id[actor.id] = actor
            for name in given:
                self.spelled.append((actor, " ".join(name_words(name))))
            for key in dict.fromkeys(map(name_key, given)):
                self.names.append((actor, frozenset(key.split())))
                self.by_key.setdefault(key, []).append(actor)
        self.weights = WordWeights([(actor.id, words) for actor, words in self.names])
        self.mentions = lru_cache(maxsize=4096)(self._mentions)

    def _mentions(self, text: str) -> frozenset[str]:
        """The countries that a text names, the longest names first."""
        words = text.split()
        found: set[str] = set()
        taken: set[int] = set()
        for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
            for first in range(len(words) - length + 1):
                places = set(range(first, first + length))
                if not places & taken:
                    ids = self.countries.named(" ".join(words[first : first + length]))
                    found.update(ids)
                    taken |= places if ids else set()
        return frozenset(found)


def read_names(read: ReadRows) -> NameIndex:
    """Read the names of all actors."""
    names: list[tuple[NamedActor, Sequence[str]]] = []
    for kind in ActorKind:
        table = KIND_TABLES[kind]
        country = table.c.country if "country" in table.c else table.c.id
        for row in read(sa.select(table.c.id, table.c.name, country, table.c.body)):
            body = orjson.loads(row.body)
            actor = NamedActor(row.id, kind, row.name, row[2], body["summary"] or "")
            given = (row.name, body.get("official_name"), *body["other_names"])
            names.append((actor, [name for name in given if name]))
    return NameIndex(names, read_country_names(read))


def read_country_names(read: ReadRows) -> CountryNames:
    """Read what states are called."""
    return CountryNames.of_bodies(read(sa.select(countries.c.id, countries.c.body)))


def find_matches(
    index: NameIndex,
    text: str,
    kinds: Collection[ActorKind],
    countries: Sequence[Collection[str]] = (),
) -> list[Match]:
    """Find whom a text may mean, the best first.

    Args:
        index: the names of all actors.
        text: a name as somebody wrote it, or an id or a country's code.
        kinds: the kinds of actor that count.
        countries: sets of countries; an actor known to belong to none of a set is left out.
    """
    scores = {
        actor: score
        for actor, score in _scores(index, text).items()
        if score.value >= LEAST_SCORE and actor.kind in kinds and _is_of(actor, countries)
    }
    order = list(ActorKind)
    actors = sorted(
        scores,
        key=lambda one: (
            -scores[one].value,
            scores[one].besides,
            order.index(one.kind),
            one.name,
            one.id,
        ),
    )
    sure = [actor for actor in actors if scores[actor].value == SURE]
    return [
        Match(actor, scores[actor].value, sure == [actor], scores[actor].matched_as)
        for actor in actors
    ]


def of_countries(
    index: NameIndex, kinds: Collection[ActorKind], countries: Sequence[Collection[str]]
) -> list[NamedActor]:
    """Return the actors that are known to belong to countries, by kind and name."""
    order = list(ActorKind)
    found = (
        one
        for one in index.by_id.values()
        if one.kind in kinds and one.country and _is_of(one, countries)
    )
    return sorted(found, key=lambda one: (order.index(one.kind), one.name, one.id))


def people_named(index: NameIndex, words: Collection[str]) -> list[str]:
    """Return the ids of persons with a name that has all words, each whole or as a beginning."""
    found = {
        actor.id
        for actor, name in index.spelled
        if actor.kind is ActorKind.PERSON and words
        if all(f" {word}" in f" {name}" for word in words)
    }
    return sorted(found)


def _is_of(actor: NamedActor, countries: Sequence[Collection[str]]) -> bool:
    return all(actor.country is None or actor.country in known for known in countries)


def _scores(index: NameIndex, text: str) -> dict[NamedActor, Score]:
    """The score of each actor's best name."""
    meaning = index.countries.meaning(text)
    scores = _by_words(index, text, but_states=meaning.matched_as == "not_recorded")
    for actor in index.by_key.get(name_key(text), ()) if name_key(text) else ():
        if actor.kind is not ActorKind.COUNTRY:
            scores[actor] = Score(SURE, 0, "name")
    if meaning.matched_as is None:
        _add(scores, index, index.countries.capital_of(text), Score(CAPITAL, 0, "capital"))
        _add(scores, index, *_in_other_languages(index, text, scores))
    for one in meaning.ids:
        if one in index.by_id:
            scores[index.by_id[one]] = Score(SURE, 0, str(meaning.matched_as))
    if (known := index.by_id.get(text.strip())) is not None and known.id not in meaning.ids:
        scores[known] = Score(SURE, 0, "code")
    return scores


def _add(
    scores: dict[NamedActor, Score], index: NameIndex, ids: Iterable[str], score: Score
) -> None:
    for one in ids:
        actor = index.by_id.get(one)
        if actor and (actor not in scores or scores[actor].value < score.value):
            scores[actor] = score


def _in_other_languages(
    index: NameIndex, text: str, scores: dict[NamedActor, Score]
) -> tuple[Sequence[str], Score]:
    """The states whose name in another language a text nearly is, or holds.

    Only where it has a word that no name here has, or is like no state's name.
    """
    unknown = any(not index.weights.is_known(word) for word in name_words(text))
    like_one = any(
        one.kind is ActorKind.COUNTRY and score.value >= LEAST_SCORE
        for one, score in scores.items()
    )
    if like_one and not unknown:
        return (), Score(0, 0, "")
    ids, alike = ((), 0.0) if like_one else index.countries.resembling(text, _ALIKE)
    if ids:
        return ids, Score(min(alike, HOLDING), 0, "other_language")
    return index.countries.within(text), Score(_WITHIN, 0, "other_language")


def _by_words(index: NameIndex, text: str, *, but_states: bool) -> dict[NamedActor, Score]:
    """Scores by the words that names share with a text, exactly or nearly."""
    words = name_words(text)
    weights, named = index.weights, index.mentions(" ".join(words))
    like = weights.alike(words)
    scores: dict[NamedActor, Score] = {}
    for number in weights.sharing(like):
        actor, own = index.names[number]
        if but_states and actor.kind is ActorKind.COUNTRY:
            continue
        score = _likeness(weights, frozenset(words), like, actor.id, own)
        if named and not _may_be_of(index, actor, named, frozenset(words) <= own):
            score = score._replace(value=score.value * _ELSEWHERE)
        if actor not in scores or _better(score) > _better(scores[actor]):
            scores[actor] = score
    return scores


def _better(score: Score) -> tuple[float, float]:
    return score.value, -score.besides


def _may_be_of(index: NameIndex, actor: NamedActor, named: frozenset[str], holds_all: bool) -> bool:
    """Whether a text that names countries may mean an actor: one of theirs, or of none known."""
    if actor.kind is ActorKind.COUNTRY:
        return holds_all or actor.id in named
    own = {actor.country} if actor.country else index.mentions(" ".join(name_words(actor.name)))
    return holds_all or not own or bool(own & named)


def _likeness(
    weights: WordWeights,
    words: frozenset[str],
    like: dict[str, dict[str, float]],
    owner: str,
    own: frozenset[str],
) -> Score:
    """How alike the words of a text and of a name are."""
    weight: Callable[[str], float] = weights.weight
    total, besides = sum(map(weight, words)), sum(map(weight, own - words))
    shared = sum(weight(one) * max(map(like[one].get, own, [0.0] * len(own))) ** 2 for one in words)
    theirs = sum(
        weight(one) * max((found.get(one, 0.0) for found in like.values()), default=0.0) ** 2
        for one in own
    )
    value = 99 * (shared + theirs) / (total + sum(map(weight, own)))
    if own - GENERIC and own - GENERIC == words - GENERIC:
        value = max(value, BUT_GENERIC)
    elif words <= own and words - GENERIC:
        value = max(value, HOLDING)
    elif own <= words and own - GENERIC:
        covered = sum(weight(one) for one in words if weights.has(owner, one))
        value = max(value, LEAST_SCORE + (HOLDING - LEAST_SCORE) * covered / total)
    return Score(value, besides, "words")


def find_beginning(index: NameIndex, text: str, kinds: Collection[ActorKind]) -> list[NamedActor]:
    """Find actors whose names begin with a text, then those that have a word beginning so.

    States are found by their names in other languages, too, after all others.
    """
    prefix = " ".join(name_words(text))
    ranks: dict[NamedActor, int] = {}
    for actor, name in index.spelled:
        if prefix and actor.kind in kinds and f" {prefix}" in f" {name}":
            ranks[actor] = min(ranks.get(actor, 2), 0 if name.startswith(prefix) else 1)
    for one in index.countries.beginning(text) if ActorKind.COUNTRY in kinds else ():
        if one in index.by_id:
            ranks.setdefault(index.by_id[one], 2)
    return sorted(ranks, key=lambda actor: (ranks[actor], actor.name, actor.id))
