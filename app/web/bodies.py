"""Bodies on the way in: bounded, counted as they arrive, and read by a parser that cannot be hurt.

The standard library's JSON recurses (10,000 brackets are a 500) and keeps the last of two equal
keys; so a body goes through pydantic-core's parser.
"""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from app.errors import Fault, InvalidInput, MalformedBody, TooLarge, UnsupportedType

M = TypeVar("M", bound=BaseModel)
LARGEST = 1 << 20


async def read_json(request: Request, shape: type[M]) -> M:
    """Read a small JSON body of a known shape.

    Raises:
        UnsupportedType: when it does not say it is JSON, or is encoded.
        TooLarge: as soon as more than a mebibyte has arrived.
        MalformedBody: when it is not JSON.
        InvalidInput: with a pointer to each field that is wrong.
    """
    if "content-encoding" in request.headers:
        raise UnsupportedType("an encoded body is not read; send it plain")
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise UnsupportedType("the body must be application/json")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise TooLarge(f"the body is longer than {LARGEST} bytes")
    try:
        return shape.model_validate_json(bytes(body))
    except ValidationError as error:
        raise _problem(error) from None


def _problem(error: ValidationError) -> MalformedBody | InvalidInput:
    found = error.errors(include_url=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return MalformedBody(f"the body is not JSON: {found[0]['ctx']['error']}")
    faults = [
        Fault(str(one["msg"]), pointer="/" + "/".join(str(part) for part in one["loc"]))
        for one in found[:100]
    ]
    return InvalidInput(faults[0].detail, errors=faults)


def json_body(shape: type[BaseModel], example: Any) -> dict[str, Any]:
    """How OpenAPI declares a JSON body of this shape."""
    schema = shape.model_json_schema(ref_template="#/components/schemas/{model}")
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "content": content}}
