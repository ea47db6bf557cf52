"""Spells of an alliance's parties, made from its members' phases.

ATOP ends a member's row where a phase of the alliance ends, and begins another on the same day.
Where the member promised the same in both, that is one spell here; where it did not, two. An
alliance with a state that fell apart goes on in phases side by side, one with each successor: for
their common partner they are one spell too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from app.importers.atop.rows import Phase
from app.importers.cow_states import CowStates, Moment
from app.records.faults import FaultLog, SourceLocation


@dataclass(frozen=True)
class Spell:
    """Time in which a state was bound by the same promises without a break.

    Attributes:
        country: the state.
        start: since when.
        end: until when; None where it was bound when coding ended.
        promises: what it promised.
        varies: whether it did not promise the same to each of the others.
        succeeded: whether it began by taking over from another state.
        keys: the keys of the rows it is made from.
    """

    country: str
    start: Moment
    end: Moment | None
    promises: tuple[str, ...]
    varies: bool
    succeeded: bool
    keys: tuple[str, ...]


def spells(phases: Iterable[Phase], states: CowStates, file: str, faults: FaultLog) -> list[Spell]:
    """Return the spells of an alliance's parties, by state and time; faults are noted."""
    _note_overlaps(phases, file, faults)
    by_country: dict[str, list[Spell]] = defaultdict(list)
    for phase in phases:
        try:
            for held in states.held(
                phase.member, phase.entry, phase.exit, recognised=phase.recognised
            ):
                by_country[held.country].append(
                    Spell(
                        held.country,
                        held.start,
                        held.end,
                        phase.promises,
                        phase.varies,
                        held.succeeded,
                        (phase.key,),
                    )
                )
        except ValueError as error:
            faults.add(SourceLocation(file, phase.line), "member", str(error))
    return [one for country in sorted(by_country) for one in _joined(by_country[country])]


def _joined(parts: Sequence[Spell]) -> Iterator[Spell]:
    """Yield the spells of one state: those that touch and promise the same are one."""
    ordered = sorted(parts, key=lambda one: (one.start.first, one.promises, one.keys))
    current = ordered[0]
    for part in ordered[1:]:
        touches = current.end is None or part.start.first <= current.end.day_after
        if touches and part.promises == current.promises and part.varies == current.varies:
            current = replace(
                current, end=_later(current.end, part.end), keys=(*current.keys, *part.keys)
            )
        else:
            yield current
            current = part
    yield current


def _later(one: Moment | None, other: Moment | None) -> Moment | None:
    return max(one, other, key=lambda end: end.last) if one and other else None


def _note_overlaps(phases: Iterable[Phase], file: str, faults: FaultLog) -> None:
    """Note each phase that begins before the same member's last one ended.

    Those that begin on the same day with different numbers are side by side, and no fault.
    """
    by_member: dict[str, list[Phase]] = defaultdict(list)
    for phase in phases:
        by_member[phase.member].append(phase)
    for ones in by_member.values():
        for one, following in pairwise(sorted(ones, key=lambda one: one.entry.first)):
            beside = one.entry == following.entry and one.phase != following.phase
            if not beside and (one.exit is None or following.entry.last < one.exit.first):
                ended = one.exit.edtf if one.exit else "not at all"
                faults.add(
                    SourceLocation(file, following.line),
                    "yrent",
                    f"phase {following.phase} of member {one.member} in {one.alliance} begins "
                    f"{following.entry.edtf}, but phase {one.phase} (line {one.line}) ends {ended}",
                )
