"""One look for all who wait for it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Seen = TypeVar("Seen")

#: Turns of the event loop before a look. A request that has come begins one turn later, and those
#: of one moment come in two: half as many looks, which is a tenth of an answer that is kept.
TURNS = 2


class Together(Generic[Seen]):
    """Looks on the event loop, once for all who ask before the look begins.

    Nobody is told what was seen before they asked: who comes while a look is under way waits for
    the next one, with all others who came meanwhile.

    Args:
        look: looks, and waits where it has to.
    """

    def __init__(self, look: Callable[[], Awaitable[Seen]]) -> None:
        """Look when somebody asks."""
        self._look = look
        self._askers: list[asyncio.Future[Seen]] = []
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self) -> Seen:
        """What there is to be seen now."""
        loop = asyncio.get_running_loop()
        asker: asyncio.Future[Seen] = loop.create_future()
        self._askers.append(asker)
        # A task of nobody's: who goes away takes no other's answer along.
        if self._looking is None or self._looking.done():
            self._looking = loop.create_task(self._look_for_all())
        return await asker

    async def _look_for_all(self) -> None:
        while self._askers:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            askers, self._askers = self._askers, []
            try:
                seen = await self._look()
            except Exception as fault:
                for asker in askers:
                    if not asker.done():
                        asker.set_exception(fault)
            else:
                for asker in askers:
                    if not asker.done():
                        asker.set_result(seen)
