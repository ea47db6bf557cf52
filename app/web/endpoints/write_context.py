"""Write context: a request that writes, its key and body, and the transaction it runs in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from fastapi import Request, Response
from sqlalchemy import Connection

from app.db.api_keys import Key
from app.web.http.request_body import RequestBody, parse_object
from app.web.requests.context import ReadContext
from app.web.requests.release_cache import ReleaseCache
from app.web.requests.service import Service


@dataclass(frozen=True)
class WriteResult:
    """The response to a write, in a form that can be stored and sent again."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    release: int | None = None

    def response(self, **more: str) -> Response:
        """The response as it is sent."""
        media = "application/json" if self.body else None
        return Response(self.body, self.status, {**self.headers, **more}, media_type=media)


@dataclass
class WriteContext:
    """A request that writes, under way in its transaction."""

    request: Request
    service: Service
    key: Key
    values: dict[str, Any]
    body: RequestBody
    connection: Connection

    @cached_property
    def content(self) -> dict[str, Any]:
        """The body as a JSON object."""
        return parse_object(self.body.read())

    @property
    def reason(self) -> str:
        """The reason given, in a word of the vocabulary, or nothing."""
        return str(self.values.get("change_reason", ""))

    def read_context(self, release: int) -> ReadContext:
        """The context in which to read the data as this write has left it so far."""
        cache = ReleaseCache(release)
        return ReadContext(self.request, self.service, self.connection, release, None, {}, cache)

    @property
    def wants_minimal(self) -> bool:
        """Whether the caller prefers an answer without the record."""
        preferred = self.request.headers.get("prefer", "").lower().replace(" ", "")
        return "return=minimal" in re.split("[,;]", preferred)
