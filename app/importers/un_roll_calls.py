"""Roll calls of the UN General Assembly as records, whichever form they were published in.

What the two forms share is here: how a vote becomes an opinion, how a roll call is worded as a
question, what a date may look like. A roll call's proposition is what was put to the vote, so
yes is support, no is oppose, and an abstention, which a state casts and explains, is neutral.
Not voting is absence and makes no opinion.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from app.importers.tables import Table
from app.importers.un_states import Term, seat
from app.records.faults import FaultLog, SourceLocation
from app.vocabulary import fold, plain_text

DATASET = "un-votes"
Content = dict[str, Any]

#: Subjects that the reference data has, as the sources call them (case folded), and their ids.
TOPICS = {
    "arms control and disarmament": "arms-control-and-disarmament",
    "nuclear weapons and nuclear material": "nuclear-weapons",
    "nuclear weapons": "nuclear-weapons",
    "palestinian conflict": "palestinian-conflict",
    "colonialism": "colonialism",
    "human rights": "human-rights",
    "economic development": "economic-development",
}

#: Limits of the record: `Line` for a title, `Text` for a proposition.
_TITLE, _PROPOSITION, _SLUG = 480, 3900, 100
#: The longest name of a state: `Line` for a record's key has a roll call's number as well.
_NAME = 400


class Entry(NamedTuple):
    """A record other than a vote's: its kind (`question`), content and location."""

    kind: str
    content: Content
    location: SourceLocation


class Vote(NamedTuple):
    """One state's vote, as little as will do; `VoteSource.opinion` makes the record of it.

    Attributes:
        question: the roll call's question.
        holder: the state, as it then was.
        stance: `support`, `neutral` or `oppose`.
        named: the source's own name of the state, where it is not the usual one.
        record: the key of the row in the source.
        line: the line of the row.
    """

    question: str
    holder: str
    stance: str
    named: str | None
    record: str
    line: int

    @property
    def id(self) -> str:
        """The opinion's id: one state votes once in a roll call."""
        return f"{self.question}-{self.holder.lower()}"


@dataclass(slots=True)
class RollCall:
    """A roll call while its votes are read.

    Attributes:
        question: its question's id.
        day: its date as ISO 8601 text, perhaps only a month; decides between states of a seat.
        stated: its date as a record has it.
        line: the line that introduced it.
        seen: the states that were read, one bit each.
    """

    question: str
    day: str
    stated: str | Content
    line: int
    seen: int = 0


class _Seated(NamedTuple):
    """A term of a seat under one of its names: until when, who, its bit, the name if unusual."""

    through: str | None
    holder: str
    bit: int
    named: str | None


class VoteSource:
    """Published roll calls, to be read once: iterate for the records and votes, in the order in
    which references lead back to what came before.

    Nothing is raised while reading: `faults` has what was wrong, and only when it is empty
    after the last item may anything be kept.

    Args:
        tables: the files it consists of; the one that has the votes first.
        names: the names of each country known here, by id; the usual one first.

    Attributes:
        size: bytes on disk.
        file: the name of the file that has the votes.
        faults: what is wrong with the files.
        stated: the date of each question given so far, as its votes' records have it.
        document: the id of the document that the votes cite.
    """

    document: ClassVar[str]
    #: The source's words for a vote; None for not voting.
    stances: ClassVar[Mapping[str, str | None]]

    def __init__(self, tables: list[Table], names: Mapping[str, Sequence[str]]) -> None:
        self.size = sum(table.size for table in tables)
        self.file = tables[0].name
        self.faults = FaultLog()
        self._tables = tables
        self._names = {country: known[0].casefold() for country, known in names.items()}
        self._named = {fold(name): country for country in names for name in names[country]}
        self._seats: dict[tuple[str, str], tuple[_Seated, ...]] = {}
        self._bits: dict[str, int] = {}
        self._calls: dict[str, RollCall] = {}
        self.stated: dict[str, str | Content] = {}
        self._topics = set(TOPICS.values())

    @property
    def position(self) -> int:
        """How many of the bytes on disk were read so far."""
        return sum(table.position for table in self._tables)

    def __iter__(self) -> Iterator[Entry | Vote]:
        """Give dataset, document, topics, questions and votes."""
        raise NotImplementedError

    def opinion(self, vote: Vote) -> Content:
        """The record of a vote: one that was given before."""
        return {
            "id": vote.id,
            "dataset": DATASET,
            "holder": vote.holder,
            "holder_as_named": vote.named,
            "question": vote.question,
            "stance": vote.stance,
            "attribution": "vote",
            "confidence": "high",
            "stated": self.stated[vote.question],
            "evidence": [{"document": self.document, "record": vote.record}],
        }

    def _vote(
        self, table: Table, call: RollCall, name: str, code: str, word: str, record: str
    ) -> Vote | None:
        """Make one row a vote; None for not voting and for a fault, which is noted.

        It runs for every row there is, so what a name and code mean is looked up only once.
        """
        seated = self._seats.get((name, code))
        if seated is None:
            seated = self._seats[name, code] = self._seated(table, name, code)
        for held in seated:
            if held.through is None or call.day <= held.through:
                break
        else:
            return None
        try:
            stance = self.stances[word]
        except KeyError:
            right = ", ".join(self.stances)
            self.faults.add(table.location, "vote", f"{word!r} is none of {right}")
            return None
        if call.seen & held.bit:
            self._note_second(table, call, held.holder)
            return None
        call.seen |= held.bit
        if stance is None:
            return None
        return Vote(call.question, held.holder, stance, held.named, record, table.line)

    def _seated(self, table: Table, name: str, code: str) -> tuple[_Seated, ...]:
        """The states that a name and code mean; none, and a fault, where they mean none."""
        try:
            terms = self._terms(_checked_name(name), _checked_name(code or "NA"))
        except ValueError as error:
            self.faults.add(table.location, "country", str(error))
            return ()
        if missing := [term.country for term in terms if term.country not in self._names]:
            detail = f"{', '.join(missing)} is not among the countries; load seeds/reference first"
            self.faults.add(table.location, "country", detail)
            return ()
        return tuple(
            _Seated(
                term.through,
                term.country,
                self._bits.setdefault(term.country, 1 << len(self._bits)),
                None if self._names[term.country] == name.casefold() else name,
            )
            for term in terms
        )

    def _terms(self, name: str, code: str) -> tuple[Term, ...]:
        """As `seat`, and where neither code nor name is in its tables, by the countries' names."""
        try:
            return seat(name, code)
        except ValueError:
            if country := self._named.get(fold(name.strip())):
                return seat("", country)
            raise

    def _note_second(self, table: Table, call: RollCall, holder: str) -> None:
        detail = f"{holder} has two rows in roll call {call.question}; a state votes once"
        self.faults.add(table.location, "country", detail)

    def _topic(self, name: str, location: SourceLocation) -> tuple[str, Entry | None]:
        """A topic's id, and its record when a subject of the source's own is met first."""
        topic = TOPICS.get(name.casefold(), slug(name))
        if topic in self._topics:
            return topic, None
        self._topics.add(topic)
        return topic, Entry("topic", {"id": topic, "dataset": DATASET, "name": name}, location)

    def _note_empty(self, table: Table) -> None:
        if not self._calls:
            self.faults.add(
                SourceLocation(table.name, 1), "file", "has no roll call below its header"
            )

    def _register(self, key: str, call: RollCall) -> None:
        self._calls[key] = call
        self.stated[call.question] = call.stated


