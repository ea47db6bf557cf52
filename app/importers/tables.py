"""Tables as others publish them: CSV files, plain or gzipped, that know how far they were read.

A table is read once, from beginning to end, and never held. Whatever is wrong with it, down to
a file that ends in the middle, becomes a fault with file and line; reading goes on where it can,
so that one run shows all there is to mend.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.records.faults import FaultLog, SourceLocation

#: What reading a file can meet, and how to say it. The first that fits is said.
_DAMAGE: tuple[tuple[type[Exception], str], ...] = (
    (EOFError, "the file ends in the middle of its compressed data; fetch it whole"),
    (gzip.BadGzipFile, "is not what gzip makes, or damaged ({}); fetch it again"),
    (zlib.error, "its compressed data is damaged ({}); fetch it again"),
    (UnicodeDecodeError, "is not UTF-8 ({}); convert it, or fetch it again"),
    (csv.Error, "is not well-formed CSV ({}); a quote may be unclosed, or the file half"),
)
_LONGEST_HEADER = 65_536
UNREADABLE = tuple(kind for kind, _ in _DAMAGE)


class Table:
    """One CSV file with a header row, UTF-8, plain or gzipped (told by its first bytes).

    Attributes:
        header: the names of its columns, as its first row gives them.
        size: its length on disk in bytes.
        damaged: whether reading it had to stop before its end.

    Raises:
        ValueError: when not even its first row can be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.size = path.stat().st_size
        self._raw: io.BufferedReader | None = None
        self._lines: Any = None
        self._done = False
        self.damaged = False
        self.header = self._read_header()

    @property
    def position(self) -> int:
        """How many of its bytes on disk were read so far."""
        if self._raw is not None and not self._raw.closed:
            return self._raw.tell()
        return self.size if self._done else 0

    @property
    def line(self) -> int:
        """The line at which the row last read ends, from 1."""
        line: int = self._lines.line_num
        return line

    @property
    def location(self) -> SourceLocation:
        """The location of the row last read."""
        return SourceLocation(self.name, self.line)

    def column(self, name: str) -> int:
        """Return the index of a column in each row."""
        return self.header.index(name)

    def rows(self, faults: FaultLog) -> Iterator[list[str]]:
        """Give the rows below the header; what is no row of this table becomes a fault."""
        width = len(self.header)
        with self._open() as text:
            lines = self._lines = csv.reader(text, strict=True)
            try:
                next(lines)
                for row in lines:
                    if len(row) == width:
                        yield row
                    elif row:
                        faults.add(
                            SourceLocation(self.name, lines.line_num),
                            "row",
                            _misfit(len(row), width),
                        )
            except UNREADABLE as error:
                self.damaged = True
                faults.add(SourceLocation(self.name, lines.line_num + 1), "file", _said(error))
        self._done = True

    def _read_header(self) -> list[str]:
        """The first row. Its line is read alone: what is wrong further down is found there."""
        try:
            with self._bytes() as content:
                first = content.readline(_LONGEST_HEADER).decode("utf-8-sig")
            return next(csv.reader([first], strict=True), [])
        except UNREADABLE as error:
            raise ValueError(f"{self.name}: {_said(error)}") from error

    def _open(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(self._bytes(), encoding="utf-8-sig", newline="")

    def _bytes(self) -> io.BufferedReader | gzip.GzipFile:
        """What the file holds, unpacked where it is packed."""
        raw = self._raw = self.path.open("rb")
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        return _Unpacked(raw) if zipped else raw


class _Unpacked(gzip.GzipFile):
    """Closes the packed file as well; gzip leaves one that it did not open itself."""

    def __init__(self, packed: io.BufferedReader) -> None:
        self._packed = packed
        super().__init__(fileobj=packed, mode="rb")

    def close(self) -> None:
        """Close both."""
        super().close()
        self._packed.close()


def _misfit(found: int, width: int) -> str:
    return (
        f"has {found} columns where the header has {width}; "
        "a comma may stand outside quotes, or the file is half"
    )


def _said(error: Exception) -> str:
    told = next(told for kind, told in _DAMAGE if isinstance(error, kind))
    return told.format(error)
