"""What positions are about, and what happens: topics, questions, agreements, events."""

from typing import Annotated, ClassVar

from pydantic import Field

from app.dates import VagueDate
from app.records.base import Part, Record
from app.records.references import ActorRef, AgreementRef, TopicRef
from app.vocabulary import (
    AgreementStatus,
    AgreementType,
    EventType,
    Line,
    ObligationType,
    ParticipantRole,
    PartyRole,
    Plover,
    QuestionKind,
    Slug,
    SubjectRole,
    Text,
)


class Topic(Record):
    """A subject, in a small tree."""

    id: Slug
    name: Annotated[Line, Field(description="The subject.")]
    parent: Annotated[TopicRef | None, Field(description="The wider subject.")] = None

    @property
    def label(self) -> str:
        """The subject."""
        return self.name


class Subject(Part):
    """An actor that a question is about."""

    actor: Annotated[ActorRef, Field(description="Who.")]
    role: Annotated[SubjectRole, Field(description="How it figures in the question.")]


class Question(Record):
    """What there is to have a position on; its proposition alone fixes the direction."""

    id: Slug
    title: Annotated[Text, Field(min_length=1, max_length=1000, description="As a question.")]
    proposition: Annotated[
        Text, Field(min_length=1, description="The sentence one can be for or against.")
    ]
    kind: Annotated[QuestionKind, Field(description="Policy, assessment or vote.")]
    topics: Annotated[tuple[TopicRef, ...], Field(max_length=50, description="Its subjects.")] = ()
    subjects: Annotated[
        tuple[Subject, ...], Field(max_length=100, description="The actors it is about.")
    ] = ()
    agreement: Annotated[
        AgreementRef | None, Field(description="The agreement it is about, if any.")
    ] = None
    date: Annotated[VagueDate | None, Field(description="For a vote, its day; else null.")] = None
    session: Annotated[
        Line | None, Field(description="For a vote, the session of the body; else null.")
    ] = None

    @property
    def label(self) -> str:
        """The title."""
        return self.title

    @property
    def words(self) -> tuple[str | None, ...]:
        """The proposition and the summary."""
        return (self.proposition, self.summary)


class Party(Part):
    """A party to an agreement."""

    actor: Annotated[ActorRef, Field(description="Who.")]
    role: Annotated[PartyRole, Field(description="As what.")]
    status: Annotated[AgreementStatus, Field(description="How far it has come for this party.")]
    start: Annotated[VagueDate | None, Field(description="Since when; null where unknown.")] = None
    end: Annotated[VagueDate | None, Field(description="Until when; null where unknown.")] = None


class Obligation(Part):
    """What an agreement obliges to, in our words."""

    obligation_type: Annotated[ObligationType, Field(description="Its type.")]
    text: Annotated[Text, Field(min_length=1, description="What it says, in our words.")]


class Agreement(Record):
    """A treaty, accord, programme or arrangement, or talks about one."""

    cites: ClassVar[bool] = True

    id: Slug
    title: Annotated[Line, Field(description="Its usual name.")]
    other_titles: Annotated[
        tuple[Line, ...], Field(max_length=50, description="Other names, as sources use them.")
    ] = ()
    agreement_type: Annotated[AgreementType, Field(description="What form it has.")]
    status: Annotated[AgreementStatus, Field(description="How far it has come.")]
    signed: Annotated[VagueDate | None, Field(description="Null where not known.")] = None
    in_force: Annotated[VagueDate | None, Field(description="Null where not known.")] = None
    terminated: Annotated[VagueDate | None, Field(description="Null where not known.")] = None
    parties: Annotated[
        tuple[Party, ...], Field(max_length=500, description="Who is in it, as what.")
    ] = ()
    obligations: Annotated[
        tuple[Obligation, ...], Field(max_length=100, description="What it obliges to.")
    ] = ()

    @property
    def label(self) -> str:
        """The title."""
        return self.title

    @property
    def names(self) -> tuple[str, ...]:
        """All titles."""
        return (self.title, *self.other_titles)

    @property
    def words(self) -> tuple[str | None, ...]:
        """The summary, the obligations, what form it has and when it was signed."""
        signed = self.signed.edtf if self.signed else None
        obliged = (o.text for o in self.obligations)
        return (self.summary, *obliged, self.agreement_type.value, signed)


class Participant(Part):
    """Somebody who takes part in an event."""

    actor: Annotated[ActorRef, Field(description="Who.")]
    role: Annotated[ParticipantRole, Field(description="As what.")]


class Event(Record):
    """A visit, signature, statement, exercise, deployment, leak, clash, …"""

    cites: ClassVar[bool] = True

    id: Slug
    title: Annotated[Line, Field(description="What happened, in our words.")]
    event_type: Annotated[EventType, Field(description="What kind of event.")]
    plover: Annotated[Plover | None, Field(description="Its PLOVER type, where one fits.")] = None
    date: Annotated[VagueDate | None, Field(description="When; null where not known.")] = None
    place: Annotated[Line | None, Field(description="Where; null where not said.")] = None
    participants: Annotated[
        tuple[Participant, ...], Field(max_length=500, description="Who took part, as what.")
    ] = ()
    agreement: Annotated[
        AgreementRef | None, Field(description="The agreement it belongs to, if any.")
    ] = None

    @property
    def label(self) -> str:
        """The title."""
        return self.title

    @property
    def words(self) -> tuple[str | None, ...]:
        """The summary, the place, what kind it is and when it was."""
        date = self.date.edtf if self.date else None
        return (self.summary, self.place, self.event_type.value, date)
