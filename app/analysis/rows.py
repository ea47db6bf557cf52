"""Rows that analyses are computed from: how they are read, and in which batches.

An analysis is given the function that reads. So it knows nothing of requests, and everything it
reads is of the one release that the request is answered from.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Select

#: Conditions that all hold.
Conditions: TypeAlias = Sequence[ColumnElement[bool]]

#: Keys that one statement names; for more it is run again.
BATCH = 5_000

T = TypeVar("T")


class ReadRows(Protocol):
    """Function that reads the rows of a statement."""

    def __call__(
        self, statement: Select[Any], values: Mapping[str, Any] | None = None, /
    ) -> Sequence[Any]:
        """Run a statement, with values for its open parameters, and return its rows."""


def batches(keys: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Cut keys into batches that a statement can name."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
