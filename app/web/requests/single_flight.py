"""Single flight: of the same work only one is under way, and the others wait for its end.

They get nothing of it but its end. Its result may be of an older state of the data than they may
answer from; what can be shared they find in a cache.
"""

import asyncio
from collections.abc import Hashable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager

#: Ends with what the work failed with, or with None.
Flight = Future[BaseException | None]


class SingleFlight:
    """The work that is under way, by what makes it the same; for threads and the event loop."""

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self._flights: dict[Hashable, Flight] = {}

    async def join(self, key: Hashable) -> BaseException | None:
        """Wait for the end of the same work, if it is under way; return what it failed with."""
        if (flight := self._flights.get(key)) is None:
            return None
        end = asyncio.wrap_future(flight)
        await asyncio.wait([end])  # which leaves the flight alone if this caller goes away
        return end.result()

    @contextmanager
    def lead(self, key: Hashable) -> Iterator[None]:
        """Do work that others can join, unless they join another's already."""
        flight: Flight = Future()
        if self._flights.setdefault(key, flight) is flight:
            with self._under_way(key, flight):
                yield
        else:
            yield

    @contextmanager
    def turn(self, key: Hashable) -> Iterator[None]:
        """Do work in a thread once nobody else does the same."""
        flight: Flight = Future()
        while (other := self._flights.setdefault(key, flight)) is not flight:
            wait([other])
        with self._under_way(key, flight):
            yield

    @contextmanager
    def _under_way(self, key: Hashable, flight: Flight) -> Iterator[None]:
        failed_with = None
        try:
            yield
        except BaseException as fault:
            failed_with = fault
            raise
        finally:
            del self._flights[key]
            flight.set_result(failed_with)
