"""Base classes of all records: id, dataset, evidence, other names."""

from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_serializer,
    model_validator,
)

from app.records.references import MARK
from app.vocabulary import NO_TRUTH, AnyId, Line, Slug, Text

Position = Annotated[int, Field(ge=0, le=100_000_000), NO_TRUTH]


class Part(BaseModel):
    """A part of a record: strict about what it knows, complete in what it says."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_enum_values=False,
        json_schema_serialization_defaults_required=True,
        defer_build=True,  # a service that only reads never validates one
    )


class Span(Part):
    """A place in a document's text: W3C text position selector, by paragraph."""

    document: Annotated[Slug, Field(description="The document's id.")]
    paragraph: Annotated[
        int, Field(ge=1, le=1_000_000, description="The paragraph, from 1."), NO_TRUTH
    ]
    start: Annotated[
        Position,
        Field(description="First character: Unicode code points of the whole text, from 0."),
    ]
    end: Annotated[Position, Field(description="The character after the last.")]
    #: The document's own words, whatever they are: compared with its text, at once or when it is
    #: attached, and never stored.
    exact: Annotated[
        str | None,
        Field(description="The text between them, where this deployment holds it; else null."),
    ] = None

    @model_validator(mode="after")
    def _ordered(self) -> "Span":
        if self.end <= self.start:
            raise ValueError(f"the span ends ({self.end}) before it starts ({self.start})")
        if self.exact is not None and len(self.exact) != self.end - self.start:
            raise ValueError(
                f"exact has {len(self.exact)} characters, the span {self.end - self.start}"
            )
        return self

    @field_serializer("exact", when_used="json")
    def _marked(self, _exact: str | None) -> str | None:
        """Leave a mark: the words are looked up where the text is held, and null elsewhere."""
        return f"{MARK}exact:{self.document}:{self.start}-{self.end}"


class TableRow(Part):
    """A place in a source that is a table: the key of the row."""

    document: Annotated[Slug, Field(description="The document's id.")]
    record: Annotated[Line, Field(description="The key of the row in the source.")]


def _form(given: Any) -> str:
    keys = given if isinstance(given, dict) else getattr(given, "__dict__", {})
    return "row" if "record" in keys else "span"


Evidence = Annotated[
    Annotated[Span, Tag("span")] | Annotated[TableRow, Tag("row")], Discriminator(_form)
]


class Identifier(Part):
    """An id in somebody else's scheme, such as `cow` (Correlates of War) 705."""

    scheme: Annotated[Slug, Field(description="The scheme, such as cow, gwn, m49 or wikidata.")]
    value: Annotated[Line, Field(description="The id there.")]


class Record(Part):
    """Base of every stored record; the same class serves seeds, writes and answers."""

    #: Read back with a record and ignored when it is written: the service says these itself.
    derived: ClassVar[frozenset[str]] = frozenset({"revision", "recorded_at"})
    #: Whether a record of this kind must cite.
    cites: ClassVar[bool] = False

    id: Annotated[AnyId, Field(description="A stable, readable id.")]
    dataset: Annotated[Slug, Field(description="The body of data it belongs to.")]
    summary: Annotated[Text | None, Field(description="What it is, in our words.")] = None
    evidence: Annotated[
        tuple[Evidence, ...],
        Field(description="The places in sources that say so.", max_length=200),
    ] = ()

    @model_validator(mode="before")
    @classmethod
    def _without_derived(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return {k: v for k, v in given.items() if k not in cls.derived}
        return given

    @model_validator(mode="after")
    def _evident(self) -> "Record":
        if self.cites and not self.evidence:
            raise ValueError(
                "evidence is missing: say document, paragraph, start and end of the place "
                "that says so"
            )
        return self

    @property
    def label(self) -> str:
        """The name or title a ref shows."""
        raise NotImplementedError

    @property
    def names(self) -> tuple[str, ...]:
        """Every name or title it goes by."""
        return (self.label,)

    @property
    def words(self) -> tuple[str | None, ...]:
        """Other texts it is found by."""
        return (self.summary,)
