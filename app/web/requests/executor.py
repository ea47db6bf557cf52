"""Executor: runs the work of requests on the event loop or in threads, bounded in number.

A handler is plain synchronous code. A short indexed read costs less than handing it to a thread,
so it runs on the event loop; while it waits for PostgreSQL the loop goes on with others. Costly
work runs in threads, bounded in number: what is declared to be costly, and whatever turns out to
be, since no list of parameters says beforehand what a request will cost on the data there is.
"""

import asyncio
from collections.abc import Callable, Hashable

from fastapi import Response

from app.db import Database
from app.errors import Overlong, Unavailable
from app.web.requests.concurrency_limiter import BoundedLimiter
from app.web.requests.single_flight import SingleFlight

#: Quick reads of PostgreSQL at once, each over a connection of its own; more would only wait for
#: one another in the server. The others wait for a place.
MOST_QUICK = 8
#: How long PostgreSQL may take for one of them; then, once others wait, it counts as costly.
QUICK_WAIT_SECONDS = 0.25
#: How many requests are known to be costly before they are tried once more.
MOST_KNOWN_COSTLY = 1_000
#: Open streams at once; well below the connections that reads may use, so that some are left.
MOST_STREAMS = 12

#: Makes a response; `quick=True` lets it end with `Overlong` where it is not quick.
Work = Callable[..., Response]


class Executor:
    """Runs quick work on the event loop and costly work in threads.

    Args:
        database: what the work reads.
        costly_at_once: how much costly work runs at once.

    Attributes:
        costly: the limiter of costly work.
        streams: the limiter of open streams.
    """

    def __init__(self, database: Database, costly_at_once: int) -> None:
        """Begin with nothing under way."""
        self._database = database
        self.costly = BoundedLimiter("costly requests", costly_at_once)
        self.streams = BoundedLimiter("exports", MOST_STREAMS, retry_after=5)
        self._quick = BoundedLimiter("requests", MOST_QUICK)
        self._writes = BoundedLimiter("changes", 1, patient=True)
        self._known_costly: set[Hashable] = set()
        self._flights = SingleFlight()

    async def run(self, key: Hashable, work: Work, *, costly: bool = False) -> Response:
        """Run work that reads.

        Args:
            key: what makes two requests the same, such as their address.
            work: makes the response; it may run a second time, where it turns out to be costly.
            costly: whether it is known to be, and need not be tried.

        Raises:
            Unavailable: where it is costly, and as much that is costly is under way as may be.
        """
        if costly or key in self._known_costly:
            await self._wait_for_same(key)
        if costly or key in self._known_costly:
            return await self._run_in_thread(key, work)
        if not self._database.is_sqlite:
            return await self._run_on_loop(work)
        try:
            return work(quick=True)
        except Overlong:
            if len(self._known_costly) >= MOST_KNOWN_COSTLY:
                self._known_costly.clear()
            self._known_costly.add(key)
            return await self._run_in_thread(key, work)

    async def write(self, work: Callable[[], Response]) -> Response:
        """Run work that writes, in a thread, one at a time; the others wait in order.

        Raises:
            Unavailable: when too many wait already.
        """
        return await self._writes.run_in_thread(work)

    async def _wait_for_same(self, key: Hashable) -> None:
        """Wait for the same work, if it is under way in a thread.

        What took long to find is cached by then, as a rule; and until then nobody who wants the
        same takes a place from who wants something else.

        Raises:
            Unavailable: when it could not be done.
        """
        if isinstance(await self._flights.join(key), Unavailable):
            raise self.costly.busy()

    async def _run_in_thread(self, key: Hashable, work: Work) -> Response:
        """Run costly work; once done it is tried as quick work again."""
        still_costly = False
        try:
            with self._flights.lead(key):
                return await self.costly.run_in_thread(work)
        except Unavailable:
            still_costly = True
            raise
        finally:
            if not still_costly:
                self._known_costly.discard(key)

    async def _run_on_loop(self, work: Work) -> Response:
        """Run work that waits for PostgreSQL; where it takes long, in a place among the costly."""
        place: BoundedLimiter | None = self._quick
        refused: Unavailable | None = None
        moving: asyncio.TimerHandle | None = None

        def move() -> None:
            nonlocal moving, place, refused
            if not self._quick.waiting:
                moving = loop.call_later(QUICK_WAIT_SECONDS, move)
                return
            self._quick.release(work)
            place = None
            try:
                self.costly.acquire_nowait(work)
                place = self.costly
            except Unavailable as problem:
                refused = problem
                limit.reschedule(loop.time())

        await self._quick.acquire(work)
        loop = asyncio.get_running_loop()
        moving = loop.call_later(QUICK_WAIT_SECONDS, move)
        try:
            async with asyncio.timeout(None) as limit:
                return await self._database.run_on_loop(work)
        except TimeoutError:
            if refused is None:
                raise
            raise refused from None
        finally:
            if moving:
                moving.cancel()
            if place:
                place.release(work)
