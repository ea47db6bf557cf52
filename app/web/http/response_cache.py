"""Caching: the first hop of a request. A strong ETag, 304, HEAD, and stored bytes.

What is served is a function of the release, the code, the address the service is known by, the
address and the representation asked for, its format and compression. The digest in a tag is made
of exactly these, so one in `If-None-Match` can only come from an earlier 200 at the same address
and state, and a match costs one look at the release. Before it a tag has an item's revision, or a
collection's release: `"7.…"`.

The stored bytes are those that would be computed, keyed the same way and bounded in size; another
worker's write is seen because the release is read from the database each time. Pure ASGI: a
`BaseHTTPMiddleware` costs as much as the whole answer.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple

from starlette.requests import ClientDisconnect

from app import __version__
from app.errors import Problem
from app.settings import Settings
from app.web.problems import problem_response

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Release = Callable[[], int | Awaitable[int]]

#: Path, query, and the headers that choose a representation.
Asked = tuple[str, bytes, bytes, bytes]

LARGEST = 1 << 20


class ResponseCacheMiddleware:
    """Answers what is still right; lets the rest through and remembers it.

    Args:
        app: what answers otherwise.
        release: reads the current release, at once where that takes no time.
        settings: how much to keep in this process, and what else answers depend on.
    """

    def __init__(self, app: ASGIApp, release: Release, settings: Settings) -> None:
        """Begin with nothing kept."""
        self._app, self._release = app, release
        self._kept = _Kept(settings.cache_megabytes << 20)
        self._service = _service(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that is read; others pass."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        if scope["path"] in _NOT_OF_THE_DATA:
            await self._app(scope, receive, send)
            return
        headers = _joined(scope["headers"])
        asked = _asked(scope, headers)
        wanted = headers.get(b"if-none-match")
        if wanted and wanted.strip() == b"*":
            wanted, send = None, _only_if_none(send)
        if wanted or asked in self._kept:
            try:
                found = self._release()
                release = found if isinstance(found, int) else await found
            except Problem as problem:
                await problem_response(problem, scope["path"])(scope, receive, send)
                return
            if stored := self._kept.get(asked, release):
                if wanted and stored.tag in wanted:
                    await _not_modified(send, stored.tag)
                    return
                # A copy: what lies outside adds its own headers to the list it is given.
                await send({**stored.start, "headers": [*stored.start["headers"]]})
                await send({"type": "http.response.body", "body": stored.body})
                return
            if wanted and (tag := _of_this_state(wanted, _digest(self._service, release, asked))):
                await _not_modified(send, tag)
                return
        try:
            tagging = _Tagging(self._kept, self._service, scope, send, asked)
            await self._app(scope, receive, tagging)
        except _HeadIsEnough:
            pass


class _HeadIsEnough(ClientDisconnect):
    """Ends a stream of which only the head was asked for, or is wanted."""


class _Tagging:
    """Sends an answer on with its tag, and keeps it when it came in one piece."""

    def __init__(
        self, kept: "_Kept", service: bytes, scope: Scope, send: Send, asked: Asked
    ) -> None:
        self._kept, self._service, self._scope = kept, service, scope
        self._send, self._asked = send, asked
        self._start: Message | None = None
        self._tag = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] == 200 and "positions.release" in self._scope:
                message = self._tagged(message)
            else:
                message = {**message, "headers": _weakened(message["headers"])}
        elif self._start is not None and not message.get("more_body"):
            release = self._scope["positions.release"]
            answer = _Answer(release, self._tag, self._start, message.get("body", b""))
            self._kept.put(self._asked, answer)
        else:
            self._start = None
        await self._send(message)

    def _tagged(self, message: Message) -> Message:
        release = self._scope["positions.release"]
        first = self._scope.get("positions.revision", release)
        self._tag = b'"%d.%s"' % (first, _digest(self._service, release, self._asked))
        own = [header for header in message["headers"] if header[0] != b"vary"]
        headers = [*own, (b"etag", self._tag), *_CACHE_HEADERS]
        self._start = {**message, "headers": headers}
        return {**message, "headers": [*headers]}


class _Answer(NamedTuple):
    """A whole answer, and the release that it is of."""

    release: int
    tag: bytes
    start: Message
    body: bytes


class _Kept:
    """Answers by what was asked, the least used going first when the bound is reached."""

    def __init__(self, capacity: int) -> None:
        self._capacity, self._size = capacity, 0
        self._answers: OrderedDict[Asked, _Answer] = OrderedDict()

    def __contains__(self, asked: Asked) -> bool:
        return asked in self._answers

    def get(self, asked: Asked, release: int) -> _Answer | None:
        found = self._answers.get(asked)
        if found is None or found.release != release:
            return None
        self._answers.move_to_end(asked)
        return found

    def put(self, asked: Asked, answer: _Answer) -> None:
        if len(answer.body) > min(LARGEST, self._capacity):
            return
        if before := self._answers.pop(asked, None):
            self._size -= _size(asked, before)
        self._answers[asked] = answer
        self._size += _size(asked, answer)
        while self._size > self._capacity and self._answers:
            self._size -= _size(*self._answers.popitem(last=False))


def _size(asked: Asked, answer: _Answer) -> int:
    """About how many bytes an answer takes, with what was asked, which may be the longer."""
    headers = sum(len(name) + len(value) for name, value in answer.start["headers"])
    return len(answer.body) + headers + sum(map(len, asked)) + 1024


_CACHE_HEADERS = (
    (b"cache-control", b"public, no-cache"),
    (b"vary", b"Accept, Accept-Encoding"),
)


def _weakened(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of a file; where it was compressed, its tag is of its content, not its bytes."""
    if not any(name == b"content-encoding" for name, _ in headers):
        return headers
    return [(name, b"W/" + value if name == b"etag" else value) for name, value in headers]


