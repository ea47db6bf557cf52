"""The pulse of a SQLite database: whether anything was committed, without asking it.

In WAL mode each commit rewrites the first 48 bytes of the WAL index, twice, before it is
acknowledged; every process that has the database open shares them through memory
(sqlite.org/walformat.html, «the WAL-index header»). To compare them costs a hundredth of the
shortest query, which has to lock the database first.
"""

import mmap
from contextlib import suppress
from pathlib import Path

_HEADER = 48


class Pulse:
    """Watches one database.

    Args:
        database: its file. A connection must be open, and stay so: when the last one is closed
            SQLite removes the index, and makes another one later.
    """

    def __init__(self, database: Path) -> None:
        """Map the index; without one, as where a database is not in WAL mode, feel nothing."""
        self._index: mmap.mmap | None = None
        with suppress(OSError, ValueError), Path(f"{database}-shm").open("rb") as index:
            self._index = mmap.mmap(index.fileno(), 2 * _HEADER, access=mmap.ACCESS_READ)

    def beat(self) -> bytes:
        """What differs after every commit; nothing where that cannot be known."""
        return self._index[: 2 * _HEADER] if self._index else b""

    @staticmethod
    def is_whole(beat: bytes) -> bool:
        """Whether it was felt between commits, so that the same again means no commit since."""
        return bool(beat) and beat[:_HEADER] == beat[_HEADER:]

    def close(self) -> None:
        """Give back the memory."""
        if self._index is not None:
            self._index.close()
            self._index = None
