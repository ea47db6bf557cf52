"""Checks of spans: each lies within its document, and where the text is stored, quotes it.

Words that a record is given with while the text is not held are kept as a hash, and compared when
the text is attached.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.db.tables import stated_quotes
from app.records.base import Span
from app.records.faults import FaultLog, SourceLocation
from app.records.storage.citers import records_citing, spans_in
from app.records.storage.document_texts import DocumentTexts
from app.records.storage.referents import Referents
from app.records.validation import GivenRecord


class QuoteChecks:
    """The spans of one change, checked as far as the sizes of their documents are known."""

    def __init__(
        self, connection: Connection, referents: Referents, texts: DocumentTexts, faults: FaultLog
    ) -> None:
        self._connection = connection
        self._referents = referents
        self._texts = texts
        self._faults = faults
        self._unmeasured: list[tuple[SourceLocation, str, Span]] = []
        self._stated: dict[tuple[Any, ...], str] = {}

    def check(self, given: GivenRecord) -> None:
        """Check each span of a record; those of documents not known yet are checked at the end."""
        for path, span in _spans_of(given):
            self._check_span(given.location, path, span)
            if span.exact is not None:
                key = span.document, given.kind.name, given.record.id, span.start, span.end
                self._stated[key] = _hash_of(span.exact)

    def store_stated(self) -> None:
        """Keep the hashes of words whose documents' texts are not held."""
        columns = ("document", "kind", "id", "start", "end")
        keys = [stated_quotes.c[name] for name in columns]
        for key, digest in self._stated.items():
            if self._texts.text_of(key[0]) is None:
                same = (column == value for column, value in zip(keys, key, strict=True))
                self._connection.execute(sa.delete(stated_quotes).where(*same))
                row = dict(zip(columns, key, strict=True)) | {"sha256": digest}
                self._connection.execute(sa.insert(stated_quotes).values(row))

    def check_unmeasured(self) -> None:
        """Check the spans whose documents came after them."""
        for location, path, span in self._unmeasured:
            if self._referents.get("document", span.document) is not None:
                self._check_span(location, path, span)

    def check_citing(self, document: str, text: str) -> None:
        """Check every span of the current records that cite a document against its new text."""
        stated = self._stated_for(document)
        for kind, record_id, content in records_citing(self._connection, document):
            location = SourceLocation(f"/v1/{kind.path}/{record_id}", 0)
            for path, span in spans_in(content, document):
                self._check_against_text(location, path, span, text)
                digest = stated.get((kind.name, record_id, span.start, span.end))
                if digest not in (None, _hash_of(text[span.start : span.end])):
                    detail = (
                        "the text has other words at this place than the record was given with; "
                        "correct its span, or give it with the right words"
                    )
                    self._faults.add(location, f"{path}.exact", detail)

    def _stated_for(self, document: str) -> dict[tuple[Any, ...], str]:
        c = stated_quotes.c
        rows = sa.select(c.kind, c.id, c.start, c.end, c.sha256).where(c.document == document)
        return {tuple(row[:4]): row[4] for row in self._connection.execute(rows)}

    def _check_span(self, location: SourceLocation, path: str, span: Span) -> None:
        document = self._referents.get("document", span.document)
        if document is None:
            self._unmeasured.append((location, path, span))
            return
        sizes = (
            ("end", span.end, document.characters, "characters"),
            ("paragraph", span.paragraph, document.paragraphs, "paragraphs"),
        )
        for field, value, size, unit in sizes:
            if size is not None and value > size:
                detail = f"{value} lies outside the document, which has {size} {unit}"
                self._faults.add(location, f"{path}.{field}", detail)
        if (text := self._texts.text_of(span.document)) is not None:
            self._check_against_text(location, path, span, text)

    def _check_against_text(
        self, location: SourceLocation, path: str, span: Span, text: str
    ) -> None:
        first, last = paragraph_bounds(text, span.paragraph)
        if not first <= span.start < span.end <= last:
            detail = (
                f"the span {span.start}-{span.end} is not in paragraph {span.paragraph}, "
                f"which is {first}-{last}"
            )
            self._faults.add(location, f"{path}.paragraph", detail)
        if span.exact is not None and text[span.start : span.end] != span.exact:
            detail = "the document has other words at this place"
            self._faults.add(location, f"{path}.exact", detail)


def _spans_of(given: GivenRecord) -> Iterator[tuple[str, Span]]:
    """Yield the spans of a record, its memberships and its parties' acts, each with its path."""
    evidence = [("evidence", given.record.evidence)]
    for i, membership in enumerate(getattr(given.record, "memberships", ())):
        evidence.append((f"memberships.{i}.evidence", membership.evidence))
    for i, party in enumerate(getattr(given.record, "parties", ())):
        for j, act in enumerate(party.acts):
            evidence.append((f"parties.{i}.acts.{j}.evidence", act.evidence))
    for path, spans_and_rows in evidence:
        for i, one in enumerate(spans_and_rows):
            if isinstance(one, Span):
                yield f"{path}.{i}", one


def _hash_of(words: str) -> str:
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def paragraph_bounds(text: str, number: int) -> tuple[int, int]:
    """Return the first and last (exclusive) code point of a paragraph; paragraphs are lines."""
    start = 0
    for _ in range(number - 1):
        cut = text.find("\n", start)
        if cut < 0:
            return len(text), len(text)
        start = cut + 1
    end = text.find("\n", start)
    return start, len(text) if end < 0 else end
