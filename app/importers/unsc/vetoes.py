"""Vetoes in the UN Security Council, as the World Politics Data Lab lists them.

One row for each draft that failed by a veto. It says who cast one, and nothing of other members.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from app.importers.csv_files import CsvFile
from app.importers.import_run import Content, Entry
from app.importers.source_texts import clean, slug
from app.importers.un_roll_calls import RollCall, Vote, VoteSource, question
from app.importers.unsc.resolutions import COUNCIL
from app.records.faults import RecordFault

_DOCUMENT = "unsc-vetoes-list"
#: The column of each permanent member, and its name; the day decides between states of a seat.
_MEMBERS = {
    "China": "China",
    "France": "France",
    "Russia": "Russian Federation",
    "USSR": "Soviet Union",
    "USA": "United States",
    "UK": "United Kingdom",
}
_CODES = {"China": "CHN", "France": "FRA", "Russia": "RUS", "USSR": "SUN", "USA": "USA",
          "UK": "GBR"}  # fmt: skip
_NAMED = ("member_veto1", "member_veto2", "member_veto3")
COLUMNS = ("year", "date", "draft", "meeting_record", "agenda_item", *_NAMED, *_MEMBERS)


class Vetoes(VoteSource):
    """The drafts and vetoes of the list; see `VoteSource`."""

    dataset = "unsc-vetoes"
    document = _DOCUMENT
    reason = "import of UN Security Council vetoes"
    stances: ClassVar[Mapping[str, str | None]] = {"veto": "oppose"}
    columns = frozenset(COLUMNS)

    def __init__(
        self, file: CsvFile, names: Mapping[str, Sequence[str]], *, skip_faulty: bool
    ) -> None:
        super().__init__([file], names)
        self._file = file
        self._skip_faulty = skip_faulty
        self._skipped: list[RecordFault] = []
        self._met: Counter[str] = Counter()

    def notes(self) -> list[str]:
        """Say which columns were not read, and which drafts were left out."""
        unread = [name for name in self._file.header if name not in self.columns]
        number = len(self._skipped)
        return [
            *([f"{self._file.name}: columns not read: {', '.join(unread)}"] if unread else []),
            *([f"Left out {number} faulty drafts:", *map(str, self._skipped)] if number else []),
        ]

    def __iter__(self) -> Iterator[Entry | Vote]:
        yield from self._about(_DATASET_RECORD, _DOCUMENT_RECORD, self._file)
        for cells in self._file.rows(self.faults):
            row = dict(zip(self._file.header, cells, strict=True))
            try:
                call, cast = self._call(row), _cast(row)
            except ValueError as error:
                self._refuse(f"{row['draft']}: {error}")
                continue
            self._register(call.question, call)
            yield self._entry("question", self._question(call, row), self._file.location)
            for member in cast:
                key = f"{call.question}, {member}"
                name, code = _MEMBERS[member], _CODES[member]
                vote = self._vote(self._file, call, name, code, "veto", key)
                if vote is not None:
                    yield vote
        self._note_empty(self._file)

    def _call(self, row: dict[str, str]) -> RollCall:
        """Return the roll call of a row; several drafts of a day may have one symbol.

        Raises:
            ValueError: when its date is none, or not of its year.
        """
        try:
            day = datetime.strptime(row["date"].strip(), "%m/%d/%Y").date()
        except ValueError:
            detail = f"{row['date']!r} is no date; right would be 2/16/1946 (month/day/year)"
            raise ValueError(detail) from None
        if str(day.year) != row["year"].strip():
            raise ValueError(f"{row['date']!r} is not of the year {row['year']!r}")
        symbol = f"unsc-draft-{slug(row['draft'])}"
        self._met[symbol] += 1
        number = f"-{self._met[symbol]}" if self._met[symbol] > 1 else ""
        stated: Content = {"text": row["date"].strip(), "edtf": day.isoformat()}
        return RollCall(f"{symbol}{number}", day.isoformat(), stated, self._file.line)

    def _question(self, call: RollCall, row: dict[str, str]) -> Content:
        meeting = clean(row["meeting_record"])
        return question(
            call,
            what=f"the draft {clean(row['draft'])}",
            text=clean(row["agenda_item"]),
            topics=[],
            session=None,
            summary=f"Not adopted: it was vetoed. Meeting {meeting}.",
            evidence={"document": _DOCUMENT, "record": call.question},
            body=COUNCIL,
        )

    def _refuse(self, detail: str) -> None:
        location = self._file.location
        if self._skip_faulty:
            self._skipped.append(RecordFault(location.source, location.line, "draft", detail))
        else:
            self.faults.add(location, "draft", detail)


def _cast(row: dict[str, str]) -> list[str]:
    """Return who cast a veto: named in up to three columns.

    Each member has a column of marks as well, which are missing in some rows: a mark without the
    name contradicts it, a name without the mark does not.

    Raises:
        ValueError: when nobody is named, or no permanent member, or the two contradict each other.
    """
    named = {row[column].strip() for column in _NAMED} - {""}
    if strange := sorted(named - _MEMBERS.keys()):
        raise ValueError(f"names {strange[0]!r}, who is none of {', '.join(_MEMBERS)}")
    for member in _MEMBERS:
        if row[member].strip() not in ("0", "1"):
            raise ValueError(f"{row[member]!r} in the column of {member} is neither 0 nor 1")
        if row[member].strip() == "1" and member not in named:
            raise ValueError(f"marks {member}, but names {', '.join(sorted(named)) or 'nobody'}")
    if not named:
        raise ValueError("is a veto that nobody cast")
    return [member for member in _MEMBERS if member in named]


_LICENCE = "MIT (The World Politics Data Lab)"
_URL = "https://github.com/world-politics-datalab/vetoes-un-security-council"
_DATASET_RECORD: Content = {
    "title": "Vetoes in the UN Security Council",
    "publisher": "The World Politics Data Lab",
    "url": _URL,
    "licence": _LICENCE,
    "citation": (
        "Yordan, Carlos L.: Vetoes in the UN Security Council, The World Politics Data Lab, from "
        "the Dag Hammarskjöld Library's list of vetoes."
    ),
    "coverage": {
        "from": "1946-02-16",
        "to": None,
        "unit": "veto of a permanent member",
        "note": (
            "Only who cast a veto: how the other members voted is not in it, and nothing follows "
            "from their absence. Drafts that failed without a veto are not in it."
        ),
    },
}
_DOCUMENT_RECORD: Content = {
    "title": "Vetoes in the UN Security Council",
    "author": "Carlos L. Yordan",
    "publisher": "The World Politics Data Lab",
    "language": "en",
    "source_type": "dataset",
    "url": _URL,
    "licence": _LICENCE,
    "summary": "One row for each draft that failed by a veto; a key is the id of its question.",
}
