"""Of the same work one is under way at a time; the others wait for its end."""

import asyncio

import pytest

from app.web.requests.single_flight import SingleFlight


def test_who_joins_waits_for_the_end_and_learns_what_it_failed_with() -> None:
    async def outcome() -> list[BaseException | None]:
        flights, may_end = SingleFlight(), asyncio.Event()

        async def lead() -> None:
            with flights.lead("key"):
                await may_end.wait()
                raise ZeroDivisionError

        leader = asyncio.create_task(lead())
        await asyncio.sleep(0)
        joined = [asyncio.create_task(flights.join("key")) for _ in range(3)]
        gone = asyncio.create_task(flights.join("key"))
        await asyncio.sleep(0)
        gone.cancel()
        assert await flights.join("other") is None
        assert not any(one.done() for one in joined)
        may_end.set()
        with pytest.raises(ZeroDivisionError):
            await leader
        assert await flights.join("key") is None
        return [await one for one in joined]

    assert list(map(type, asyncio.run(outcome()))) == [ZeroDivisionError] * 3


def test_a_second_leader_goes_its_own_way() -> None:
    flights = SingleFlight()
    with flights.lead("key"), flights.lead("key"):
        pass
    with flights.turn("key"):
        pass
