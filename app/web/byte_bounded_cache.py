"""Byte-bounded cache: the least recently used values go first."""

from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class ByteBoundedCache(Generic[Key, Value]):
    """Values by key, within a number of bytes; not safe to share among threads without a lock.

    Args:
        capacity: the most bytes that all values take together.
    """

    def __init__(self, capacity: int) -> None:
        """Begin empty."""
        self._capacity, self._size = capacity, 0
        self._entries: OrderedDict[Key, tuple[Value, int]] = OrderedDict()

    def __contains__(self, key: Key) -> bool:
        """Whether there is a value for a key."""
        return key in self._entries

    def get(self, key: Key) -> Value | None:
        """The value of a key, which counts as a use of it."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: Key, value: Value, size: int) -> None:
        """Keep a value of about this size in bytes; one larger than the capacity is not kept."""
        if before := self._entries.pop(key, None):
            self._size -= before[1]
        self._entries[key] = value, size
        self._size += size
        while self._size > self._capacity:
            self._size -= self._entries.popitem(last=False)[1][1]
