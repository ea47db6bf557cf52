"""The one way in: records to rows, in one transaction, with history and a release.

Seed files, imports and the API's writes all make a `Change`, put records into it and finish it.
Only at the end is it known whether every reference leads somewhere and whether a removed record
is still cited, so only `finish` decides; a change with faults leaves nothing behind, because its
transaction never commits.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain, islice
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Table

from app.dates import UNKNOWN
from app.db import utc_now
from app.db.bulk import among, insert_rows
from app.db.search import index_text
from app.db.tables import (
    ACTOR_KINDS,
    HISTORY,
    KIND_TABLES,
    document_texts,
    documents,
    links,
    opinions,
    releases,
    search_entries,
)
from app.errors import nearest
from app.records.base import Record, Span
from app.records.faults import MOST_FAULTS, FaultyRecords, Place, RecordFault
from app.records.history import DELETE, DERIVE, FIRST_HASH, MODIFY, hash_of
from app.records.kinds import KINDS, NEIGHBOURLY, Kind, row_of
from app.records.references import MARK

T = TypeVar("T")
BATCH = 500
#: How many of the records that cite another are looked for and told.
MOST_CITERS = 100
#: How many references that lead nowhere are likened to ids that are there, and to how many ids of
#: each kind: it takes longer than all else together, and other writers wait for it.
MOST_HINTS, MOST_LIKENED = 20, 5000
OPS = ("added", "changed", "removed", "attached")


@dataclass(frozen=True)
class Given:
    """A record and the place it was given at.

    Attributes:
        seen: the revision that its giver has read and means to change (0: none); None where a
            change is made from what is there, whatever it is.
    """

    kind: Kind
    record: Record
    place: Place
    seen: int | None = None


@dataclass
class Outcome:
    """What a change did: the release it made (or that stayed), and how many of each kind."""

    release: int
    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    attached: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0

    @property
    def altered(self) -> bool:
        """Whether anything was added, changed, removed or attached."""
        return bool(self.added or self.changed or self.removed or self.attached)


@dataclass(frozen=True)
class _Neighbour:
    """What others need to know of a record they refer to."""

    kind: str
    country: str | None = None
    earliest: str = UNKNOWN
    latest: str = UNKNOWN
    characters: int | None = None
    paragraphs: int | None = None


class Change:
    """One change to the data, under way.

    Args:
        connection: the write transaction it happens in.
        origin: what makes it: `seeds:FOLDER`, `import:un-votes`, `api`; a load of several
            folders sets it anew for each.
        by: who.
        reason: why, in a word or a sentence.
        at: when, where this repeats a change that was made elsewhere; else now.
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
            sa.select(releases.c.id, releases.c.at, releases.c.hash)
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
        self._known: dict[str, dict[str, _Neighbour]] = defaultdict(dict)
        self._pending: dict[tuple[str, str], list[tuple[Place, str]]] = defaultdict(list)
        self._unmeasured: list[tuple[Place, str, Span]] = []
        self._stale: set[tuple[str, str]] = set()
        self._removed: list[tuple[Kind, str]] = []
        self._seen: dict[str, dict[str, Place]] = defaultdict(dict)
        self._counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._unchanged = 0
        self._texts: dict[str, str | None] = {}
        self.faults: list[RecordFault] = []

    # -- putting ------------------------------------------------------------------------------

    def put(self, given: Iterable[Given]) -> None:
        """Add or change records; the same record again changes nothing."""
        for batch in _batched(given, BATCH):
            by_kind: dict[str, list[Given]] = defaultdict(list)
            for each in batch:
                if self._is_first(each.kind, each.record.id, each.place):
                    by_kind[each.kind.name].append(each)
            for name, ones in by_kind.items():
                self._put_batch(KINDS[name], ones)

    def put_rows(
        self, kind: Kind, rows: Sequence[dict[str, Any]], place_of: Callable[[int], Place]
    ) -> None:
        """As `put`, for rows that a `Form` made; the caller gives each id only once.

        Args:
            kind: a kind whose references all have columns.
            rows: what `row_of` gives of a record; thousands are best.
            place_of: where the row of a number was given.
        """
        for column, space in kind.references.items():
            targets = {row[column] for row in rows} - {None}
            self._learn(space, targets)
            if unknown := {target for target in targets if not self._knows(space, target)}:
                for i, row in enumerate(rows):
                    if row[column] in unknown:
                        self._pending[space, row[column]].append((place_of(i), column))
        self._seen[kind.name].update((row["id"], place_of(0)) for row in rows)
        self._write(kind, rows, place_of)

    def note(self, kind: Kind, record_id: str, place: Place) -> None:
        """Know of a record that has faults of its own: its id is taken, and others may name it."""
        if self._is_first(kind, record_id, place):
            self._known_in(kind).setdefault(record_id, _Neighbour(kind.name))

    def remove(self, kind: Kind, record_id: str) -> None:
        """Remove a record; `finish` refuses if others still cite it."""
        self._remove(kind, [record_id])

    def _remove(self, kind: Kind, ids: Sequence[str]) -> None:
        self._retire(kind, ids, op=DELETE)
        for record_id in ids:
            self._known_in(kind).pop(record_id, None)
        if kind.cited:
            self._removed += [(kind, record_id) for record_id in ids]
        self._count("removed", kind, len(ids))

    def attach(self, document: str, given: bytes) -> None:
        """Hold the text of a document that is there; the same again changes nothing.

        Every span of every record that cites the document is checked against it.
        """
        place = Place("text", 0)
        body = self._connection.execute(
            sa.select(documents.c.body).where(documents.c.id == document)
        ).scalar_one()
        text = self._fitting(place, orjson.loads(body), given)
        if text is None or self._text_of(document) == text:
            return
        self._texts[document] = text
        for kind, record_id, content in citing(self._connection, document):
            at = Place(f"/v1/{kind.path}/{record_id}", 0)
            for path, span in _spans(content, document):
                self._check_against_text(at, path, span, text)
        row = {"document": document, "since": self.release, "text": text}
        self._insert(document_texts, [row])
        self._count("attached", KINDS["document"], 1)

    def _fitting(self, place: Place, body: dict[str, Any], given: bytes) -> str | None:
        """The text, where it is the one that the document's record fixes."""
        digest = sha256(given).hexdigest()
        if body["sha256"] is None:
            self.fault(place, "sha256", f"the record has no sha256; this file's is {digest}")
        elif body["sha256"] != digest:
            told = f"the file's SHA-256 is {digest}, the record says {body['sha256']}"
            self.fault(place, "sha256", told)
        else:
            return self._measured(place, body, given)
        return None

    def _measured(self, place: Place, body: dict[str, Any], given: bytes) -> str | None:
        try:
            text = given.decode("utf-8")
        except UnicodeDecodeError:
            self.fault(place, "text", "the file is not UTF-8")
            return None
        if "\0" in text:  # PostgreSQL's text has no such character
            self.fault(place, "text", f"the file has U+0000, at code point {text.index(chr(0))}")
            return None
        if body["characters"] not in (None, len(text)):
            told = f"the text has {len(text)} characters, the record says {body['characters']}"
            self.fault(place, "characters", told)
        return text

    def remove_unstated(self, origin: str) -> None:
        """Remove what an earlier change of this origin made and this one did not state."""
        for kind in reversed(KINDS.values()):
            made = self._connection.execute(
                sa.select(kind.table.c.id).where(kind.table.c.origin == origin)
            ).scalars()
            gone = [one for one in made if one not in self._seen[kind.name]]
            for ids in _batched(gone, BATCH):
                self._remove(kind, ids)

    def finish(self) -> Outcome:
        """Check what only the whole can show, write the release, and say what was done.

        Raises:
            FaultyRecords: when a reference leads nowhere, a span lies outside its document, or a
                removed record is cited; the transaction must then be given up.
        """
        self._check_pending()
        self._check_unmeasured()
        self._check_removed()
        self._check_trees()
        if self.faults:
            raise FaultyRecords(self.faults)
        self._rederive()
        outcome = Outcome(
            self.release,
            added=dict(self._counts["added"]),
            changed=dict(self._counts["changed"]),
            removed=dict(self._counts["removed"]),
            attached=dict(self._counts["attached"]),
            unchanged=self._unchanged,
        )
        if not outcome.altered:
            outcome.release = self._before
        else:
            self._write_release(outcome)
        return outcome

    def fault(self, place: Place, path: str, detail: str) -> None:
        """Note a fault; all are told together."""
        if len(self.faults) < MOST_FAULTS:
            line = place.line_of(tuple(int(p) if p.isdigit() else p for p in path.split(".")))
            self.faults.append(RecordFault(place.source, line, path, detail))

    # -- one batch ----------------------------------------------------------------------------

    def _is_first(self, kind: Kind, record_id: str, place: Place) -> bool:
        """Whether this id comes for the first time; twice is a fault."""
        seen = self._seen[kind.name]
        if earlier := seen.get(record_id):
            self.fault(
                place,
                "id",
                f"{record_id!r} is given twice; first at {earlier.source}:{earlier.line}",
            )
            return False
        seen[record_id] = place
        return True

    def _put_batch(self, kind: Kind, batch: list[Given]) -> None:
        rows = [row_of(kind, each.record) for each in batch]
        contents = [orjson.loads(row["body"]) for row in rows]
        self._look_up(kind, batch, contents)
        written = self._write(kind, rows, lambda i: batch[i].place, lambda i: batch[i].seen)
        found = [
            (each.record, written[each.record.id], content)
            for each, content in zip(batch, contents, strict=True)
            if each.record.id in written
        ]
        self._insert(links, chain.from_iterable(_links(kind, *one) for one in found))
        self._insert(search_entries, filter(None, (_words(kind, r, w) for r, w, _ in found)))

    def _write(
        self,
        kind: Kind,
        rows: Sequence[dict[str, Any]],
        place_of: Callable[[int], Place],
        seen: Callable[[int], int | None] = lambda _: None,
    ) -> dict[str, dict[str, Any]]:
        """Insert what is new and supersede what differs; give the rows of both, by id."""
        ids = [row["id"] for row in rows]
        current = self._current(kind, ids)
        last = self._last_revisions(kind, [i for i in ids if i not in current])
        changed: list[str] = []
        written: dict[str, dict[str, Any]] = {}
        for i, row in enumerate(rows):
            before = current.get(row["id"])
            if before is None:
                revision = last.get(row["id"], 0) + 1
                if revision > 1 and seen(i):
                    told = f"{row['id']!r} was removed; to make it anew, say no revision"
                    self.fault(place_of(i), "revision", told)
            elif _same(before, row):
                self._unchanged += 1
                continue
            else:
                revision = before.revision + 1
                changed.append(row["id"])
                if before.dataset != row["dataset"]:
                    told = f"{row['id']!r} belongs to dataset {before.dataset!r}"
                    self.fault(place_of(i), "id", told)
                if seen(i) not in (None, before.revision):
                    told = (
                        f"{row['id']!r} is there already, at revision {before.revision}; "
                        "to change it, say that revision"
                    )
                    self.fault(place_of(i), "revision", told)
            written[row["id"]] = self._stamped(kind, row, revision)
        self._retire(kind, changed, op=MODIFY)
        insert_rows(self._connection, kind.table, list(written.values()))
        self._count("added", kind, len(written) - len(changed))
        self._count("changed", kind, len(changed))
        return written

    def _stamped(self, kind: Kind, row: dict[str, Any], revision: int) -> dict[str, Any]:
        """A record's row with what this change and its neighbours decide."""
        stamp = {
            "revision": revision,
            "release": self.release,
            "since": self.release,
            "recorded_at": self.at,
            "origin": self.origin,
        }
        return row | stamp | (self._neighbourly(row) if kind.name == "opinion" else {})

    def _count(self, op: str, kind: Kind, number: int) -> None:
        if number:
            self._counts[op][kind.path] += number

    def _neighbourly(self, row: dict[str, Any]) -> dict[str, Any]:
        """The columns of an opinion that its holder and its document decide."""
        nobody = _Neighbour("")
        holder = self._known["actor"].get(row["holder"], nobody)
        document = self._known["document"].get(row["document"], nobody)
        stated = row["stated_earliest"] or row["stated_latest"]
        return {
            "holder_kind": holder.kind,
            "holder_country": row["holder"] if holder.kind == "country" else holder.country,
            "counts_earliest": row["stated_earliest"] if stated else document.earliest,
            "counts_latest": row["stated_latest"] if stated else document.latest,
        }

    def _current(self, kind: Kind, ids: list[str]) -> dict[str, Any]:
        table = kind.table
        wanted = [table.c.id, table.c.dataset, table.c.revision, table.c.body]
        these = among(self._connection, table.c.id, ids)
        rows = self._connection.execute(sa.select(*wanted).where(these))
        return {row.id: row for row in rows}

    def _last_revisions(self, kind: Kind, ids: list[str]) -> dict[str, int]:
        """How far the numbering of removed records had come; it goes on where it stopped."""
        past = HISTORY[kind.table]
        rows = self._connection.execute(
            sa.select(past.c.id, sa.func.max(past.c.revision))
            .where(among(self._connection, past.c.id, ids))
            .group_by(past.c.id)
        )
        return {row[0]: row[1] for row in rows}

    def _retire(self, kind: Kind, ids: Sequence[str], *, op: str) -> None:
        """Move current rows into history, superseded by this release."""
        if not ids:
            return
        table, past = kind.table, HISTORY[kind.table]
        columns = [column.name for column in table.c]
        these = among(self._connection, table.c.id, ids)
        superseded = sa.select(
            *(table.c[name] for name in columns),
            sa.literal(self.release).label("until"),
            sa.literal(op).label("op"),
        ).where(these)
        self._connection.execute(sa.insert(past).from_select([*columns, "until", "op"], superseded))
        self._connection.execute(sa.delete(table).where(these))
        if op != DERIVE:
            entries = search_entries.c
            its = among(self._connection, entries.id, ids)
            counted = sa.and_(entries.kind == kind.name, its, entries.until.is_(None))
            over = sa.update(search_entries).where(counted).values(until=self.release)
            self._connection.execute(over)

    def _insert(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        if given := list(rows):
            self._connection.execute(sa.insert(table), given)

    # -- neighbours ---------------------------------------------------------------------------

    def _known_in(self, kind: Kind) -> dict[str, _Neighbour]:
        return self._known["actor" if kind.name in ACTOR_KINDS else kind.name]

    def _look_up(self, kind: Kind, batch: list[Given], contents: list[Any]) -> None:
        """Learn what this batch refers to, introduce what it brings, and note what is missing."""
        wanted: dict[str, set[str]] = defaultdict(set)
        refs = [list(_references(each.record, c)) for each, c in zip(batch, contents, strict=True)]
        for path_space_id in chain.from_iterable(refs):
            wanted[path_space_id[1]].add(path_space_id[2])
        if kind.name in ACTOR_KINDS:
            wanted["actor"].update(each.record.id for each in batch)
        elif kind.name == "document":
            wanted["document"].update(each.record.id for each in batch)
        for space, ids in wanted.items():
            self._learn(space, ids)
        for each in batch:
            self._introduce(each)
        for each, found in zip(batch, refs, strict=True):
            for path, space, target in found:
                if not self._knows(space, target):
                    self._pending[space, target].append((each.place, path))
            self._check_spans(each)
            self._check_held(each)

    def _knows(self, space: str, target: str) -> bool:
        if space in ACTOR_KINDS:
            neighbour = self._known["actor"].get(target)
            return neighbour is not None and neighbour.kind == space
        return target in self._known[space]

    def _learn(self, space: str, ids: set[str]) -> None:
        """Read what the database knows of these ids."""
        pool = "actor" if space in ACTOR_KINDS else space
        unknown = [one for one in ids if one not in self._known[pool]]
        for part in _batched(unknown, BATCH):
            for name in ACTOR_KINDS if pool == "actor" else (pool,):
                self._known[pool].update(self._read_neighbours(name, part))

    def _read_neighbours(self, name: str, ids: tuple[str, ...]) -> Iterator[tuple[str, _Neighbour]]:
        table = KIND_TABLES[name]
        wanted = [table.c.id]
        if name == "document":
            wanted += [table.c.published_earliest, table.c.published_latest, table.c.body]
        elif "country" in table.c:
            wanted.append(table.c.country)
        for row in self._connection.execute(sa.select(*wanted).where(table.c.id.in_(ids))):
            if name == "document":
                body = orjson.loads(row.body)
                yield (
                    row.id,
                    _Neighbour(name, None, row[1], row[2], body["characters"], body["paragraphs"]),
                )
            else:
                yield row.id, _Neighbour(name, row[1] if len(row) > 1 else None)

    def _introduce(self, given: Given) -> None:
        """Let a record be known to those that refer to it."""
        kind, record = given.kind, given.record
        known = self._known_in(kind)
        before = known.get(record.id)
        if before is not None and before.kind != kind.name:
            self.fault(given.place, "id", f"{record.id!r} is already the id of a {before.kind}")
            return
        columns = kind.columns(record)
        now = _Neighbour(
            kind.name,
            columns.get("country"),
            columns.get("published_earliest", UNKNOWN),
            columns.get("published_latest", UNKNOWN),
            getattr(record, "characters", None),
            getattr(record, "paragraphs", None),
        )
        space = "actor" if kind.name in ACTOR_KINDS else kind.name
        awaited = any((name, record.id) in self._pending for name in (space, kind.name))
        if space in ("actor", "document") and before != now and (before or awaited):
            self._stale.add((space, record.id))
        known[record.id] = now

    def _check_spans(self, given: Given) -> None:
        """Check that each place lies within its document, as far as its measures are known."""
        parts = [("evidence", given.record.evidence)]
        for i, membership in enumerate(getattr(given.record, "memberships", ())):
            parts.append((f"memberships.{i}.evidence", membership.evidence))
        for path, places in parts:
            for i, place in enumerate(places):
                if isinstance(place, Span):
                    self._check_span(given.place, f"{path}.{i}", place)

    def _check_span(self, place: Place, path: str, span: Span) -> None:
        document = self._known["document"].get(span.document)
        if document is None:
            self._unmeasured.append((place, path, span))
            return
        if document.characters is not None and span.end > document.characters:
            self.fault(
                place,
                f"{path}.end",
                f"{span.end} lies outside the document, which has {document.characters} characters",
            )
        if document.paragraphs is not None and span.paragraph > document.paragraphs:
            self.fault(
                place,
                f"{path}.paragraph",
                f"{span.paragraph} lies outside the document, "
                f"which has {document.paragraphs} paragraphs",
            )
        if (text := self._text_of(span.document)) is not None:
            self._check_against_text(place, path, span, text)

    def _check_against_text(self, place: Place, path: str, span: Span, text: str) -> None:
        first, last = paragraph_bounds(text, span.paragraph)
        if not first <= span.start < span.end <= last:
            self.fault(
                place,
                f"{path}.paragraph",
                f"the span {span.start}-{span.end} is not in paragraph {span.paragraph}, "
                f"which is {first}-{last}",
            )
        if span.exact is not None and text[span.start : span.end] != span.exact:
            self.fault(place, f"{path}.exact", "the document has other words at this place")

    def _check_held(self, given: Given) -> None:
        """Check that a document stays the one whose text is held."""
        record = given.record
        if given.kind.name == "document" and (text := self._text_of(record.id)) is not None:
            held = sha256(text.encode()).hexdigest()
            if getattr(record, "sha256", None) != held:
                told = f"the text held here has {held}; another text is another document"
                self.fault(given.place, "sha256", told)

    def _text_of(self, document: str) -> str | None:
        """The text this deployment holds of a document, read once for a change."""
        if document not in self._texts:
            self._texts[document] = self._connection.execute(
                sa.select(document_texts.c.text).where(document_texts.c.document == document)
            ).scalar()
        return self._texts[document]

    # -- the whole ----------------------------------------------------------------------------

    def _check_pending(self) -> None:
        """Say which references lead nowhere; the first few with the id that was probably meant."""
        nowhere = [each for each in self._pending.items() if not self._knows(*each[0])]
        for number, ((space, target), places) in enumerate(nowhere[:MOST_FAULTS]):
            told = f"{target!r} is not the id of any {space}"
            if number < MOST_HINTS:
                told = f"{told}; {self._hint(space, target)}"
            for place, path in places:
                self.fault(place, path, told)

    def _hint(self, space: str, target: str) -> str:
        names = ACTOR_KINDS if space == "actor" else (space,)
        pool = self._known["actor" if space in ACTOR_KINDS else space]
        known = set(islice(pool, MOST_LIKENED))
        for name in names:
            ids = sa.select(KIND_TABLES[name].c.id).limit(MOST_LIKENED)
            known.update(self._connection.execute(ids).scalars())
        return nearest(target, known)

    def _check_unmeasured(self) -> None:
        for place, path, span in self._unmeasured:
            if span.document in self._known["document"]:
                self._check_span(place, path, span)

    def _check_removed(self) -> None:
        for kind, record_id in self._removed:
            for citer in citers(self._connection, kind, record_id):
                given = self._seen[citer.kind].get(citer.id, Place(citer.path, 0))
                told = f"still cites {kind.name} {record_id!r}"
                self.faults.append(RecordFault(given.source, given.line, citer.id, told))

    def _check_trees(self) -> None:
        """Say which records would stand below themselves."""
        for kind in KINDS.values():
            seen = self._seen[kind.name]
            if "parent" not in kind.references or not seen:
                continue
            table = kind.table.c
            parents = sa.select(table.id, table.parent).where(table.parent.is_not(None))
            above: dict[str, str] = {row[0]: row[1] for row in self._connection.execute(parents)}
            sound: set[str] = set()
            for record_id, place in seen.items():
                path, at = {record_id}, above.get(record_id)
                while at is not None and at not in path and at not in sound:
                    path.add(at)
                    at = above.get(at)
                if at == record_id:
                    self.fault(place, "parent", f"{record_id!r} would stand below itself")
                elif at not in path:
                    sound |= path

    def _rederive(self) -> None:
        """Version the opinions whose holder or document is no longer what it was."""
        for space, target in sorted(self._stale):
            column = opinions.c.holder if space == "actor" else opinions.c.document
            rows = self._connection.execute(sa.select(opinions).where(column == target)).mappings()
            for row in rows.all():
                self._learn("actor", {row["holder"]})
                self._learn("document", {row["document"]})
                now = self._neighbourly(dict(row))
                if any(row[name] != now[name] for name in NEIGHBOURLY):
                    self._replace_row(dict(row) | now)

    def _replace_row(self, row: dict[str, Any]) -> None:
        kind = KINDS["opinion"]
        if row["since"] == self.release:
            self._connection.execute(sa.delete(opinions).where(opinions.c.id == row["id"]))
        else:
            self._retire(kind, [row["id"]], op=DERIVE)
        self._insert(opinions, [row | {"since": self.release}])

    def _write_release(self, outcome: Outcome) -> None:
        counts = {op: getattr(outcome, op) for op in OPS}
        head = [self._previous_hash, self.release, self.at, self.origin, self._by, self._reason]
        self._insert(
            releases,
            [
                {
                    "id": self.release,
                    "at": self.at,
                    "origin": self.origin,
                    "by": self._by,
                    "reason": self._reason,
                    "counts": orjson.dumps(counts).decode(),
                    "previous_hash": self._previous_hash,
                    "hash": hash_of(self._connection, head),
                }
            ],
        )


@dataclass(frozen=True)
class Citer:
    """A record that cites another."""

    kind: str
    id: str

    @property
    def path(self) -> str:
        """The word for its kind in addresses."""
        return KINDS[self.kind].path


def citers(
    connection: Connection, kind: Kind, record_id: str, most: int = MOST_CITERS
) -> list[Citer]:
    """The current records that refer to a record, by column or in a list."""
    space = "actor" if kind.name in ACTOR_KINDS else kind.name
    found: list[Citer] = []
    for other in KINDS.values():
        table = other.table
        columns = [
            table.c[name] for name, where in other.references.items() if where in (space, kind.name)
        ]
        if kind.name == "dataset":
            columns.append(table.c.dataset)
        conditions = [column == record_id for column in columns]
        if other.linked:
            conditions.append(
                table.c.id.in_(
                    sa.select(links.c.id).where(
                        links.c.kind == other.name,
                        links.c.space.in_((space, kind.name)),
                        links.c.target == record_id,
                        links.c.id == table.c.id,
                        links.c.revision == table.c.revision,
                    )
                )
            )
        if conditions:
            rows = connection.execute(
                sa.select(table.c.id).where(sa.or_(*conditions)).limit(most)
            ).scalars()
            found += [
                Citer(other.name, one)
                for one in rows
                if (other.name, one) != (kind.name, record_id)
            ]
    return found[:most]


def citing(connection: Connection, document: str) -> Iterator[tuple[Kind, str, dict[str, Any]]]:
    """The current records that cite a document as evidence."""
    for kind in KINDS.values():
        table = kind.table
        cites: sa.ColumnElement[bool]
        if "document" in kind.references:
            cites = table.c.document == document
        else:
            cites = sa.tuple_(table.c.id, table.c.revision).in_(
                sa.select(links.c.id, links.c.revision).where(
                    links.c.space == "document",
                    links.c.target == document,
                    links.c.kind == kind.name,
                )
            )
        for record_id, body in connection.execute(sa.select(table.c.id, table.c.body).where(cites)):
            yield kind, record_id, orjson.loads(body)


def _spans(content: dict[str, Any], document: str) -> Iterator[tuple[str, Span]]:
    """The places of a stored record in a document."""
    for path, value, holder in _walk("", content, content):
        if path.endswith(".document") and value == document and "start" in holder:
            place = {name: holder[name] for name in ("document", "paragraph", "start", "end")}
            yield path.removesuffix(".document"), Span(**place)


def paragraph_bounds(text: str, number: int) -> tuple[int, int]:
    """First and last (exclusive) code point of a paragraph; paragraphs are lines, from 1."""
    start = 0
    for _ in range(number - 1):
        cut = text.find("\n", start)
        if cut < 0:
            return len(text), len(text)
        start = cut + 1
    end = text.find("\n", start)
    return start, len(text) if end < 0 else end


def _batched(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Items by parts (as itertools.batched, which Python 3.11 lacks)."""
    rest = iter(items)
    while part := tuple(islice(rest, size)):
        yield part


def _just_after(moment: str) -> str:
    """The moment a microsecond later."""
    later = datetime.fromisoformat(moment) + timedelta(microseconds=1)
    return later.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _same(before: Any, row: dict[str, Any]) -> bool:
    return bool(before.body == row["body"] and before.dataset == row["dataset"])


def _references(record: Record, content: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every reference of a record as path, space and id; its dataset and documents too."""
    if record.dataset != record.id:
        yield "dataset", "dataset", record.dataset
    for path, value, holder in _walk("", content, content):
        if value.startswith(MARK):
            space, _, target = value[1:].partition(":")
            if space not in ("exact", "held", "counts"):
                yield path, space, target
        elif path.endswith(".document") and "evidence" in path and "document" in holder:
            yield path, "document", value


def _walk(path: str, value: Any, holder: Any) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, str):
        yield path, value, holder
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(f"{path}.{key}" if path else key, inner, value)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _walk(f"{path}.{i}", inner, value)


def _links(
    kind: Kind, record: Record, row: dict[str, Any], content: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """The rows of `links` for a version: its references that no column holds."""
    if not kind.linked:
        return
    for path, value, holder in _walk("", content, content):
        top = path.partition(".")[0]
        space, _, target = value[1:].partition(":") if value.startswith(MARK) else ("", "", "")
        if path.endswith(".document") and "evidence" in path:
            top, space, target = "evidence", "document", value
        if not space or space in ("exact", "held", "counts") or top in kind.references:
            continue
        details = holder if isinstance(holder, dict) else {}
        yield {
            "kind": kind.name,
            "id": record.id,
            "revision": row["revision"],
            "field": top,
            "space": space,
            "target": target,
            "role": details.get("role"),
            "paragraph": details.get("paragraph"),
        }


def _words(kind: Kind, record: Record, row: dict[str, Any]) -> dict[str, Any] | None:
    """The row of `search_entries` for a version; None where it has no words of its own."""
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
