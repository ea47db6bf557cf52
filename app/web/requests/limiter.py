"""Lines: how many do a thing at once, and how many wait for it."""

import anyio

from app.errors import Unavailable

#: How long one waits: callers who went away by then hold up nobody.
PATIENCE_SECONDS = 3
MOST_WAITING = 500


class Line:
    """So many at once; the others wait for their turn, but not for long, and not too many."""

    def __init__(self, what: str, places: int) -> None:
        """Let nobody in yet."""
        self._what = what
        self._places = anyio.CapacityLimiter(places)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self._places.statistics().tasks_waiting

    async def enter(self, who: object) -> None:
        """Take a place when one is free.

        Raises:
            Unavailable: when that takes too long, or too many wait already.
        """
        try:
            self._places.acquire_on_behalf_of_nowait(who)
            return
        except anyio.WouldBlock:
            if self.waiting >= MOST_WAITING:
                raise full(self._what) from None
        try:
            with anyio.fail_after(PATIENCE_SECONDS):
                await self._places.acquire_on_behalf_of(who)
        except TimeoutError:
            raise full(self._what) from None

    def enter_at_once(self, who: object) -> None:
        """Take a place that is free.

        Raises:
            Unavailable: when none is.
        """
        try:
            self._places.acquire_on_behalf_of_nowait(who)
        except anyio.WouldBlock:
            raise full(self._what) from None

    def leave(self, who: object) -> None:
        """Give a place to whoever is next."""
        self._places.release_on_behalf_of(who)


def full(what: str, *, seconds: int = 2) -> Unavailable:
    """What is told to one too many."""
    return Unavailable(
        f"as many {what} as this service takes are under way; try again shortly",
        headers={"Retry-After": str(seconds)},
    )
