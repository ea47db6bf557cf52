"""The United Nations' own files of Security Council resolutions, with how each member voted.

One object for each resolution: who was in favour, against, abstained. Some have no lists, and
some contradict their own counts. Those are refused by name; on request the rest is loaded alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from app.importers.import_run import Content, Entry
from app.importers.source_texts import clean, edtf_of
from app.importers.un_roll_calls import RollCall, Vote, VoteSource, question
from app.importers.unsc.json_lines import JsonLines
from app.records.faults import RecordFault, SourceLocation

DATASET = "unsc-votes"
COUNCIL = "UN Security Council"
_DOCUMENT = "unsc-resolutions"
_FIRST_YEAR = 1946
#: Key of each list of states, key of its count, and the word for such a vote.
_LISTS = (
    ("MS_in_favour", "MS_in_favour_count", "Y"),
    ("MS_against", "MS_against_count", "N"),
    ("MS_abstaining", "MS_abstaining_count", "A"),
)
_SYMBOL = re.compile(r"S/RES/(\d{1,5}) ?\(([12]\d{3})\)")
_SCORE = re.compile(r"Adopted (\d+)-(\d+)-(\d+)")
_PLACE = re.compile(r" in [A-Z].*$")
_SUBJECT = re.compile(r"\[\s*(.+?)\s*\]")
_THESAURUS = "UNBIS Thesaurus"
#: Slips of the files, and the name that is meant for certain.
_SLIPS = {"CHILEs": "CHILE"}
_NEEDED = ("symbol", "adoption_date", *(key for one in _LISTS for key in one[:2]))


class Resolutions(VoteSource):
    """The resolutions and votes of a file; see `VoteSource`.

    Args:
        file: the file.
        names: the names of each country known here, by id; the usual one first.
        skip_faulty: whether a faulty resolution is left out and told in `notes`, not a fault.
    """

    dataset = DATASET
    document = _DOCUMENT
    reason = "import of UN Security Council votes"
    stances: ClassVar[Mapping[str, str | None]] = {"Y": "support", "N": "oppose", "A": "neutral"}
    columns = frozenset((
        *_NEEDED, "agenda_item_name", "adoption_type", "draft_resolution", "outcome_letter",
        "resolution_title", "chapter_VII", "subjects",
    ))  # fmt: skip

    def __init__(
        self, file: JsonLines, names: Mapping[str, Sequence[str]], *, skip_faulty: bool
    ) -> None:
        super().__init__([file], names)
        self._file = file
        self._skip_faulty = skip_faulty
        self._skipped: list[RecordFault] = []

    def notes(self) -> list[str]:
        """Say which resolutions were left out, and which keys were not read."""
        unread = [key for key in self._file.header if key not in self.columns]
        keys = [f"{self._file.name}: keys not read: {', '.join(unread)}"] if unread else []
        number = len(self._skipped)
        told = [f"Left out {number} faulty resolutions:", *map(str, self._skipped)]
        return [*keys, *(told if number else [])]

    def __iter__(self) -> Iterator[Entry | Vote]:
        sound = list(self._sound())
        location = SourceLocation(self._file.name, 1)
        symbols = dict.fromkeys(fault.detail.partition(":")[0] for fault in self._skipped)
        left_out = [symbol for symbol in symbols if symbol not in self._calls]
        yield self._entry("dataset", {"id": DATASET, **_dataset(left_out)}, location)
        yield self._entry("document", {"id": _DOCUMENT, **_DOCUMENT_RECORD}, location)
        for line, record, call in sound:
            self._file.line = line
            yield from self._questions(record, call)
            for key, _, word in _LISTS:
                for name in record[key]:
                    named = _SLIPS.get(name, clean(name))
                    row = f"{record['symbol']}, {clean(name)}"
                    vote = self._vote(self._file, call, named, "NA", word, row)
                    if vote is not None:
                        yield vote

    def _sound(self) -> Iterator[tuple[int, dict[str, Any], RollCall]]:
        """Yield what is sound, each once: a resolution that stands twice alike is one."""
        met: dict[str, tuple[int, dict[str, Any]]] = {}
        for line, record in self._file.objects(self.faults):
            location = SourceLocation(self._file.name, line)
            if missing := [key for key in _NEEDED if key not in record]:
                self.faults.add(location, missing[0], f"has no {', '.join(missing)}")
                continue
            symbol = str(record["symbol"])
            try:
                call = _roll_call(record, line)
                if symbol in met and met[symbol][1] != record:
                    raise ValueError(f"stands on line {met[symbol][0]} too, otherwise")
            except ValueError as error:
                self._refuse(location, f"{symbol}: {error}")
                continue
            if symbol not in met:
                met[symbol] = (line, record)
                self._register(symbol, call)
                yield line, record, call
        if not self.faults:
            self._note_empty(self._file)

    def _refuse(self, location: SourceLocation, detail: str) -> None:
        if self._skip_faulty:
            self._skipped.append(RecordFault(location.source, location.line, "resolution", detail))
        else:
            self.faults.add(location, "resolution", detail)

    def _questions(self, record: dict[str, Any], call: RollCall) -> Iterator[Entry]:
        """Yield the question of a resolution, after its topics."""
        topics: dict[str, None] = {}
        for name in _subjects(record.get("subjects")):
            topic, entry = self._topic(name, self._file.location)
            topics[topic] = None
            if entry:
                yield entry
        content = question(
            call,
            what=_what(record),
            text=clean(str(record.get("agenda_item_name") or "")),
            topics=list(topics)[:50],
            session=None,
            summary=_where(record),
            evidence={"document": _DOCUMENT, "record": record["symbol"]},
            body=COUNCIL,
        )
        yield self._entry("question", content, self._file.location)


def _roll_call(record: dict[str, Any], line: int) -> RollCall:
    """Return the roll call of a resolution.

    Raises:
        ValueError: when it does not say, or says twice otherwise, who voted how.
    """
    symbol = _SYMBOL.fullmatch(str(record["symbol"]))
    if not symbol:
        raise ValueError("is no symbol of a resolution; right would be S/RES/1285 (2000)")
    _check_lists(record)
    stated = _PLACE.sub("", clean(str(record["adoption_date"])))
    day = edtf_of(stated, _FIRST_YEAR)
    date: str | Content = day if day == stated else {"text": stated, "edtf": day}
    return RollCall(question_id(symbol[1]), day, date, line)


def question_id(number: str) -> str:
    """Return the id of a resolution's question, whichever file it stands in."""
    return f"unsc-res-{number}"


