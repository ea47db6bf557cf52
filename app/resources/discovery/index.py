"""Resource of the index: every address that is read."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Response
from pydantic import Field

from app.web.endpoints.operation import operation
from app.web.formats.responses import item_response
from app.web.requests.context import ReadContext
from app.web.response_schemas import Item, Shape

router = APIRouter()


class Address(Shape):
    """One address of the API."""

    path: Annotated[str, Field(description="The path; braces stand for an id.")]
    summary: Annotated[str, Field(description="What it answers.")]
    operation: Annotated[str, Field(description="Its operationId in OpenAPI.")]


def _index(context: ReadContext) -> Response:
    addresses = [
        {"path": one.path, "summary": one.summary, "operation": one.name}
        for one in context.request.app.state.routes
        if one.path.startswith("/v1") and "GET" in one.methods and one.described
    ]
    return item_response(context, orjson.dumps(addresses), context.meta(set()))


operation(
    router,
    "",
    _index,
    name="get_index",
    summary="List what there is",
    description="Every address that is read, with what it answers.",
    tag="Finding",
    shape=Item[list[Address]],
)