def question(
    call: RollCall,
    *,
    what: str,
    text: str,
    topics: list[str],
    session: str,
    summary: str | None,
    evidence: Content,
) -> Content:
    """The record of a roll call.

    Args:
        call: its id and date.
        what: what was put to the vote, in a few words («a paragraph of R/46/86: ...»).
        text: what it says, as the source describes it; may be empty.
        topics: ids of its topics.
        session: the session of the Assembly.
        summary: what else is to be said of it, in our words.
        evidence: where the source has it.
    """
    proposition = f"The UN General Assembly should adopt {what}"
    return {
        "id": call.question,
        "dataset": DATASET,
        "title": f"Should the UN General Assembly adopt {shortened(what, _TITLE - 40)}?",
        "proposition": shortened(f"{proposition} — {text}" if text else proposition, _PROPOSITION),
        "kind": "vote",
        "topics": topics,
        "date": call.stated,
        "session": session,
        "summary": summary,
        "evidence": [evidence],
    }


#: The forms of date that say for certain which day, month or year they mean, with the EDTF form.
_DATE_FORMS = (
    ("%Y-%m-%d", "%Y-%m-%d"),
    ("%Y/%m/%d", "%Y-%m-%d"),
    ("%Y%m%d", "%Y-%m-%d"),
    ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"),
    ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"),
    ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d"),
    ("%d %B %Y", "%Y-%m-%d"),
    ("%B %d, %Y", "%Y-%m-%d"),
    ("%Y-%m", "%Y-%m"),
    ("%Y", "%Y"),
)


def edtf_of(text: str) -> str:
    """A source's date as EDTF.

    Raises:
        ValueError: when it is missing, no date, or means one day here and another there.
    """
    for given, edtf in _DATE_FORMS:
        try:
            moment = datetime.strptime(text.strip(), given)
        except ValueError:
            continue
        # strptime takes 1946-1-5, but also 19461 for %Y%m%d; years before 1945 are no sessions.
        if moment.year < 1945:
            break
        return moment.strftime(edtf)
    raise ValueError(
        f"{text!r} is not a date that is sure to be understood; right would be 1946-01-24"
    )


def _checked_name(text: str) -> str:
    """A state's name, or its code, as a vote's record can keep it.

    Raises:
        ValueError: when it has control characters, is empty, or is too long.
    """
    if not 0 < len(text) <= _NAME:
        raise ValueError(
            f"a state's name of {len(text)} characters; right would be 1 to {_NAME} of them"
        )
    return plain_text(text)


_SPACES = re.compile(r"\s+")
_ADOPTED = re.compile(r"\s*: (?:resolution|decision)(?: /.*)?$")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")


def clean(text: str) -> str:
    """Text on one line, without control characters; `NA` is nothing."""
    plain = _SPACES.sub(" ", _CONTROLS.sub(" ", text)).strip()
    return "" if plain == "NA" else plain


def subject_of(title: str) -> str:
    """A resolution's title without the library's note that it was adopted, whole or cut."""
    return _ADOPTED.sub("", title)


def shortened(text: str, most: int) -> str:
    """Text of at most so many characters; what is cut says so."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def slug(text: str) -> str:
    """An id made from words."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:_SLUG].strip("-")
