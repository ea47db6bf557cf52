"""The three tables of the R package unvotes, and of its many copies: votes, roll calls, issues.

Voeten, Strezhnev and Bailey's data as David Robinson packaged it, in CC0. What the real files
are like, and is dealt with here:

- **Most days are no days.** In the 4,483 roll calls of sessions 1 to 57 that were entered first,
  the day of the date is never above 7, under the right year and month. It looks like the number
  of a weekday (resolution 46/86, of Monday 16 December 1991, stands as 1991-12-02), but not by
  one rule (2758, of Monday 25 October 1971, as 1971-10-07), so the true day cannot be had from
  it. Such a date is taken as its month, and its text is kept.
- Descriptions are cut after some 244 characters, and some carry mangled quotes
  (`\\WORDS\\\\`, `_Words<d3>`) and the columns that followed, after tabs.
- 2,104 roll calls belong to no issue, and one (6027) has no text at all.
- Votes come in no order, so every roll call is kept in mind; no votes are.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import ClassVar

from app.importers.csv_files import CsvFile
from app.importers.import_run import Content, Entry
from app.importers.source_texts import clean
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

VOTES = ("rcid", "country", "country_code", "vote")
ROLL_CALLS = (
    "rcid",
    "session",
    "importantvote",
    "date",
    "unres",
    "amend",
    "para",
    "short",
    "descr",
)
#: Roll calls' columns of numbers, and those of them that say yes or no.
_FLAGS = ("importantvote", "amend", "para")
_NUMBERS = ("rcid", "session", *_FLAGS)
ISSUES = ("rcid", "short_name", "issue")

#: The block of roll calls whose days are suspect, and how many must bear it out.
_LAST_SESSION, _LATER_ENTERED, _ENOUGH = 57, range(5500, 9000), 1000

_DOCUMENT = "unvotes"
_CITATION = (
    "Voeten, Erik, Anton Strezhnev and Michael Bailey: United Nations General Assembly Voting "
    "Data. Harvard Dataverse, doi:10.7910/DVN/LEJUQZ. As in David Robinson's R package unvotes."
)


class UnvotesPackage(VoteSource):
    """The three tables; see `VoteSource`."""

    document = _DOCUMENT
    columns = frozenset((*VOTES, *ROLL_CALLS, *ISSUES)) - {"short_name"}
    unread: ClassVar[Mapping[str, str]] = {
        "short_name": "it abbreviates the issue",
        **ROW_NUMBERS,
    }
    stances: ClassVar[Mapping[str, str | None]] = {
        "yes": "support",
        "abstain": "neutral",
        "no": "oppose",
    }

    def __init__(
        self,
        votes: CsvFile,
        roll_calls: CsvFile,
        issues: CsvFile,
        names: Mapping[str, Sequence[str]],
    ) -> None:
        super().__init__([votes, roll_calls, issues], names)
        self._votes, self._roll_calls, self._issues = votes, roll_calls, issues
        self._refused: set[str] = set()

    def __iter__(self) -> Iterator[Entry | Vote]:
        rows = self._read_roll_calls()
        yield from self._about(_dataset(rows.values()), _DOCUMENT_RECORD, self._roll_calls)
        topics: dict[str, list[str]] = defaultdict(list)
        yield from self._read_issues(topics)
        for line, row in rows.values():
            yield self._question(line, row, topics.get(row["rcid"], []))
        yield from self._read_votes()
        self._note_voteless()

    def _read_roll_calls(self) -> dict[str, tuple[int, dict[str, str]]]:
        """Return the rows of roll calls by rcid, with their lines; register those with a date."""
        file = self._roll_calls
        rows: dict[str, tuple[int, dict[str, str]]] = {}
        for cells in file.rows(self.faults):
            row = dict(zip(file.header, cells, strict=True))
            row |= {name: _whole(row[name]) for name in _NUMBERS}
            if fault := _fault_in(row, rows):
                self.faults.add(file.location, *fault)
                self._refused.add(row["rcid"])
            else:
                rows[row["rcid"]] = file.line, row
        vague = _days_are_weekdays([row for _, row in rows.values()])
        for rcid, (line, row) in rows.items():
            edtf, stated = date_of(row["date"]), row["date"]
            if vague and _suspect(row):
                edtf = edtf[:7]
            self._register(
                rcid,
                RollCall(
                    f"un-{rcid}",
                    edtf,
                    edtf if edtf == stated else {"text": stated, "edtf": edtf},
                    line,
                ),
            )
        return rows

    def _read_issues(self, topics: dict[str, list[str]]) -> Iterator[Entry]:
        """Yield each topic once; note the topics of each roll call."""
        file = self._issues
        rcid, issue = file.column("rcid"), file.column("issue")
        for row in file.rows(self.faults):
            name = clean(row[issue])
            if row[rcid] not in self._calls:
                self._note_unknown(file, row[rcid])
            elif not name:
                self.faults.add(file.location, "issue", "is missing; right is a subject")
            else:
                topic, entry = self._topic(name, file.location)
                if entry:
                    yield entry
                if topic not in topics[row[rcid]]:
                    topics[row[rcid]].append(topic)

    def _question(self, line: int, row: dict[str, str], topics: list[str]) -> Entry:
        rcid = row["rcid"]
        content = question(
            self._calls[rcid],
            what=_what(row),
            text=_description(row),
            topics=topics,
            session=row["session"],
            summary=_IMPORTANT if row["importantvote"] == "1" else None,
            evidence={"document": _DOCUMENT, "record": f"roll call {rcid}"},
        )
        return self._entry("question", content, SourceLocation(self._roll_calls.name, line))

    def _read_votes(self) -> Iterator[Vote]:
        file, calls = self._votes, self._calls
        rcid, name, code, vote = (file.column(column) for column in VOTES)
        for row in file.rows(self.faults):
            call = calls.get(row[rcid])
            if call is None:
                self._note_unknown(file, row[rcid])
                continue
            record = f"roll call {row[rcid]}, {row[name]}"
            found = self._vote(file, call, row[name], row[code], row[vote], record)
            if found is not None:
                yield found

    def _note_unknown(self, file: CsvFile, rcid: str) -> None:
        if rcid in self._refused:
            return  # its own fault is noted, where it stands
        detail = f"roll call {rcid!r} is not in {self._roll_calls.name}"
        self.faults.add(file.location, "rcid", detail)

    def _note_voteless(self) -> None:
        """Note each roll call that nobody took part in: the file of the votes is half."""
        self._note_empty(self._roll_calls)
        if self._votes.damaged:
            return  # what was not read cannot be missed
        for rcid, call in self._calls.items():
            if not call.seen:
                detail = f"roll call {rcid} has no vote in {self._votes.name}; is that file whole?"
                self.faults.add(SourceLocation(self._roll_calls.name, call.line), "rcid", detail)


def _fault_in(row: dict[str, str], rows: Mapping[str, object]) -> tuple[str, str] | None:
    """Return the field of a roll call that is wrong, and why."""
    if not re.fullmatch("[0-9]{1,9}", row["rcid"]):
        return "rcid", f"{row['rcid']!r} is not a roll call's number, such as 5168"
    if row["rcid"] in rows:
        return "rcid", f"roll call {row['rcid']} stands here a second time"
    if not re.fullmatch("[0-9]{1,4}", row["session"]):
        return "session", f"{row['session']!r} is not a session's number, such as 51"
    for name in _FLAGS:
        if row[name] not in ("0", "1", "", "NA"):
            return name, f"{row[name]!r} should be 1 (it is), 0 (it is not) or NA (not known)"
    try:
        date_of(row["date"])
    except ValueError as error:
        return "date", str(error)
    return None


def _whole(text: str) -> str:
    """Return a whole number as one: beside a gap, programs write it with decimals (`51.0`)."""
    return re.sub(r"^([0-9]+)\.0+$", r"\1", text.strip())


def _suspect(row: dict[str, str]) -> bool:
    return int(row["session"]) <= _LAST_SESSION and int(row["rcid"]) not in _LATER_ENTERED


def _days_are_weekdays(rows: list[dict[str, str]]) -> bool:
    """Tell whether the file itself proves that its early days are no days of the month.

    Of a thousand and more days of the month, some lie above 7. An edition that puts them right
    is taken at its word.
    """
    days = [date_of(row["date"])[8:] for row in rows if _suspect(row)]
    return len(days) >= _ENOUGH and max(days) <= "07"


_IMPORTANT = "The U.S. Department of State listed this vote as an important one."


def _what(row: dict[str, str]) -> str:
    """Return what was put to the vote, in a few words."""
    part = ""
    if row["para"] == "1":
        part = "a part of "
    if row["amend"] == "1":
        part = "an amendment to "
    symbol, short = clean(row["unres"]), _mended(row["short"])
    whole = symbol or f"what roll call {row['rcid']} put to the vote"
    return f"{part}{whole}: {short}" if short else f"{part}{whole}"


def _description(row: dict[str, str]) -> str:
    """Return what the source says of the roll call, beyond its short title."""
    # In two roll calls (610, 614) a mangled quote drew the description into the short title.
    _, _, spilled = row["short"].partition("\t")
    text = _mended(spilled or row["descr"])
    return "" if text == _mended(row["short"]) else text


def _mended(text: str) -> str:
    """Return words without what their export did to them: spilled columns, mangled quotes."""
    text = text.split("\t", 1)[0]
    text = re.sub(r'\\+"*', '"', text)
    if "<d3>" in text:  # what came of a closing quote; the opening one is now an underscore
        text = re.sub(r"_([^_<]*)<d3>", r'"\1"', text).replace("<d3>", '"')
    return subject_of(clean(re.sub(r'"{2,}', '"', text)))


def _dataset(rows: Collection[tuple[int, dict[str, str]]]) -> Content:
    """Return the dataset; its version says how much the files hold."""
    sessions = [int(row["session"]) for _, row in rows]
    span = f"sessions {min(sessions)}–{max(sessions)}, " if sessions else ""
    return {
        "title": "Roll calls of the United Nations General Assembly",
        "publisher": "Erik Voeten, Anton Strezhnev and Michael Bailey",
        "version": f"R package unvotes: {span}{len(rows):,} roll calls",
        "url": "https://doi.org/10.7910/DVN/LEJUQZ",
        "licence": "CC0-1.0",
        "citation": _CITATION,
    }


_DOCUMENT_RECORD: Content = {
    "title": "unvotes: United Nations General Assembly Voting Data",
    "author": "Erik Voeten, Anton Strezhnev, Michael Bailey; packaged by David Robinson",
    "publisher": "The Comprehensive R Archive Network",
    "language": "en",
    "source_type": "dataset",
    "url": "https://cran.r-project.org/package=unvotes",
    "licence": "CC0-1.0",
    "summary": (
        "Three tables: votes, roll calls, issues. In most roll calls of sessions 1 to 57 the "
        "source's day is not the day of the month, so those dates are given as months."
    ),
}
