"""Names of countries: what a text means among the states that have a record.

The first of these that knows the text decides, and all that it knows are meant:

1. a code of a record: alpha-3, alpha-2 or numeric; that of a present state goes before that of a
   former one, unless the day asked about says otherwise;
2. a code that ISO withdrew or reserves (`codes.py`);
3. a name of a record, in any order of its words and with the abbreviations of public tables;
4. a spelling of public tables (`spellings.py`);
5. a name in another language (CLDR, `cldr.json`).

So a text means no state, one, or several, of which the day may leave one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import orjson

from app.names.capitals import CAPITALS
from app.names.codes import OTHER_CODES
from app.names.spellings import NOT_RECORDED, SHARED, SPELLINGS
from app.names.words import name_key, name_words

_CLDR = Path(__file__).parent / "cldr.json"
#: The fewest letters of a name whose words may be parted otherwise.
_SHORTEST_JOINED = 6
#: The fewest letters of a name that is looked for within a text.
_SHORTEST_PART = 4

#: The ids that a text means, by the text in the form in which texts are compared.
Table: TypeAlias = Mapping[str, Sequence[str]]


class State(NamedTuple):
    """A state as far as its name goes: what its record says.

    Attributes:
        id: its id.
        name: its usual name.
        codes: alpha-3, alpha-2 and numeric code, as far as it has them.
        names: every name its record gives.
        first: its first day; None where not recorded.
        last: its last day; None for a present state.
    """

    id: str
    name: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    first: str | None
    last: str | None

    @property
    def described(self) -> str:
        """The state with the days that tell it from others of its code."""
        days = {
            (True, True): f", {self.first} to {self.last}",
            (False, True): f", until {self.last}",
            (True, False): f", since {self.first}",
        }
        return f"{self.id} ({self.name}{days.get((bool(self.first), bool(self.last)), '')})"


class Meaning(NamedTuple):
    """Meaning of a text.

    Attributes:
        ids: the states it means; several where it does not say which.
        matched_as: by what: `code`, `withdrawn_code`, `name`, `spelling`, `other_language`; or
            `not_recorded` for a territory that has no record here.
    """

    ids: tuple[str, ...] = ()
    matched_as: str | None = None


class CountryNames:
    """Names and codes of all states that have a record.

    Args:
        states: the states.
    """

    def __init__(self, states: Iterable[State]) -> None:
        """Index them by code and by name."""
        self.states = {one.id: one for one in sorted(states, key=lambda one: one.id)}
        self._codes = _table((one.id, code.lower()) for one in self._each() for code in one.codes)
        self._names = _by_name({one.id: one.names for one in self._each()})

    @classmethod
    def of_bodies(cls, rows: Iterable[Sequence[Any]]) -> "CountryNames":
        """Return the names of states from the id and the stored JSON of each."""
        return cls(state_of(one, orjson.loads(body)) for one, body in rows)

    def meaning(self, text: str, day: str | None = None) -> Meaning:
        """Return the states that a text means.

        Args:
            text: a code or a name, in any case.
            day: the day it is about: of several states, those that were there on it.
        """
        text = text.strip()
        code = text.lower()
        if found := self._codes.get(code):
            return Meaning(self._then(found, day) if day else self._present(found), "code")
        other = OTHER_CODES.get(text.upper())
        if other in self.states:
            return Meaning((other,), "withdrawn_code")
        words = name_words(text)
        keys = (" ".join(sorted(words)), _joined(words))
        for matched_as, table in (
            ("name", lambda: self._names),
            ("spelling", _spelled),
            ("other_language", _other_languages),
        ):
            for key in keys:
                if known := self._held(table(), key):
                    return Meaning(self._then(known, day) if day else tuple(known), matched_as)
        return Meaning((), "not_recorded" if keys[0] in _not_recorded() else None)

    def one(self, text: str, day: str | None = None) -> str | None:
        """Return the state that a text means; None where it means none, or several."""
        ids = self.meaning(text, day).ids
        return ids[0] if len(ids) == 1 else None

    def described(self, ids: Sequence[str]) -> str:
        """Return states in words, for who must choose among them."""
        return " or ".join(self.states[one].described for one in ids)

    def named(self, text: str) -> Sequence[str]:
        """Return the states that have a name, and no code, of their records or of public tables."""
        key = name_key(text)
        return self._held(self._names, key) or self._held(_spelled(), key)

    def resembling(self, text: str, least: float) -> tuple[Sequence[str], float]:
        """Return the states whose name in another language a text is most like, and how much.

        Args:
            text: a name, perhaps misspelled.
            least: how alike it must be, of 100.
        """
        from rapidfuzz import fuzz, process

        table, key = _other_languages(), name_key(text)
        found = process.extractOne(key, table.keys(), scorer=fuzz.ratio, score_cutoff=least)
        return (self._held(table, found[0]), found[1]) if found else ((), 0.0)

    def within(self, text: str) -> Sequence[str]:
        """Return the states whose name in another language is the longest part of a text.

        Such as `République d'Albanie`; words are not parted where a script does not part them.
        """
        table, words = _other_languages(), name_words(text)
        for length in range(len(words) - 1, 0, -1):
            for first in range(len(words) - length + 1):
                part = " ".join(sorted(words[first : first + length]))
                if len(part) >= _SHORTEST_PART and part in table:
                    return self._held(table, part)
        if len(words) == 1 and not text.isascii():
            parts = [one for one in table if len(one) > 1 and one in words[0]]
            return self._held(table, max(parts, key=len)) if parts else ()
        return ()

    def capital_of(self, text: str) -> Sequence[str]:
        """Return the states that a text is the capital of."""
        return [one for one in _capitals().get(name_key(text), ()) if one in self.states]

    def beginning(self, text: str) -> list[str]:
        """Return the states whose name in some language begins with a text."""
        prefix = " ".join(text.casefold().split())
        found = {
            one: None
            for one, names in _cldr()["names"].items()
            if prefix and any(name.casefold().startswith(prefix) for name in names)
        }
        return [one for one in found if one in self.states]

    def slugs(self) -> dict[str, str]:
        """Return the id of each state by its names as they are written in addresses."""
        return {
            "-".join(name.lower().split()): one.id for one in self._each() for name in one.names
        }

    def _each(self) -> Iterable[State]:
        return self.states.values()

    def _present(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Present states where there are any: a code that once meant another means theirs."""
        return tuple(one for one in ids if self.states[one].last is None) or tuple(ids)

    def _then(self, ids: Sequence[str], day: str) -> tuple[str, ...]:
        """The states that were there on a day; all where the day leaves none.

        Where one turned into another that carries the same day, the later one has it.
        """
        there = [
            one
            for one in ids
            if (self.states[one].first or "") <= day and day <= (self.states[one].last or day)
        ]
        if len(there) > 1:
            there = [one for one in there if self.states[one].last != day] or there
        return tuple(there) if there else self._present(ids)

    def _held(self, table: Table, key: str) -> Sequence[str]:
        """The states that a table has under a key, of those that have a record."""
        return [one for one in table.get(key, ()) if one in self.states] if key else ()


