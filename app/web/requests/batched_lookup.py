"""Batched look-up: one for all requests that asked before it began.

A single flight would hand a request a value that was read before the request came. Here whoever
comes while a look-up is under way waits for the next one, with all others who came meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")

#: Turns of the event loop before a look-up. A request that has come begins one turn later, and
#: those of one moment come in two: half as many look-ups, which is a tenth of a cached answer.
TURNS = 2


class BatchedLookup(Generic[Value]):
    """A look-up on the event loop, made once for all who ask before it begins.

    Args:
        look_up: looks up, and waits where it has to.
    """

    def __init__(self, look_up: Callable[[], Awaitable[Value]]) -> None:
        """Look up nothing before somebody asks."""
        self._look_up = look_up
        self._waiting: list[asyncio.Future[Value]] = []
        self._task: asyncio.Task[None] | None = None

    async def __call__(self) -> Value:
        """Return the value of a look-up that began after this call."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Value] = loop.create_future()
        self._waiting.append(waiter)
        # A task of nobody's: who goes away takes no other's answer along.
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._look_up_for_all())
        return await waiter

    async def _look_up_for_all(self) -> None:
        while self._waiting:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            waiting, self._waiting = self._waiting, []
            try:
                value = await self._look_up()
            except Exception as fault:
                for waiter in waiting:
                    if not waiter.done():
                        waiter.set_exception(fault)
            else:
                for waiter in waiting:
                    if not waiter.done():
                        waiter.set_result(value)
