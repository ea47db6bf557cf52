"""Topics and questions: the subjects of positions and their propositions."""

from typing import Annotated

from pydantic import Field

from app.dates import VagueDate
from app.records.base import Part, Record
from app.records.references import ActorRef, AgreementRef, TopicRef
from app.vocabulary import Line, QuestionKind, Slug, SubjectRole, Text


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
    """A matter to have a position on; its proposition alone fixes the direction."""

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
