"""Import runs: a source that only says how its files are read has all else by itself."""

import gzip
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.db import Database
from app.db.tables import releases, topics
from app.importers.csv_files import CsvFile
from app.importers.import_run import Entry, ImportSource, run_import
from app.records.faults import FaultyRecords
from app.records.storage.change import Outcome

DATASET = {
    "title": "Subjects",
    "publisher": "S. Jects",
    "version": "1",
    "licence": "CC0-1.0",
    "citation": "S. Jects: Subjects.",
}
DOCUMENT = {"title": "Subjects", "language": "en", "source_type": "dataset"}


class Subjects(ImportSource[Any]):
    """A table of topics, as the next format might be."""

    dataset = "subjects"
    reason = "import of subjects"
    document = "subjects-table"
    columns = frozenset({"id", "name", "parent"})

    def __iter__(self) -> Iterator[Entry]:
        [file] = self._files
        assert isinstance(file, CsvFile)
        yield from self._about(DATASET, DOCUMENT, file)
        for topic, name, parent in file.rows(self.faults):
            content = {"id": topic, "name": name, "parent": parent or None}
            yield self._entry("topic", content, file.location)


def run(database: Database, path: Path, progress: list[tuple[int, int]] | None = None) -> Outcome:
    """Import the subjects at a path."""
    report = partial(_note, [] if progress is None else progress)
    return run_import(database, lambda _connection: Subjects([CsvFile(path)]), report)


def _note(progress: list[tuple[int, int]], done: int, total: int) -> None:
    progress.append((done, total))


def table(folder: Path, *lines: str) -> Path:
    """A gzipped file of subjects."""
    path = folder / "subjects.csv.gz"
    path.write_bytes(gzip.compress("\n".join(["id,name,parent", *lines, ""]).encode()))
    return path


def stored(database: Database) -> list[tuple[str, str, int, str]]:
    """Id, dataset, revision and origin of the topics that are not from the reference seeds."""
    columns = (topics.c.id, topics.c.dataset, topics.c.revision, topics.c.origin)
    statement = select(*columns).where(topics.c.id.like("x-%")).order_by(topics.c.id)
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def test_a_source_is_stored_in_one_release_after_the_seeds(
    database: Database, tmp_path: Path
) -> None:
    progress: list[tuple[int, int]] = []
    path = table(tmp_path, "x-rails,Rails,x-transport", "x-transport,Transport,")
    outcome = run(database, path, progress)
    assert outcome.added == {"datasets": 1, "documents": 1, "topics": 2}
    assert stored(database) == [
        ("x-rails", "subjects", 1, "import:subjects"),
        ("x-transport", "subjects", 1, "import:subjects"),
    ]
    assert progress[-1][1] == path.stat().st_size
    with database.read() as connection:
        reasons = connection.execute(select(releases.c.reason).order_by(releases.c.id)).scalars()
        assert list(reasons) == ["load of seed files", "import of subjects"]


def test_the_same_again_changes_nothing_and_what_is_unstated_goes(
    database: Database, tmp_path: Path
) -> None:
    first = run(database, table(tmp_path, "x-rails,Rails,", "x-roads,Roads,"))
    again = run(database, table(tmp_path, "x-rails,Rails,", "x-roads,Roads,"))
    assert (again.altered, again.release, again.unchanged) == (False, first.release, 4)
    newer = run(database, table(tmp_path, "x-rails,Railways,"))
    assert (newer.changed, newer.removed) == ({"topics": 1}, {"topics": 1})
    assert stored(database) == [("x-rails", "subjects", 2, "import:subjects")]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (("x-rails,Rails", "x-roads,Roads,"), "subjects.csv.gz:2 row: has 2 columns"),
        (("x-rails,,", "x-roads,Roads,"), "subjects.csv.gz:2 name: "),
        (("x-rails,Rails,", "x-roads,Roads,x-ways"), "subjects.csv.gz:3 parent: 'x-ways' is not"),
    ],
)
def test_a_fault_is_told_by_file_and_line_and_nothing_is_stored(
    database: Database, tmp_path: Path, lines: tuple[str, ...], fault: str
) -> None:
    with pytest.raises(FaultyRecords) as refused:
        run(database, table(tmp_path, *lines))
    assert [str(one)[: len(fault)] for one in refused.value.faults] == [fault]
    assert stored(database) == []


def test_a_topic_of_another_dataset_stays_that_datasets(database: Database, tmp_path: Path) -> None:
    outcome = run(database, table(tmp_path, "nuclear-weapons,Bombs,", "x-rails,Rails,"))
    assert outcome.added == {"datasets": 1, "documents": 1, "topics": 1}
    assert stored(database) == [("x-rails", "subjects", 1, "import:subjects")]
