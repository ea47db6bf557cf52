"""References: an id where a record is written, `{id, kind, name}` where it is read.

A stored record never holds another's name. Its JSON text holds a **mark** for each reference,
`"\\u001factor:KAZ"`, and the answer's text has every mark replaced on the way out
(`app.web.references`). So a name lives in one place, and an answer as of an earlier release shows
the names of that release. No text of a user can be taken for a mark: `vocabulary.plain_text`
refuses the control character that begins one.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from app.vocabulary import plain_line

MARK = "\x1f"


class Ref(BaseModel):
    """Enough of a record for a page to show it without another request."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "KAZ", "kind": "country", "name": "Kazakhstan"}]}
    )

    id: Annotated[str, Field(description="Its id.")]
    kind: Annotated[str, Field(description="What kind of record it is.")]
    name: Annotated[str, Field(description="Its name or title.")]


class GivenRef(BaseModel):
    """A ref as it was read, in the place of its id; what else it says is not looked at."""

    id: Annotated[str, Field(description="The id.", max_length=100)]


@dataclass(frozen=True)
class Reference:
    """Mark of a field as a reference into a space of ids: `actor`, or one kind."""

    space: str

    def __get_pydantic_core_schema__(
        self, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Validate an id or a ref, and serialize it as the mark.

        Whether it is the id of a record is for those to say who know the records: they can name
        the one that was meant, which a form cannot.
        """
        return core_schema.no_info_before_validator_function(
            _id_of,
            core_schema.str_schema(min_length=1, max_length=100),
            serialization=core_schema.plain_serializer_function_ser_schema(self.mark),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe an id in what is written, a ref in what is read."""
        if handler.mode == "serialization":
            return handler(Ref.__pydantic_core_schema__)
        written = {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "title": f"Given{self.space.capitalize()}",
        }
        return {"anyOf": [written, handler(GivenRef.__pydantic_core_schema__)]}

    def mark(self, record_id: str) -> str:
        """Return the mark that stands for the reference in stored JSON."""
        return f"{MARK}{self.space}:{record_id}"


def _id_of(given: Any) -> Any:
    """Return the id in a ref; anything else as it is."""
    if isinstance(given, dict) and isinstance(given.get("id"), str):
        given = given["id"]
    return plain_line(given) if isinstance(given, str) else given


ActorRef = Annotated[str, Reference("actor")]
CountryRef = Annotated[str, Reference("country")]
OrganizationRef = Annotated[str, Reference("organization")]
AgreementRef = Annotated[str, Reference("agreement")]
TopicRef = Annotated[str, Reference("topic")]
QuestionRef = Annotated[str, Reference("question")]