def _by_name(names: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """The states by their names; by names whose words are parted otherwise where no name is so."""
    pairs = [(one, name_words(name)) for one, every in names.items() for name in every]
    table = _table((one, " ".join(sorted(words))) for one, words in pairs)
    for key, ids in _table((one, _joined(words)) for one, words in pairs).items():
        table.setdefault(key, ids)
    return table


def _table(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    table: dict[str, list[str]] = defaultdict(list)
    for one, key in pairs:
        if key and one not in table[key]:
            table[key].append(one)
    return dict(table)


@lru_cache(maxsize=1)
def _spelled() -> Table:
    table = _by_name(SPELLINGS)
    table.update({name_key(name): list(ids) for name, ids in SHARED.items()})
    return table


@lru_cache(maxsize=1)
def _other_languages() -> Table:
    """The states by their names in other languages; made when nothing else knows a text."""
    return _by_name(_cldr()["names"])


def state_of(record_id: str, body: Mapping[str, Any]) -> State:
    """Return a state from the content of its record."""
    codes = [body.get(f"iso3166_1_{name}") for name in ("alpha3", "alpha2", "numeric")]
    names = [body["name"], body.get("official_name"), *body.get("other_names", ())]
    return State(
        record_id,
        body["name"],
        tuple(dict.fromkeys(code for code in (record_id, *codes) if code)),
        tuple(name for name in names if name),
        _bound(body.get("valid_from"), "earliest"),
        _bound(body.get("valid_to"), "latest"),
    )


def _bound(date: Any, end: str) -> str | None:
    """The earliest or latest day of a date, which records have in full and seed files in brief."""
    day: str | None = date[end] if isinstance(date, dict) else date
    return day


def _joined(words: Sequence[str]) -> str:
    """The letters of a name, for spellings that part its words otherwise (Viet Nam)."""
    key = "".join(words)
    return f"={key}" if len(key) >= _SHORTEST_JOINED else ""


@lru_cache(maxsize=1)
def _cldr() -> Any:
    return orjson.loads(_CLDR.read_bytes())


@lru_cache(maxsize=1)
def _not_recorded() -> frozenset[str]:
    return frozenset(map(name_key, (*NOT_RECORDED, *_cldr()["not_recorded"])))


@lru_cache(maxsize=1)
def _capitals() -> Mapping[str, Sequence[str]]:
    table: dict[str, list[str]] = defaultdict(list)
    for one, cities in CAPITALS.items():
        for city in cities:
            table[name_key(city)].append(one)
    return table
