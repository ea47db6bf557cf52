"""HTTP by httpx: conditional requests, retries, and errors as exceptions of the client.

An answer is cached with its ETag; the next request for it is conditional, and answered in a few
bytes while it is unchanged. A request that finds the service busy (503) or away is tried a few
times more, after as long as the service says. No other module knows httpx.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import stamina

from app import __version__
from app.client.problems import ClientError, Problem, Unreachable

ATTEMPTS, RETRY_SECONDS = 4, 60.0
MOST_CACHED = 256

Parameters = Mapping[str, str] | None


class Http:
    """A connection to a service, with a cache of its answers.

    Args:
        base_url: where the service is; a path before `/v1` stays in every address.
        key: a key of the service; reading needs none.
        timeout: how many seconds to wait for a part of an answer.
    """

    def __init__(self, base_url: str, key: str | None, timeout: float) -> None:
        """Make the client; nothing connects before the first request."""
        headers = {"User-Agent": f"positions-client/{__version__}", "Accept": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        self._client = httpx.Client(base_url=base_url, headers=headers, timeout=timeout)
        self._cached: OrderedDict[str, tuple[str, bytes]] = OrderedDict()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def json(self, address: str, parameters: Parameters = None) -> Any:
        """Return the JSON at an address, which is not sent again while it is unchanged.

        Raises:
            Problem: when the service answers that something is wrong.
            Unreachable: when it does not answer.
        """
        request = self._client.build_request("GET", address, params=parameters)
        url = str(request.url)
        tag, cached = self._cached.get(url, ("", b""))
        if tag:
            request.headers["If-None-Match"] = tag
        answer = _retried(lambda: self._send(request))
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            self._cached.move_to_end(url)
            return json.loads(cached)  # anew, so that what a caller does to one answer stays there
        self._cache(url, answer.headers.get("ETag"), answer.content)
        return answer.json()

    @contextmanager
    def lines(self, address: str, parameters: Parameters) -> Iterator[Iterator[str]]:
        """Yield the lines at an address, as they arrive; raises as `json` does."""
        request = self._client.build_request("GET", address, params=parameters)
        answer = _retried(lambda: self._send(request, stream=True))
        try:
            with _translated():
                yield _lines_of(answer.iter_bytes())
        finally:
            answer.close()

    def _send(self, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        with _translated():
            answer = self._client.send(request, stream=stream)
            if answer.is_error:
                answer.read()
        if answer.is_error:
            raise _problem(answer)
        return answer

    def _cache(self, url: str, tag: str | None, body: bytes) -> None:
        if tag:
            self._cached[url] = (tag, body)
            self._cached.move_to_end(url)
        if len(self._cached) > MOST_CACHED:
            self._cached.popitem(last=False)


def _lines_of(parts: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines of NDJSON: only a line feed ends one, where text may hold other breaks."""
    rest = b""
    for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        yield from (line.decode() for line in whole)
    if rest:
        yield rest.decode()


@contextmanager
def _translated() -> Iterator[None]:
    """Raise what httpx raises about the network as `Unreachable`."""
    try:
        yield
    except httpx.TransportError as fault:
        raise Unreachable(str(fault) or type(fault).__name__) from fault


def _problem(answer: httpx.Response) -> Problem:
    try:
        body = answer.json()
    except ValueError:  # a proxy on the way answers with a page of its own
        body = {}
    after = answer.headers.get("Retry-After", "")
    seconds = float(after) if after.isdigit() else None
    return Problem(answer.status_code, body if isinstance(body, dict) else {}, seconds)


def _retried(send: Callable[[], httpx.Response]) -> httpx.Response:
    retry = stamina.retry(on=_retry_after, attempts=ATTEMPTS, timeout=RETRY_SECONDS)
    return retry(send)()


def _retry_after(fault: Exception) -> float | bool:
    """Tell whether to try again, or after how many seconds where the service says so."""
    if isinstance(fault, Problem) and fault.status == httpx.codes.SERVICE_UNAVAILABLE:
        return True if fault.retry_after is None else fault.retry_after
    return isinstance(fault, ClientError) and not isinstance(fault, Problem)