_NOT_OF_THE_DATA = frozenset(("/healthz", "/readyz", "/metrics"))


def _joined(headers: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers by name; one that is given in several lines means them all (RFC 9110 §5.3)."""
    once = dict(headers)
    if len(once) == len(headers):
        return once
    joined: dict[bytes, bytes] = {}
    for name, value in headers:
        joined[name] = joined[name] + b", " + value if name in joined else value
    return joined


def _asked(scope: Scope, headers: Mapping[bytes, bytes]) -> Asked:
    """What of a request decides the bytes of its answer."""
    return (
        scope["path"],
        scope["query_string"],
        headers.get(b"accept", b"*/*"),
        headers.get(b"accept-encoding", b""),
    )


def tag_of(scope: Scope, path: str, revision: int, release: int) -> str:
    """The tag that a GET of a record by the same caller has, for the answer to a change of it."""
    read = {"path": path, "query_string": b""}
    asked = _asked(read, _joined(scope["headers"]))
    service = _service(scope["app"].state.service.settings)
    return f'"{revision}.{_digest(service, release, asked).decode()}"'


def _service(settings: Settings) -> bytes:
    """What answers depend on besides the data: this code, and the address in their links."""
    return f"{__version__}\n{settings.public_url}".encode()


def _digest(service: bytes, release: int, asked: Asked) -> bytes:
    path, *rest = asked
    parts = (b"%d" % release, service, path.encode("utf-8", "surrogateescape"), *rest)
    return hashlib.blake2b(b"\n".join(parts), digest_size=12).hexdigest().encode()


def _of_this_state(header: bytes, digest: bytes) -> bytes | None:
    """The tag in `If-None-Match` whose digest is of this state of this address, if one is."""
    for tag in header.split(b'"')[1::2]:
        first, _, last = tag.partition(b".")
        if last == digest and first.isdigit():
            return b'"%s"' % tag
    return None


async def _not_modified(send: Send, tag: bytes) -> None:
    headers = [(b"etag", tag), *_CACHE_HEADERS]
    await send({"type": "http.response.start", "status": 304, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _only_if_none(send: Send) -> Send:
    """For whoever wants an answer only where there is none (`If-None-Match: *`, RFC 9110)."""
    there_is_one = False

    async def sent(message: Message) -> None:
        nonlocal there_is_one
        if message["type"] == "http.response.start" and message["status"] == 200:
            there_is_one = True
            headers = [one for one in message["headers"] if one[0] in _OF_A_304]
            await send({**message, "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        elif not there_is_one:
            await send(message)
        elif message.get("more_body"):
            raise _HeadIsEnough

    return sent


_OF_A_304 = frozenset((b"etag", b"cache-control", b"vary"))


def _without_body(send: Send) -> Send:
    """Send the head of an answer and none of its body; the rest of a stream is not made."""

    async def head_only(message: Message) -> None:
        if message["type"] == "http.response.body":
            await send({"type": "http.response.body", "body": b""})
            if message.get("more_body"):
                raise _HeadIsEnough
            return
        await send(message)

    return head_only
