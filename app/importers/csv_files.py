"""CSV files as others publish them, plain or gzipped: rows, faults by line, and progress.

A file is read once, from beginning to end, as a stream. Whatever is wrong with it, down to one
that ends in the middle, becomes a fault with file and line; reading goes on where it can, so that
one run shows all there is to mend. The content of a file is known by its header, never by its name.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.errors import Refused
from app.records.faults import FaultLog, SourceLocation

#: The damage that reading can meet, and its message. The first that fits is said.
_DAMAGE: tuple[tuple[type[Exception], str], ...] = (
    (EOFError, "the file ends in the middle of its compressed data; fetch it whole"),
    (gzip.BadGzipFile, "is not what gzip makes, or damaged ({}); fetch it again"),
    (zlib.error, "its compressed data is damaged ({}); fetch it again"),
    (UnicodeDecodeError, "is not UTF-8 ({}); convert it, or fetch it again"),
    (csv.Error, "is not well-formed CSV ({}); a quote may be unclosed, or the file half"),
)
_LONGEST_HEADER = 65_536
#: The columns that a table of each name must have. More columns do no harm.
Layouts = Mapping[str, Sequence[str]]
UNREADABLE = tuple(kind for kind, _ in _DAMAGE)


class CsvFile:
    """One CSV file with a header row, UTF-8, plain or gzipped (known by its first bytes).

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
        """The bytes on disk that were read so far."""
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
        """Yield the rows below the header; a row of another width becomes a fault."""
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
                faults.add(SourceLocation(self.name, lines.line_num + 1), "file", _damage(error))
        self._done = True

    def _read_header(self) -> list[str]:
        """Return the first row. Its line is read alone: faults further down are found there."""
        try:
            with self._bytes() as content:
                first = content.readline(_LONGEST_HEADER).decode("utf-8-sig")
            return next(csv.reader([first], strict=True), [])
        except UNREADABLE as error:
            raise ValueError(f"{self.name}: {_damage(error)}") from error

    def _open(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(self._bytes(), encoding="utf-8-sig", newline="")

    def _bytes(self) -> io.BufferedReader | gzip.GzipFile:
        """Open the content of the file, unpacked where it is packed."""
        raw = self._raw = self.path.open("rb")
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        return _Unpacked(raw) if zipped else raw


def layout_of(file: CsvFile, layouts: Layouts) -> str | None:
    """Return the name of the layout whose columns the header has, all of them."""
    return next((name for name, need in layouts.items() if set(need) <= set(file.header)), None)


def difference(file: CsvFile, layouts: Layouts) -> str:
    """Say what the header is, and what it lacks of the layout that it is nearest to."""
    name = max(layouts, key=lambda name: len(set(layouts[name]) & set(file.header)))
    lacks = [column for column in layouts[name] if column not in file.header]
    near = len(lacks) < len(set(layouts[name]))
    hint = f"; for {name} it lacks {', '.join(lacks)}" if near else ""
    return f"{file.name} has the header {','.join(file.header)!r}{hint}"


def csv_files_in(folder: Path) -> list[CsvFile]:
    """Open every CSV file of a folder, plain or gzipped, in order of name."""
    files = [f for f in folder.iterdir() if f.name.lower().endswith((".csv", ".csv.gz"))]
    return [CsvFile(file) for file in sorted(files)]


def by_layout(files: Sequence[CsvFile], layouts: Layouts) -> tuple[dict[str, CsvFile], list[str]]:
    """Sort files by the name of their layout, with a message for each that has none.

    Raises:
        Refused: when two files have the same layout.
    """
    found: dict[str, CsvFile] = {}
    strange: list[str] = []
    for file in files:
        name = layout_of(file, layouts)
        if name is None:
            strange.append(difference(file, layouts))
        elif name in found:
            raise Refused(f"{found[name].name} and {file.name} are both {name}; keep one of them")
        else:
            found[name] = file
    return found, strange


class _Unpacked(gzip.GzipFile):
    """A gzip file that closes the packed file as well; gzip leaves one it did not open itself."""

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


def _damage(error: Exception) -> str:
    message = next(message for kind, message in _DAMAGE if isinstance(error, kind))
    return message.format(error)
