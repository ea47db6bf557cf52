"""Texts of documents that this deployment stores, read once for a change."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.db.tables import document_texts, documents
from app.records.faults import FaultLog, SourceLocation
from app.records.validation import GivenRecord

_ATTACHED = SourceLocation("text", 0)


class DocumentTexts:
    """The stored text of each document that a change has to do with."""

    def __init__(self, connection: Connection, faults: FaultLog) -> None:
        self._connection = connection
        self._faults = faults
        self._texts: dict[str, str | None] = {}

    def text_of(self, document: str) -> str | None:
        """Return the stored text of a document, or None."""
        if document not in self._texts:
            self._texts[document] = self._connection.execute(
                sa.select(document_texts.c.text).where(document_texts.c.document == document)
            ).scalar()
        return self._texts[document]

    def check_unchanged(self, given: GivenRecord) -> None:
        """Check that a document with a stored text stays the document of that text."""
        record = given.record
        if given.kind.name == "document" and (text := self.text_of(record.id)) is not None:
            stored = sha256(text.encode()).hexdigest()
            if getattr(record, "sha256", None) != stored:
                detail = f"the text held here has {stored}; another text is another document"
                self._faults.add(given.location, "sha256", detail)
            self._check_measures(given.location, record.model_dump(), text)

    def measured(self, given: GivenRecord) -> GivenRecord:
        """Return a record as it was given, a document whose text is held with its measures."""
        if given.kind.name != "document" or (text := self.text_of(given.record.id)) is None:
            return given
        unknown = {k: v for k, v in measures(text).items() if getattr(given.record, k) is None}
        return replace(given, record=given.record.model_copy(update=unknown))

    def _check_measures(self, location: SourceLocation, said: dict[str, Any], text: str) -> None:
        """Check that a document says how much text there is; nothing said is no fault."""
        for name, number in measures(text).items():
            # Some count the nothing after the last line break as a line.
            also = number + 1 if name == "paragraphs" and text.endswith("\n") else number
            if said[name] not in (None, number, also):
                detail = f"the text has {number} {name}, the record says {said[name]}"
                self._faults.add(location, name, detail)

    def attach(self, document: str, content: bytes) -> str | None:
        """Take a document's text; return it if it is new and the one its record fixes."""
        body = self._connection.execute(
            sa.select(documents.c.body).where(documents.c.id == document)
        ).scalar_one()
        text = self._checked(orjson.loads(body), content)
        if text is None or self.text_of(document) == text:
            return None
        self._texts[document] = text
        return text

    def _checked(self, body: dict[str, Any], content: bytes) -> str | None:
        """Return the text if it has the SHA-256 of the document's record."""
        digest = sha256(content).hexdigest()
        if body["sha256"] is None:
            detail = f"the record has no sha256; this file's is {digest}"
        elif body["sha256"] != digest:
            detail = f"the file's SHA-256 is {digest}, the record says {body['sha256']}"
        else:
            return self._decoded(body, content)
        self._faults.add(_ATTACHED, "sha256", detail)
        return None

    def _decoded(self, body: dict[str, Any], content: bytes) -> str | None:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            self._faults.add(_ATTACHED, "text", "the file is not UTF-8")
            return None
        if "\0" in text:  # PostgreSQL's text has no such character
            detail = f"the file has U+0000, at code point {text.index(chr(0))}"
            self._faults.add(_ATTACHED, "text", detail)
            return None
        self._check_measures(_ATTACHED, body, text)
        return text


def measures(text: str) -> dict[str, int]:
    """Return how many characters and paragraphs (lines) a text has."""
    lines = text.count("\n") + (not text.endswith("\n") if text else 0)
    return {"characters": len(text), "paragraphs": lines}
