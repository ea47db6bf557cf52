"""One look serves all who asked before it began, and nobody who asked later."""

import asyncio
import threading

from app.web.together import Together


def test_who_comes_during_a_look_waits_for_the_next() -> None:
    begun, may_end, looks = threading.Event(), threading.Event(), 0

    def look() -> int:
        nonlocal looks
        looks += 1
        begun.set()
        may_end.wait(10)
        return looks

    async def ask() -> list[int]:
        together = Together(look)
        first = asyncio.ensure_future(together())
        await asyncio.to_thread(begun.wait, 10)
        later = [asyncio.ensure_future(together()) for _ in range(3)]
        gone = asyncio.ensure_future(together())
        await asyncio.sleep(0)
        gone.cancel()
        may_end.set()
        return [await one for one in (first, *later)]

    assert asyncio.run(ask()) == [1, 2, 2, 2]
