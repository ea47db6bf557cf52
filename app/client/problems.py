"""Exceptions of the client.

ClientError
├── Problem        the service answered with a problem (RFC 9457)
└── Unreachable    it did not answer
"""

from typing import Any


class ClientError(Exception):
    """A request to the service that failed."""


class Unreachable(ClientError):
    """A service that could not be reached, or did not answer in time."""


class Problem(ClientError):
    """An answer of the service that something is wrong (RFC 9457).

    Attributes:
        status: the HTTP status.
        code: the kind of problem, for programs: `invalid_input`, `not_found`, …
        detail: what was wrong, and what would be right.
        errors: each fault of the input: `{"parameter" | "pointer", "detail"}`.
        retry_after: after how many seconds to try again, where the service says so.
    """

    def __init__(self, status: int, body: dict[str, Any], retry_after: float | None = None) -> None:
        """Read the members of the answer's body."""
        self.status = status
        self.code = str(body.get("code", f"http_{status}"))
        self.detail = str(body.get("detail", ""))
        self.errors: list[dict[str, Any]] = body.get("errors", [])
        self.retry_after = retry_after
        super().__init__(f"{status} {self.code}: {self.detail}")
