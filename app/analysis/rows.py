"""Reading of the rows that analyses are computed from.

An analysis is given the function that reads. So it knows nothing of requests, and everything it
reads is of the one release that the request is answered from.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Select


class ReadRows(Protocol):
    """Function that reads the rows of a statement."""

    def __call__(
        self, statement: Select[Any], values: Mapping[str, Any] | None = None, /
    ) -> Sequence[Any]:
        """Run a statement, with values for its open parameters, and return its rows."""
