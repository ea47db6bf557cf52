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
from app.names.words import joined_key, name_key, name_words

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
        self._codes = self._table(
            (one.id, code.lower()) for one in self._each() for code in one.codes
        )
        self._names = self._by_name({one.id: one.names for one in self._each()})
        self._shipped: Sequence[tuple[str, Table]] = ()

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
        for matched_as, table in (("name", self._names), *self._shipped_tables()):
            for key in (name_key(text), _joined(text)):
                if known := table.get(key, ()) if key else ():
                    return Meaning(self._then(known, day) if day else tuple(known), matched_as)
        return Meaning((), "not_recorded" if name_key(text) in _not_recorded() else None)

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
        return self._names.get(key) or self._shipped_tables()[0][1].get(key) or ()

    def resembling(self, text: str, least: float) -> tuple[Sequence[str], float]:
        """Return the states whose name in another language a text is most like, and how much.

        Args:
            text: a name, perhaps misspelled.
            least: how alike it must be, of 100.
        """
        from rapidfuzz import fuzz, process

        table = self._shipped_tables()[-1][1]
        key = name_key(text)
        found = process.extractOne(key, table.keys(), scorer=fuzz.ratio, score_cutoff=least)
        return (table[found[0]], found[1]) if found else ((), 0.0)

    def within(self, text: str) -> Sequence[str]:
        """Return the states whose name in another language is the longest part of a text.

        Such as `République d'Albanie`; words are not parted where a script does not part them.
        """
        table = self._shipped_tables()[-1][1]
        words = name_words(text)
        for length in range(len(words) - 1, 0, -1):
            for first in range(len(words) - length + 1):
                part = " ".join(sorted(words[first : first + length]))
                if len(part) >= _SHORTEST_PART and part in table:
                    return table[part]
        if len(words) == 1 and not text.isascii():
            parts = [one for one in table if len(one) > 1 and one in words[0]]
            return table[max(parts, key=len)] if parts else ()
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

    def _shipped_tables(self) -> Sequence[tuple[str, Table]]:
        """Spellings and names in other languages; made when a record's own names do not do."""
        if not self._shipped:
            spelled = self._by_name(SPELLINGS)
            for name, ids in SHARED.items():
                spelled[name_key(name)] = [one for one in ids if one in self.states]
            self._shipped = (
                ("spelling", spelled),
                ("other_language", self._by_name(_cldr()["names"])),
            )
        return self._shipped

    def _by_name(self, names: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
        pairs = [(one, name) for one, all_names in names.items() for name in all_names]
        table = self._table((one, name_key(name)) for one, name in pairs)
        for key, ids in self._table((one, _joined(name)) for one, name in pairs).items():
            table.setdefault(key, ids)
        return table

    def _table(self, pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
        table: dict[str, list[str]] = defaultdict(list)
        for one, key in pairs:
            if key and one in self.states and one not in table[key]:
                table[key].append(one)
        return {key: ids for key, ids in table.items() if ids}


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


def _joined(text: str) -> str:
    key = joined_key(text)
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
