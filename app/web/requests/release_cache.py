"""What a release makes certain, kept while it is the newest: totals, facets, names, citations."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

import orjson

from app.web.references import ReferenceFiller
from app.web.requests.single_flight import SingleFlight

#: How many bytes of it to keep; there is no end to the questions that have a total.
MOST_BYTES = 16 << 20
#: What keeping something costs besides, about.
ENTRY_BYTES = 500


class ReleaseCache:
    """Values of one release by what they are of; the least used go first.

    What several threads want at once is made by one of them, and the others wait for it.
    """

    def __init__(self, release: int) -> None:
        """Keep nothing yet."""
        self.release = release
        self.references = ReferenceFiller(release)
        self._values: OrderedDict[Any, tuple[Any, int]] = OrderedDict()
        self._size = 0
        self._lock = Lock()
        self._flights = SingleFlight()

    def value(self, key: Any, make: Callable[[], Any]) -> Any:
        """The value of a key, made the first time it is asked for."""
        if found := self._found(key):
            return found[0]
        if _on_loop():  # which cannot wait for a thread
            return self._put(key, make())
        with self._flights.turn(key):
            found = self._found(key)
            return found[0] if found else self._put(key, make())

    def _found(self, key: Any) -> tuple[Any, int] | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        return None

    def _put(self, key: Any, made: Any) -> Any:
        weight = ENTRY_BYTES + len(repr(key)) + _bytes_of(made)
        with self._lock:
            if before := self._values.pop(key, None):
                self._size -= before[1]
            self._values[key] = made, weight
            self._size += weight
            while self._size > MOST_BYTES and len(self._values) > 1:
                self._size -= self._values.popitem(last=False)[1][1]
        return made


def _on_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _bytes_of(made: Any) -> int:
    """About how long a value is; what is no JSON is kept by a name, and there are few of those."""
    try:
        return len(made if isinstance(made, bytes) else orjson.dumps(made))
    except TypeError:
        return 0
