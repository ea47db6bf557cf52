"""Request bodies: bounded while they arrive, of a type the address reads, and strict JSON.

A length that was announced is refused before a byte is read; one that was not is counted as it
arrives. Compressed bodies are refused: their length says nothing about what they become. A key
given twice in an object is refused, because every reader of JSON keeps another one of the two.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import IO, Any, TypeVar, cast

import orjson
from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from app.errors import (
    Fault,
    InvalidInput,
    MalformedBody,
    TooLarge,
    Unavailable,
    UnsupportedType,
)
from app.validation_messages import message

M = TypeVar("M", bound=BaseModel)
DEEPEST = 30
LARGEST = 1 << 20
IN_MEMORY = 1 << 20
JSON = "application/json"


async def read_as(request: Request, shape: type[M], *, most: int = LARGEST) -> M:
    """Read a JSON body of a known shape.

    Raises:
        UnsupportedType, TooLarge, MalformedBody: as `read_body` and `parse_object` do.
        InvalidInput: with a pointer to each field that is wrong.
    """
    given = parse_object(await read_body(request, most=most, types=(JSON,)))
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise _problem(error, shape) from None


def _problem(error: ValidationError, shape: type[BaseModel]) -> InvalidInput:
    found = error.errors(include_url=False)[:100]
    faults = [
        Fault(message(one, shape), pointer="/" + "/".join(str(part) for part in one["loc"]))
        for one in found
    ]
    return InvalidInput(
        "; ".join(f"{one.pointer}: {one.detail}" for one in faults[:3]), errors=faults
    )


def json_body(shape: type[BaseModel], example: Any) -> dict[str, Any]:
    """The declaration of a JSON body of this shape for OpenAPI."""
    schema = shape.model_json_schema(ref_template="#/components/schemas/{model}")
    content = {JSON: {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "content": content}}


async def read_body(request: Request, *, most: int, types: tuple[str, ...]) -> bytes:
    """The whole body, bounded.

    Raises:
        UnsupportedType: when it is compressed, or of another type than the address reads.
        TooLarge: when it is longer than `most` bytes.
        MalformedBody: when the connection ended before it did.
    """
    return b"".join([part async for part in body_parts(request, most=most, types=types)])


@dataclass(frozen=True)
class RequestBody:
    """A body that has arrived whole: in memory when it is short, else in a file of its own."""

    file: IO[bytes]
    digest: str

    def read(self) -> bytes:
        """All of it."""
        self.file.seek(0)
        return self.file.read()

    def lines(self, longest: int) -> Iterator[bytes]:
        """Its lines, one at a time; of a longer one the beginning, a byte too long."""
        self.file.seek(0)
        while line := self.file.readline(longest + 1):
            yield line
            rest = line
            while len(rest) > longest and not rest.endswith(b"\n"):
                rest = self.file.readline(longest + 1)


@asynccontextmanager
async def receive_body(
    request: Request, *, most: int, types: tuple[str, ...]
) -> AsyncIterator[RequestBody]:
    """Receive a whole body, bounded; raises as `read_body` does."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        digest = sha256()
        if types:
            async for part in body_parts(request, most=most, types=types):
                digest.update(part)
                _write(file, part)
        yield RequestBody(cast(IO[bytes], file), digest.hexdigest())


def _write(file: Any, part: bytes) -> None:
    """Put a part of a body aside; a full disk is no fault of the caller's, nor for ever."""
    try:
        file.write(part)
    except OSError as fault:
        detail = "there is no room to receive this body right now; try again later"
        raise Unavailable(detail, headers={"Retry-After": "60", "Connection": "close"}) from fault


async def body_parts(
    request: Request, *, most: int, types: tuple[str, ...]
) -> AsyncIterator[bytes]:
    """The body as it arrives; raises as `read_body` does."""
    _check_head(request, most, types)
    length = 0
    try:
        async for part in request.stream():
            length += len(part)
            if length > most:
                raise _too_large(most)
            yield part
    except ClientDisconnect as fault:
        raise MalformedBody("the connection ended before the body did") from fault


def _check_head(request: Request, most: int, types: tuple[str, ...]) -> None:
    """Refuse a body by its headers, before any of it is read."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedType(
            "a compressed body is not read here; send it without Content-Encoding",
            headers={"Accept-Encoding": "identity"},
        )
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if media.strip().lower() not in types or charset not in ("", "utf-8", "utf8"):
        raise UnsupportedType(
            f"the body should be {' or '.join(types)} in UTF-8, and Content-Type should say so",
            headers={"Accept-Patch" if request.method == "PATCH" else "Accept": ", ".join(types)},
        )
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > most:
        raise _too_large(most)


def _too_large(most: int) -> TooLarge:
    # What is left of the body is not read, so the connection cannot be used again.
    return TooLarge(f"a body here has at most {most} bytes", headers={"Connection": "close"})


def parse_object(text: bytes) -> dict[str, Any]:
    """A JSON object from text.

    Raises:
        MalformedBody: when the text is not strict JSON in UTF-8, or is nested too deeply.
        InvalidInput: when it is not an object.
    """
    try:
        orjson.loads(text)  # strict where the standard library is not: UTF-8, NaN, surrogates
        value = json.loads(text, object_pairs_hook=_object_of)
    except RecursionError as fault:
        raise MalformedBody(f"the JSON is nested deeper than {DEEPEST} levels") from fault
    except ValueError as fault:
        raise MalformedBody(f"the body is not JSON: {_reason(fault)}") from fault
    if not isinstance(value, dict):
        raise InvalidInput(
            "the body should be a JSON object", errors=[Fault("should be an object", pointer="")]
        )
    _check_depth(value, DEEPEST)
    return value


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object from its members, none of them given twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _times = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(f"the key {twice[:100]!r} is given twice in one object")
    return found


def _reason(fault: ValueError) -> str:
    """The reason of a fault, without Python's place in the text."""
    return str(fault).partition(": line")[0]


def _check_depth(value: Any, left: int) -> None:
    if not left:
        raise MalformedBody(f"the JSON is nested deeper than {DEEPEST} levels")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        _check_depth(each, left - 1)
