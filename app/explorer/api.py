"""Client of the API for pages, in the process and over one connection.

    api.get("/positions", question=id, limit=500)["data"]

So a page shows nothing that the API cannot give, all of one state of the data, and the calls it
made are the calls it offers for copying.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from fastapi import Request, Response

from app.errors import NotFound
from app.explorer.labels import total
from app.records.references import MARK
from app.web.endpoints.operation import OPERATIONS
from app.web.parameters import parse_query
from app.web.requests.context import ReadContext, context_on

#: A value of a query, several, or none at all.
QueryValue = str | int | Iterable[str] | None
#: Ids in one call.
BATCH = 200


@dataclass(frozen=True)
class Call:
    """Call of the API that a page is made of.

    Attributes:
        about: the part of the page that it gives.
        address: path and query.
        total: the number of things it found, where it says so.
        counted: the same in words, with "at least" where it stopped counting.
        formats: the formats it can be had in.
    """

    about: str
    address: str
    total: int | None
    counted: str | None
    formats: tuple[str, ...]

    def as_format(self, name: str) -> str:
        """Return the address of the whole answer in another format."""
        path, _, query = self.address.partition("?")
        rest = [part for part in query.split("&") if part and not _PAGING.match(part)]
        return f"{path}?{'&'.join([*rest, f'format={name}'])}"


_PAGING = re.compile(r"(limit|cursor|total|facets)=")


class ApiClient:
    """Client of the API for one page, which remembers the calls that the page shows."""

    def __init__(self, context: ReadContext) -> None:
        """Read from the state of the data that the page's request is answered from."""
        self._context = context
        self.calls: list[Call] = []
        self.meta: dict[str, Any] = {"release": context.release, "citations": []}

    def get(self, path: str, **values: QueryValue) -> Any:
        """Return the API's answer to a path below /v1 and a query, parsed."""
        return orjson.loads(self._respond(path, query_of(values)).body)

    def batch(self, path: str, ids: Iterable[str], **values: QueryValue) -> list[Any]:
        """Return the records of these ids, however many."""
        wanted = sorted(set(ids))
        return [
            one
            for i in range(0, len(wanted), BATCH)
            for one in self.get(path, **values, id=wanted[i : i + BATCH], limit=BATCH)["data"]
        ]

    def show(self, about: str, path: str, **values: QueryValue) -> Any:
        """Return the answer that the page shows, and offer it to the reader as a call."""
        query = query_of(values)
        answer = orjson.loads(self._respond(path, query).body)
        self._remember(about, path, query, answer)
        return answer

    def offer(self, about: str, path: str, **values: QueryValue) -> None:
        """Offer a call that the page did not need itself."""
        query = query_of(values)
        self.calls.append(Call(about, _address(path, query), None, None, _formats(path)))

    def text(self, path: str, **values: QueryValue) -> str:
        """Return an answer that is text, as it is."""
        return bytes(self._respond(path, query_of(values)).body).decode()

    def words(self, document: str, end: int) -> str | None:
        """Return a document's text up to a place, where it is held: what `exact` is cut from."""
        mark = f"{MARK}exact:{document}:0-{end}"
        text: str | None = orjson.loads(self._context.fill(orjson.dumps(mark)))
        return text

    def takes(self, path: str, name: str) -> bool:
        """Return whether an address has a parameter."""
        return path in OPERATIONS and name in OPERATIONS[path].parameters

    def _respond(self, path: str, query: str) -> Response:
        template, found = _match(path)
        operation = OPERATIONS[template]
        scope = {
            **self._context.request.scope,
            "path": f"/v1{path}",
            "query_string": query.encode("ascii"),
            "path_params": found,
            "headers": [(b"accept", b"application/json")],
        }
        values = parse_query(scope["query_string"], operation.parameters)
        request = Request(scope)
        return operation.handler(
            context_on(self._context.connection, self._context.service, request, values)
        )

    def _remember(self, about: str, path: str, query: str, answer: Any) -> None:
        meta = answer.get("meta", {})
        counted = total(meta) if "total" in meta else None
        self.calls.append(
            Call(about, _address(path, query), meta.get("total"), counted, _formats(path))
        )
        known = {one["dataset"] for one in self.meta["citations"]}
        self.meta["citations"] += [
            c for c in meta.get("citations", []) if c["dataset"] not in known
        ]
        self.meta["release"] = meta.get("release", self.meta["release"])


def _address(path: str, query: str) -> str:
    return f"/v1{path}?{query}" if query else f"/v1{path}"


def _formats(path: str) -> tuple[str, ...]:
    """The formats an address offers."""
    parameters = OPERATIONS[_match(path)[0]].parameters
    return tuple(parameters["format"].schema["enum"] if "format" in parameters else ["json"])


def query_of(values: Mapping[str, QueryValue]) -> str:
    """Return a query string: lists by commas, empty values left out."""
    pairs = [(name, _text(value)) for name, value in values.items()]
    return urlencode([(n, v) for n, v in pairs if v], safe=",:", quote_via=quote)


def _text(value: QueryValue) -> str:
    if value is None:
        return ""
    if isinstance(value, str | int):
        return str(value)
    return ",".join(one for one in value if one)


def _match(path: str) -> tuple[str, dict[str, str]]:
    """The template of a path, with the values of its variable parts."""
    for template, found in _matches(path):
        return template, found
    raise NotFound(f"the API has no address /v1{path}")


def _matches(path: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Fixed addresses before those with variable parts."""
    for template in sorted(OPERATIONS, key=lambda one: one.count("{")):
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
        if found := re.fullmatch(pattern, path):
            yield template, found.groupdict()
