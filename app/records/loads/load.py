"""A load: a change that repeats what files state, and undoes nothing that others did since.

What the files say of each record is compared with what they said last and with the record as it is
now. Nothing is loaded while file and record conflict; each conflict is a fault that says how to
decide it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from app.db.bulk import batched
from app.errors import Refused, nearest
from app.records.faults import SourceLocation
from app.records.kinds import KINDS, Kind, body_of, written
from app.records.loads.loaded_records import LoadedRecords, Past
from app.records.loads.merging import Content, Decisions, merge
from app.records.storage.change import Change, Outcome
from app.records.storage.reference_checks import Elsewhere
from app.records.storage.versions import LocationOf
from app.records.validation import GivenRecord, validate

_BATCH = 500
_LONGEST_VALUE = 200


class Load(Change):
    """A change that repeats what the files of a dataset state.

    Args:
        connection: the write transaction it happens in.
        origin: `seeds:FOLDER` or `import:DATASET`; a load of several folders sets it anew for each.
        reason: why.
        decisions: who is right where file and record conflict.
    """

    def __init__(
        self, connection: Connection, *, origin: str, reason: str, decisions: Decisions
    ) -> None:
        """Open the load."""
        super().__init__(connection, origin=origin, reason=reason)
        self._decisions = decisions
        self._loaded = LoadedRecords(connection, origin.partition(":")[0])
        self._kept: dict[str, int] = defaultdict(int)
        self._named: set[str] = set()
        self._known_before: dict[str, bool] = {}
        self._stated: dict[str, set[str]] = defaultdict(set)

    def look_elsewhere(self, elsewhere: Elsewhere) -> None:
        """Let a reference that leads nowhere say where its record is stated, if anywhere."""
        self._references.elsewhere = elsewhere

    def put(self, given: Iterable[GivenRecord]) -> None:
        """Add or change records as far as the file changed; what others changed stays."""
        for batch in batched(given, _BATCH):
            by_kind: dict[str, list[GivenRecord]] = defaultdict(list)
            for each in batch:
                by_kind[each.kind.name].append(self.with_countries(each))
            for name, ones in by_kind.items():
                super().put(self._merged(KINDS[name], ones))

    def put_rows(self, kind: Kind, rows: Sequence[dict[str, Any]], location_of: LocationOf) -> None:
        """As `put`, for rows that a `RecordTemplate` made."""
        ids = [row["id"] for row in rows]
        self._name(kind, ids)
        touched = self._touched(kind, ids)
        if not touched:
            super().put_rows(kind, rows, location_of)
            return
        plain = [(i, row) for i, row in enumerate(rows) if row["id"] not in touched]
        if plain:
            super().put_rows(kind, [row for _, row in plain], lambda n: location_of(plain[n][0]))
        for i, row in enumerate(rows):
            if row["id"] in touched:
                self.put([_given(kind, row, location_of(i))])

    def remove_unstated(self, dataset: str, location_of: Mapping[str, SourceLocation]) -> None:
        """Remove the records of a dataset that its files stated and no longer do.

        Args:
            dataset: the dataset.
            location_of: by kind, the location to name where others changed such a record.
        """
        for kind in reversed(KINDS.values()):
            gone = [
                one
                for one in self._loaded.ids_of(kind, dataset)
                if one not in self._stated[kind.name]
            ]
            for ids in batched(gone, _BATCH):
                self._remove_unstated(kind, ids, location_of[kind.name])

    def commit_release(self) -> Outcome:
        """As of every change, and say how many records stay otherwise than the files say.

        Raises:
            Refused: when a decision names a record that the files have nothing to do with.
        """
        if unknown := sorted(self._decisions.named - self._named):
            raise Refused(
                f"{unknown[0]!r} is not the id of a record of these files; "
                f"{nearest(unknown[0], self._named)}"
            )
        outcome = super().commit_release()
        outcome.kept = dict(self._kept)
        return outcome

    def _name(self, kind: Kind, ids: Iterable[str]) -> None:
        self._stated[kind.name].update(ids)
        if self._decisions.named:
            self._named.update(ids, (f"{kind.path}/{one}" for one in ids))

    def _touched(self, kind: Kind, ids: Sequence[str]) -> dict[str, Past]:
        """Return the pasts of those records that others made, changed or removed."""
        if self._is_first_of_dataset():
            return {}
        untouched = self._loaded.untouched(kind, ids)
        pasts = self._loaded.pasts(kind, [one for one in ids if one not in untouched])
        return {
            record_id: past
            for record_id, past in pasts.items()
            if past.now is not None or past.loaded is not None
        }

    def _is_first_of_dataset(self) -> bool:
        """Tell whether the dataset was never there: then no record of it was either."""
        dataset = self.origin.partition(":")[2]
        if dataset not in self._known_before:
            past = self._loaded.pasts(KINDS["dataset"], [dataset])
            self._known_before[dataset] = dataset in past
        return not self._known_before[dataset]

    def _merged(self, kind: Kind, batch: Sequence[GivenRecord]) -> Iterator[GivenRecord]:
        """Yield the records to put: each as its file has it where nobody else changed it."""
        ids = [each.record.id for each in batch]
        self._name(kind, ids)
        touched = self._touched(kind, ids)
        for each in batch:
            past = touched.get(each.record.id)
            if past is None:
                yield each
            elif past.now is None:
                yield from self._restored(each, past)
            else:
                yield from self._merge(each, past, past.now)

    def _merge(self, each: GivenRecord, past: Past, now: Content) -> Iterator[GivenRecord]:
        kind, record = each.kind, each.record
        body = body_of(record)
        file = written(kind, record.id, record.dataset, body)
        side = self._decisions.of(kind, record.id)
        found = merge(kind, past.loaded, file, now, side)
        for name in found.conflicts:
            self._conflict(each.location, kind, record.id, name, past, file)
        current = validate(kind, now, each.location)
        if not isinstance(current, GivenRecord):  # under rules that were made since
            yield each
            return
        fields = {
            name: getattr(record if name in found.fields else current.record, name)
            for name in kind.record.model_fields
        }
        merged = validate(kind, fields, each.location)
        if not isinstance(merged, GivenRecord):
            self.faults.extend(merged)
            return
        result = body_of(merged.record)
        if result != body:
            self._kept[kind.path] += 1
        if result == body and (result != body_of(current.record) or past.events[-1].of_load):
            self._loaded.forget(kind, [record.id])
        else:
            self._loaded.remember(kind, record.dataset, {record.id: body})
        yield GivenRecord(kind, merged.record, each.location)

    def _restored(self, each: GivenRecord, past: Past) -> Iterator[GivenRecord]:
        """Yield a record that was removed here, where its file says something new and is right."""
        kind, record = each.kind, each.record
        body = body_of(record)
        file = written(kind, record.id, record.dataset, body)
        side = self._decisions.of(kind, record.id)
        if past.loaded != file and side is None:
            self._conflict(each.location, kind, record.id, None, past, file)
        if side == "theirs":
            self._loaded.forget(kind, [record.id])
            yield each
            return
        self._loaded.remember(kind, record.dataset, {record.id: body})
        self._kept[kind.path] += 1

    def _remove_unstated(self, kind: Kind, ids: Sequence[str], location: SourceLocation) -> None:
        untouched = self._loaded.untouched(kind, ids)
        self._name(kind, untouched)
        gone = list(untouched)
        others = [one for one in ids if one not in untouched]
        for record_id, past in self._loaded.pasts(kind, others).items():
            if not past.ever_loaded:
                continue
            self._name(kind, [record_id])
            if past.loaded is None:
                continue
            side = self._decisions.of(kind, record_id)
            if past.now == past.loaded or side == "theirs":
                gone.append(record_id)
            elif side == "ours":
                dataset = str(past.loaded["dataset"])
                self._loaded.remember(kind, dataset, {record_id: None})
                self._kept[kind.path] += 1
            else:
                self._conflict(location, kind, record_id, None, past, None)
        if gone:
            self._loaded.forget(kind, gone)
            self._remove(kind, gone)

    def _conflict(
        self,
        location: SourceLocation,
        kind: Kind,
        record_id: str,
        name: str | None,
        past: Past,
        file: Content | None,
    ) -> None:
        """Note that file and record both changed: what each says, and who changed it when."""
        path = f"{kind.path}/{record_id}"
        if name is None:
            here = "no longer has it" if past.now is None else "has it changed"
            there = "no longer has it" if file is None else "has it changed"
            said = f"the file {there}, the database {here} ({past.changer(None)})"
        else:
            now = past.now or {}
            said = (
                f"the file says {_shown(file, name)}, the record {_shown(now, name)} "
                f"({past.changer(name)})"
            )
        before = (
            f"the file said {_shown(past.loaded, name)} when it was loaded last"
            if past.loaded is not None and name is not None
            else "both changed since the last load"
            if past.loaded is not None
            else "it was not loaded from a file before"
        )
        decide = f"--theirs {path} takes the file's, --ours {path} keeps what is here"
        self.faults.add(location, name or "record", f"{path}: {said}; {before}; {decide}")


def _given(kind: Kind, row: Mapping[str, Any], location: SourceLocation) -> GivenRecord:
    """Return the record of a row that a template made."""
    content = written(kind, row["id"], row["dataset"], row["body"])
    return GivenRecord(kind, kind.record.model_validate(content), location)


def _shown(content: Content | None, name: str) -> str:
    """Return the value of a field as it is written, cut where it is long."""
    text = orjson.dumps((content or {}).get(name)).decode()
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
