"""Seed files: YAML to records, each knowing its file and the line of each field.

The files are composed, not constructed: YAML's own guesses (NO is false, 0123 is 83, 2006-12-04
is a date) never happen. A plain `null`, `~` or nothing is null, anything else is text, and the
record decides what it means. A key given twice is a fault; YAML would silently keep the last.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.errors import nearest
from app.records.faults import RecordFault, SourceLocation
from app.records.kinds import KINDS, Kind
from app.records.validation import GivenRecord, validate

DATASET_FILE = "dataset.yaml"
_NULLS = {"", "~", "null", "Null", "NULL"}
Lines = dict[tuple[str | int, ...], int]


@dataclass
class Folder:
    """One seed folder: a dataset, its records, and the faults of its files."""

    path: Path
    dataset: str
    #: By kind, its file as it is shown.
    locations: dict[str, SourceLocation] = field(default_factory=dict)
    given: list[GivenRecord] = field(default_factory=list)
    #: Records that have faults of their own: kind, id and location.
    unread: list[tuple[Kind, str, SourceLocation]] = field(default_factory=list)
    faults: list[RecordFault] = field(default_factory=list)


def seed_folders(paths: list[Path]) -> list[Path]:
    """Return the dataset folders at or directly below the given paths, in order of name."""
    found = []
    for path in paths:
        below = sorted(p.parent for p in path.glob(f"*/{DATASET_FILE}"))
        found += [path] if (path / DATASET_FILE).is_file() else below
    return found


def read_folder(path: Path, shown: Path | None = None) -> Folder:
    """Read every file of a dataset's folder; faults are collected, none is raised."""
    folder = Folder(path, path.name)
    shown = shown or path
    folder.locations = {
        kind.name: SourceLocation(
            str(shown / (DATASET_FILE if kind.name == "dataset" else f"{kind.path}.yaml")), 1
        )
        for kind in KINDS.values()
    }
    expected = {f"{kind.path}.yaml": kind for kind in KINDS.values() if kind.name != "dataset"}
    files = {p.name: p for p in path.iterdir() if p.suffix in (".yaml", ".yml")}
    for name in sorted(set(files) - set(expected) - {DATASET_FILE}):
        hint = nearest(name, [*expected, DATASET_FILE])
        folder.faults.append(
            RecordFault(str(shown / name), 1, "file", f"no kind has this file; {hint}")
        )
    if DATASET_FILE in files:
        _read_dataset(folder, files[DATASET_FILE], str(shown / DATASET_FILE))
    for name, kind in expected.items():
        if name in files:
            _read_list(folder, kind, files[name], str(shown / name))
    return folder


def _read_dataset(folder: Folder, file: Path, shown: str) -> None:
    content, lines = _compose(folder, file, shown)
    if not isinstance(content, dict):
        folder.faults.append(RecordFault(shown, 1, "file", "should be one mapping: the dataset"))
        return
    folder.dataset = str(content.get("id", folder.dataset))
    content.setdefault("dataset", folder.dataset)
    _keep(folder, KINDS["dataset"], content, SourceLocation(shown, 1, lines))


def _read_list(folder: Folder, kind: Kind, file: Path, shown: str) -> None:
    content, lines = _compose(folder, file, shown)
    if content is None:
        return
    if not isinstance(content, list):
        folder.faults.append(
            RecordFault(shown, 1, "file", f"should be a list of {kind.path}, each beginning with -")
        )
        return
    by_entry: dict[str | int, Lines] = defaultdict(dict)
    for path, line in lines.items():
        by_entry[path[0] if path else ""][path[1:]] = line
    for i, entry in enumerate(content):
        location = SourceLocation(shown, by_entry[i][()], by_entry[i])
        if not isinstance(entry, dict):
            folder.faults.append(RecordFault(shown, location.line, "record", "should be a mapping"))
            continue
        entry.setdefault("dataset", folder.dataset)
        _keep(folder, kind, entry, location)


def _keep(folder: Folder, kind: Kind, content: dict[str, Any], location: SourceLocation) -> None:
    found = validate(kind, content, location)
    if isinstance(found, GivenRecord):
        folder.given.append(found)
        return
    folder.faults += found
    if isinstance(record_id := content.get("id"), str):
        folder.unread.append((kind, record_id, location))


def _compose(folder: Folder, file: Path, shown: str) -> tuple[Any, Lines]:
    """Return a file's content and the line of each of its parts."""
    import yaml

    lines: Lines = {}
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except UnicodeDecodeError:
        folder.faults.append(RecordFault(shown, 1, "file", "is not UTF-8"))
        return None, lines
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(fault, "problem", None) or str(fault)
        folder.faults.append(RecordFault(shown, line, "file", f"is not YAML: {problem}"))
        return None, lines
    if node is None:
        return None, lines
    builder = _Builder(shown, lines)
    content = builder.build(node, ())
    folder.faults += builder.faults
    return content, lines


class _Builder:
    """Builder of content from composed nodes, with lines, and faults for keys given twice."""

    def __init__(self, shown: str, lines: Lines) -> None:
        self.shown, self.lines = shown, lines
        self.faults: list[RecordFault] = []

    def build(self, node: Any, path: tuple[str | int, ...]) -> Any:
        self.lines[path] = node.start_mark.line + 1
        match node.id:
            case "mapping":
                return dict(self._items(node, path))
            case "sequence":
                return [self.build(inner, (*path, i)) for i, inner in enumerate(node.value)]
            case _:
                plain = not node.style
                return None if plain and node.value in _NULLS else node.value

    def _items(self, node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, Any]]:
        seen = set()
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in seen:
                self.faults.append(
                    RecordFault(self.shown, line, key, "is given twice; keep one of them")
                )
            seen.add(key)
            value = self.build(value_node, (*path, key))
            self.lines[(*path, key)] = line
            yield key, value
