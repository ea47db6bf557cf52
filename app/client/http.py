"""The one module that knows httpx: requests that are conditional, patient, and fail clearly.

An answer is kept with its ETag; asked again, the service says in a few bytes that it still holds.
A service that is busy (503) or away is asked a few times more, after as long as it says itself.
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

ATTEMPTS, PATIENCE = 4, 60.0
MOST_KEPT = 256

Parameters = Mapping[str, str] | None


class Http:
    """A connection to a service, and the answers it gave.

    Args:
        base_url: where the service is; a path before `/v1` is kept.
        key: a key of the service; reading needs none.
        timeout: how many seconds to wait for a part of an answer.
    """

    def __init__(self, base_url: str, key: str | None, timeout: float) -> None:
        """Connect to nothing yet."""
        headers = {"User-Agent": f"positions-client/{__version__}", "Accept": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        self._client = httpx.Client(base_url=base_url, headers=headers, timeout=timeout)
        self._kept: OrderedDict[str, tuple[str, bytes]] = OrderedDict()

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def json(self, address: str, parameters: Parameters = None) -> Any:
        """The JSON at an address, which is not sent again while it still holds.

        Raises:
            Problem: when the service answers that something is wrong.
            Unreachable: when it does not answer.
        """
        request = self._client.build_request("GET", address, params=parameters)
        url = str(request.url)
        tag, kept = self._kept.get(url, ("", b""))
        if tag:
            request.headers["If-None-Match"] = tag
        answer = _patiently(lambda: self._send(request))
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            self._kept.move_to_end(url)
            return json.loads(kept)  # anew, so that what a caller does to one answer stays there
        self._keep(url, answer.headers.get("ETag"), answer.content)
        return answer.json()

    @contextmanager
    def lines(self, address: str, parameters: Parameters) -> Iterator[Iterator[str]]:
        """The lines at an address, as they arrive; raises as `json` does."""
        request = self._client.build_request("GET", address, params=parameters)
        answer = _patiently(lambda: self._send(request, stream=True))
        try:
            with _reached():
                yield _lines_of(answer.iter_bytes())
        finally:
            answer.close()

    def _send(self, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        with _reached():
            answer = self._client.send(request, stream=stream)
            if answer.is_error:
                answer.read()
        if answer.is_error:
            raise _problem(answer)
        return answer

    def _keep(self, url: str, tag: str | None, body: bytes) -> None:
        if tag:
            self._kept[url] = (tag, body)
            self._kept.move_to_end(url)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


def _lines_of(parts: Iterable[bytes]) -> Iterator[str]:
    """Lines of NDJSON: only a line feed ends one, where text may hold other breaks."""
    rest = b""
    for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        yield from (line.decode() for line in whole)
    if rest:
        yield rest.decode()


@contextmanager
def _reached() -> Iterator[None]:
    """Whatever httpx says of the network, in our words."""
    try:
        yield
    except httpx.TransportError as fault:
        raise Unreachable(str(fault) or type(fault).__name__) from fault


def _problem(answer: httpx.Response) -> Problem:
    try:
        told = answer.json()
    except ValueError:  # a proxy on the way answers with a page of its own
        told = {}
    after = answer.headers.get("Retry-After", "")
    seconds = float(after) if after.isdigit() else None
    return Problem(answer.status_code, told if isinstance(told, dict) else {}, seconds)


def _patiently(send: Callable[[], httpx.Response]) -> httpx.Response:
    retry = stamina.retry(on=_pause, attempts=ATTEMPTS, timeout=PATIENCE)
    return retry(send)()


def _pause(fault: Exception) -> float | bool:
    """Whether to try again, and after how many seconds where the service says it."""
    if isinstance(fault, Problem) and fault.status == httpx.codes.SERVICE_UNAVAILABLE:
        return True if fault.retry_after is None else fault.retry_after
    return isinstance(fault, ClientError) and not isinstance(fault, Problem)
