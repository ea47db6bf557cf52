"""Opinions, the evidence level: holder, question, stance, and the place that reports it."""

from typing import Annotated, ClassVar

from pydantic import Field, computed_field, model_validator

from app.dates import VagueDate
from app.records.base import Part, Record
from app.records.references import ActorRef, QuestionRef
from app.vocabulary import Attribution, Confidence, Line, ReasonType, Slug, Stance, Text


class Condition(Part):
    """Something a stance depends on («yes, if …»), in our words."""

    text: Annotated[Text, Field(min_length=1, description="The condition, in our words.")]


class Reason(Part):
    """A reason the holder gives, in our words."""

    text: Annotated[Text, Field(min_length=1, description="The reason, in our words.")]
    reason_type: Annotated[ReasonType, Field(description="What kind of reason.")]


class Opinion(Record):
    """This holder was reported, at this place of this document, to hold this stance.

    One opinion is one report: all its evidence lies in one document, and two sources that report
    the same are two opinions.
    """

    cites: ClassVar[bool] = True
    derived: ClassVar[frozenset[str]] = Record.derived | {"stance_score"}

    id: Slug
    holder: Annotated[ActorRef, Field(description="Whose opinion it is.")]
    speaker: Annotated[
        ActorRef | None, Field(description="Who voiced it; null where the holder did.")
    ] = None
    on_behalf_of: Annotated[
        ActorRef | None, Field(description="For whom the speaker spoke, if for somebody.")
    ] = None
    role_then: Annotated[
        Line | None, Field(description="The holder's or speaker's role at the time.")
    ] = None
    holder_as_named: Annotated[
        Line | None, Field(description="The source's own name for the holder, where it differs.")
    ] = None
    question: Annotated[QuestionRef, Field(description="What it is about.")]
    stance: Annotated[Stance, Field(description="For or against the question's proposition.")]
    conditions: Annotated[
        tuple[Condition, ...], Field(max_length=50, description="What the stance depends on.")
    ] = ()
    reasons: Annotated[
        tuple[Reason, ...], Field(max_length=50, description="Why, as the holder gives it.")
    ] = ()
    attribution: Annotated[Attribution, Field(description="How the source comes by it.")]
    confidence: Annotated[Confidence | None, Field(description="How sure the coding is.")] = None
    stated: Annotated[
        VagueDate | None, Field(description="When it was said; null where not known.")
    ] = None

    @computed_field(  # type: ignore[prop-decorator]  # mypy has no decorated properties
        description="The stance as a number, −2 to +2; null where no number would be honest."
    )
    @property
    def stance_score(self) -> int | None:
        """The stance as a number."""
        return self.stance.score

    @model_validator(mode="after")
    def _one_document(self) -> "Opinion":
        if len({place.document for place in self.evidence}) > 1:
            raise ValueError(
                "evidence is in several documents; an opinion is one report, "
                "so record one opinion for each document"
            )
        return self

    @property
    def label(self) -> str:
        """An opinion goes by its id."""
        return self.id

    @property
    def names(self) -> tuple[str, ...]:
        """None: its holder and its question have the names."""
        return ()

    @property
    def words(self) -> tuple[str | None, ...]:
        """Summary, conditions and reasons."""
        return (
            self.summary,
            *(c.text for c in self.conditions),
            *(r.text for r in self.reasons),
        )
