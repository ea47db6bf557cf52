"""A file of JSON objects, one a line (NDJSON), plain or gzipped."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from app.importers.csv_files import UNREADABLE
from app.records.faults import FaultLog, SourceLocation


class JsonLines:
    """A file of JSON objects, read at once: such files are small.

    Attributes:
        header: the keys of its objects, in the order in which they were met.
        size: its length on disk in bytes.
        line: the line that is being read; set by who reads it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.size = self.position = path.stat().st_size
        self.header: list[str] = []
        self.line = 1

    @property
    def location(self) -> SourceLocation:
        """The location of the line that is being read."""
        return SourceLocation(self.name, self.line)

    def objects(self, faults: FaultLog) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield each object with its line; a line that is none becomes a fault."""
        met: dict[str, None] = {}
        for number, text in enumerate(self._lines(faults), 1):
            if not text.strip():
                continue
            try:
                content = orjson.loads(text)
            except orjson.JSONDecodeError as error:
                detail = f"is no JSON ({error}); is the file whole?"
                faults.add(SourceLocation(self.name, number), "record", detail)
                continue
            if not isinstance(content, dict):
                detail = "is no JSON object; right would be one on each line"
                faults.add(SourceLocation(self.name, number), "record", detail)
                continue
            met |= dict.fromkeys(content)
            yield number, content
        self.header = list(met)

    def _lines(self, faults: FaultLog) -> list[bytes]:
        raw = self.path.read_bytes()
        if raw[:2] != b"\x1f\x8b":
            return raw.splitlines()
        try:
            return gzip.decompress(raw).splitlines()
        except UNREADABLE as error:
            detail = f"its compressed data is damaged ({error}); fetch it again"
            faults.add(SourceLocation(self.name, 1), "file", detail)
            return []


def is_json_lines(path: Path) -> bool:
    """Tell whether a file begins with a JSON object."""
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if zipped else path.open("rb") as content:
            return bool(content.read(64).lstrip()[:1] == b"{")
    except UNREADABLE:
        return False
