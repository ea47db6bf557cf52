"""Schemas of the Reconciliation API 0.2, of requests and responses."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.web.response_schemas import Shape


def _text(value: Any) -> Any:
    """An id as text, which a table may hold as a number."""
    return str(value) if isinstance(value, (int, float)) else value


def _without_empty(ids: Any) -> Any:
    """Ids but for empty cells, which ask for nothing and spare the others."""
    return [one for one in ids if one is not None] if isinstance(ids, list) else ids


#: A member with a default is left out where there is nothing to say.
MAY_BE_LEFT_OUT = ConfigDict(json_schema_serialization_defaults_required=False)


class StrictModel(BaseModel):
    """Part of a request, in which an unknown member is a fault."""

    model_config = ConfigDict(extra="forbid")


class ExtendProperty(StrictModel):
    """Property to extend a table with."""

    id: Annotated[str, Field(max_length=100)]
    settings: dict[str, Any] = {}


class Extend(StrictModel):
    """Actors and properties to extend a table with."""

    ids: Annotated[list[Annotated[str, BeforeValidator(_text)]], BeforeValidator(_without_empty)]
    properties: Annotated[list[ExtendProperty], Field(max_length=100)]


class Type(Shape):
    """A kind of actor, or a property."""

    id: Annotated[str, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its name.")]


class Manifest(BaseModel):
    """The manifest: all that the service can do."""

    model_config = ConfigDict(extra="allow")

    versions: Annotated[list[str], Field(description="The versions of the protocol.")]
    name: Annotated[str, Field(description="The service.")]
    identifierSpace: Annotated[str, Field(description="What ids are of.")]
    schemaSpace: Annotated[str, Field(description="What types are of.")]
    defaultTypes: Annotated[list[Type], Field(description="The kinds of actor.")]


class Feature(Shape):
    """A part of a score."""

    id: Annotated[str, Field(description="By what the actor was found.")]
    value: Annotated[float, Field(description="How alike, 0 to 1.")]


class Candidate(Shape):
    """An actor who may be meant."""

    id: Annotated[str, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its usual name.")]
    description: Annotated[str, Field(description="What it is; empty where nothing is said.")]
    type: Annotated[list[Type], Field(description="What kind of actor.")]
    score: Annotated[float, Field(description="How alike the best of its names is, 60 to 100.")]
    match: Annotated[bool, Field(description="Whether it alone has the very name.")]
    matched_as: Annotated[
        str,
        Field(
            description="By what it was found: `name`, `code`, `withdrawn_code`, `spelling` (of "
            "public tables), `other_language`, `words`, `properties`, or `capital`, which is never "
            "a match."
        ),
    ]
    features: Annotated[
        list[Feature], Field(description="The same as the protocol says it, with its weight.")
    ]


class Candidates(Shape):
    """The answer to one query, the best first."""

    model_config = MAY_BE_LEFT_OUT

    result: list[Candidate]
    errors: Annotated[
        list[str],
        Field(description="Why this query could not be answered, and what would be right."),
    ] = []
    warnings: Annotated[
        list[str], Field(description="What of this query was put right or left out, and why.")
    ] = []


class PropertyFault(Shape):
    """A property that no actor has."""

    property: Annotated[str, Field(description="Its id, as asked.")]
    detail: Annotated[str, Field(description="What is wrong, and what would be right.")]


class Extension(Shape):
    """Values to extend a table with."""

    model_config = MAY_BE_LEFT_OUT

    meta: Annotated[list[Type], Field(description="The properties.")]
    rows: Annotated[
        dict[str, dict[str, list[dict[str, Any]]]],
        Field(description="By id and property: `{str}` or `{id, name}`; none where not recorded."),
    ]
    errors: Annotated[
        list[PropertyFault], Field(description="Properties that are not known; without values.")
    ] = []


class Suggestion(Shape):
    """An actor whose name begins so."""

    id: Annotated[str, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its usual name.")]
    description: Annotated[str, Field(description="What it is; empty where nothing is said.")]
    notable: Annotated[list[Type], Field(description="What kind of actor.")]


class Suggestions(Shape):
    """Actors whose names begin so, the nearest first."""

    result: list[Suggestion]


class DescribedType(Type):
    """A kind of actor, or a property, with what it is."""

    model_config = MAY_BE_LEFT_OUT

    description: Annotated[str, Field(description="What it holds.")] = ""


class NamedTypes(Shape):
    """Types or properties whose names begin so."""

    result: list[DescribedType]


class Flyout(Shape):
    """A flyout: a short description, while somebody chooses."""

    id: Annotated[str, Field(description="Its id.")]
    html: Annotated[str, Field(description="What it is.")]


class Proposal(Shape):
    """Properties that a table can be extended with."""

    model_config = MAY_BE_LEFT_OUT

    type: Annotated[str, Field(description="The kind of actor asked for; else not there.")] = ""
    limit: Annotated[int, Field(description="How many were asked for.")]
    properties: Annotated[list[DescribedType], Field(description="What actors of it can have.")]
