"""The client `Positions`: the reads of the service as methods that return plain dicts."""

import json
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from app.client.http import Http
from app.client.types import Answer, Row


class Positions:
    """A client of a service of regional security positions.

    Args:
        base_url: where it is.
        key: a key of the service; reading needs none.
        timeout: how many seconds to wait for a part of an answer.

    Filters are those of the API: a list, or commas, means *or*; a name that Python reserves
    takes an underscore (`from_="1996"`). What is misspelt is refused, never ignored.

    Every method raises `Problem` when the service says that something is wrong, with its `code`,
    `detail` and `errors`, and `Unreachable` when it does not answer.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        *,
        key: str | None = None,
        timeout: float = 30,
    ) -> None:
        """Make the client; nothing connects before the first request."""
        self._http = Http(base_url, key, timeout)

    def __enter__(self) -> Self:
        """Return the client, which the end of the block closes."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, resource: str, id: str, **parameters: Any) -> Row:
        """Return one record by its id.

            positions.get("countries", "kz")["name"]
            positions.get("opinions", "nurmagambetov-full-membership", known_at="2026-11-24")

        Raises:
            Problem: `not_found` when there is (or, under `known_at`, was) no such record.
        """
        row: Row = self.ask(f"/{resource}/{id}", **parameters)["data"]
        return row

    def list(self, resource: str, **filters: Any) -> Iterator[Row]:
        """Yield every record that the filters select; pages are fetched as they are needed.

        for agreement in positions.list("agreements", party=["KAZ", "nato"], sort="signed"):
            print(agreement["title"], agreement["signed"])
        """
        for page in self.pages(resource, **filters):
            yield from page["data"]

    def pages(self, resource: str, **filters: Any) -> Iterator[Answer]:
        """Yield the pages of a list with their envelopes: `meta` has total, facets and citations.

        first = next(positions.pages("opinions", topic="afghanistan", facets="stance"))
        first["meta"]["facets"]["stance"]
        """
        page = self.ask(f"/{resource}", **filters)
        yield page
        while (following := page["links"].get("next")) is not None:
            page = self._http.json(following)
            yield page

    def rows(self, resource: str, **filters: Any) -> Iterator[Row]:
        """Yield every record that the filters select, streamed in one answer (NDJSON).

        For whole datasets: one request, and no more in memory than a row.

            frame = pandas.DataFrame(positions.rows("positions", country="KAZ"))
        """
        parameters = _parameters({**filters, "format": "ndjson"})
        with self._http.lines(f"/v1/{resource}", parameters) as lines:
            for line in lines:
                yield json.loads(line)

    def ask(self, path: str, **parameters: Any) -> Answer:
        """Return the whole answer at any address below `/v1`.

        positions.ask("/matrix", topic="nato", as_of="2006-12-31")["data"]["cells"]
        positions.ask("/countries/KAZ/profile")
        """
        answer: Answer = self._http.json(f"/v1{path}", _parameters(parameters))
        return answer


def _parameters(values: dict[str, Any]) -> dict[str, str] | None:
    """Write parameters as an address has them; what is None is left out."""
    return {k.rstrip("_"): _text(v) for k, v in values.items() if v is not None} or None


def _text(value: Any) -> str:
    """Write a value as an address has it: several by commas, dates by ISO 8601."""
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ",".join(_text(one) for one in value)
    return str(value)
