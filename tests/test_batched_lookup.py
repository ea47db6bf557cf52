"""One look serves all who asked before it began, and nobody who asked later."""

import asyncio

from app.web.requests.batched_lookup import BatchedLookup


def test_who_comes_during_a_look_waits_for_the_next() -> None:
    looks = 0

    async def context() -> list[int]:
        begun, may_end = asyncio.Event(), asyncio.Event()

        async def look() -> int:
            nonlocal looks
            looks += 1
            begun.set()
            await may_end.wait()
            return looks

        together = BatchedLookup(look)
        first = asyncio.ensure_future(together())
        await begun.wait()
        later = [asyncio.ensure_future(together()) for _ in range(3)]
        gone = asyncio.ensure_future(together())
        await asyncio.sleep(0)
        gone.cancel()
        may_end.set()
        return [await one for one in (first, *later)]

    assert asyncio.run(context()) == [1, 2, 2, 2]