def _check_lists(record: dict[str, Any]) -> None:
    """Check that the lists of states agree with the counts and the words beside them."""
    lists = [record[key] for key, _, _ in _LISTS]
    if not all(
        isinstance(ones, list) and all(isinstance(one, str) for one in ones) for ones in lists
    ):
        raise ValueError("its lists are no lists of names")
    adopted = str(record.get("adoption_type") or "")
    if not any(lists):
        raise ValueError(f"has no list of who voted how ({adopted or 'nothing else is said'})")
    listed = [len(ones) for ones in lists]
    counts = [str(record[key]).strip() for _, key, _ in _LISTS]
    if any(count and (not count.isdigit() or int(count) != n)
           for count, n in zip(counts, listed, strict=True)):  # fmt: skip
        said = "-".join(count.lstrip("0") or "0" for count in counts)
        raise ValueError(f"lists {_score(listed)} states, but counts {said}")
    score = _SCORE.match(adopted)
    if score and [int(n) for n in score.groups()] != listed:
        raise ValueError(f"lists {_score(listed)} states, but was «{adopted}»")
    if adopted.startswith("Adopted unanimously") and any(listed[1:]):
        raise ValueError(f"lists {_score(listed)} states, but was «{adopted}»")


def _score(numbers: Sequence[int]) -> str:
    return "-".join(map(str, numbers))


def _subjects(given: Any) -> Iterator[str]:
    """Yield the subjects of the UNBIS Thesaurus."""
    for one in given if isinstance(given, list) else ():
        if isinstance(one, list) and len(one) == 2 and one[1] == _THESAURUS and clean(str(one[0])):
            yield clean(str(one[0]))


def _what(record: dict[str, Any]) -> str:
    title = clean(str(record.get("resolution_title") or ""))
    found = _SUBJECT.search(title.partition(")")[2])
    return f"{record['symbol']} {found[1]}" if found else str(record["symbol"])


def _where(record: dict[str, Any]) -> str | None:
    """Return the chapter, the draft and the meeting."""
    parts = (("", "chapter_VII"), ("draft ", "draft_resolution"), ("meeting ", "outcome_letter"))
    told = [f"{word}{value}" for word, key in parts if (value := clean(str(record.get(key) or "")))]
    return f"{', '.join(told)}." if told else None


def _dataset(left_out: Sequence[str]) -> Content:
    note = (
        "Adopted resolutions only: drafts that failed are not in it. A state that has no vote was "
        "no member of the Council, or did not take part. Resolutions that the file lacks are not "
        "known to be without a vote."
    )
    if left_out:
        note += f" Left out as faulty, {len(left_out)} in number: {', '.join(left_out)}."
    return {
        "title": "Votes in the UN Security Council",
        "publisher": "United Nations",
        "url": "https://github.com/UNxml/SCresolutions",
        "licence": "As is; the United Nations must be acknowledged as the source",
        "citation": "United Nations: Security Council resolutions, data of UNxml/SCresolutions.",
        "coverage": {"from": None, "to": None, "unit": "vote of a member", "note": note},
    }


_DOCUMENT_RECORD: Content = {
    "title": "Resolutions of the Security Council, with how each member voted",
    "publisher": "United Nations",
    "language": "en",
    "source_type": "dataset",
    "url": "https://github.com/UNxml/SCresolutions",
    "licence": "As is; the United Nations must be acknowledged as the source",
    "summary": "One object for each resolution; a key is its symbol, or symbol and state.",
}
