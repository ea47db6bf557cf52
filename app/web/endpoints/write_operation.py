"""Write operation: an address that changes the data, declared with its body and its handler.

Each goes the same way: the key, the parameters, the body; then, in one transaction, the earlier
answer to the same `Idempotency-Key` or the work itself, the answer to keep, and the event. Writers
come one at a time, so a repeat that arrives while the first is under way waits for it and gets its
answer.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import anyio.to_thread
import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from app.db.api_keys import Key, is_still_valid
from app.db.tables import audit_events
from app.errors import Fault, InvalidInput, Problem
from app.records.faults import FaultyRecords, RecordFault, without_repetition
from app.settings import Settings
from app.vocabulary import ChangeReason
from app.web.endpoints.idempotency import first_result, store_result
from app.web.endpoints.operation import DescribedRoute
from app.web.endpoints.write_context import WriteContext, WriteResult
from app.web.http.request_body import RequestBody, receive_body
from app.web.parameters import Parameter, parse_query, word
from app.web.problems import responses_for
from app.web.requests.auth import audit_event, unauthorized
from app.web.requests.service import Service

REASON = replace(
    word("change_reason", ChangeReason, "Why; told with the revision for as long as it is kept."),
    many=False,
    example="correction",
)

_TAG = '(W/)?"[!#-~]*"'
_TAGS = f"^{_TAG}( *, *{_TAG})*$"
HEADERS: dict[str, dict[str, Any]] = {
    "If-Match": {
        "required": True,
        "description": "The ETag of the record as you read it; only its revision is compared.",
        "schema": {"type": "string", "pattern": _TAGS},
        "example": '"1"',
    },
    "If-None-Match": {
        "required": False,
        "description": "`*` in the place of `If-Match` makes a record that is not there yet.",
        "schema": {"type": "string", "maxLength": 1000},
    },
    "Idempotency-Key": {
        "required": False,
        "description": "Any text of yours; the same request under it again gets the first answer.",
        "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 255},
    },
    "Prefer": {
        "required": False,
        "description": "`return=minimal` leaves out the record in the answer: 204 has no body, nor "
        "has the 201 of what was made.",
        "schema": {"type": "string", "maxLength": 100},
        "example": "return=minimal",
    },
}


_RECORD = "The record as it is now."
_MADE = f"{_RECORD[:-1]}, or no body where `Prefer: return=minimal` left it out."
_DONE = "Done. There is nothing to show, or `Prefer: return=minimal` left it out."


@dataclass(frozen=True)
class AcceptedBody:
    """The body that a write takes.

    Attributes:
        types: the types of content.
        schema: the schema for OpenAPI.
        most: how many megabytes it may have.
    """

    types: tuple[str, ...]
    schema: dict[str, Any]
    most: Callable[[Settings], int] = lambda settings: settings.max_body_megabytes

    def openapi(self) -> dict[str, Any]:
        """The request body object of OpenAPI."""
        return {"required": True, "content": {t: {"schema": self.schema} for t in self.types}}


NO_BODY = AcceptedBody((), {})
WriteHandler = Callable[[WriteContext], WriteResult]
#: Looks at a body before the transaction begins, so that a faulty one never holds up a writer.
Precheck = Callable[[RequestBody], None]


def write_operation(
    router: APIRouter,
    method: str,
    path: str,
    handler: WriteHandler,
    *,
    name: str,
    summary: str,
    description: str,
    tag: str,
    status: int,
    shape: Any = None,
    body: AcceptedBody = NO_BODY,
    precheck: Precheck | None = None,
    parameters: Sequence[Parameter] = (REASON,),
    path_parameters: Sequence[dict[str, Any]] = (),
    headers: Sequence[str] = (),
    problems: Sequence[int] = (),
    scope: str = "curate",
) -> None:
    """Register an address that changes the data: its handler, and all that OpenAPI says of it."""
    named = [{"name": one, "in": "header", **HEADERS[one]} for one in headers]
    makes = "If-None-Match" in headers
    statuses = {401, 403, 422, *problems, *((400, 413, 415) if body.types else ())}
    declared = responses_for((), statuses)
    del declared[200]
    if makes:
        named = [{**one, "required": False} for one in named]
        declared[201] = {"description": _MADE, "model": shape}
    if "Prefer" in headers and status != 201:
        declared[204] = {"description": _DONE}
    router.add_api_route(
        path,
        _endpoint(handler, body, precheck, parameters, scope),
        methods=[method],
        name=name,
        operation_id=name,
        summary=summary,
        description=f"{description} Needs a key whose scope is `{scope}`.",
        tags=[tag],
        status_code=status,
        response_description=_MADE if status == 201 and shape else _RECORD if shape else _DONE,
        response_model=shape,
        route_class_override=DescribedRoute,
        responses=declared,
        openapi_extra={
            "parameters": [*path_parameters, *named, *(p.openapi() for p in parameters)],
            "security": [{"key": [scope]}],
            **({"requestBody": body.openapi()} if body.types else {}),
        },
    )


def _endpoint(
    handler: WriteHandler,
    body: AcceptedBody,
    precheck: Precheck | None,
    parameters: Sequence[Parameter],
    scope: str,
) -> Callable[[Request], Awaitable[Response]]:
    """Make what answers a request: the key first, before anything of the body is read."""
    known = {parameter.name: parameter for parameter in parameters}

    async def endpoint(request: Request) -> Response:
        service: Service = request.app.state.service
        key = await service.authenticator.require(request, scope)
        try:
            values = parse_query(request.scope["query_string"], known)
            most = body.most(service.settings) << 20
            async with receive_body(request, most=most, types=body.types) as received:
                if precheck:
                    await anyio.to_thread.run_sync(precheck, received)
                return await service.executor.write(
                    partial(run_write, request, service, key, values, received, handler)
                )
        except Problem as problem:
            service.authenticator.record_later(audit_event(request, key, "refused", problem.status))
            raise

    return endpoint


def run_write(
    request: Request,
    service: Service,
    key: Key,
    values: dict[str, Any],
    body: RequestBody,
    handler: WriteHandler,
) -> Response:
    """Run a write and all that belongs to it in one transaction, or nothing of it."""
    with service.database.write() as connection:
        if not is_still_valid(connection, key):
            raise unauthorized()
        context = WriteContext(request, service, key, values, body, connection)
        if first := first_result(context):
            event = audit_event(request, key, "repeat", first.status)
            connection.execute(sa.insert(audit_events), event)
            return first.response(**{"Idempotency-Replayed": "true"})
        try:
            result = handler(context)
        except FaultyRecords as faulty:
            raise invalid_records(faulty.faults) from None
        store_result(context, result)
        event = audit_event(request, key, "change", result.status, result.release)
        connection.execute(sa.insert(audit_events), event)
    return result.response()


def invalid_records(faults: Sequence[RecordFault]) -> InvalidInput:
    """The problem of a write whose records have faults: a summary, and each with its place."""
    faults = without_repetition(faults)
    each = [Fault(_detail(f), pointer=_pointer(f.field), line=f.line or None) for f in faults]
    return InvalidInput("; ".join(_summary(fault) for fault in faults[:3]), errors=each)


def _detail(fault: RecordFault) -> str:
    return f"{fault.source}: {fault.detail}" if fault.source.startswith("/v1/") else fault.detail


def _summary(fault: RecordFault) -> str:
    line = f"line {fault.line}, " if fault.line else ""
    return f"{line}{fault.field}: {_detail(fault)}"


def _pointer(path: str) -> str:
    return "" if path == "record" else "/" + path.replace(".", "/")
