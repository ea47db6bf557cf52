"""One look for all who wait for it."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

import anyio.to_thread

Seen = TypeVar("Seen")


class Together(Generic[Seen]):
    """Looks beside the event loop, once for all who ask before the look begins.

    Nobody is told what was seen before they asked: who comes while a look is under way waits for
    the next one, with all others who came meanwhile.

    Args:
        look: looks, and blocks while it does.
    """

    def __init__(self, look: Callable[[], Seen]) -> None:
        """Look when somebody asks."""
        self._look = look
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[Seen] | None = None

    async def __call__(self) -> Seen:
        """What there is to be seen now."""
        if self._next is None or self._next.done():  # done: ended with its loop
            self._next = asyncio.ensure_future(self._when_free())
        # Who goes away takes nobody else's answer along.
        return await asyncio.shield(self._next)

    async def _when_free(self) -> Seen:
        async with self._turn:
            self._next = None
            return await anyio.to_thread.run_sync(self._look)
