"""ATOP 5.1 as records: an agreement for each alliance, a party for each spell of a member.

ATOP names no treaty, so titles are composed, and stand in square brackets as library catalogues
have it. It codes until the end of 2018: an end that is open there is null and marked as open, and
nothing is said of what came later.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Connection

from app.db import Database
from app.errors import Refused
from app.importers.atop.rows import (
    ALLIANCES,
    FIRST_YEAR,
    LAST_YEAR,
    MEMBERS,
    PROMISES,
    VERSION,
    Alliance,
    Phase,
    read_alliances,
    read_phases,
)
from app.importers.atop.spells import Spell, spells
from app.importers.cow_states import CowStates, cow_states
from app.importers.csv_files import CsvFile, by_layout, csv_files_in
from app.importers.import_run import Content, Entry, ImportSource, ReportProgress, run_import
from app.records.faults import SourceLocation
from app.records.loads.merging import NO_DECISIONS, Decisions
from app.records.storage.change import Outcome

DATASET = "atop"
_DOCUMENT = "atop-5-1-tables"
_LAYOUTS = {
    "the table of members (atop5_1m.csv)": MEMBERS,
    "the table of alliances (atop5_1a.csv)": ALLIANCES,
}
_RIGHT = "right would be the folder that holds atop5_1a.csv and atop5_1m.csv of atopdata.org"
#: How many founding members a composed title names; where there are more, one fewer.
_MOST_NAMED = 4
_YEARS = f"{FIRST_YEAR} to {LAST_YEAR}"


def import_atop(
    database: Database,
    path: Path,
    report_progress: ReportProgress,
    decisions: Decisions = NO_DECISIONS,
) -> Outcome:
    """Import the alliances of ATOP.

    Args:
        database: a migrated database.
        path: the folder of its tables.
        report_progress: called with how far reading has come.
        decisions: who is right where a file and a record changed otherwise since the last import.

    Raises:
        Refused: when the folder lacks a table.
        FaultyRecords: with the faults of both tables; nothing was changed.
    """
    return run_import(
        database, lambda connection: _open(path, connection), report_progress, decisions
    )


def _open(path: Path, connection: Connection) -> "Atop":
    """Open the two tables of a folder; further ones, such as that of dyads, are left alone."""
    if not path.is_dir():
        raise Refused(f"{path}: there is no such folder; {_RIGHT}")
    try:
        files = csv_files_in(path)
    except (ValueError, OSError) as error:
        raise Refused(f"{error}; {_RIGHT}") from error
    found, strange = by_layout(files, _LAYOUTS)
    if missing := [name for name in _LAYOUTS if name not in found]:
        lacking = f"{path} lacks {' and '.join(missing)}"
        raise Refused("; ".join([lacking, *strange, _RIGHT]))
    members, alliances = (found[name] for name in _LAYOUTS)
    return Atop(members, alliances, cow_states(connection, "atop"))


class Atop(ImportSource[Any]):
    """The tables of alliances and of their members.

    Args:
        members: the table of members.
        alliances: the table of alliances.
        states: the states known here by number.
    """

    dataset = DATASET
    reason = "import of ATOP"
    document = _DOCUMENT
    shared_kinds: ClassVar[Sequence[str]] = ()
    columns = frozenset((*ALLIANCES, *MEMBERS))

    def __init__(self, members: CsvFile, alliances: CsvFile, states: CowStates) -> None:
        super().__init__([members, alliances])
        self._members, self._alliances, self._states = members, alliances, states

    def __iter__(self) -> Iterator[Entry]:
        yield from self._about(_DATASET_RECORD, _DOCUMENT_RECORD, self._alliances)
        phases: dict[str, list[Phase]] = defaultdict(list)
        for phase in read_phases(self._members, self.faults):
            phases[phase.alliance].append(phase)
        met: set[str] = set()
        for alliance in read_alliances(self._alliances, self.faults):
            location = SourceLocation(self._alliances.name, alliance.line)
            if alliance.id in met:
                self.faults.add(location, "atopid", f"{alliance.id} stands twice")
            met.add(alliance.id)
            self._compare(alliance, phases[alliance.id], location)
            parties = spells(phases[alliance.id], self._states, self._members.name, self.faults)
            if parties and not self.faults:
                yield self._entry(
                    "agreement", _agreement(alliance, parties, self._states), location
                )
        self._note_strays(phases, met)

    def notes(self) -> list[str]:
        """Say once for each table which columns no record has; there are a hundred."""
        return [
            f"{file.name}: {len(rest)} columns on the terms of alliances were not read: "
            f"{', '.join(rest)}"
            for file in (self._alliances, self._members)
            if (rest := [name for name in file.header if name not in self.columns])
        ]

    def _compare(
        self, alliance: Alliance, phases: Sequence[Phase], location: SourceLocation
    ) -> None:
        """Compare an alliance with its members' rows, which say the same of it otherwise."""
        if self._members.damaged or self._alliances.damaged:
            return
        here, there = alliance.members, {phase.member for phase in phases}
        name = self._members.name
        for member in sorted(here - there):
            self.faults.add(
                location, "mem1", f"member {member} has no row in {name}; is that file whole?"
            )
        for member in sorted(there - here):
            self.faults.add(location, "mem1", f"member {member} of {name} is missing here")
        if here != there:
            return
        promised = {promise for phase in phases for promise in phase.promises}
        if promised != set(alliance.promises):
            detail = f"{_words(alliance.promises)}, but the members' rows {_words(promised)}"
            self.faults.add(location, "defense", f"the promises are {detail}")
        if min(phase.entry for phase in phases) != alliance.begin:
            detail = f"{alliance.begin.edtf} is not the first entry of a member in {name}"
            self.faults.add(location, "begyr", detail)

    def _note_strays(self, phases: dict[str, list[Phase]], met: set[str]) -> None:
        """Note members of alliances that are not there, and a table without any."""
        for alliance in [one for one in phases if one not in met]:
            for phase in phases[alliance][:1]:
                detail = f"alliance {alliance} has no row in {self._alliances.name}; is it whole?"
                self.faults.add(SourceLocation(self._members.name, phase.line), "atopid", detail)
        if not met and not self.faults:
            self.faults.add(SourceLocation(self._alliances.name, 1), "file", "holds no alliance")


def _agreement(alliance: Alliance, parties: Sequence[Spell], states: CowStates) -> Content:
    """Return the record of an alliance."""
    return {
        "id": f"atop-{alliance.id}",
        "title": _title(alliance, parties, states),
        "other_titles": [f"ATOP {alliance.id}"],
        "agreement_type": "accord",
        "status": "ended" if alliance.end else "in_effect",
        "signed": None,
        "in_force": alliance.begin.edtf,
        "terminated": alliance.end.edtf if alliance.end else None,
        "parties": [_party(one) for one in parties],
        "obligations": [
            {"obligation_type": promise, "text": _who(promise, parties, states)}
            for promise in alliance.promises
        ],
        "summary": (
            "An alliance as ATOP codes it. ATOP has no names of treaties: the title is composed of "
            "founding members, year and promises. Coding ended on 31 December 2018; an end that is "
            "open says that a party was bound on that day, and nothing of later ones."
        ),
        "evidence": [{"document": _DOCUMENT, "record": alliance.id}],
    }


def _party(spell: Spell) -> Content:
    return {
        "actor": spell.country,
        "role": "member",
        "status": "ended" if spell.end else "in_effect",
        "start": spell.start.edtf,
        "end": spell.end.edtf if spell.end else None,
        "end_open": spell.end is None,
        "obligations": list(spell.promises),
        "obligations_vary": spell.varies,
        "acts": [
            {
                "act": "succeeded" if spell.succeeded else "entered_into_force",
                "date": spell.start.edtf,
                "evidence": [{"document": _DOCUMENT, "record": key} for key in spell.keys],
            }
        ],
    }


def _title(alliance: Alliance, parties: Sequence[Spell], states: CowStates) -> str:
    """Compose a title in brackets: founding members, year, promises."""
    founders = sorted({states.names[one.country] for one in parties if one.start == alliance.begin})
    if len(founders) > _MOST_NAMED:
        rest = len(founders) - _MOST_NAMED + 1
        founders = [*founders[: _MOST_NAMED - 1], f"{rest} others"]
    named = "–".join(founders) if len(founders) == 2 else _listed(founders)
    return f"[{named}, {alliance.begin.edtf[:4]}: {_words(alliance.promises)}]"


def _who(promise: str, parties: Sequence[Spell], states: CowStates) -> str:
    """Say which parties made a promise."""
    made = {one.country for one in parties if promise in one.promises}
    if all(promise in one.promises for one in parties):
        return "Promised by every member, all the time (ATOP)."
    names = ", ".join(sorted(states.names[country] for country in made))
    return f"Promised not by every member or not all the time (ATOP); by {names}: see the parties."


def _words(promises: Iterable[str]) -> str:
    return ", ".join(one for one in PROMISES if one in promises) or "none"


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


_CITATION = (
    "Leeds, Brett Ashley, Jeffrey M. Ritter, Sara McLaughlin Mitchell, and Andrew G. Long. 2002. "
    "“Alliance Treaty Obligations and Provisions, 1815–1944.” International Interactions 28: "
    f"237–260. Data: ATOP {VERSION}, http://www.atopdata.org."
)
_LICENCE = "not stated in the files; see atopdata.org"
_DATASET_RECORD: Content = {
    "title": f"Alliance Treaty Obligations and Provisions (ATOP) {VERSION}",
    "publisher": "ATOP project, Rice University",
    "version": VERSION,
    "url": "http://www.atopdata.org",
    "licence": _LICENCE,
    "citation": _CITATION,
    "coverage": {
        "from": f"{FIRST_YEAR}-01-01",
        "to": f"{LAST_YEAR}-12-31",
        "unit": "phase of a state in an alliance",
        "note": (
            f"Within {_YEARS}, two states that no alliance joins promised each other nothing in an "
            "alliance treaty that ATOP found. Before and after, nothing was coded, which is no "
            "«no». Agreements without one of the five promises are not in it."
        ),
    },
    "summary": (
        f"Alliances of states, {_YEARS}, with each member's spells and its promises of defense, "
        "offense, neutrality, nonaggression and consultation. Titles are composed here."
    ),
}
_DOCUMENT_RECORD: Content = {
    "title": f"Alliance Treaty Obligations and Provisions, version {VERSION}",
    "author": "Leeds, Brett Ashley; Ritter, Jeffrey M.; Mitchell, Sara McLaughlin; Long, Andrew G.",
    "publisher": "ATOP project",
    "published": "2022",
    "language": "en",
    "source_type": "dataset",
    "url": "http://www.atopdata.org",
    "licence": _LICENCE,
    "summary": (
        "Tables of alliances (atop5_1a) and of members by phase (atop5_1m). A key is the number of "
        "an alliance, or alliance/member/phase/entry of a member's row."
    ),
}
