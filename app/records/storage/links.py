"""Links and search words of a version: rows beside the record's own.

A reference in a list has no column, so it gets a row of `links`; what a record is found by gets a
row of `search_entries`. Both belong to one revision and are never changed.
"""

from collections.abc import Iterator
from typing import Any

from app.db.search import index_text
from app.records.base import Record
from app.records.kinds import Kind
from app.records.references import MARK

#: Marks that stand for something else than a reference.
_NO_REFERENCES = ("exact", "held", "counts")


def strings_in(value: Any, path: str = "", holder: Any = None) -> Iterator[tuple[str, str, Any]]:
    """Yield every string of a record's JSON: its path, itself, and the object that has it."""
    if isinstance(value, str):
        yield path, value, holder
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings_in(inner, f"{path}.{key}" if path else key, value)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from strings_in(inner, f"{path}.{i}", value)


def references_of(record: Record, content: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield every reference of a record as path, space and id; its dataset and documents too."""
    if record.dataset != record.id:
        yield "dataset", "dataset", record.dataset
    for path, space, target, _ in _references_in(content):
        yield path, space, target


def link_rows(
    kind: Kind, record: Record, row: dict[str, Any], content: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of `links` for a version: its references that no column holds."""
    for path, space, target, holder in _references_in(content) if kind.linked else ():
        field = "evidence" if _is_evidence(path) else path.partition(".")[0]
        if field not in kind.references:
            details = holder if isinstance(holder, dict) else {}
            yield {
                "kind": kind.name,
                "id": record.id,
                "revision": row["revision"],
                "field": field,
                "space": space,
                "target": target,
                "role": details.get("role"),
                "paragraph": details.get("paragraph"),
            }


def search_row(kind: Kind, record: Record, row: dict[str, Any]) -> dict[str, Any] | None:
    """Return the row of `search_entries` for a version; None where it has no words of its own."""
    names, words = index_text(*record.names), index_text(*record.words)
    if not (names or words):
        return None
    return {
        "kind": kind.name,
        "id": record.id,
        "revision": row["revision"],
        "names": names,
        "words": words,
        "dataset": record.dataset,
        "since": row["release"],
    }


def _references_in(content: dict[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    """Yield the references of a record's JSON: path, space, id, and the object that has it."""
    for path, value, holder in strings_in(content, holder=content):
        if value.startswith(MARK):
            space, _, target = value[1:].partition(":")
            if space not in _NO_REFERENCES:
                yield path, space, target, holder
        elif _is_evidence(path):
            yield path, "document", value, holder


def _is_evidence(path: str) -> bool:
    return path.endswith(".document") and "evidence" in path
