"""Questions drawn from the description of the API, with values from the data, by a seed."""

import re
from collections import defaultdict
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
        self._found: defaultdict[str, list[str]] = defaultdict(list)
        for row in self._rows():
            self._read(row)
        for name in ("speaker", "on_behalf_of", "subject"):
            self._found[name] = self._found[name] or ["KAZ"]
        self._distinct = {name: sorted(set(found)) for name, found in self._found.items()}

    def value(self, path: str, name: str) -> str:
        """Return a value of a parameter; where several may be given, sometimes several."""
        schema = described(path, self.description)[0][name]["schema"]
        several = schema.get("type") == "array" and self._chance.random() < SEVERAL
        drawn = [self._one(path, name) for _ in range(self._chance.randint(2, 3) if several else 1)]
        return ",".join(dict.fromkeys(drawn))

    def _one(self, path: str, name: str) -> str:
        parameter = described(path, self.description)[0][name]
        enum = _words({name: parameter}, name)
        if name == "known_at":
            # At an earlier moment another filter's value might not have been known.
            newest = max(self._distinct["recorded_at"])
            return self._chance.choice(["2036-01-01T00:00:00Z", newest])
        by_row = self._chance.random() < 0.5
        found = (self._found if by_row else self._distinct).get(_SAME.get(name, name), [])
        held = [one for one in found if one in enum] if enum else found
        return self._chance.choice(held or enum or [str(parameter.get("example", "x"))])

    def _rows(self) -> list[dict[str, Any]]:
        asked = self._questions()
        chosen = self._chance.sample(asked, min(SAMPLED, len(asked)))
        paths = [f"/v1/opinions?question={one['id']}&limit=500" for one in chosen]
        paths.append("/v1/opinions?dataset=kazakhstan-nato&limit=500")
        for question in asked:
            self._found["topic"] += [one["id"] for one in question["topics"]]
            self._found["subject"] += [one["actor"]["id"] for one in question["subjects"]]
            self._found["q"] += re.findall(r"[A-Za-z]{4,}", question["title"])
        return [row for path in paths for row in self._client.get(path).json()["data"]]

    def _questions(self) -> list[dict[str, Any]]:
        found, following = [], "/v1/questions?limit=500&fields=id,title,topics,subjects"
        while following:
            page = self._client.get(following).raise_for_status().json()
            found += page["data"]
            following = page["links"]["next"]
        return found

    def _read(self, row: dict[str, Any]) -> None:
        """Take the values of an opinion."""
        for name in ("id", "dataset", "recorded_at", "stance", "attribution"):
            self._found[name].append(row[name])
        for name in ("holder", "speaker", "on_behalf_of", "question"):
            if row[name]:
                self._found[name].append(row[name]["id"])
        self._found["holder_kind"].append(row["holder"]["kind"])
        self._found["document"] += [place["document"] for place in row["evidence"]]
        if row["holder"]["kind"] == "country":
            self._found["country"].append(row["holder"]["id"])
        if row["stated"] and row["stated"]["earliest"]:
            self._found["day"].append(row["stated"]["earliest"])


#: Parameters that take the values of another one.
_SAME = {
    **dict.fromkeys(("from", "to", "stated_from", "stated_to", "as_of"), "day"),
    **dict.fromkeys(("a", "b", "actor"), "holder"),
}
