"""Agreements: treaties and talks about them, their parties and obligations."""

from typing import Annotated, ClassVar

from pydantic import Field

from app.dates import VagueDate
from app.records.base import Part, Record
from app.records.references import ActorRef
from app.vocabulary import (
    AgreementStatus,
    AgreementType,
    Line,
    ObligationType,
    PartyRole,
    Slug,
    Text,
)


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
