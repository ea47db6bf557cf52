"""Bounded limiter: a bound on how many do a thing at once, and on how many wait for it."""

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from app.errors import Unavailable

T = TypeVar("T")

#: How long a request waits: callers who went away by then hold up nobody.
PATIENCE_SECONDS = 3
MOST_WAITING = 500


class BoundedLimiter:
    """Lets a number of requests do a thing at once; the others wait in order, within a bound.

    Args:
        what: what they do, for whoever is refused.
        places: how many do it at once.
        patient: whether they wait for as long as it takes, rather than for `PATIENCE_SECONDS`.
        retry_after: the seconds after which it is worth trying again.
    """

    def __init__(
        self, what: str, places: int, *, patient: bool = False, retry_after: int = 2
    ) -> None:
        """Begin with every place free."""
        self._what, self._patient, self._retry_after = what, patient, retry_after
        self._places = anyio.CapacityLimiter(places)
        # Of its own, so that no work waits for the threads that everything else shares.
        self._threads = anyio.CapacityLimiter(places)

    @property
    def taken(self) -> int:
        """The number of places that are taken."""
        return self._places.borrowed_tokens

    @property
    def waiting(self) -> int:
        """The number of those who wait for a place."""
        return self._places.statistics().tasks_waiting

    async def acquire(self, borrower: object) -> None:
        """Take a place, waiting for one where none is free.

        Raises:
            Unavailable: when that takes too long, or too many wait already.
        """
        try:
            self._places.acquire_on_behalf_of_nowait(borrower)
            return
        except anyio.WouldBlock:
            if self.waiting >= MOST_WAITING:
                raise self.busy() from None
        try:
            with anyio.fail_after(None if self._patient else PATIENCE_SECONDS):
                await self._places.acquire_on_behalf_of(borrower)
        except TimeoutError:
            raise self.busy() from None

    def acquire_nowait(self, borrower: object) -> None:
        """Take a place that is free.

        Raises:
            Unavailable: when none is.
        """
        try:
            self._places.acquire_on_behalf_of_nowait(borrower)
        except anyio.WouldBlock:
            raise self.busy() from None

    def release(self, borrower: object) -> None:
        """Give a place to whoever is next."""
        self._places.release_on_behalf_of(borrower)

    async def run_in_thread(self, work: Callable[[], T]) -> T:
        """Run work in a thread, in a place of its own.

        Raises:
            Unavailable: as `acquire` does.
        """
        await self.acquire(work)
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._threads)
        finally:
            self.release(work)

    def busy(self) -> Unavailable:
        """The problem of a request that is one too many."""
        return Unavailable(
            f"as many {self._what} as this service takes are under way; try again shortly",
            headers={"Retry-After": str(self._retry_after)},
        )
