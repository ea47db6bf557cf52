"""Reconciliation: other people's names of actors to our ids, as OpenRefine asks for them.

The protocol is the W3C Reconciliation API 0.2 (reconciliation-api.github.io/specs/0.2): a manifest,
batches of queries, suggestions while somebody types, and values to extend a table with. Names are
compared as search compares them, without case and accents. The score of a candidate is that of its
best name, 0 to 100: how alike the words are, in whatever order; a name that only holds all the
words, or the other way round, has 90 at most. A match is sure only where one actor alone has 100.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from app import __version__
from app.db.search import words_of
from app.db.tables import ACTOR_KINDS
from app.records.kinds import KINDS
from app.vocabulary import ActorKind
from app.web.described import Described
from app.web.http.request_body import read_body
from app.web.parameters import Parameter, integer, parse_query, word_of
from app.web.problems import responses_for
from app.web.query.ids import country_aliases
from app.web.requests.context import ReadContext, Service, json_response, operation
from app.web.response_schemas import Shape

router = APIRouter()

FORM = "application/x-www-form-urlencoded"
MOST_QUERIES, MOST_CANDIDATES, MOST_IDS = 100, 50, 1000
LONGEST_BATCH = 200_000
#: Of an address 64 KB are read; two values whose characters take twelve fit. Else it is posted.
LONGEST_ASKED = 2_500
SUGGESTED = 10
LEAST_SCORE, CONTAINED = 60.0, 0.9


# -- what is asked ----------------------------------------------------------------------------


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _texts(value: Any) -> list[str]:
    """The values of a property: texts, numbers or entities, one or many."""
    return [str(one.get("id", "") if isinstance(one, dict) else one) for one in _listed(value)]


class Given(BaseModel):
    """A part of what is asked."""

    model_config = ConfigDict(extra="forbid")


class Constraint(Given):
    """A property that candidates should have."""

    pid: Literal["country"]
    v: Annotated[list[str], BeforeValidator(_texts), Field(max_length=50)]


class Query(Given):
    """A name, and what is known of whom it names."""

    query: Annotated[str, Field(max_length=500)]
    type: Annotated[list[ActorKind], BeforeValidator(_listed)] = list(ActorKind)
    type_strict: Literal["any", "should", "all"] = "any"  # an actor has one type: all alike
    limit: Annotated[int, Field(ge=1, le=MOST_CANDIDATES)] = SUGGESTED
    properties: Annotated[list[Constraint], Field(max_length=10)] = []


class Wanted(Given):
    """A property to extend a table with."""

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


class Extend(Given):
    """The actors and properties to extend a table with."""

    ids: Annotated[list[str], Field(max_length=MOST_IDS)]
    properties: Annotated[list[Wanted], Field(max_length=20)]


def _json(shape: Any) -> Callable[[str], Any]:
    """The parser of a parameter that is JSON."""
    adapter = TypeAdapter(shape)

    def parse(text: str) -> Any:
        try:
            return adapter.validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = "/".join(str(part) for part in first["loc"])
            raise ValueError(f"at {place or 'the whole'}: {first['msg']}") from None

    return parse


_JSON_TEXT = {"type": "string", "contentMediaType": "application/json", "maxLength": LONGEST_BATCH}
QUERIES = Parameter(
    "queries",
    f"A JSON object of queries by a key of yours, {MOST_QUERIES} at most: `query` is the name; "
    "`type` (country, organization, person, group), `limit` and `properties` narrow it. The one "
    "property is `country`: candidates known to belong to another are left out.",
    _JSON_TEXT,
    _json(Annotated[dict[str, Query], Field(max_length=MOST_QUERIES)]),
    example='{"q0":{"query":"Kazakstan","type":"country","limit":3}}',
)
EXTEND = Parameter(
    "extend",
    "A JSON object `{ids, properties: [{id}]}`: the values of these properties of these actors.",
    _JSON_TEXT,
    _json(Extend),
    example='{"ids":["KAZ"],"properties":[{"id":"iso3166_1_alpha2"}]}',
)
TYPE = word_of("type", list(ActorKind), "Only actors of these kinds.")
#: OpenRefine's widget adds these to every request.
_IDLE = [
    Parameter(name, "Sent by OpenRefine's widget; it changes nothing here.")
    for name in ("type_strict", "key", "filter", "spell", "exact", "lang", "scoring", "prefixed")
]


# -- what is answered -------------------------------------------------------------------------


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


# -- the actors -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Named:
    """An actor as names find it."""

    id: str
    kind: ActorKind
    name: str
    country: str | None
    summary: str


@dataclass(frozen=True)
class Register:
    """Every name of every actor, folded, and whose it is."""

    names: list[str]
    owners: list[Named]
    by_id: dict[str, Named]


def _register(context: ReadContext) -> Register:
    made: Register = context.kept("names of actors", lambda: _read_register(context))
    return made


def _read_register(context: ReadContext) -> Register:
    register = Register([], [], {})
    for kind in ActorKind:
        table = KINDS[kind].table
        country = table.c.country if "country" in table.c else table.c.id
        for row in context.rows(sa.select(table.c.id, table.c.name, country, table.c.body)):
            body = orjson.loads(row.body)
            actor = Named(row.id, kind, row.name, row[2], body["summary"] or "")
            names = (row.name, body.get("official_name"), *body["other_names"])
            register.by_id[actor.id] = actor
            for folded in dict.fromkeys(_folded(name) for name in names if name):
                register.names.append(folded)
                register.owners.append(actor)
    return register


def _folded(text: str) -> str:
    return " ".join(words_of(text))


def _type(kind: ActorKind) -> dict[str, str]:
    return {"id": kind.value, "name": kind.value.capitalize()}


# -- the protocol -----------------------------------------------------------------------------


def _answer(context: ReadContext) -> Response:
    """A batch of queries, values, or where neither is asked for the manifest."""
    if "queries" in context.values:
        batch: dict[str, Query] = context.values["queries"]
        return _told({key: {"result": _candidates(context, query)} for key, query in batch.items()})
    if "extend" in context.values:
        return _told(_extension(context, context.values["extend"]))
    return _told(_manifest(context))


def _told(value: Any) -> Response:
    return json_response(orjson.dumps(value))


def _manifest(context: ReadContext) -> dict[str, Any]:
    base = context.service.settings.public_url.rstrip("/")
    return {
        "versions": ["0.2"],
        "name": "Regional security positions: actors",
        "identifierSpace": f"{base}/actors/",
        "schemaSpace": f"{base}/v1/codebook#actor_kind",
        "documentation": f"{base}/docs",
        "serviceVersion": __version__,
        "defaultTypes": [_type(kind) for kind in ActorKind],
        "view": {"url": f"{base}/actors/{{{{id}}}}"},
        "suggest": {
            "entity": {"service_url": base, "service_path": "/v1/reconcile/suggest/entity"}
        },
        "extend": {
            "propose_properties": {
                "service_url": base,
                "service_path": "/v1/reconcile/extend/properties",
            },
            "property_settings": [],
        },
        "batchSize": MOST_QUERIES,
    }


def _candidates(context: ReadContext, query: Query) -> list[dict[str, Any]]:
    """Whom a query may mean, the best first."""
    scores = _scores(context, query.query)
    actors = [actor for actor in scores if actor.kind in query.type]
    for constraint in query.properties:
        known = _countries(context, constraint.v)
        actors = [actor for actor in actors if actor.country is None or actor.country in known]
    actors.sort(key=lambda actor: (-scores[actor], actor.name, actor.id))
    sure = [actor for actor in actors if scores[actor] == 100]
    return [
        {
            "id": actor.id,
            "name": actor.name,
            "description": actor.summary,
            "type": [_type(actor.kind)],
            "score": round(scores[actor], 2),
            "match": sure == [actor],
        }
        for actor in actors[: query.limit]
    ]


def _scores(context: ReadContext, text: str) -> dict[Named, float]:
    """How alike each actor's best name is to a text; those too far off are left out."""
    from rapidfuzz import fuzz, process

    register, folded = _register(context), _folded(text)
    scores: dict[Named, float] = {}
    for scorer, weight in ((fuzz.token_sort_ratio, 1.0), (fuzz.token_set_ratio, CONTAINED)):
        for _, score, at in process.extract(
            folded, register.names, scorer=scorer, limit=None, score_cutoff=LEAST_SCORE / weight
        ):
            actor = register.owners[at]
            scores[actor] = max(scores.get(actor, 0), score * weight)
    code = country_aliases(context).get(text.strip().lower(), text.strip())
    if code in register.by_id:
        scores[register.by_id[code]] = 100
    return scores


