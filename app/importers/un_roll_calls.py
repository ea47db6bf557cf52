"""Roll calls of the United Nations as records, whichever form they were published in.

Here is what the forms share: how a vote becomes an opinion, how a roll call is worded as a
question, what a date may look like. A roll call's proposition is what was put to the vote, so
yes is support, no is oppose, and an abstention, which a state casts and explains, is neutral.
Not voting is absence and makes no opinion.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

from app.importers.import_run import Content, Entry, ImportSource, SourceFile
from app.importers.source_texts import edtf_of, shortened, slug
from app.importers.un_states import Term, seat
from app.names.countries import CountryNames, State
from app.records.faults import SourceLocation
from app.records.kinds import KINDS
from app.records.storage.templates import RecordTemplate
from app.vocabulary import plain_text

DATASET = "un-votes"
#: The year of the first session; an earlier date is a misreading.
_FIRST_YEAR = 1945

#: The columns of row numbers that programs put before a table when they write it.
ROW_NUMBERS = dict.fromkeys(
    ("", "Unnamed: 0", "X", "...1", "rownames", "row_names"), "it numbers the rows"
)
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
_TITLE, _PROPOSITION = 480, 3900
#: The longest name of a state: `Line` for a record's key has a roll call's number as well.
_NAME = 400


class RollCallFile(SourceFile, Protocol):
    """A file of roll calls, which knows the line it was read to."""

    @property
    def line(self) -> int:
        """The line read last."""

    @property
    def location(self) -> SourceLocation:
        """The location of what was read last."""


class Vote(NamedTuple):
    """One state's vote; `VoteSource.opinion` makes the record of it.

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
    """A term of a seat under one of its names: last day, state, bit, and name if unusual."""

    through: str | None
    holder: str
    bit: int
    named: str | None


#: Placeholders of a template for the texts that its votes differ in.
_IDS = {"id": "the-id", "holder": "ZZZ", "question": "the-question"}
_RECORD = {"record": "the row in the source"}
_NAMED = {"named": "the name in the source"}


