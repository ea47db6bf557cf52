"""Checks of references: every id leads somewhere, nothing removed is cited, no tree has a loop.

A record may be put before the one it refers to, so a reference that leads nowhere yet is kept as
unresolved, and only the end of the change decides about it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.errors import nearest, with_article
from app.records.faults import MOST_FAULTS, FaultLog, RecordFault, SourceLocation
from app.records.kinds import KINDS, Kind
from app.records.storage.citers import citers
from app.records.storage.links import references_of
from app.records.storage.referents import Referent, Referents, referent_of, space_of
from app.records.validation import GivenRecord

#: How many references that lead nowhere get a hint at the nearest id, and among how many ids of
#: each kind: hints take longer than all else together, and other writers wait for them.
MOST_HINTS, MOST_LIKENED = 20, 5000

#: Says where an id is stated that a change does not know, if anywhere.
Elsewhere = Callable[[str, str], str | None]
Locations = dict[str, dict[str, SourceLocation]]


class ReferenceChecks:
    """The references of one change, resolved as their targets become known.

    Attributes:
        elsewhere: says where else an id is stated.
        changed_referents: space and id of each actor and document that is no longer what the
            derived columns of opinions were made from.
    """

    def __init__(
        self,
        connection: Connection,
        referents: Referents,
        faults: FaultLog,
        elsewhere: Elsewhere = lambda _space, _id: None,
    ) -> None:
        self._connection = connection
        self._referents = referents
        self._faults = faults
        self._unresolved: dict[tuple[str, str], list[tuple[SourceLocation, str]]] = defaultdict(
            list
        )
        self.elsewhere = elsewhere
        self.changed_referents: set[tuple[str, str]] = set()

    def reserve(self, kind: Kind, record_id: str) -> None:
        """Take the id of an invalid record as known: a reference to it is no second fault."""
        if self._referents.get(kind.name, record_id) is None:
            self._referents.add(kind, record_id, Referent(kind.name))

    def check_batch(self, kind: Kind, batch: Sequence[GivenRecord], contents: list[Any]) -> None:
        """Load what a batch refers to, register its records, and note what is unresolved."""
        refs = [
            list(references_of(each.record, c)) for each, c in zip(batch, contents, strict=True)
        ]
        self._load_referents(kind, batch, refs)
        for each in batch:
            self._register_referent(each)
        for each, found in zip(batch, refs, strict=True):
            for path, space, target in found:
                if not self._referents.knows(space, target):
                    self._unresolved[space, target].append((each.location, path))

    def check_rows(
        self,
        kind: Kind,
        rows: Sequence[dict[str, Any]],
        location_of: Callable[[int], SourceLocation],
    ) -> None:
        """As `check_batch`, for rows of a kind whose references all have columns."""
        for column, space in kind.references.items():
            targets = {row[column] for row in rows} - {None}
            self._referents.load(space, targets)
            unknown = {one for one in targets if not self._referents.knows(space, one)}
            for i, row in enumerate(rows if unknown else ()):
                if row[column] in unknown:
                    self._unresolved[space, row[column]].append((location_of(i), column))

    def check_unresolved(self) -> None:
        """Note each reference that leads nowhere; the first few with the id probably meant."""
        nowhere = [each for each in self._unresolved.items() if not self._referents.knows(*each[0])]
        for number, ((space, target), uses) in enumerate(nowhere[:MOST_FAULTS]):
            detail = f"{target!r} is not the id of any {space}"
            if where := self.elsewhere(space, target):
                detail = (
                    f"{target!r} is in {where}, which was not given; check and load both together, "
                    "or load that one first"
                )
            elif number < MOST_HINTS:
                known = self._referents.some_ids(space, MOST_LIKENED)
                detail = f"{detail}; {nearest(target, known)}"
            for location, path in uses:
                self._faults.add(location, path, detail)

    def check_removed(self, removed: Sequence[tuple[Kind, str]], given: Locations) -> None:
        """Note each record that still cites a removed one."""
        for kind, record_id in removed:
            for citer in citers(self._connection, kind, record_id):
                location = given[citer.kind].get(citer.id, SourceLocation(citer.path, 0))
                detail = f"still cites {kind.name} {record_id!r}"
                fault = RecordFault(location.source, location.line, citer.id, detail)
                self._faults.extend([fault])

    def check_trees(self, given: Locations) -> None:
        """Note each record that would stand below itself."""
        for kind in KINDS.values():
            if "parent" in kind.references and given[kind.name]:
                for record_id in _looped(self._parents(kind), given[kind.name]):
                    detail = f"{record_id!r} would stand below itself"
                    self._faults.add(given[kind.name][record_id], "parent", detail)

    def _parents(self, kind: Kind) -> dict[str, str]:
        table = kind.table.c
        parents = sa.select(table.id, table.parent).where(table.parent.is_not(None))
        return {row[0]: row[1] for row in self._connection.execute(parents)}

    def _load_referents(
        self,
        kind: Kind,
        batch: Sequence[GivenRecord],
        refs: Sequence[Sequence[tuple[str, str, str]]],
    ) -> None:
        wanted: dict[str, set[str]] = defaultdict(set)
        for _, space, target in chain.from_iterable(refs):
            wanted[space].add(target)
        if (own := space_of(kind.name)) in ("actor", "document"):
            wanted[own].update(each.record.id for each in batch)
        for space, ids in wanted.items():
            self._referents.load(space, ids)

    def _register_referent(self, given: GivenRecord) -> None:
        """Let a record be known to those that refer to it, unless its id is another kind's."""
        kind, record_id = given.kind, given.record.id
        before, now = self._referents.get(kind.name, record_id), referent_of(given)
        if before is not None and before.kind != kind.name:
            detail = f"{record_id!r} is already the id of {with_article(before.kind)}"
            self._faults.add(given.location, "id", detail)
            return
        space = space_of(kind.name)
        awaited = any((name, record_id) in self._unresolved for name in (space, kind.name))
        if space in ("actor", "document") and before != now and (before or awaited):
            self.changed_referents.add((space, record_id))
        self._referents.add(kind, record_id, now)


def _looped(parents: dict[str, str], ids: Iterable[str]) -> Iterator[str]:
    """Yield those ids that are reached again by going up from them."""
    sound: set[str] = set()
    for record_id in ids:
        path, at = {record_id}, parents.get(record_id)
        while at is not None and at not in path and at not in sound:
            path.add(at)
            at = parents.get(at)
        if at == record_id:
            yield record_id
        elif at not in path:
            sound |= path
