"""Open files: whether a SQLite database is still the one at its path.

A file that is renamed, replaced or removed stays open: what is written to it is acknowledged and
seen by whoever has it open, and gone after the next start. So the files at the path are compared
with those that the first connection opened, by device and inode: the database, its log (`-wal`) and
the index of that (`-shm`). As long as a connection is open SQLite itself makes none of them anew.
"""

import os
import threading
from pathlib import Path

#: What follows the path, and what the file is called to an operator.
_FILES = {"": "the database", "-wal": "its log", "-shm": "the index of its log"}
Identity = tuple[int, int] | None


class OpenFiles:
    """The files of one database as this process has them open.

    Args:
        path: the database's; None for one in memory.
    """

    def __init__(self, path: str | None) -> None:
        """Nothing is open yet."""
        self._path = path
        self._lock = threading.Lock()
        self._connections = 0
        self._opened: list[Identity] = []

    def note_connection(self) -> None:
        """Note the files once a connection has opened them."""
        with self._lock:
            if not self._connections:
                self._opened = self._found()
            self._connections += 1

    def note_close(self) -> None:
        """Note that a connection closes: with the last one SQLite removes the log."""
        with self._lock:
            self._connections -= 1

    def change(self) -> str | None:
        """Say which file is no longer the one that is open; None where all are."""
        with self._lock:
            if not self._connections:
                return None
            found = self._found()
            if found == self._opened:
                return None
            for name, was, now in zip(_FILES, self._opened, found, strict=True):
                if was != now:
                    what = "removed or renamed" if now is None else "replaced"
                    return f"{_FILES[name]} ({Path(f'{self._path}{name}').name}) was {what}"
        return None

    def lost_only_log(self) -> bool:
        """Tell whether the database is as it was and its log gone, with no other in its place."""
        with self._lock:
            found = self._found()
        return bool(self._opened) and found[0] == self._opened[0] and found[1] is None

    def _found(self) -> list[Identity]:
        return [_identity(f"{self._path}{name}") for name in _FILES] if self._path else []


def _identity(path: str) -> Identity:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
