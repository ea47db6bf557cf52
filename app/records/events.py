"""Events: visits, exercises, deployments, clashes and their participants."""

from typing import Annotated, ClassVar

from pydantic import Field

from app.dates import VagueDate
from app.records.base import Part, Record
from app.records.references import ActorRef, AgreementRef
from app.vocabulary import EventType, Line, ParticipantRole, Plover, Slug


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
