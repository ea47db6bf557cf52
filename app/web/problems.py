"""Problem responses (RFC 9457), and their declarations for OpenAPI."""

from collections.abc import Iterable
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from app.errors import (
    InvalidInput,
    MalformedBody,
    NotAllowed,
    NotFound,
    Problem,
    ServerFault,
    problems,
)
from app.web.formats.media_types import MEDIA_TYPES

PROBLEM_JSON = "application/problem+json"


class ProblemFault(BaseModel):
    """One thing wrong with the input."""

    parameter: Annotated[str, Field(description="The query parameter at fault.")] = ""
    pointer: Annotated[str, Field(description="JSON pointer (RFC 6901) to the field at fault.")] = (
        ""
    )
    line: Annotated[int, Field(description="The line at fault, in an import.")] = 0
    detail: Annotated[str, Field(description="What is wrong, and what would be right.")]


class ProblemBody(BaseModel):
    """A problem: what went wrong (RFC 9457)."""

    type: Annotated[str, Field(description="A stable address for this kind of problem.")]
    title: Annotated[str, Field(description="The kind of problem, in words.")]
    status: Annotated[int, Field(description="The HTTP status.")]
    detail: Annotated[str, Field(description="What was wrong, and what would be right.")]
    instance: Annotated[str, Field(description="The request it happened on.")]
    code: Annotated[str, Field(description="The kind of problem, for programs.")]
    errors: Annotated[list[ProblemFault], Field(description="Each fault of the input.")] = []


_BY_STATUS = {problem.status: problem for problem in problems()}


FAULT = ServerFault("the fault is ours; the log has it under the request id")


def problem_response(problem: Problem, instance: str) -> Response:
    """The response of a problem."""
    return Response(
        orjson.dumps(problem.body(instance)),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers=problem.headers,
    )


def install(app: FastAPI) -> None:
    """Let every error of the application leave as a problem."""

    async def on_problem(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, Problem)  # noqa: S101  registered for Problem alone
        return problem_response(problem, request.url.path)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101  registered for it alone
        return problem_response(_from_http(request, error), request.url.path)

    async def on_validation(request: Request, error: Exception) -> Response:
        return problem_response(MalformedBody("the body cannot be read"), request.url.path)

    async def on_fault(request: Request, _error: Exception) -> Response:
        return problem_response(FAULT, request.url.path)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(Exception, on_fault)


def _from_http(request: Request, error: HTTPException) -> Problem:
    """The framework's own errors as problems."""
    if error.status_code == 405:
        allowed = _allowed(request)
        return NotAllowed(
            f"this address takes {allowed}; it does not take {request.method}",
            headers={"Allow": allowed},
        )
    if error.status_code == 404:
        return NotFound("no such address; GET /v1 lists what there is")
    kind = _BY_STATUS.get(error.status_code, InvalidInput)
    return kind(str(error.detail), headers=dict(error.headers or {}))


def _allowed(request: Request) -> str:
    """Every method of an address, over all of its routes."""
    methods: set[str] = set()
    for route in request.app.state.routes:
        if route.matches(request.scope["path"]):
            methods |= route.methods
    if "GET" in methods:
        methods |= {"HEAD", "OPTIONS"}
    return ", ".join(sorted(methods))


def responses_for(
    formats: Iterable[str], statuses: Iterable[int], media: Iterable[str] = ()
) -> dict[int | str, Any]:
    """The declarations of an operation's answers for OpenAPI, besides its shape."""
    named = [MEDIA_TYPES[name] for name in formats if name != "json"]
    success = {one: {"schema": _shape_of(one)} for one in (*named, *media)}
    declared: dict[int | str, Any] = {200: {"description": "The answer.", "content": success}}
    for status in sorted({*statuses} | ({406} if success else set())):
        if status == 304:
            declared[304] = {"description": "The answer you have is still right."}
        else:
            declared[status] = _problem_described(_BY_STATUS[status].title + ".")
    declared["default"] = _problem_described(
        "Another problem: 405 another method than the address takes, 429 more than the limit that "
        "is set, 500 a fault of ours, 503 that the service is busy or its database away. After "
        "429 and 503 `Retry-After` says when to try again."
    )
    return declared


def _problem_described(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemBody"}
    return {"description": description, "content": {PROBLEM_JSON: {"schema": schema}}}


def _shape_of(media: str) -> dict[str, Any]:
    """A sparse page, a list where the media type is another one of JSON, else text."""
    if media == MEDIA_TYPES["fields"]:
        return {"$ref": "#/components/schemas/SparsePage"}
    listed = {"type": "array", "items": {"type": "object"}}
    return listed if media.endswith("+json") else {"type": "string"}
