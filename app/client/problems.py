"""What can go wrong, as the client's callers see it.

ClientError
├── Problem        the service answered with a problem (RFC 9457)
└── Unreachable    it did not answer
"""

from typing import Any


class ClientError(Exception):
    """The service did not give what was asked for."""


class Unreachable(ClientError):
    """The service could not be reached, or did not answer in time."""


class Problem(ClientError):
    """The service answered that something is wrong.

    Attributes:
        status: the HTTP status.
        code: the kind of problem, for programs: `invalid_input`, `not_found`, …
        detail: what was wrong, and what would be right.
        errors: each fault of the input: `{"parameter" | "pointer", "detail"}`.
        retry_after: after how many seconds to try again, where the service says so.
    """

    def __init__(self, status: int, told: dict[str, Any], retry_after: float | None = None) -> None:
        """Take over what the body of the answer says."""
        self.status = status
        self.code = str(told.get("code", f"http_{status}"))
        self.detail = str(told.get("detail", ""))
        self.errors: list[dict[str, Any]] = told.get("errors", [])
        self.retry_after = retry_after
        super().__init__(f"{status} {self.code}: {self.detail}")
