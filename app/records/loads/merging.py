"""Three-way merge of a record: as its file said last, as the file says now, as the record is now.

Only what changed in the file is taken from it. Where the record was changed as well, and otherwise,
nothing says who is right: the field conflicts, and somebody must decide.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from app.errors import Refused
from app.records.kinds import Kind

#: A record as it is given: ids for references, nothing computed. None: there is no record.
Content = dict[str, Any]
Side = Literal["theirs", "ours"]
#: Decides about every record.
ALL = "all"


@dataclass(frozen=True)
class Decisions:
    """The side that is right where file and record conflict.

    Attributes:
        theirs: the records whose file is right, by id or as `opinions/ID`; `all` means every one.
        ours: the records that stay as they are here, likewise.

    Raises:
        Refused: when both are said of one record.
    """

    theirs: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a contradiction."""
        if both := self.theirs & self.ours:
            raise Refused(f"{', '.join(sorted(both))}: either --theirs or --ours, not both")

    def of(self, kind: Kind, record_id: str) -> Side | None:
        """Return whose word counts for a record; what names it goes before `all`."""
        names = {record_id, f"{kind.path}/{record_id}"}
        for among in (names, {ALL}):
            if among & self.theirs:
                return "theirs"
            if among & self.ours:
                return "ours"
        return None

    @property
    def named(self) -> frozenset[str]:
        """Every record that is decided about by name."""
        return (self.theirs | self.ours) - {ALL}


NO_DECISIONS = Decisions()


@dataclass(frozen=True)
class Merge:
    """Outcome of a merge.

    Attributes:
        fields: the fields that are the file's; all others stay as the record has them.
        conflicts: the fields that both changed, each otherwise.
    """

    fields: frozenset[str]
    conflicts: tuple[str, ...]


def merge(
    kind: Kind, loaded: Content | None, file: Content, now: Content, side: Side | None
) -> Merge:
    """Merge a record that file and database have.

    Args:
        kind: the kind of record.
        loaded: as the file said last; None where it was not loaded, or no longer stated.
        file: as the file says now.
        now: as the record is now.
        side: who is right where both changed.
    """
    fields = tuple(kind.record.model_fields)
    differ = differing(fields, file, now)
    by_file = differ if loaded is None else differing(fields, file, loaded) & differ
    by_others = differ if loaded is None else differing(fields, now, loaded)
    both = by_file & by_others
    if side == "theirs":
        return Merge(frozenset(by_file), ())
    conflicts = () if side == "ours" else tuple(name for name in fields if name in both)
    return Merge(frozenset(by_file - both), conflicts)


def differing(fields: Iterable[str], one: Content, other: Content) -> frozenset[str]:
    """Return the fields that differ; one that a version did not have yet is as good as empty."""
    return frozenset(
        name
        for name in fields
        if one.get(name) != other.get(name) and (one.get(name) or other.get(name))
    )