class VoteSource(ImportSource[Vote]):
    """Published roll calls: dataset, document, topics, questions, and the votes.

    A vote is an opinion like any other and ends as one: the same row, the same JSON, the same
    history. There are hundreds of thousands, so each sort of them is validated once and gives the
    template of the rest.

    Args:
        files: the files it consists of; the one that has the votes first.
        names: the names of each country known here, by id; the usual one first.

    Attributes:
        stated: the date of each question given so far, as its votes' records have it.
    """

    dataset = DATASET
    reason = "import of UN roll calls"
    row_kind = "opinion"
    #: The source's words for a vote; None for not voting.
    stances: ClassVar[Mapping[str, str | None]]

    def __init__(self, files: Sequence[RollCallFile], names: Mapping[str, Sequence[str]]) -> None:
        super().__init__(files)
        self._names = {country: known[0].casefold() for country, known in names.items()}
        self._named = CountryNames(
            State(country, known[0], (), tuple(known), None, None)
            for country, known in names.items()
        )
        self._seats: dict[tuple[str, str], tuple[_Seated, ...]] = {}
        self._bits: dict[str, int] = {}
        self._calls: dict[str, RollCall] = {}
        self._templates: dict[tuple[Any, str, bool], RecordTemplate] = {}
        self._topics = set(TOPICS.values())
        self.stated: dict[str, str | Content] = {}

    def row(self, vote: Vote) -> dict[str, Any]:
        """Return the row of a vote, from the template of its date, stance and kind of name."""
        stated = self.stated[vote.question]
        date = stated if isinstance(stated, str) else (*stated.items(),)
        sort = (date, vote.stance, vote.named is None)
        template = self._templates.get(sort)
        if template is None:
            template = self._templates[sort] = self._template(vote)
        return template.row({"id": vote.id, **vote._asdict()})

    def opinion(self, vote: Vote) -> Content:
        """Return the record of a vote that was given before."""
        return {
            "id": vote.id,
            "dataset": self.dataset,
            "holder": vote.holder,
            "holder_as_named": vote.named,
            "question": vote.question,
            "stance": vote.stance,
            "attribution": "vote",
            "confidence": "high",
            "stated": self.stated[vote.question],
            "evidence": [{"document": self.document, "record": vote.record}],
        }

    def _template(self, vote: Vote) -> RecordTemplate:
        content = self.opinion(vote) | _IDS
        content["evidence"] = [{**content["evidence"][0], **_RECORD}]
        lines = dict(_RECORD)
        if vote.named is not None:
            content["holder_as_named"] = _NAMED["named"]
            lines |= _NAMED
        return RecordTemplate(KINDS["opinion"], content, ids=_IDS, lines=lines)

    def _vote(
        self, file: RollCallFile, call: RollCall, name: str, code: str, word: str, record: str
    ) -> Vote | None:
        """Make a vote of one row; None for not voting and for a fault, which is noted.

        It runs for every row there is, so what a name and code mean is looked up only once.
        """
        seated = self._seats.get((name, code))
        if seated is None:
            seated = self._seats[name, code] = self._seated(file, name, code)
        for term in seated:
            if term.through is None or call.day <= term.through:
                break
        else:
            return None
        try:
            stance = self.stances[word]
        except KeyError:
            right = ", ".join(self.stances)
            self.faults.add(file.location, "vote", f"{word!r} is none of {right}")
            return None
        if call.seen & term.bit:
            self._note_second(file, call, term.holder)
            return None
        call.seen |= term.bit
        if stance is None:
            return None
        return Vote(call.question, term.holder, stance, term.named, record, file.line)

    def _seated(self, file: RollCallFile, name: str, code: str) -> tuple[_Seated, ...]:
        """Return the states that a name and code mean; none, and a fault, where they mean none."""
        try:
            terms = self._terms(_checked_name(name), _checked_name(code or "NA"))
        except ValueError as error:
            self.faults.add(file.location, "country", str(error))
            return ()
        if missing := [term.country for term in terms if term.country not in self._names]:
            detail = f"{', '.join(missing)} is not among the countries; load seeds/reference first"
            self.faults.add(file.location, "country", detail)
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
        """Return the terms of `seat`; where its tables lack code and name, those of the country."""
        try:
            return seat(name, code)
        except ValueError:
            if country := self._named.one(name):
                return seat("", country)
            raise

    def _note_second(self, file: RollCallFile, call: RollCall, holder: str) -> None:
        detail = f"{holder} has two rows in roll call {call.question}; a state votes once"
        self.faults.add(file.location, "country", detail)

    def _topic(self, name: str, location: SourceLocation) -> tuple[str, Entry | None]:
        """Return a topic's id, and its record when a subject of the source's own is met first."""
        topic = TOPICS.get(name.casefold(), slug(name))
        if topic in self._topics:
            return topic, None
        self._topics.add(topic)
        return topic, self._entry("topic", {"id": topic, "name": name}, location)

    def _note_empty(self, file: RollCallFile) -> None:
        if not self._calls:
            self.faults.add(
                SourceLocation(file.name, 1), "file", "has no roll call below its header"
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
    session: str | None,
    summary: str | None,
    evidence: Content,
    body: str = "UN General Assembly",
) -> Content:
    """Return the record of a roll call, but for its dataset.

    Args:
        call: its id and date.
        what: what was put to the vote, in a few words («a paragraph of R/46/86: ...»).
        text: what it says, as the source describes it; may be empty.
        topics: ids of its topics.
        session: the session of the body, if it has any.
        summary: what else is to be said of it, in our words.
        evidence: where the source has it.
        body: the body that voted.
    """
    proposition = f"The {body} should adopt {what}"
    return {
        "id": call.question,
        "title": f"Should the {body} adopt {shortened(what, _TITLE - 40)}?",
        "proposition": shortened(f"{proposition} — {text}" if text else proposition, _PROPOSITION),
        "kind": "vote",
        "topics": topics,
        "date": call.stated,
        "session": session,
        "summary": summary,
        "evidence": [evidence],
    }


def date_of(text: str) -> str:
    """Return the date of a roll call as EDTF.

    Raises:
        ValueError: as `edtf_of`.
    """
    return edtf_of(text, _FIRST_YEAR)


_ADOPTED = re.compile(r"\s*: (?:resolution|decision)(?: /.*)?$")


def subject_of(title: str) -> str:
    """Return a resolution's title without the library's note that it was adopted."""
    return _ADOPTED.sub("", title)


def _checked_name(text: str) -> str:
    """Check a state's name, or its code, and return it.

    Raises:
        ValueError: when it has control characters, is empty, or is too long.
    """
    if not 0 < len(text) <= _NAME:
        raise ValueError(
            f"a state's name of {len(text)} characters; right would be 1 to {_NAME} of them"
        )
    return plain_text(text)
