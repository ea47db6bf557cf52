"""An import run: published files to rows in one transaction, all or nothing.

Every importer is run here. Files are read once, as a stream, to their end, so that all faults are
found together; only without any is something stored. What an earlier import of the same body of
data stated and this one does not is removed, and the same files again change nothing.

A new importer states an `ImportSource`: how its files are read into entries, and where there are
very many rows alike, how these are made.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from itertools import chain, islice
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from app.db import Database
from app.db.bulk import analyze, indexes_rebuilt_after, truncate_wal
from app.db.tables import datasets
from app.records.faults import FaultLog, SourceLocation
from app.records.kinds import KINDS
from app.records.loads.load import Load
from app.records.loads.merging import NO_DECISIONS, Decisions
from app.records.seeds import put_folders, read_folders
from app.records.storage.change import Outcome
from app.records.validation import GivenRecord, validate
from app.settings import seeds_folder

_BATCH = 5000

#: Called now and then with how far reading has come: bytes read, and bytes there are.
ReportProgress = Callable[[int, int], None]
Content = dict[str, Any]


class Entry(NamedTuple):
    """A record as a source has it: its kind (`question`), content and location."""

    kind: str
    content: Content
    location: SourceLocation


class Line(Protocol):
    """An item of a source that is no entry: one of very many, known by its line."""

    @property
    def line(self) -> int:
        """The line it stands at."""


Item = TypeVar("Item", bound=Line)


class SourceFile(Protocol):
    """A file that an import reads once."""

    name: str
    size: int
    header: list[str]

    @property
    def position(self) -> int:
        """The bytes on disk that were read so far."""


class ImportSource(Generic[Item]):
    """Published files, to be read once.

    Iterate for the entries, and for the items that are many and alike, in the order in which
    references lead back to what came before. Nothing is raised while reading: `faults` has what
    was wrong, and only when it is empty after the last item may anything be stored.

    Args:
        files: the files it consists of; the one that has the many items first.

    Attributes:
        dataset: the id of the dataset whose records it states.
        reason: the reason of the release that an import makes.
        document: the id of the document that the records cite.
        row_kind: the kind of the records that items become; None where there are only entries.
        shared_kinds: the kinds whose records another dataset may state as well: a topic of the
            same id is the same topic, and stays that dataset's.
        columns: the columns that are read.
        unread: columns that no record has, and why.
        faults: what is wrong with the files.
        left_out: what else no record has, and how often it was met.
        size: bytes on disk.
        file: the name of the first file.
    """

    dataset: ClassVar[str]
    reason: ClassVar[str]
    document: ClassVar[str]
    row_kind: ClassVar[str | None] = None
    shared_kinds: ClassVar[Sequence[str]] = ("topic",)
    columns: ClassVar[frozenset[str]]
    unread: ClassVar[Mapping[str, str]] = {}

    def __init__(self, files: Sequence[SourceFile]) -> None:
        self.faults = FaultLog()
        self.left_out: Counter[str] = Counter()
        self.size = sum(file.size for file in files)
        self.file = files[0].name
        self._files = files

    @property
    def position(self) -> int:
        """The bytes on disk that were read so far."""
        return sum(file.position for file in self._files)

    def notes(self) -> list[str]:
        """Say what the files have and no record, so that nothing is dropped without a word."""
        return [
            *(
                f"{file.name}: the column {column!r} was not read: "
                f"{self.unread.get(column, 'no column of this name is known')}"
                for file in self._files
                for column in file.header
                if column not in self.columns
            ),
            *(f"{what} ({number:,} times)" for what, number in self.left_out.items()),
        ]

    def __iter__(self) -> Iterator[Entry | Item]:
        """Yield the dataset, the document, and what they hold."""
        raise NotImplementedError

    def row(self, item: Item) -> dict[str, Any]:
        """Return the row of an item: what `row_of` gives of its record."""
        raise NotImplementedError

    def _entry(self, kind: str, content: Content, location: SourceLocation) -> Entry:
        """Return the entry of a record of this dataset."""
        return Entry(kind, {"dataset": self.dataset, **content}, location)

    def _about(self, dataset: Content, document: Content, file: SourceFile) -> Iterator[Entry]:
        """Yield the dataset, and the document that its records cite."""
        location = SourceLocation(file.name, 1)
        yield self._entry("dataset", {"id": self.dataset, **dataset}, location)
        yield self._entry("document", {"id": self.document, **document}, location)


def run_import(
    database: Database,
    open_source: Callable[[Connection], ImportSource[Any]],
    report_progress: ReportProgress,
    decisions: Decisions = NO_DECISIONS,
) -> Outcome:
    """Import a source in one transaction, after the seeds where their countries are not there.

    Args:
        database: a migrated database.
        open_source: opens the files, knowing what the database has.
        report_progress: called with how far reading has come.
        decisions: who is right where a file and a record changed otherwise since the last import.

    Raises:
        Refused: when the files are not those of the source.
        FaultyRecords: with the faults of all files; nothing was changed.
    """
    with database.write() as connection:
        if not _has(connection, "reference"):
            put_folders(connection, read_folders([seeds_folder()]))
        outcome = _import(connection, open_source(connection), report_progress, decisions)
    if outcome.altered:
        truncate_wal(database)
    return outcome


def _import(
    connection: Connection,
    source: ImportSource[Any],
    report_progress: ReportProgress,
    decisions: Decisions,
) -> Outcome:
    origin = f"import:{source.dataset}"
    again = _has(connection, source.dataset)
    change = Load(connection, origin=origin, reason=source.reason, decisions=decisions)
    table = KINDS[source.row_kind].table if source.row_kind and not again else None
    with nullcontext() if table is None else indexes_rebuilt_after(connection, table):
        _put(change, source, _ids_of_others(connection, source), report_progress)
    change.faults.extend(source.faults.kept)
    if again and not change.faults:
        change.remove_unstated(source.dataset, dict.fromkeys(KINDS, SourceLocation(source.file, 1)))
    outcome = change.commit_release()
    outcome.notes = source.notes()
    if outcome.altered:
        analyze(connection)
    return outcome


def _has(connection: Connection, dataset: str) -> bool:
    found = sa.select(datasets.c.id).where(datasets.c.id == dataset)
    return connection.execute(found).first() is not None


def _ids_of_others(connection: Connection, source: ImportSource[Any]) -> set[tuple[str, str]]:
    """Return kind and id of the shared records that other datasets state."""
    found: set[tuple[str, str]] = set()
    for kind in source.shared_kinds:
        table = KINDS[kind].table
        others = sa.select(table.c.id).where(table.c.dataset != source.dataset)
        found |= {(kind, record_id) for record_id in connection.execute(others).scalars()}
    return found


def _put(
    change: Load,
    source: ImportSource[Any],
    others: set[tuple[str, str]],
    report_progress: ReportProgress,
) -> None:
    """Read to the end; once there is a fault, only to tell the others."""
    items = iter(source)
    while part := list(islice(items, _BATCH)):
        report_progress(source.position, source.size)
        if not (source.faults or change.faults):
            _put_entries(change, (one for one in part if isinstance(one, Entry)), others)
            _put_rows(change, source, [one for one in part if not isinstance(one, Entry)])


def _put_entries(change: Load, entries: Iterable[Entry], others: set[tuple[str, str]]) -> None:
    stated = (one for one in entries if (one.kind, one.content["id"]) not in others)
    change.put(chain.from_iterable(_validated(change, entry) for entry in stated))


def _put_rows(change: Load, source: ImportSource[Item], items: Sequence[Item]) -> None:
    if items and source.row_kind is not None:
        rows = [source.row(item) for item in items]
        location_of = partial(_location_of, source.file, items)
        change.put_rows(KINDS[source.row_kind], rows, location_of)


def _location_of(file: str, items: Sequence[Line], number: int) -> SourceLocation:
    return SourceLocation(file, items[number].line)


def _validated(change: Load, entry: Entry) -> Iterator[GivenRecord]:
    """Yield the record of an entry, or note its faults."""
    found = validate(KINDS[entry.kind], entry.content, entry.location)
    if isinstance(found, GivenRecord):
        yield found
    else:
        change.faults.extend(found)
