"""Sources: documents, and the datasets that records belong to."""

from typing import Annotated, ClassVar

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    computed_field,
    model_validator,
)

from app.date_words import in_words
from app.dates import VagueDate
from app.forms import ADDRESS, LANGUAGE, SHA256
from app.records.base import Part, Record
from app.records.references import MARK
from app.vocabulary import NO_TRUTH, DateBasis, Line, Slug, SourceType, Text, plain_text

Url = Annotated[
    str,
    Field(pattern=ADDRESS.pattern, max_length=2000, description="Its address."),
    AfterValidator(plain_text),
]


class Document(Record):
    """A source. Its text is not ours to give; a deployment may hold it."""

    derived: ClassVar[frozenset[str]] = Record.derived | {"text_held", "citation"}

    id: Slug
    title: Annotated[Line | None, Field(description="Null where the source does not state it.")] = (
        None
    )
    publisher: Annotated[Line | None, Field(description="Null where not stated.")] = None
    author: Annotated[Line | None, Field(description="Null where not stated.")] = None
    published: Annotated[
        VagueDate | None, Field(description="When; null where it cannot be known.")
    ] = None
    language: Annotated[str | None, Field(pattern=LANGUAGE.pattern, description="BCP 47.")] = None
    source_type: Annotated[SourceType, Field(description="What kind of source.")]
    url: Annotated[Url | None, Field(description="Where it is published; null if not known.")] = (
        None
    )
    licence: Annotated[Line | None, Field(description="Its licence; null if not known.")] = None
    sha256: Annotated[
        str | None, Field(pattern=SHA256.pattern, description="SHA-256 of the file's bytes.")
    ] = None
    characters: Annotated[
        Annotated[int, Field(ge=0, le=100_000_000), NO_TRUTH] | None,
        Field(description="Its length in Unicode code points."),
    ] = None
    paragraphs: Annotated[
        Annotated[int, Field(ge=0, le=1_000_000), NO_TRUTH] | None,
        Field(description="How many paragraphs (lines) it has."),
    ] = None

    @computed_field(  # type: ignore[prop-decorator]  # mypy has no decorated properties
        description="Whether this deployment holds the text."
    )
    @property
    def text_held(self) -> Annotated[str, WithJsonSchema({"type": "boolean"})]:
        """A mark: the deployment knows, the record does not."""
        return f"{MARK}held:{self.id}"

    @computed_field(  # type: ignore[prop-decorator]  # mypy has no decorated properties
        description="How to cite it."
    )
    @property
    def citation(self) -> str:
        """Author, title, publisher, date, as far as known; never guessed."""
        title = f"“{self.title}”" if self.title else f"[Untitled source, {self.id}]"
        parts = [self.author, title, self.publisher]
        parts.append(self._date_in_words)
        if self.sha256:
            parts.append(f"SHA-256 {self.sha256[:16]}…")
        return ". ".join(part.rstrip(".") for part in parts if part) + "."

    @property
    def _date_in_words(self) -> str:
        """When it was published; in brackets where the source does not say it."""
        date = self.published
        if date is None:
            return "n.d."
        words = date.text or ""
        if date.edtf and (not words or date.basis is DateBasis.INFERRED):
            words = in_words(date.edtf)
        return f"[{words}, inferred]" if date.basis is DateBasis.INFERRED else words

    @property
    def label(self) -> str:
        """The title, or the id where the source has none."""
        return self.title or self.id

    @property
    def words(self) -> tuple[str | None, ...]:
        """Author, publisher and summary."""
        return (self.author, self.publisher, self.summary)


class Coverage(Part):
    """The time that a dataset was coded for; outside it nothing is known, not even a no."""

    model_config = ConfigDict(serialize_by_alias=True)

    from_: Annotated[
        VagueDate | None, Field(alias="from", description="The first day; null where not said.")
    ] = None
    to: Annotated[VagueDate | None, Field(description="The last day; null where it goes on.")] = (
        None
    )
    unit: Annotated[Line, Field(description="What one row of the source stands for.")]
    note: Annotated[Text, Field(min_length=1, description="What it means that a thing is absent.")]

    @model_validator(mode="after")
    def _in_time(self) -> "Coverage":
        """Refuse a time that ends before it begins."""
        if self.from_ and self.to and self.to.keys[1] < self.from_.keys[0]:
            raise ValueError("the coverage ends before it begins")
        return self


class Dataset(Record):
    """A body of data that was loaded together."""

    derived: ClassVar[frozenset[str]] = Record.derived | {"counts"}

    id: Slug
    title: Annotated[Line, Field(description="Its title.")]
    publisher: Annotated[Line | None, Field(description="Who publishes it.")] = None
    version: Annotated[Line | None, Field(description="Its version.")] = None
    url: Annotated[Url | None, Field(description="Where it comes from.")] = None
    licence: Annotated[Line, Field(description="Its licence.")]
    citation: Annotated[Text, Field(min_length=1, description="How to cite it.")]
    coverage: Annotated[
        Coverage | None,
        Field(description="From when to when it was coded, in which unit; null where not said."),
    ] = None

    @computed_field(  # type: ignore[prop-decorator]  # mypy has no decorated properties
        description="How many records of each kind it has."
    )
    @property
    def counts(
        self,
    ) -> Annotated[
        str, WithJsonSchema({"type": "object", "additionalProperties": {"type": "integer"}})
    ]:
        """A mark: counted in the database."""
        return f"{MARK}counts:{self.id}"

    @property
    def label(self) -> str:
        """The title."""
        return self.title
