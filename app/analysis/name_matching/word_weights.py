"""Weights of words in names: how much each tells names apart, and which are alike."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import log

from app.names.words import GENERIC

#: What a word counts for that very many states have in their names.
_GENERIC_WEIGHT = 0.2
#: How alike a word must be to a known one to be a misspelling of it, of 100.
_MISSPELLED = 75
_MOST_ALIKE = 10


class WordWeights:
    """The words of names, by how few actors have each.

    Args:
        names: the id of the actor, and the words, of each name.
    """

    def __init__(self, names: Sequence[tuple[str, frozenset[str]]]) -> None:
        """Count who has which word."""
        self._owners: dict[str, set[str]] = defaultdict(set)
        self._names: dict[str, list[int]] = defaultdict(list)
        for number, (owner, words) in enumerate(names):
            for word in words:
                self._owners[word].add(owner)
                self._names[word].append(number)
        self._most = 1 + len({owner for owner, _ in names})
        self._vocabulary = sorted(self._owners)

    def weight(self, word: str) -> float:
        """Return what a word counts for: 2 where one actor has it, 1 where all have."""
        if word in GENERIC:
            return _GENERIC_WEIGHT
        having = len(self._owners.get(word, ())) or 1
        return 1 + log(self._most / having) / log(self._most)

    def is_known(self, word: str) -> bool:
        """Tell whether some name has a word."""
        return word in self._owners

    def has(self, owner: str, word: str) -> bool:
        """Tell whether some name of an actor has a word."""
        return owner in self._owners.get(word, ())

    def alike(self, words: Iterable[str]) -> dict[str, dict[str, float]]:
        """Return the known words that each word may stand for, and how alike they are, 0 to 1.

        A known word stands for itself alone.
        """
        return {one: {one: 1.0} if one in self._owners else self._nearest(one) for one in words}

    def sharing(self, like: Mapping[str, Mapping[str, float]]) -> Iterable[int]:
        """Return the numbers of the names with one of the words; generic ones alone count last."""
        wanted = {one for found in like.values() for one in found}
        return sorted({n for word in (wanted - GENERIC or wanted) for n in self._names[word]})

    def _nearest(self, word: str) -> dict[str, float]:
        from rapidfuzz import fuzz, process

        found = process.extract(
            word,
            self._vocabulary,
            scorer=fuzz.ratio,
            limit=_MOST_ALIKE,
            score_cutoff=_MISSPELLED,
        )
        return {one: score / 100 for one, score, _ in found}
