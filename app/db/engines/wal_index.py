"""The WAL index of a SQLite database: shows whether anything was committed, without a statement.

In WAL mode each commit rewrites the first 48 bytes of the WAL index, twice, before it is
acknowledged; every process that has the database open shares them through memory
(sqlite.org/walformat.html, «the WAL-index header»). To compare them costs a hundredth of the
shortest statement, which has to lock the database first.
"""

import mmap
from contextlib import suppress
from pathlib import Path

_HEADER_BYTES = 48


class WalIndex:
    """The WAL index of one database, mapped into memory.

    Args:
        database: its file. A connection must be open, and stay so: when the last one is closed
            SQLite removes the index, and makes another one later.
    """

    def __init__(self, database: Path) -> None:
        """Map the index; a database that is not in WAL mode has none."""
        self._index: mmap.mmap | None = None
        with suppress(OSError, ValueError), Path(f"{database}-shm").open("rb") as index:
            self._index = mmap.mmap(index.fileno(), 2 * _HEADER_BYTES, access=mmap.ACCESS_READ)

    def header(self) -> bytes:
        """Return both copies of the header, which every commit changes; empty without an index."""
        return self._index[: 2 * _HEADER_BYTES] if self._index else b""

    @staticmethod
    def is_whole(header: bytes) -> bool:
        """Tell whether a header was read between two commits, so that the same again means none."""
        return bool(header) and header[:_HEADER_BYTES] == header[_HEADER_BYTES:]

    def close(self) -> None:
        """Unmap the index."""
        if self._index is not None:
            self._index.close()
            self._index = None
