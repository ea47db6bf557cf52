"""Checks of spans: each lies within its document, and where the text is stored, quotes it."""

from collections.abc import Iterator

from sqlalchemy import Connection

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

    def check(self, given: GivenRecord) -> None:
        """Check each span of a record; those of documents not known yet are checked at the end."""
        for path, span in _spans_of(given):
            self._check_span(given.location, path, span)

    def check_unmeasured(self) -> None:
        """Check the spans whose documents came after them."""
        for location, path, span in self._unmeasured:
            if self._referents.get("document", span.document) is not None:
                self._check_span(location, path, span)

    def check_citing(self, document: str, text: str) -> None:
        """Check every span of the current records that cite a document against its new text."""
        for kind, record_id, content in records_citing(self._connection, document):
            location = SourceLocation(f"/v1/{kind.path}/{record_id}", 0)
            for path, span in spans_in(content, document):
                self._check_against_text(location, path, span, text)

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
