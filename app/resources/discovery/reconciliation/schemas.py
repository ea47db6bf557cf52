"""Schemas of the Reconciliation API 0.2, of requests and responses."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.vocabulary import ActorKind
from app.web.response_schemas import Shape

MOST_QUERIES, MOST_CANDIDATES, MOST_IDS = 100, 50, 1000
SUGGESTED = 10


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _texts(value: Any) -> list[str]:
    """Return the values of a property: texts, numbers or entities, one or many."""
    return [str(one.get("id", "") if isinstance(one, dict) else one) for one in _listed(value)]


class StrictModel(BaseModel):
    """Part of a request, in which an unknown member is a fault."""

    model_config = ConfigDict(extra="forbid")


class Constraint(StrictModel):
    """Property that candidates should have."""

    pid: Literal["country"]
    v: Annotated[list[str], BeforeValidator(_texts), Field(max_length=50)]


class Query(StrictModel):
    """Name to find an actor by, with what else is known of the actor."""

    query: Annotated[str, Field(max_length=500)]
    type: Annotated[list[ActorKind], BeforeValidator(_listed)] = list(ActorKind)
    type_strict: Literal["any", "should", "all"] = "any"  # an actor has one type: all alike
    limit: Annotated[int, Field(ge=1, le=MOST_CANDIDATES)] = SUGGESTED
    properties: Annotated[list[Constraint], Field(max_length=10)] = []


class ExtendProperty(StrictModel):
    """Property to extend a table with."""

    id: Literal[
        "country",
        "other_names",
        "official_name",
        "iso3166_1_alpha2",
        "iso3166_1_alpha3",
        "iso3166_1_numeric",
        "m49_region",
        "m49_subregion",
        "classification",
        "founded",
        "summary",
    ]
    settings: dict[str, Any] = {}


class Extend(StrictModel):
    """Actors and properties to extend a table with."""

    ids: Annotated[list[str], Field(max_length=MOST_IDS)]
    properties: Annotated[list[ExtendProperty], Field(max_length=20)]


class Type(Shape):
    """A kind of actor, or a property."""

    id: Annotated[str, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its name.")]


class Manifest(BaseModel):
    """What the service can do."""

    model_config = ConfigDict(extra="allow")

    versions: Annotated[list[str], Field(description="The versions of the protocol.")]
    name: Annotated[str, Field(description="The service.")]
    identifierSpace: Annotated[str, Field(description="What ids are of.")]
    schemaSpace: Annotated[str, Field(description="What types are of.")]
    defaultTypes: Annotated[list[Type], Field(description="The kinds of actor.")]


class Candidate(Shape):
    """An actor who may be meant."""

    id: Annotated[str, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its usual name.")]
    description: Annotated[str, Field(description="What it is; empty where nothing is said.")]
    type: Annotated[list[Type], Field(description="What kind of actor.")]
    score: Annotated[float, Field(description="How alike the best of its names is, 60 to 100.")]
    match: Annotated[bool, Field(description="Whether it alone has the very name.")]


class Candidates(Shape):
    """The answer to one query, the best first."""

    result: list[Candidate]


class Extension(Shape):
    """Values to extend a table with."""

    meta: Annotated[list[Type], Field(description="The properties.")]
    rows: Annotated[
        dict[str, dict[str, list[dict[str, Any]]]],
        Field(description="By id and property: `{str}` or `{id, name}`; none where not recorded."),
    ]


class Suggestion(Shape):
    """An actor whose name begins so."""

    id: Annotated[str, Field(description="Its id.")]
    name: Annotated[str, Field(description="Its usual name.")]
    description: Annotated[str, Field(description="What it is; empty where nothing is said.")]
    notable: Annotated[list[Type], Field(description="What kind of actor.")]


class Suggestions(Shape):
    """Actors whose names begin so, the nearest first."""

    result: list[Suggestion]


class Proposal(Shape):
    """Properties that a table can be extended with."""

    type: Annotated[str | None, Field(description="The kind of actor asked for.")]
    properties: Annotated[list[Type], Field(description="What actors of this kind can have.")]
