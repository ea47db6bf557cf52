"""Agreements: treaties and talks about them, their parties and obligations."""

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from app.dates import UNKNOWN, VagueDate
from app.records.base import Evidence, Part, Record
from app.records.references import ActorRef
from app.vocabulary import (
    AgreementStatus,
    AgreementType,
    Confidence,
    Line,
    ObligationType,
    PartyAct,
    PartyRole,
    Slug,
    Text,
)


class Act(Part):
    """A dated step of a party: it signed, ratified, suspended, withdrew."""

    act: Annotated[PartyAct, Field(description="What it did.")]
    date: Annotated[VagueDate | None, Field(description="When; null where not known.")] = None
    confidence: Annotated[
        Confidence, Field(description="How sure it is: `medium` where only one source says so.")
    ] = Confidence.HIGH
    evidence: Annotated[
        tuple[Evidence, ...], Field(max_length=50, description="The places that say so.")
    ] = ()


class Party(Part):
    """A spell of a party in an agreement: one that left and came back has two."""

    actor: Annotated[ActorRef, Field(description="Who.")]
    role: Annotated[PartyRole, Field(description="As what.")]
    status: Annotated[AgreementStatus, Field(description="How far it has come for this party.")]
    start: Annotated[VagueDate | None, Field(description="Since when; null where unknown.")] = None
    end: Annotated[VagueDate | None, Field(description="Until when; null where unknown.")] = None
    end_open: Annotated[
        bool, Field(description="Whether `end` is null because the coding ends, not the spell.")
    ] = False
    obligations: Annotated[
        tuple[ObligationType, ...],
        Field(max_length=20, description="What it alone promised, where parties differ."),
    ] = ()
    obligations_vary: Annotated[
        bool, Field(description="Whether it did not promise the same to each of the others.")
    ] = False
    acts: Annotated[
        tuple[Act, ...], Field(max_length=100, description="Its steps, in the order of time.")
    ] = ()

    @model_validator(mode="after")
    def _in_time(self) -> "Party":
        """Refuse a spell that ends before it starts, and one that ends and is open."""
        if self.end and self.end_open:
            raise ValueError("end_open is true only where end is null")
        if self.start and self.end:
            starts, ends = self.start.earliest, self.end.latest
            if starts and ends and ends < starts:
                raise ValueError(f"the spell ends ({ends}) before it starts ({starts})")
        return self

    @property
    def dates(self) -> tuple[VagueDate | None, ...]:
        """When it started, and when each of its acts was."""
        return (self.start, *(act.date for act in self.acts))


class Obligation(Part):
    """An obligation of an agreement, in our words."""

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
    def begun(self) -> str:
        """The first day from which any of it counts; `dates.UNKNOWN` where nothing dates it."""
        dates = (self.signed, self.in_force, *(date for one in self.parties for date in one.dates))
        return min((date.counts_from for date in dates if date and date.edtf), default=UNKNOWN)

    @property
    def obligation_types(self) -> str:
        """The types of what it obliges to, for all or for one party, as words in order."""
        types = {one.obligation_type for one in self.obligations}
        types.update(each for one in self.parties for each in one.obligations)
        return " ".join(sorted(types))

    @property
    def words(self) -> tuple[str | None, ...]:
        """The summary, the obligations, what form it has and when it was signed."""
        signed = self.signed.edtf if self.signed else None
        obliged = (o.text for o in self.obligations)
        return (self.summary, *obliged, self.agreement_type.value, signed)
