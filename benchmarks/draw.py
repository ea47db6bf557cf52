"""Questions drawn from the description of the API, with values from the data, by a seed."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any
from urllib.parse import urlencode

import httpx

#: Parameters that choose no rows.
KIT = {"sort", "fields", "facets", "limit", "cursor", "total", "format", "minimum_n", "by"}
SEVERAL, SAMPLED = 0.25, 40


def address(path: str, given: dict[str, str]) -> str:
    """Return the address of a question."""
    return f"{path}?{urlencode(given, safe=',:')}"


def described(
    path: str, description: dict[str, Any]
) -> tuple[dict[str, Any], list[str], list[str], list[str]]:
    """Return an operation's parameters, and the names of its filters, orders and facets."""
    told = description["paths"][path]["get"]["parameters"]
    parameters = {one["name"]: one for one in told if one["in"] == "query"}
    filters = [name for name in parameters if name not in KIT]
    return parameters, filters, _words(parameters, "sort"), _words(parameters, "facets")


def _words(parameters: dict[str, Any], name: str) -> list[str]:
    schema = parameters.get(name, {"schema": {}})["schema"]
    found: list[str] = schema.get("items", schema).get("enum", [])
    return found


class Draw:
    """Values of filters, as rows have them: half by row, so that the common ones come often."""

    def __init__(self, service: str, chance: Random) -> None:
        """Read rows of some questions, and of the seeds, over HTTP."""
        self._chance = chance
        self._client = httpx.Client(base_url=service, timeout=120)
        self.description = self._client.get("/openapi.json").json()
        questions = self._questions()
        #: When the first records came in: a moment for `known_at`, which knows nothing later.
        self._first = min(one["recorded_at"] for one in questions)
        self._pools: dict[bool, dict[str, list[str]]] = {
            True: defaultdict(list),
            False: defaultdict(list),
        }
        for row in questions:
            self._keep(row, _of_question(row))
        for row in self._rows(questions):
            self._keep(row, _of_opinion(row))

    def filled(self, path: str, names: Iterable[str]) -> dict[str, str]:
        """Return a value of each parameter; where several may be given, sometimes several."""
        wanted = list(names)
        early = "known_at" in wanted and self._chance.random() < 0.5
        given = {name: self._value(path, name, early) for name in wanted if name != "known_at"}
        if "known_at" in wanted:
            given["known_at"] = self._first if early else "2036-01-01T00:00:00Z"
        return given

    def _value(self, path: str, name: str, early: bool) -> str:
        parameter = described(path, self.description)[0][name]
        array = parameter["schema"].get("type") == "array"
        several = array and self._chance.random() < SEVERAL
        number = self._chance.randint(2, 3) if several else 1
        drawn = [self._one(parameter, early) for _ in range(number)]
        return ",".join(dict.fromkeys(drawn))

    def _one(self, parameter: dict[str, Any], early: bool) -> str:
        name = parameter["name"]
        enum = _words({name: parameter}, name)
        found = self._pools[early].get(_SAME.get(name, name), [])
        if self._chance.random() < 0.5:
            found = sorted(set(found))
        held = [one for one in found if one in enum] if enum else found
        return self._chance.choice(held or enum or ["KAZ"])

    def _keep(self, row: dict[str, Any], values: Iterable[tuple[str, str]]) -> None:
        for name, value in values:
            self._pools[False][name].append(value)
            if row["recorded_at"] == self._first:
                self._pools[True][name].append(value)

    def _rows(self, questions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        chosen = self._chance.sample(questions, min(SAMPLED, len(questions)))
        paths = [f"/v1/opinions?question={one['id']}&limit=500" for one in chosen]
        for path in [*paths, "/v1/opinions?dataset=kazakhstan-nato&limit=500"]:
            yield from self._client.get(path).raise_for_status().json()["data"]

    def _questions(self) -> list[dict[str, Any]]:
        found, following = [], "/v1/questions?limit=500&fields=id,recorded_at,title,topics,subjects"
        while following:
            page = self._client.get(following).raise_for_status().json()
            found += page["data"]
            following = page["links"]["next"]
        return found


def _of_question(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The values that a question has, by the names of filters."""
    yield from (("topic", one["id"]) for one in row["topics"])
    yield from (("subject", one["actor"]["id"]) for one in row["subjects"])
    yield from (("q", word) for word in re.findall(r"[A-Za-z]{4,}", row["title"]))


def _of_opinion(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The values that an opinion has, by the names of filters."""
    for name in ("id", "dataset", "stance", "attribution"):
        yield name, row[name]
    for name in ("holder", "speaker", "on_behalf_of", "question"):
        if row[name]:
            yield name, row[name]["id"]
    yield "holder_kind", row["holder"]["kind"]
    yield from (("document", place["document"]) for place in row["evidence"])
    if row["holder"]["kind"] == "country":
        yield "country", row["holder"]["id"]
    if row["stated"] and row["stated"]["earliest"]:
        yield "day", row["stated"]["earliest"]


#: Parameters that take the values of another one.
_SAME = {
    **dict.fromkeys(("from", "to", "stated_from", "stated_to", "as_of"), "day"),
    **dict.fromkeys(("a", "b", "actor"), "holder"),
}