def _countries(context: ReadContext, given: Iterable[str]) -> set[str]:
    """Countries by code or name; what is not one of them is in no country."""
    aliases = country_aliases(context)
    found = (aliases.get(one.lower()) or aliases.get("-".join(words_of(one))) for one in given)
    return {one for one in found if one}


def _extension(context: ReadContext, extend: Extend) -> dict[str, Any]:
    fields = [wanted.id for wanted in extend.properties]
    records = _records(context, extend.ids)
    return {
        "meta": [_property(name) for name in fields],
        "rows": {
            one: {name: _values(records.get(one, {}).get(name)) for name in fields}
            for one in extend.ids
        },
    }


def _records(context: ReadContext, ids: list[str]) -> dict[str, dict[str, Any]]:
    found = {}
    for kind in ACTOR_KINDS:
        table = KINDS[kind].table
        for row in context.rows(sa.select(table.c.id, table.c.body).where(table.c.id.in_(ids))):
            found[row.id] = orjson.loads(context.fill(row.body.encode()))
    return found


def _values(value: Any) -> list[dict[str, Any]]:
    """A field of a record as the protocol has it."""
    match value:
        case None | "":
            return []
        case list():
            return [told for one in value for told in _values(one)]
        case {"edtf": edtf, "text": text}:
            return _values(edtf or text)
        case {"id": one, "name": name}:
            return [{"id": one, "name": name}]
        case _:
            return [{"str": str(value)}]


