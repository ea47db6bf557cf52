"""Caching: the first hop of a request. A strong ETag, 304, HEAD, and stored bytes.

What is served is a function of the release, the code, the address and the representation asked
for, its format and compression; the tag is made of exactly these, so a tag in `If-None-Match` can
only come from an earlier 200 at the same address and state, and a match costs one look at the
release. An item's tag begins with its revision, a collection's with its release: `"7.…"`.

The stored bytes are those that would be computed, keyed the same way and bounded in size; another
worker's write is seen because the release is read from the database each time. Pure ASGI: a
`BaseHTTPMiddleware` costs as much as the whole answer.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from starlette.requests import ClientDisconnect

from app import __version__
from app.errors import Problem
from app.web.problems import problem_response

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Release = Callable[[], Awaitable[int]]

LARGEST = 1 << 20


class CachingMiddleware:
    """Answers what is still right; lets the rest through and remembers it.

    Args:
        app: what answers otherwise.
        release: reads the current release.
        capacity: how many bytes of answers to keep, in this process.
    """

    def __init__(self, app: ASGIApp, release: Release, capacity: int) -> None:
        """Begin with nothing kept."""
        self._app, self._release = app, release
        self._kept = _Kept(capacity)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that is read; others pass."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        if not _is_of_the_data(scope["path"]):
            await self._app(scope, receive, send)
            return
        headers = _joined(scope["headers"])
        address = _address(scope, headers)
        try:
            release = await self._release()
        except Problem as problem:
            await problem_response(problem, scope["path"])(scope, receive, send)
            return
        digest = _digest(release, address)
        wanted = headers.get(b"if-none-match", b"")
        if tag := _match(wanted, digest):
            await _not_modified(send, tag)
            return
        if stored := self._kept.get(digest):
            start, body = stored
            # A copy: what lies outside adds its own headers to the list it is given.
            await send({**start, "headers": [*start["headers"]]})
            await send({"type": "http.response.body", "body": body})
            return
        try:
            await self._app(scope, receive, _Tagging(self._kept, scope, send, address))
        except _HeadIsEnough:
            pass


class _HeadIsEnough(ClientDisconnect):
    """Ends a stream of which only the head was asked for."""


class _Tagging:
    """Sends an answer on with its tag, and keeps it when it came in one piece."""

    def __init__(self, kept: "_Kept", scope: Scope, send: Send, address: bytes) -> None:
        self._kept, self._scope, self._send = kept, scope, send
        self._address = address
        self._start: Message | None = None
        self._digest = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] == 200 and "positions.release" in self._scope:
                message = self._tag(message)
            else:
                message = {**message, "headers": _weakened(message["headers"])}
        elif self._start is not None and not message.get("more_body"):
            self._kept.put(self._digest, self._start, message.get("body", b""))
        else:
            self._start = None
        await self._send(message)

    def _tag(self, message: Message) -> Message:
        release = self._scope["positions.release"]
        self._digest = _digest(release, self._address)
        first = self._scope.get("positions.revision", release)
        tag = b'"%d.%s"' % (first, self._digest)
        own = [header for header in message["headers"] if header[0] != b"vary"]
        headers = [*own, (b"etag", tag), *_CACHE_HEADERS]
        self._start = {**message, "headers": headers}
        return {**message, "headers": [*headers]}


class _Kept:
    """Answers by digest, the least used going first when the bound is reached."""

    def __init__(self, capacity: int) -> None:
        self._capacity, self._size = capacity, 0
        self._answers: OrderedDict[bytes, tuple[Message, bytes]] = OrderedDict()

    def get(self, digest: bytes) -> tuple[Message, bytes] | None:
        if found := self._answers.get(digest):
            self._answers.move_to_end(digest)
        return found

    def put(self, digest: bytes, start: Message, body: bytes) -> None:
        if len(body) > min(LARGEST, self._capacity) or digest in self._answers:
            return
        self._answers[digest] = (start, body)
        self._size += len(body) + 1024
        while self._size > self._capacity and self._answers:
            _, (_, gone) = self._answers.popitem(last=False)
            self._size -= len(gone) + 1024


_CACHE_HEADERS = (
    (b"cache-control", b"public, no-cache"),
    (b"vary", b"Accept, Accept-Encoding"),
)


def _weakened(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of a file; where it was compressed, its tag is of its content, not its bytes."""
    if not any(name == b"content-encoding" for name, _ in headers):
        return headers
    return [(name, b"W/" + value if name == b"etag" else value) for name, value in headers]


def _is_of_the_data(path: str) -> bool:
    return path not in ("/healthz", "/readyz", "/metrics")


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers by name; one that is given in several lines means them all (RFC 9110 §5.3)."""
    joined: dict[bytes, bytes] = {}
    for name, value in headers:
        joined[name] = joined[name] + b", " + value if name in joined else value
    return joined


def _address(scope: Scope, headers: dict[bytes, bytes]) -> bytes:
    """What of a request decides the bytes of its answer."""
    accept = headers.get(b"accept", b"*/*")
    packed = headers.get(b"accept-encoding", b"")
    path = scope["path"].encode("utf-8", "surrogateescape")
    return b"\n".join((path, scope["query_string"], accept, packed))


def tag_of(scope: Scope, path: str, revision: int, release: int) -> str:
    """The tag that a GET of a record by the same caller has, for the answer to a change of it."""
    read = {"path": path, "query_string": b""}
    address = _address(read, _joined(scope["headers"]))
    return f'"{revision}.{_digest(release, address).decode()}"'


_CODE = __version__.encode()


def _digest(release: int, address: bytes) -> bytes:
    about = b"%d\n%s\n%s" % (release, _CODE, address)
    return hashlib.blake2b(about, digest_size=12).hexdigest().encode()


_TAGS = re.compile(rb'(?:W/)?("(\d+)\.([0-9a-f]+)")')


def _match(header: bytes, digest: bytes) -> bytes | None:
    """The tag in `If-None-Match` that is of this state of this address, if one is."""
    for found in _TAGS.finditer(header):
        if found[3] == digest:
            return found[1]
    return None


async def _not_modified(send: Send, tag: bytes) -> None:
    headers = [(b"etag", tag), *_CACHE_HEADERS]
    await send({"type": "http.response.start", "status": 304, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


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
