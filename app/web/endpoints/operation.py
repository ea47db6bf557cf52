"""Operation: an address that is read, declared with its parameters and its handler."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from app.web.formats.media_types import offered_formats
from app.web.parameters import ID_SCHEMA, MIN_RELEASE, NAME_SCHEMA, Parameter, parse_query
from app.web.problems import responses_for
from app.web.requests.context import Handler, run_handler
from app.web.requests.service import Service


class DescribedRoute(APIRoute):
    """A route that answers with bytes; the shape of its answer is for OpenAPI.

    FastAPI would make a field of the shape at once, and another one when the application, in which
    the route stands below a prefix, is described. The first was a tenth of what this service adds
    to a start.
    """

    def __init__(self, *given: Any, response_model: Any, **more: Any) -> None:
        """Keep the shape for the description."""
        super().__init__(*given, response_model=None, **more)
        self.response_model = response_model


@dataclass(frozen=True)
class ReadOperation:
    """A registered operation, for those who call it in the process, as the explorer's pages do.

    Attributes:
        handler: makes the response.
        parameters: what the address takes, by name.
        endpoint: answers a request.
        formats: what its answers come in, by `format=` or `Accept`.
    """

    handler: Handler
    parameters: Mapping[str, Parameter]
    endpoint: Callable[[Request], Awaitable[Response]]
    formats: Sequence[str]


#: Every operation by its path below /v1.
OPERATIONS: dict[str, ReadOperation] = {}


def operation(
    router: APIRouter,
    path: str,
    handler: Handler,
    *,
    name: str,
    summary: str,
    description: str,
    tag: str,
    shape: Any,
    parameters: Sequence[Parameter] = (),
    path_parameters: Sequence[dict[str, Any]] = (),
    costly: bool = False,
    formats: Sequence[str] = ("json",),
    problems: Sequence[int] = (),
    media: Sequence[str] = (),
) -> None:
    """Register an address that is read: its handler, and all that OpenAPI says of it."""
    parameters = (*parameters, MIN_RELEASE)
    known = {parameter.name: parameter for parameter in parameters}

    described = offered_formats(tuple(formats), sparse="fields" in known)

    async def endpoint(request: Request) -> Response:
        values = parse_query(request.scope["query_string"], known)
        request.scope["positions.min_release"] = values.pop("min_release", 0)
        return await respond(request, values, handler, costly=costly)

    OPERATIONS[path] = ReadOperation(handler, known, endpoint, formats)
    router.add_api_route(
        path,
        endpoint,
        methods=["GET"],
        name=name,
        operation_id=name,
        summary=summary,
        description=description,
        tags=[tag],
        response_model=shape,
        route_class_override=DescribedRoute,
        response_class=JSONResponse if shape else Response,
        responses=responses_for(described, {304, 422, *problems}, media),
        openapi_extra={
            "parameters": [*path_parameters, *(p.openapi() for p in parameters)],
        },
    )


async def respond(
    request: Request, values: dict[str, Any], handler: Handler, *, costly: bool = False
) -> Response:
    """Run a handler for a request, on the event loop or in a thread.

    Args:
        request: the request.
        values: the values of its parameters.
        handler: makes the response.
        costly: whether it is known to be costly.
    """
    service: Service = request.app.state.service
    # Two that are alike by chance are only run in the same way.
    key = hash((request.scope["path"], request.scope["query_string"]))
    work = partial(run_handler, service, request, values, handler)
    return await service.executor.run(key, work, costly=costly)


def problems_of_id(what: str) -> tuple[int, ...]:
    """The statuses of an address whose id is no record's, or that of several."""
    return (300, 404) if what == "country" else (404,)


def path_id(what: str, example: str) -> dict[str, Any]:
    """The `id` in an address; of a country it may be whatever the country is called."""
    return {
        "name": "id",
        "in": "path",
        "required": True,
        "description": f"The id of the {what}.",
        "schema": NAME_SCHEMA if what == "country" else ID_SCHEMA,
        "example": example,
    }
