"""Preconditions: `If-Match` names the revision that a caller has seen (RFC 9110, 13.1.1)."""

import re

from fastapi import Request

from app.errors import RevisionRequired, StaleRevision

_ETAG = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"', re.ASCII)
_ETAGS = re.compile(rf"{_ETAG.pattern}(?:\s*,\s*{_ETAG.pattern})*", re.ASCII)


def check_if_match(request: Request, revision: int) -> None:
    """Refuse a change unless the caller has seen the revision that a record is at.

    Raises:
        RevisionRequired: without `If-Match`, and with `*`, which would overwrite anything.
        StaleRevision: when it names another revision.
    """
    given = request.headers.get("if-match", "").strip()
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
