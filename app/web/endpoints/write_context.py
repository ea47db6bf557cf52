"""Write context: a request that writes, its key and body, and the transaction it runs in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from fastapi import Request, Response
from sqlalchemy import Connection

from app.db.api_keys import Key
from app.errors import RevisionRequired, StaleRevision
from app.web.http.request_body import RequestBody, parse_object
from app.web.references import ReferenceFiller
from app.web.requests.context import ReadContext
from app.web.requests.service import Service

_ETAG = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"', re.ASCII)
_ETAGS = re.compile(rf"{_ETAG.pattern}(?:\s*,\s*{_ETAG.pattern})*", re.ASCII)


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
        references = ReferenceFiller(release)
        return ReadContext(
            self.request, self.service, self.connection, release, None, {}, references
        )

    def check_revision(self, revision: int) -> None:
        """Refuse unless the caller has seen this revision.

        Raises:
            RevisionRequired: without `If-Match`, and with `*`, which would overwrite anything.
            StaleRevision: when it names another revision.
        """
        given = self.request.headers.get("if-match", "").strip()
        if given in ("", "*"):
            raise RevisionRequired(
                "say in If-Match which revision you changed: the ETag of the record as you read it"
            )
        tags = _ETAG.findall(given) if _ETAGS.fullmatch(given) else []
        if not any(not weak and tag.partition(".")[0] == str(revision) for weak, tag in tags):
            raise StaleRevision(
                f"If-Match is {given[:100]!r}, the record is at revision {revision}; "
                "read it again and make your change from that"
            )

    @property
    def wants_minimal(self) -> bool:
        """Whether the caller prefers an answer without the record."""
        preferred = self.request.headers.get("prefer", "").lower().replace(" ", "")
        return "return=minimal" in re.split("[,;]", preferred)
