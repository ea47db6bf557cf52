"""Release cache: references, citations and analyses, while their release is the newest."""

import asyncio
from collections.abc import Callable
from threading import Lock
from typing import Any

import orjson

from app.web.byte_bounded_cache import ByteBoundedCache
from app.web.references import ReferenceFiller
from app.web.requests.single_flight import SingleFlight

#: How many bytes of it to cache; there is no end to the requests that have a total.
MOST_BYTES = 16 << 20
#: What caching a value costs besides, about.
ENTRY_BYTES = 500
#: Earlier releases (`known_at`) with a cache of their own: the last ones that were asked for.
MOST_EARLIER = 4


class ReleaseCache:
    """Values that a release makes certain, shared by all threads.

    What several threads want at once is made by one of them, and the others wait for it.

    Args:
        release: the newest release that its readers see.
        known: the earlier release that they look at instead, if any.
    """

    def __init__(self, release: int, known: int | None = None) -> None:
        """Begin empty."""
        self.release = release
        self.references = ReferenceFiller(release, known)
        self._earlier: dict[int, ReleaseCache] = {}
        self._cache: ByteBoundedCache[Any, Any] = ByteBoundedCache(MOST_BYTES)
        self._lock = Lock()
        self._flights = SingleFlight()

    def earlier(self, known: int) -> "ReleaseCache":
        """The cache for those who look at an earlier release."""
        with self._lock:
            found = self._earlier.pop(known, None) or ReleaseCache(self.release, known)
            kept = list(self._earlier.items())[1 - MOST_EARLIER :]
            self._earlier = {**dict(kept), known: found}
            return found

    def value(self, key: Any, make: Callable[[], Any]) -> Any:
        """The value of a key, made the first time it is asked for."""
        if (found := self._get(key)) is not None:
            return found
        if _on_loop():  # which cannot wait for a thread
            return self._put(key, make())
        with self._flights.turn(key):
            found = self._get(key)
            return self._put(key, make()) if found is None else found

    def _get(self, key: Any) -> Any:
        with self._lock:
            return self._cache.get(key)

    def _put(self, key: Any, made: Any) -> Any:
        # One that takes more than all may stays, alone: it was the dearest to make.
        size = min(MOST_BYTES, ENTRY_BYTES + len(repr(key)) + _bytes_of(made))
        with self._lock:
            self._cache.put(key, made, size)
        return made


def _on_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _bytes_of(made: Any) -> int:
    """About how long a value is; what is no JSON is cached by a name, and there are few such."""
    try:
        return len(made if isinstance(made, bytes) else orjson.dumps(made))
    except TypeError:
        return 0
