"""OpenAPI document: the 3.1 description of the API, and the page that shows it."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles

from app.web.openapi.components import declare_headers, share_parameters, share_responses
from app.web.openapi.examples import add_examples
from app.web.openapi.schemas import PREFIX, settle_schemas
from app.web.problems import ProblemBody
from app.web.request_schemas import input_schemas
from app.web.response_schemas import SparsePage

DESCRIPTION = """\
Countries, agreements and opinions, each tied to the exact place in the source that says so, and
who agrees with whom.

* **Filters** are plain parameters: repeat one, or use commas, for *or*; different ones mean *and*.
  An unknown parameter or value is a 422 that names the nearest right one.
* **Formats**: `format=csv` and `format=ndjson` stream the whole filtered result.
* **Two clocks**: `as_of` is the world's, `known_at` is this database's.
* **Not recorded** is the absence of an opinion. It is neither `neutral` nor `no_position`.
* Every answer names its `release` and whom to cite. Reading needs no key.
* **Headers**: every answer has `X-Request-Id`, and `RateLimit` and `RateLimit-Policy` where a limit
  is set; other formats than JSON have `Content-Disposition`.
"""

TAGS = [
    {"name": "Actors", "description": "Whoever can hold a position or be what one is about."},
    {"name": "Agreements and events", "description": "What was agreed, and what happened."},
    {"name": "Questions and positions", "description": "Who stands where on what."},
    {"name": "Sources", "description": "Where it all comes from, to the character."},
    {"name": "Finding", "description": "What there is, search, and the words used."},
    {"name": "Analysis", "description": "What follows from the positions."},
    {"name": "Curation", "description": "Changing the data, and everything that was changed."},
]

KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key, made with `positions keys create`: every change needs one.",
}

STATIC = Path(__file__).parent / "static"
router = APIRouter(include_in_schema=False)


@router.get("/docs")
def get_docs() -> Response:
    """Show the API's description, from our own files."""
    return FileResponse(STATIC / "docs.html", media_type="text/html")


def install(app: FastAPI) -> None:
    """Describe the application once, keep the description, and serve the files of its page."""

    def described() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = _describe(app)
        return app.openapi_schema

    app.mount("/static", StaticFiles(directory=STATIC))
    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way


def _describe(app: FastAPI) -> dict[str, Any]:
    described = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        servers=app.servers,
        contact=app.contact,
        license_info=app.license_info,
        separate_input_output_schemas=True,
    )
    schemas = described.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for shape in (ProblemBody, SparsePage):
        schema = shape.model_json_schema(mode="serialization", ref_template=f"{PREFIX}{{model}}")
        schemas.update(schema.pop("$defs", {}))
        schemas[shape.__name__] = schema
    schemas.update(input_schemas())
    described["components"]["securitySchemes"] = {"key": KEY}
    described["security"] = []
    document = {key: _with_ref("Ref", schemas["Ref"], part) for key, part in described.items()}
    settle_schemas(document)
    add_examples(document)
    declare_headers(document)
    share_responses(document)
    share_parameters(document)
    return document


def _with_ref(name: str, schema: Any, found: Any) -> Any:
    """Refer to a schema wherever it is written out: generators make one type of it, not fifty."""
    if isinstance(found, list):
        return [_with_ref(name, schema, item) for item in found]
    if not isinstance(found, dict):
        return found
    if found.get("title") == name and found is not schema:
        own = found["description"] != schema["description"]
        told = {"description": found["description"]} if own else {}
        return {"$ref": f"{PREFIX}{name}", **told}
    return {key: _with_ref(name, schema, item) for key, item in found.items()}
