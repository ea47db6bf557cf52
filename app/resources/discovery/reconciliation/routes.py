"""Addresses of reconciliation, and the parameters they take."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field, TypeAdapter, ValidationError

from app import __version__
from app.resources.discovery.reconciliation.candidates import (
    answered,
    suggested_properties,
    suggested_types,
    suggestions,
    type_of,
)
from app.resources.discovery.reconciliation.extension import extension, proposal
from app.resources.discovery.reconciliation.previews import (
    HEIGHT,
    WIDTH,
    actor_html,
    property_html,
    type_html,
)
from app.resources.discovery.reconciliation.queries import MOST_QUERIES, read_query
from app.resources.discovery.reconciliation.schemas import (
    Candidates,
    Extend,
    Extension,
    Flyout,
    Manifest,
    NamedTypes,
    Proposal,
    Suggestions,
)
from app.validation_messages import message
from app.vocabulary import ActorKind
from app.web.endpoints.operation import DescribedRoute, operation, respond
from app.web.formats.responses import json_response
from app.web.http.request_body import read_body
from app.web.parameters import Parameter, integer, parse_query, word_of
from app.web.problems import responses_for
from app.web.requests.context import ReadContext

router = APIRouter()

FORM = "application/x-www-form-urlencoded"
LONGEST_BATCH = 200_000
#: Of an address 64 KB are read; two values whose characters take twelve fit. Else it is posted.
LONGEST_IN_ADDRESS = 2_500


def _json(shape: Any) -> Callable[[str], Any]:
    """The parser of a parameter that is JSON."""
    adapter = TypeAdapter(shape)

    def parse(text: str) -> Any:
        try:
            return adapter.validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = "/".join(str(part) for part in first["loc"])
            raise ValueError(f"{place or 'the whole'}: {message(first)}") from None

    return parse


_JSON_TEXT = {"type": "string", "contentMediaType": "application/json", "maxLength": LONGEST_BATCH}
QUERIES = Parameter(
    "queries",
    f"A JSON object of queries by a key of yours, {MOST_QUERIES} at most: `query` is the name; "
    "`type` (country, organization, person, group), `limit` and `properties` narrow it, or "
    "`properties` alone say whom. Candidates known to belong to another `country` are left out; "
    "those known to differ in another property have a lower score. Each query is answered by "
    "itself: an odd one has no result and says in `errors` what would be right.",
    _JSON_TEXT,
    _json(Annotated[dict[str, Any], Field(max_length=MOST_QUERIES)]),
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


# -- handlers ---------------------------------------------------------------------------------


def _reconcile(context: ReadContext) -> Response:
    """Answer a batch of queries, or extend a table, or show the manifest."""
    if "queries" in context.values:
        batch: dict[str, Any] = context.values["queries"]
        found = {key: answered(context, read_query(query)) for key, query in batch.items()}
        return _json_answer(found)
    if "extend" in context.values:
        return _json_answer(extension(context, context.values["extend"]))
    return _json_answer(_manifest(context))


def _json_answer(value: Any) -> Response:
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
        "defaultTypes": [type_of(kind) for kind in ActorKind],
        "view": {"url": f"{base}/actors/{{{{id}}}}"},
        "preview": {
            "url": f"{base}{_PREVIEW}?id={{{{id}}}}",
            "width": WIDTH,
            "height": HEIGHT,
        },
        "suggest": {name: _suggesting(base, name) for name in ("entity", "type", "property")},
        "extend": {
            "propose_properties": {
                "service_url": base,
                "service_path": "/v1/reconcile/extend/properties",
            },
            "property_settings": [],
        },
        "batchSize": MOST_QUERIES,
    }


_PREVIEW = "/v1/reconcile/preview"


def _suggesting(base: str, what: str) -> dict[str, str]:
    return {
        "service_url": base,
        "service_path": f"/v1/reconcile/suggest/{what}",
        "flyout_service_url": base,
        "flyout_service_path": f"/v1/reconcile/flyout/{what}?id=${{id}}",
    }


def _suggest(context: ReadContext) -> Response:
    return _json_answer({"result": suggestions(context)})


def _suggest_types(context: ReadContext) -> Response:
    return _json_answer({"result": suggested_types(context.values["prefix"])})


def _suggest_properties(context: ReadContext) -> Response:
    return _json_answer({"result": suggested_properties(context.values["prefix"])})


def _propose(context: ReadContext) -> Response:
    limit = context.values.get("limit", _MOST_PROPOSED)
    return _json_answer(proposal(context.values.get("type"), limit))


def _fly_out_actor(context: ReadContext) -> Response:
    one, html = actor_html(context, context.values["id"])
    return _json_answer({"id": one, "html": html})


def _fly_out_type(context: ReadContext) -> Response:
    word = context.values["id"]
    return _json_answer({"id": word, "html": type_html(word)})


def _fly_out_property(context: ReadContext) -> Response:
    name = context.values["id"]
    return _json_answer({"id": name, "html": property_html(name)})


def _preview(context: ReadContext) -> Response:
    """Answer with a page to stand in a frame of another site, so it may hold nothing but words."""
    _, html = actor_html(context, context.values["id"])
    page = f'<!doctype html><html lang="en"><meta charset="utf-8"><body>{html}</body></html>'
    policy = "default-src 'none'; frame-ancestors *"
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


async def _posted(request: Request) -> Response:
    body = await read_body(request, most=4 * LONGEST_BATCH, types=(FORM,))
    values = parse_query(body, {QUERIES.name: QUERIES, EXTEND.name: EXTEND})
    return await respond(request, values, _reconcile, costly=True)


# -- addresses --------------------------------------------------------------------------------

_ABOUT = (
    "The W3C Reconciliation API 0.2 over countries, organizations, people and groups: give its "
    "address to OpenRefine. Without parameters it answers with its manifest, with `queries` with "
    "candidates for each name, with `extend` with values. `match` is true only where one actor "
    "alone has the very name; no candidate means that nobody held here has a name like it."
)
_SHAPE: Any = Manifest | dict[str, Candidates] | Extension
_IN_ADDRESS = [
    replace(one, schema=one.schema | {"maxLength": LONGEST_IN_ADDRESS}) for one in (QUERIES, EXTEND)
]

operation(
    router,
    "/reconcile",
    _reconcile,
    name="reconcile",
    summary="Match names to actors",
    description=_ABOUT,
    tag="Finding",
    shape=_SHAPE,
    parameters=_IN_ADDRESS,
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
    route_class_override=DescribedRoute,
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
_PREFIX = Parameter("prefix", "What was typed.", example="kaz", required=True)
_SKIPPED = integer("cursor", "How many suggestions to leave out.", 0, 10_000, 0)
_ID = Parameter("id", "The id of what to tell about.", example="KAZ", required=True)
_MOST_PROPOSED = 100

operation(
    router,
    "/reconcile/suggest/entity",
    _suggest,
    name="suggest_actors",
    summary="Suggest actors while somebody types",
    description="Actors whose names, or words in them, begin so: part of reconciliation.",
    tag="Finding",
    shape=Suggestions,
    parameters=(_PREFIX, TYPE, _SKIPPED, *_IDLE),
)
operation(
    router,
    "/reconcile/suggest/type",
    _suggest_types,
    name="suggest_types",
    summary="Suggest types while somebody types",
    description="Kinds of actor whose names begin so: part of reconciliation.",
    tag="Finding",
    shape=NamedTypes,
    parameters=(replace(_PREFIX, example="cou"), _SKIPPED, *_IDLE),
)
operation(
    router,
    "/reconcile/suggest/property",
    _suggest_properties,
    name="suggest_properties",
    summary="Suggest properties while somebody types",
    description="Properties with a word that begins so: part of reconciliation.",
    tag="Finding",
    shape=NamedTypes,
    parameters=(replace(_PREFIX, example="iso"), _SKIPPED, TYPE, *_IDLE),
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
        integer("limit", "How many at most.", 1, 1000, 20),
    ),
)
for _what, _handler, _example in (
    ("entity", _fly_out_actor, "KAZ"),
    ("type", _fly_out_type, "country"),
    ("property", _fly_out_property, "iso3166_1_alpha2"),
):
    operation(
        router,
        f"/reconcile/flyout/{_what}",
        _handler,
        name=f"tell_of_{_what}",
        summary=f"Tell what a suggested {_what} is",
        description="A few words of HTML to show beside a suggestion: part of reconciliation.",
        tag="Finding",
        shape=Flyout,
        parameters=(replace(_ID, example=_example), *_IDLE),
        problems=(404, *((300,) if _what == "entity" else ())),
    )
operation(
    router,
    "/reconcile/preview",
    _preview,
    name="preview_actor",
    summary="Show a candidate in a few words",
    description="A small page of HTML about an actor, to stand in a frame: part of reconciliation.",
    tag="Finding",
    shape=None,
    parameters=(_ID,),
    formats=(),
    media=("text/html",),
    problems=(300, 404),
)
