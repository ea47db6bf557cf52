"""Zip archives that are streamed while they are made.

Memory stays bounded, and the same input gives the same bytes, because every member has the moment,
the rights and the order that the caller says.
"""

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_UNIX, _READABLE = 3, 0o100644 << 16
_FIRST_YEAR = 1980  # zip knows none before


class Archive:
    """A zip archive under way.

    Args:
        moment: when its members were made, to two seconds.

    Attributes:
        members: of each finished member its path, length in bytes and SHA-256.
    """

    def __init__(self, moment: datetime) -> None:
        """Begin with no members."""
        self._outlet = _Outlet()
        self._zip = ZipFile(self._outlet, "w")
        self._moment = max(moment.replace(tzinfo=None), datetime(_FIRST_YEAR, 1, 1))
        self.members: list[dict[str, Any]] = []

    def add(self, path: str, parts: Iterable[bytes]) -> Iterator[bytes]:
        """Write a member and give the archive's bytes as they come."""
        length, digest = 0, sha256()
        with self._zip.open(self._info(path), "w", force_zip64=True) as member:
            for part in parts:
                length += len(part)
                digest.update(part)
                member.write(part)
                yield self._outlet.take()
        yield self._outlet.take()
        hashed = f"sha256:{digest.hexdigest()}"
        self.members.append({"path": path, "bytes": length, "hash": hashed})

    def close(self) -> bytes:
        """Write the directory of the members and give the rest of the bytes."""
        self._zip.close()
        return self._outlet.take()

    def _info(self, path: str) -> ZipInfo:
        info = ZipInfo(path, self._moment.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        info.create_system, info.external_attr = _UNIX, _READABLE
        return info


class _Outlet(io.RawIOBase, IO[bytes]):
    """A file that cannot be sought, whose bytes are taken as they come."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken
