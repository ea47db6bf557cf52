"""The UN Digital Library's bulk table of General Assembly votes (record 4060887).

One row for each member state and adopted resolution, the resolution's own columns repeated.
Its totals say how many rows there must be, so a table that lacks some is found out. Older
editions lack `vote_note`; columns are known by name. A note on a vote is told in its summary.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from app.importers.csv_files import CsvFile
from app.importers.import_run import Content, Entry
from app.importers.source_texts import clean, shortened
from app.importers.un_roll_calls import (
    ROW_NUMBERS,
    RollCall,
    Vote,
    VoteSource,
    date_of,
    question,
    subject_of,
)
from app.records.faults import SourceLocation

COLUMNS = (
    "undl_id ms_code ms_name ms_vote date session resolution draft committee_report meeting title "
    "agenda_title subjects total_yes total_no total_abstentions total_non_voting total_ms undl_link"
).split()

#: Each total, and the words whose rows it counts.
_TOTALS = {
    "total_yes": "Y",
    "total_no": "N",
    "total_abstentions": "A",
    "total_non_voting": "X",
    "total_ms": "YNAX",
}
#: The limit of a record's `Text`.
_SUMMARY = 4000
_DOCUMENT = "undl-voting-data"
_TITLE = "United Nations General Assembly Voting Data"


@dataclass(slots=True)
class _Tally:
    """The tally of one roll call: its rows as counted, and its totals as given."""

    line: int
    given: dict[str, str]
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys("YNAX", 0))


class DigitalLibrary(VoteSource):
    """The bulk table; see `VoteSource`."""

    document = _DOCUMENT
    columns = frozenset((*COLUMNS, "vote_note")) - {"undl_link"}
    unread: ClassVar[Mapping[str, str]] = {
        "undl_link": "it is the address of the record that undl_id names",
        **ROW_NUMBERS,
    }
    stances: ClassVar[Mapping[str, str | None]] = {
        "Y": "support",
        "N": "oppose",
        "A": "neutral",
        "X": None,
    }

    def __init__(self, file: CsvFile, names: Mapping[str, Sequence[str]]) -> None:
        super().__init__([file], names)
        self._file = file
        self._tallies: dict[str, _Tally] = {}
        self._refused: set[str] = set()

    def __iter__(self) -> Iterator[Entry | Vote]:
        file, calls = self._file, self._calls
        yield from self._about(*self._records(file.name), file)
        key, code, name, vote = (
            file.column(column) for column in ("undl_id", "ms_code", "ms_name", "ms_vote")
        )
        noted = file.column("vote_note") if "vote_note" in file.header else None
        for row in file.rows(self.faults):
            call = calls.get(row[key])
            if call is None:
                yield from self._read_roll_call(row)
                call = calls.get(row[key])
                if call is None:
                    continue
            word, tally = row[vote], self._tallies[row[key]]
            tally.counts[word] = tally.counts.get(word, 0) + 1
            self._check_totals(row, tally)
            record = f"{row[key]}, {row[code]}"
            found = self._vote(file, call, row[name], row[code], word, record)
            note = clean(row[noted]) if noted is not None else ""
            if found is not None:
                yield self._with_note(found, note) if note else found
            elif note:
                self.left_out[f"{file.name}: a vote_note on a state that did not vote"] += 1
        self._note_miscounts()

    def _with_note(self, vote: Vote, note: str) -> Entry:
        """Return the record of a vote that the source says more of."""
        summary = shortened(f"The source notes: “{note}”", _SUMMARY)
        content = self.opinion(vote) | {"summary": summary}
        return Entry("opinion", content, self._file.location)

    def _check_totals(self, row: list[str], tally: _Tally) -> None:
        """Check that a row says the same totals as the first of its roll call."""
        for name, said in tally.given.items():
            if row[self._file.column(name)] != said:
                detail = f"says {row[self._file.column(name)]!r}, line {tally.line} says {said!r}"
                self.faults.add(self._file.location, name, detail)

    def _read_roll_call(self, cells: list[str]) -> Iterator[Entry]:
        """Yield the question of a roll call met for the first time, after its topics."""
        file = self._file
        row = dict(zip(file.header, cells, strict=True))
        key, location = row["undl_id"], file.location
        call = self._call(row)
        if call is None:
            return
        self._register(key, call)
        self._tallies[key] = _Tally(file.line, {name: row[name] for name in _TOTALS})
        topics: dict[str, None] = {}
        for subject in filter(None, map(clean, row["subjects"].replace(";", "|").split("|"))):
            topic, entry = self._topic(subject, location)
            topics[topic] = None
            if entry:
                yield entry
        yield self._entry("question", self._question(call, row, list(topics)[:50]), location)

    def _records(self, edition: str) -> tuple[Content, Content]:
        """Return the dataset and the document of an edition of the table."""
        return _dataset(edition), _DOCUMENT_RECORD

    def _question(self, call: RollCall, row: dict[str, str], topics: list[str]) -> Content:
        """Return the question of a roll call."""
        return question(
            call,
            what=_what(row),
            text=clean(row["agenda_title"]),
            topics=topics,
            session=clean(row["session"]),
            summary=_where(row),
            evidence={"document": self.document, "record": row["undl_id"]},
        )

    def _question_id(self, row: dict[str, str]) -> str:
        return f"undl-{row['undl_id']}"

    def _call(self, row: dict[str, str]) -> RollCall | None:
        """Return the roll call of a row, or None and a fault, noted once."""
        file, key = self._file, row["undl_id"]
        if key in self._refused:
            return None
        try:
            if not (key.isascii() and key.isdigit() and len(key) < 20):
                raise ValueError(f"undl_id {key!r} is not a record's number")
            edtf = date_of(row["date"])
        except ValueError as error:
            self._refused.add(key)
            self.faults.add(file.location, "roll call", str(error))
            return None
        stated = row["date"].strip()
        return RollCall(
            self._question_id(row),
            edtf,
            edtf if edtf == stated else {"text": stated, "edtf": edtf},
            file.line,
        )

    def _note_miscounts(self) -> None:
        """Compare what was read with what the table says there is."""
        self._note_empty(self._file)
        for key, tally in self._tallies.items():
            for name, words in _TOTALS.items():
                said, read = tally.given[name], sum(tally.counts[word] for word in words)
                if said.strip() and not _is_number(said, read):
                    detail = (
                        f"says {said}, but {read} rows of roll call {key} were read; "
                        "is the file whole?"
                    )
                    self.faults.add(SourceLocation(self._file.name, tally.line), name, detail)


def _is_number(text: str, number: int) -> bool:
    """Tell whether a total, written `120` or `120.0`, is the number."""
    try:
        return float(text) == number
    except ValueError:
        return False


def _what(row: dict[str, str]) -> str:
    title = subject_of(clean(row["title"]))
    symbol = clean(row["resolution"]) or clean(row["draft"]) or f"record {row['undl_id']}"
    return f"{symbol}: {title}" if title else symbol


def _where(row: dict[str, str]) -> str | None:
    """Return meeting and draft, which lead to the debate."""
    parts = (("Meeting", "meeting"), ("draft", "draft"), ("report", "committee_report"))
    named = [f"{word} {clean(row[name])}" for word, name in parts if clean(row[name])]
    return f"{', '.join(named)}." if named else None


def _dataset(edition: str) -> Content:
    return {
        "title": _TITLE,
        "publisher": "United Nations, Dag Hammarskjöld Library",
        "version": f"UN Digital Library bulk file: {edition}",
        "url": "https://digitallibrary.un.org/record/4060887",
        "licence": "© United Nations; non-commercial use with attribution",
        "citation": (
            "United Nations, Dag Hammarskjöld Library: General Assembly Voting Data "
            f"({edition}), https://digitallibrary.un.org/record/4060887"
        ),
    }


_DOCUMENT_RECORD: Content = {
    "title": _TITLE,
    "author": "Dag Hammarskjöld Library",
    "publisher": "United Nations",
    "language": "en",
    "source_type": "dataset",
    "url": "https://digitallibrary.un.org/record/4060887",
    "licence": "© United Nations; non-commercial use with attribution",
    "summary": "One row for each member state and resolution adopted by a recorded vote.",
}
