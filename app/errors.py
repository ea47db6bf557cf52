"""Errors: what can go wrong, as the caller sees it, in one family and one shape (RFC 9457).

    PositionsError
    ├── Refused              the command line's input: a message and an exit code
    └── Problem              an answer: application/problem+json
        ├── Ambiguous        300  a code or name that two records carry
        ├── InvalidInput     422  an unknown parameter, a value out of its vocabulary
        ├── MalformedBody    400  a body that is not the JSON it says it is
        ├── Unauthorized     401  no valid key
        ├── Forbidden        403  a key without the scope
        ├── NotFound         404
        ├── NotAllowed       405
        ├── NotAcceptable    406  a format this address does not serve
        ├── Conflict         409  others cite it, or the id is taken
        ├── StaleRevision    412  If-Match names an older revision
        ├── TooLarge         413
        ├── UnsupportedType  415
        ├── RevisionRequired 428  a change without If-Match
        ├── TooManyRequests  429
        ├── ServerFault      500  ours; says nothing of its inside
        ├── Damaged          503  what is stored cannot be read, and will not be by trying again
        └── Unavailable      503  the database is away, or the bound on costly work is reached
            └── Overlong          a read thought for longer than it may

Each says what was wrong and what would be right. `type` is a stable address under /codebook.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

#: How much of a wrong word is likened to the right ones: a long one takes seconds.
LONGEST_WORD = 100
#: How many faults of one kind get a hint: to find the nearest of thousands takes milliseconds.
MOST_HINTS = 5


class PositionsError(Exception):
    """Everything this service raises on purpose."""


class Refused(PositionsError):
    """A command could not be carried out; its message is one clear line for the operator."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the input: where (a parameter or a JSON pointer) and what."""

    detail: str
    parameter: str | None = None
    pointer: str | None = None
    line: int | None = None

    def as_dict(self) -> dict[str, str | int]:
        """The fault as RFC 9457 extension members, empty ones left out."""
        members = {"parameter": self.parameter, "pointer": self.pointer, "line": self.line}
        return {k: v for k, v in members.items() if v is not None} | {"detail": self.detail}


@dataclass
class Problem(PositionsError):
    """An answer that is not a success."""

    detail: str
    errors: list[Fault] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    status: ClassVar[int] = 500
    code: ClassVar[str] = "server_fault"
    title: ClassVar[str] = "The service failed"

    def body(self, instance: str) -> dict[str, object]:
        """The RFC 9457 members for the request at `instance`."""
        members: dict[str, object] = {
            "type": f"/v1/codebook#problem-{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
        }
        if self.errors:
            members["errors"] = [fault.as_dict() for fault in self.errors]
        return members


class Ambiguous(Problem):
    """A code or a name that several records carry: which is meant is the caller's to say."""

    status, code, title = 300, "ambiguous", "Several records are called so"

    @classmethod
    def between(cls, detail: str, described: Mapping[str, str], address: str) -> Self:
        """Make the problem of an address whose last part means several records."""
        path, _, _ = address.partition("?")
        folder = path.rpartition("/")[0]
        links = ", ".join(f'<{folder}/{one}>; rel="alternate"' for one in described)
        faults = [Fault(told, parameter="id") for told in described.values()]
        return cls(detail, faults, {"Link": links})


class InvalidInput(Problem):
    """A parameter or a record that is not what the contract says."""

    status, code, title = 422, "invalid_input", "The input is not valid"


class MalformedBody(Problem):
    """A body that cannot be read as what its content type says."""

    status, code, title = 400, "malformed_body", "The body cannot be read"


class Unauthorized(Problem):
    """No key, or none that is valid; unknown, expired and revoked keys answer alike."""

    status, code, title = 401, "unauthorized", "A valid key is needed"


class Forbidden(Problem):
    """The key is valid and its scope does not reach this far."""

    status, code, title = 403, "forbidden", "The key's scope does not allow this"


class NotFound(Problem):
    """There is nothing at this address."""

    status, code, title = 404, "not_found", "There is nothing here"


class NotAllowed(Problem):
    """The address exists; it does not take this method."""

    status, code, title = 405, "method_not_allowed", "This address does not take this method"


class NotAcceptable(Problem):
    """The address does not serve any of the formats asked for."""

    status, code, title = 406, "not_acceptable", "This format is not served here"


class Conflict(Problem):
    """The change would break what others rest on."""

    status, code, title = 409, "conflict", "The change conflicts with other records"


class StaleRevision(Problem):
    """The record was changed since the caller read it."""

    status, code, title = 412, "stale_revision", "The record has changed since you read it"


class TooLarge(Problem):
    """The body is longer than this address takes."""

    status, code, title = 413, "too_large", "The body is too large"


class UnsupportedType(Problem):
    """The body's type or encoding is not one this address reads."""

    status, code, title = 415, "unsupported_type", "This type of body is not read here"


class RevisionRequired(Problem):
    """A change must say which revision it was made from."""

    status, code, title = 428, "revision_required", "Say which revision you changed"


class TooManyRequests(Problem):
    """The limit for this key or address is used up for now."""

    status, code, title = 429, "too_many_requests", "Too many requests"


class ServerFault(Problem):
    """A fault of ours. The log has it under the request id; the answer does not."""


class Damaged(Problem):
    """Damage: stored data cannot be read; an operator has to look, and trying again is no use."""

    status, code, title = 503, "damaged", "The stored data is damaged"


class Unavailable(Problem):
    """Try again shortly: the database is away, or too much costly work is under way."""

    status, code, title = 503, "unavailable", "Not available right now"


class Overlong(Unavailable):
    """A read that took longer than it may was called off."""

    def __init__(self) -> None:
        """Say what would be right."""
        super().__init__(
            "the answer took longer than any may; ask for less; try again shortly",
            headers={"Retry-After": "2"},
        )


def problems() -> list[type[Problem]]:
    """Every problem the service can answer with, for the codebook and OpenAPI."""
    return list(Problem.__subclasses__())


def with_article(noun: str) -> str:
    """A noun with the article it takes: a person, an opinion."""
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"


def nearest(wrong: str, right: Iterable[str]) -> str:
    """A clause naming what was probably meant, and otherwise what there is to choose from."""
    known = sorted(right)
    by_case = {one.lower(): one for one in known}
    close = difflib.get_close_matches(wrong[:LONGEST_WORD].lower(), by_case, n=1, cutoff=0.6)
    if close:
        return f"did you mean {by_case[close[0]]!r}?"
    if not known:
        return "none is known here"
    return "known here: " + ", ".join(known[:40]) + (", …" if len(known) > 40 else "")
