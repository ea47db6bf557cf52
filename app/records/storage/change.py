"""The unit of work for writing: records to rows in one transaction, with history and a release.

Seed files, imports and the API's writes all make a `Change`, put records into it and commit its
release. Only then is it known whether every reference leads somewhere and whether a removed record
is still cited, so only `commit_release` decides; a change with faults leaves nothing behind,
because its transaction never commits.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.db import utc_now
from app.db.bulk import batched
from app.db.tables import document_texts, links, releases, search_entries
from app.index.storage import store_when_due
from app.records.faults import FaultLog, FaultyRecords, SourceLocation
from app.records.kinds import KINDS, Kind, row_of, written
from app.records.storage.country_references import CountryReferences
from app.records.storage.derived_columns import outdated_rows
from app.records.storage.document_texts import DocumentTexts
from app.records.storage.hash_chain import FIRST_HASH, hash_of
from app.records.storage.history import DELETE
from app.records.storage.links import link_rows, search_row
from app.records.storage.quote_checks import QuoteChecks
from app.records.storage.reference_checks import ReferenceChecks
from app.records.storage.referents import Referents
from app.records.storage.versions import LocationOf, RevisionOf, Versions, Written
from app.records.validation import GivenRecord, validate

#: How many records are written together.
_BATCH = 500
OPS = ("added", "changed", "removed", "attached")


@dataclass
class Outcome:
    """Outcome of a change: the release it made (or that stayed), and how many of each kind."""

    release: int
    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    attached: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0
    #: Records that stay otherwise than the files of a load have them: others changed them.
    kept: dict[str, int] = field(default_factory=dict)
    #: What a source has and no record: columns that were not read, and why.
    notes: list[str] = field(default_factory=list)

    @property
    def altered(self) -> bool:
        """Whether anything was added, changed, removed or attached."""
        return bool(self.added or self.changed or self.removed or self.attached)


class Change:
    """A change to the data, under way.

    Args:
        connection: the write transaction it happens in.
        origin: what makes it: `seeds:FOLDER`, `import:un-votes`, `api`; a load of several
            folders sets it anew for each.
        by: who.
        reason: why, in a word or a sentence.
        at: when, where this repeats a change that was made elsewhere; else now.

    Attributes:
        faults: what is wrong with the records so far.
        versions: the rows it wrote and superseded.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        origin: str,
        by: str = "operator",
        reason: str = "load",
        at: str | None = None,
    ) -> None:
        """Open the change; the release it would make is the next number."""
        newest = connection.execute(
            sa.select(releases.c.id, releases.c.at, releases.c.hash, releases.c.last_row)
            .order_by(releases.c.id.desc())
            .limit(1)
        ).first()
        self._connection = connection
        self.origin, self._by, self._reason = origin, by, reason
        self._before = newest.id if newest else 0
        self._previous_hash = newest.hash if newest else FIRST_HASH
        self.release = self._before + 1
        # A clock that was set back must not make a later release look older.
        now = at or utc_now()
        self.at = max(now, _just_after(newest.at)) if newest else now
        self.faults = FaultLog()
        self._referents = Referents(connection)
        self.versions = Versions(
            connection,
            self.release,
            self.at,
            newest.last_row if newest else 0,
            self._referents,
            self.faults,
        )
        self._references = ReferenceChecks(connection, self._referents, self.faults)
        self._countries = CountryReferences(connection, self._referents, self.faults)
        self._texts = DocumentTexts(connection, self.faults)
        self._spans = QuoteChecks(connection, self._referents, self._texts, self.faults)
        self._given: dict[str, dict[str, SourceLocation]] = defaultdict(dict)
        self._removed: list[tuple[Kind, str]] = []
        self._counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._unchanged = 0

    def put(self, given: Iterable[GivenRecord]) -> None:
        """Add or change records; the same record again changes nothing."""
        for batch in batched(given, _BATCH):
            by_kind: dict[str, list[GivenRecord]] = defaultdict(list)
            for each in batch:
                if self._is_first(each.kind, each.record.id, each.location):
                    by_kind[each.kind.name].append(each)
            for name, ones in by_kind.items():
                self._put_batch(KINDS[name], [self.with_countries(each) for each in ones])

    def with_countries(self, given: GivenRecord) -> GivenRecord:
        """Return a record with the ids of the countries that it names in other ways."""
        return self._countries.resolved(given)

    def put_rows(self, kind: Kind, rows: Sequence[dict[str, Any]], location_of: LocationOf) -> None:
        """As `put`, for rows that a `RecordTemplate` made; the caller gives each id only once.

        Args:
            kind: a kind whose references all have columns.
            rows: what `row_of` gives of a record; thousands are best.
            location_of: where the row of a number was given.
        """
        self._references.check_rows(kind, rows, location_of)
        self._given[kind.name] |= dict.fromkeys((row["id"] for row in rows), location_of(0))
        self._write(kind, rows, location_of)

    def reserve(self, kind: Kind, record_id: str, location: SourceLocation) -> None:
        """Reserve the id of an invalid record, so that references to it are no second fault."""
        if self._is_first(kind, record_id, location):
            self._references.reserve(kind, record_id)

    def remove(self, kind: Kind, record_id: str) -> None:
        """Remove a record; `commit_release` refuses if others still cite it."""
        self._remove(kind, [record_id])

    def attach(self, document: str, content: bytes) -> None:
        """Store the text of a document that is there; the same again changes nothing.

        Every span of every record that cites the document is checked against it. A record that
        does not say how many characters and paragraphs there are says so from now on.
        """
        text = self._texts.attach(document, content)
        if text is not None:
            self._spans.check_citing(document, text)
            row = {"document": document, "since": self.release, "text": text}
            self.versions.insert(document_texts, [row])
            self._count("attached", KINDS["document"], 1)
        if not self.faults:
            self._measure(document)

    def _measure(self, document: str) -> None:
        """Version a document that does not say how long its text is."""
        kind = KINDS["document"]
        chosen = sa.select(kind.table).where(kind.table.c.id == document)
        row = self._connection.execute(chosen).one()
        body = orjson.loads(row.body)
        if self._texts.text_of(document) is None or None not in (
            body["characters"],
            body["paragraphs"],
        ):
            return
        content = written(kind, row.id, row.dataset, row.body)
        found = validate(kind, content, SourceLocation("text", 0))
        if isinstance(found, GivenRecord):
            self.put([found])
        else:
            self.faults.extend(found)

    def commit_release(self) -> Outcome:
        """Check what only the whole can show, write the release, and say what was done.

        Raises:
            FaultyRecords: when a reference leads nowhere, a span lies outside its document, or a
                removed record is cited; the transaction must then be given up.
        """
        self._check_whole()
        self._spans.store_stated()
        self._refresh_derived()
        outcome = Outcome(self.release, unchanged=self._unchanged)
        for op in OPS:
            setattr(outcome, op, dict(self._counts[op]))
        if outcome.altered:
            self._write_release(outcome)
            store_when_due(self._connection, self.release)
        else:
            outcome.release = self._before
        return outcome

    def _is_first(self, kind: Kind, record_id: str, location: SourceLocation) -> bool:
        """Tell whether this id comes for the first time; twice is a fault."""
        given = self._given[kind.name]
        if earlier := given.get(record_id):
            first = f"first at {earlier.source}:{earlier.line}"
            self.faults.add(location, "id", f"{record_id!r} is given twice; {first}")
            return False
        given[record_id] = location
        return True

    def _put_batch(self, kind: Kind, batch: list[GivenRecord]) -> None:
        batch = [self._texts.measured(each) for each in batch]
        rows = [row_of(kind, each.record) for each in batch]
        contents = [orjson.loads(row["body"]) for row in rows]
        self._references.check_batch(kind, batch, contents)
        for each in batch:
            self._spans.check(each)
            self._texts.check_unchanged(each)
        written = self._write(
            kind, rows, lambda i: batch[i].location, lambda i: batch[i].expected_revision
        )
        found = [
            (each.record, written.rows[each.record.id], content)
            for each, content in zip(batch, contents, strict=True)
            if each.record.id in written.rows
        ]
        linked = (link_rows(kind, *one) for one in found)
        self.versions.insert(links, chain.from_iterable(linked))
        searched = (search_row(kind, record, row) for record, row, _ in found)
        self.versions.insert(search_entries, filter(None, searched))

    def _write(
        self,
        kind: Kind,
        rows: Sequence[dict[str, Any]],
        location_of: LocationOf,
        revision_of: RevisionOf = lambda _: None,
    ) -> Written:
        written = self.versions.write(kind, rows, self.origin, location_of, revision_of)
        self._count("added", kind, len(written.rows) - len(written.changed))
        self._count("changed", kind, len(written.changed))
        self._unchanged += written.unchanged
        return written

    def _remove(self, kind: Kind, ids: Sequence[str]) -> None:
        self.versions.supersede(kind, ids, op=DELETE)
        self._referents.remove(kind, ids)
        if kind.cited:
            self._removed += [(kind, record_id) for record_id in ids]
        self._count("removed", kind, len(ids))

    def _count(self, op: str, kind: Kind, number: int) -> None:
        if number:
            self._counts[op][kind.path] += number

    def _check_whole(self) -> None:
        self._references.check_unresolved()
        self._spans.check_unmeasured()
        self._references.check_removed(self._removed, self._given)
        self._references.check_trees(self._given)
        if self.faults:
            raise FaultyRecords(self.faults.kept)

    def _refresh_derived(self) -> None:
        """Version the opinions whose holder or document is no longer what it was."""
        changed = self._references.changed_referents
        for row in outdated_rows(self._connection, self._referents, changed):
            self.versions.replace_derived(KINDS["opinion"], row)

    def _write_release(self, outcome: Outcome) -> None:
        counts = {op: getattr(outcome, op) for op in OPS}
        head = [self._previous_hash, self.release, self.at, self.origin, self._by, self._reason]
        row = {
            "id": self.release,
            "at": self.at,
            "origin": self.origin,
            "by": self._by,
            "reason": self._reason,
            "counts": orjson.dumps(counts).decode(),
            "last_row": self.versions.last_row,
            "previous_hash": self._previous_hash,
            "hash": hash_of(self._connection, head),
        }
        self.versions.insert(releases, [row])


def _just_after(moment: str) -> str:
    """Return the moment a microsecond later."""
    later = datetime.fromisoformat(moment) + timedelta(microseconds=1)
    return later.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
