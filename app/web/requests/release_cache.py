"""Release cache: totals, facets, references and citations, while their release is the newest."""

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


class ReleaseCache:
    """Values that a release makes certain, shared by all threads.

    What several threads want at once is made by one of them, and the others wait for it.
    """

    def __init__(self, release: int) -> None:
        """Begin empty."""
        self.release = release
        self.references = ReferenceFiller(release)
        self._cache: ByteBoundedCache[Any, Any] = ByteBoundedCache(MOST_BYTES)
        self._lock = Lock()
        self._flights = SingleFlight()

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
