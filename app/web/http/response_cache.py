"""Response cache with strong ETags, 304 and HEAD: the first hop of a request.

A request is brought to the representation that it chooses (see `app.web.http.representations`)
before anything is looked up: answers are stored by it, not by the words that asked. What is served
is a function of what its ETag is made of (see `app.web.http.etags`), so a match costs one look-up
of the release. The cached bytes are those that would be computed, bounded in size; another
worker's write is seen because the release is read from the database each time. Pure ASGI: a
`BaseHTTPMiddleware` costs as much as the whole answer.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Problem
from app.settings import Settings
from app.web.byte_bounded_cache import ByteBoundedCache
from app.web.http.compression import LEAST_BYTES
from app.web.http.etags import (
    digest_of,
    joined_headers,
    matching_etag,
    newest_release_in,
    service_identity,
    weakened,
)
from app.web.http.representations import FormatsOf, Negotiator, Representation
from app.web.problems import problem_response

Release = Callable[[], int | Awaitable[int]]

#: The longest body that is cached.
LARGEST = 1 << 20

_NOT_OF_THE_DATA = frozenset(("/healthz", "/readyz", "/metrics"))
_CACHE_HEADERS = (
    (b"cache-control", b"public, no-cache"),
    (b"vary", b"Accept, Accept-Encoding"),
)
_HEADERS_OF_A_304 = frozenset((b"etag", b"cache-control", b"vary"))


class CachedResponse(NamedTuple):
    """A whole response, and the release that it is of.

    Attributes:
        is_packed: whether who accepts compression gets other bytes.
    """

    release: int
    etag: bytes
    start: Message
    body: bytes
    is_packed: bool


Cache = ByteBoundedCache[Representation, CachedResponse]


class ResponseCacheMiddleware:
    """Answers from the cache or with 304 while the release is unchanged; else caches the response.

    Args:
        app: what answers otherwise.
        release: reads the current release, at once where that takes no time.
        settings: how much to cache in this process, and what else responses depend on.
        formats_of: the formats that each address chooses among by `Accept`.
    """

    def __init__(
        self, app: ASGIApp, release: Release, settings: Settings, formats_of: FormatsOf
    ) -> None:
        """Begin with nothing cached."""
        self._app, self._release = app, release
        self._capacity = settings.cache_megabytes << 20
        self._cache: Cache = ByteBoundedCache(self._capacity)
        self._identity = service_identity(settings)
        self._negotiator = Negotiator(formats_of)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer a request that reads the data; others pass."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return self._app(scope, receive, send)
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        if scope["path"] in _NOT_OF_THE_DATA:
            return self._app(scope, receive, send)
        return self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = joined_headers(scope["headers"])
        path, query = scope["path"], scope["query_string"]
        representation = self._negotiator.representation(path, query, headers)
        wanted = headers.get(b"if-none-match")
        if wanted and wanted.strip() == b"*":
            wanted, send = None, _only_if_none(send)
        known = newest_release_in(wanted) if wanted else 0
        scope["positions.known_release"] = known
        cached = self._cached(representation)
        if wanted or cached:
            try:
                found = self._release()
                release = found if isinstance(found, int) else await found
            except Problem as problem:
                await problem_response(problem, scope["path"])(scope, receive, send)
                return
            if cached and (cached.release != release or known > release):
                cached = None
            if wanted and (etag := self._etag_in(wanted, release, representation, cached)):
                await _send_not_modified(send, etag)
                return
            if cached:
                # A copy: what lies outside adds its own headers to the list it is given.
                await send({**cached.start, "headers": [*cached.start["headers"]]})
                await send({"type": "http.response.body", "body": cached.body})
                return
        if representation.query != query:
            scope = {**scope, "query_string": representation.query}
        try:
            await self._app(scope, receive, _CachingSend(self, scope, send, representation))
        except _HeadIsEnough:
            pass

    def _cached(self, representation: Representation) -> CachedResponse | None:
        """The cached response; the plain one where that is sent to whoever accepts compression."""
        found = self._cache.get(representation)
        if found is None and representation.encoding:
            plain = self._cache.get(representation.plain)
            return plain if plain and not plain.is_packed else None
        return found

    def _etag_in(
        self,
        wanted: bytes,
        release: int,
        representation: Representation,
        cached: CachedResponse | None,
    ) -> bytes | None:
        """The tag in `If-None-Match` that is right: also that of the bytes before compression."""
        if cached and cached.etag in wanted:
            return cached.etag
        for one in dict.fromkeys((representation, representation.plain)):
            etag = matching_etag(wanted, digest_of(self._identity, release, one))
            if etag:
                return etag
        return None

    def etag(self, revision: int, release: int, representation: Representation) -> bytes:
        """The ETag of a response."""
        return b'"%d.%s"' % (revision, digest_of(self._identity, release, representation))

    def put(self, representation: Representation, response: CachedResponse) -> None:
        """Cache a response, unless it is a long one."""
        if len(response.body) <= min(LARGEST, self._capacity):
            self._cache.put(representation, response, _size(representation, response))


class _HeadIsEnough(ClientDisconnect):
    """Ends a stream of which only the head was asked for, or is wanted."""


class _CachingSend:
    """Sends a response on with its ETag, and caches it when it came in one piece."""

    def __init__(
        self,
        cache: ResponseCacheMiddleware,
        scope: Scope,
        send: Send,
        representation: Representation,
    ) -> None:
        self._cache, self._scope, self._send = cache, scope, send
        self._representation = representation
        self._start: Message | None = None
        self._etag, self._encoding, self._sent = b"", "", representation

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] == 200 and "positions.release" in self._scope:
                message = self._with_etag(message)
            else:
                message = {**message, "headers": weakened(message["headers"])}
        elif self._start is not None and not message.get("more_body"):
            release = self._scope["positions.release"]
            body = message.get("body", b"")
            accepts_none = not self._representation.encoding
            is_packed = self._encoding != "" or (accepts_none and len(body) >= LEAST_BYTES)
            response = CachedResponse(release, self._etag, self._start, body, is_packed)
            self._cache.put(self._sent, response)
        else:
            self._start = None
        await self._send(message)

    def _with_etag(self, message: Message) -> Message:
        release = self._scope["positions.release"]
        revision = self._scope.get("positions.revision", release)
        self._encoding = dict(message["headers"]).get(b"content-encoding", b"").decode("ascii")
        self._sent = self._representation._replace(encoding=self._encoding)
        self._etag = self._cache.etag(revision, release, self._sent)
        own = [header for header in message["headers"] if header[0] != b"vary"]
        headers = [*own, (b"etag", self._etag), *_CACHE_HEADERS]
        self._start = {**message, "headers": headers}
        return {**message, "headers": [*headers]}


def _size(representation: Representation, response: CachedResponse) -> int:
    """About how many bytes a response takes, with its key, which may be the longer."""
    headers = sum(len(name) + len(value) for name, value in response.start["headers"])
    return len(response.body) + headers + sum(map(len, representation)) + 1024


async def _send_not_modified(send: Send, etag: bytes) -> None:
    headers = [(b"etag", etag), *_CACHE_HEADERS]
    await send({"type": "http.response.start", "status": 304, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _only_if_none(send: Send) -> Send:
    """Send a 304 in the place of any 200 (`If-None-Match: *`, RFC 9110)."""
    there_is_one = False

    async def send_if_none(message: Message) -> None:
        nonlocal there_is_one
        if message["type"] == "http.response.start" and message["status"] == 200:
            there_is_one = True
            headers = [one for one in message["headers"] if one[0] in _HEADERS_OF_A_304]
            await send({**message, "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        elif not there_is_one:
            await send(message)
        elif message.get("more_body"):
            raise _HeadIsEnough

    return send_if_none


def _without_body(send: Send) -> Send:
    """Send the head of an answer and none of its body; the rest of a stream is not made."""

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            await send({"type": "http.response.body", "body": b""})
            if message.get("more_body"):
                raise _HeadIsEnough
            return
        await send(message)

    return send_head