PROPERTIES: tuple[str, ...] = Wanted.model_fields["id"].annotation.__args__  # type: ignore[union-attr]


def _property(name: str) -> dict[str, str]:
    return {"id": name, "name": name.replace("_", " ")}


def _propose(context: ReadContext) -> Response:
    """The properties that actors of the kind asked for can have."""
    kind = context.values.get("type")
    shapes = [KINDS[one].record for one in ([kind] if kind else ACTOR_KINDS)]
    names = [name for name in PROPERTIES if any(name in shape.model_fields for shape in shapes)]
    return _told({"type": kind, "properties": [_property(name) for name in names]})


def _suggest(context: ReadContext) -> Response:
    """Actors whose names, or words in them, begin with what was typed."""
    register, prefix = _register(context), _folded(context.values["prefix"])
    kinds = context.values.get("type", list(ActorKind))
    ranks: dict[Named, int] = {}
    for name, actor in zip(register.names, register.owners, strict=True):
        if prefix and actor.kind in kinds and f" {prefix}" in f" {name}":
            ranks[actor] = min(ranks.get(actor, 2), 0 if name.startswith(prefix) else 1)
    found = sorted(ranks, key=lambda actor: (ranks[actor], actor.name, actor.id))
    first = context.values.get("cursor", 0)
    return _told({"result": [_suggestion(actor) for actor in found[first : first + SUGGESTED]]})


def _suggestion(actor: Named) -> dict[str, Any]:
    return {
        "id": actor.id,
        "name": actor.name,
        "description": actor.summary,
        "notable": [_type(actor.kind)],
    }


async def _posted(request: Request) -> Response:
    body = await read_body(request, most=4 * LONGEST_BATCH, types=(FORM,))
    values = parse_query(body, {QUERIES.name: QUERIES, EXTEND.name: EXTEND})
    service: Service = request.app.state.service
    return await service.answer(request, values, _answer, costly=True)


# -- the addresses ----------------------------------------------------------------------------

_ABOUT = (
    "The W3C Reconciliation API 0.2 over countries, organizations, people and groups: give its "
    "address to OpenRefine. Without parameters it answers with its manifest, with `queries` with "
    "candidates for each name, with `extend` with values. `match` is true only where one actor "
    "alone has the very name; no candidate means that nobody held here has a name like it."
)
_SHAPE: Any = Manifest | dict[str, Candidates] | Extension
_ASKED = [
    replace(one, schema=one.schema | {"maxLength": LONGEST_ASKED}) for one in (QUERIES, EXTEND)
]

operation(
    router,
    "/reconcile",
    _answer,
    name="reconcile",
    summary="Match names to actors",
    description=_ABOUT,
    tag="Finding",
    shape=_SHAPE,
    parameters=_ASKED,
    costly=True,
)
router.add_api_route(
    "/reconcile",
    _posted,
    methods=["POST"],
    name="reconcile_form",
    operation_id="reconcile_form",
    summary="Match names to actors, by form",
    description=f"{_ABOUT} Changes nothing and needs no key.",
    tags=["Finding"],
    response_model=_SHAPE,
    route_class_override=Described,
    responses=responses_for((), {400, 413, 415, 422}),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                FORM: {
                    "schema": {
                        "type": "object",
                        "properties": {
                            one.name: {**one.schema, "description": one.description}
                            for one in (QUERIES, EXTEND)
                        },
                    },
                    "example": {QUERIES.name: QUERIES.example},
                }
            },
        }
    },
)
operation(
    router,
    "/reconcile/suggest/entity",
    _suggest,
    name="suggest_actors",
    summary="Suggest actors while somebody types",
    description="Actors whose names, or words in them, begin so: part of reconciliation.",
    tag="Finding",
    shape=Suggestions,
    parameters=(
        Parameter("prefix", "What was typed.", example="kaz", required=True),
        TYPE,
        integer("cursor", "How many suggestions to leave out.", 0, 10_000, 0),
        *_IDLE,
    ),
)
operation(
    router,
    "/reconcile/extend/properties",
    _propose,
    name="propose_properties",
    summary="Propose properties to extend a table with",
    description="What actors of a kind can have: part of reconciliation.",
    tag="Finding",
    shape=Proposal,
    parameters=(
        word_of("type", list(ActorKind), "The kind of actor; all if left out.", many=False),
        integer("limit", "Taken as OpenRefine sends it; there are few.", 1, 1000, 20),
    ),
)
