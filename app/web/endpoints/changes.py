"""Write operation: an address that changes the data, declared with its body and its handler.

Each goes the same way: the key, the parameters, the body; then, in one transaction, the earlier
answer to the same `Idempotency-Key` or the work itself, the answer to keep, and the event. Writers
come one at a time, so a repeat that arrives while the first is under way waits for it and gets its
answer.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import Any

import anyio.to_thread
import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from app.db import utc_now
from app.db.api_keys import Key, is_still_valid
from app.db.tables import audit_events, idempotent_answers
from app.errors import Fault, InvalidInput, Problem, RevisionRequired, StaleRevision
from app.records.faults import FaultyRecords, RecordFault
from app.settings import Settings
from app.vocabulary import ChangeReason
from app.web.endpoints.operation import DescribedRoute
from app.web.http.request_body import RequestBody, parse_object, receive_body
from app.web.parameters import Parameter, parse_query, word
from app.web.problems import responses_for
from app.web.references import ReferenceFiller
from app.web.requests.auth import event_of, unauthorized
from app.web.requests.context import ReadContext
from app.web.requests.service import Service

REASON = replace(
    word("change_reason", ChangeReason, "Why; told with the revision for as long as it is kept."),
    many=False,
    example="correction",
)
#: How long the first answer to an Idempotency-Key is kept.
KEPT = timedelta(days=7)
_REPEAT_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"', re.ASCII)
_TAGS = re.compile(rf"{_TAG.pattern}(?:\s*,\s*{_TAG.pattern})*", re.ASCII)

HEADERS: dict[str, dict[str, Any]] = {
    "If-Match": {
        "required": True,
        "description": "The ETag of the record as you read it; only its revision is compared.",
        "schema": {"type": "string", "pattern": '^"[0-9]{1,9}(\\.[0-9a-f]*)?"$'},
        "example": '"1"',
    },
    "Idempotency-Key": {
        "required": False,
        "description": "Any text of yours; the same request under it again gets the first answer.",
        "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 255},
    },
    "Prefer": {
        "required": False,
        "description": "`return=minimal` leaves out the record in the answer.",
        "schema": {"type": "string", "maxLength": 100},
        "example": "return=minimal",
    },
}


@dataclass(frozen=True)
class Answer:
    """What a change answers, in a form that can be kept and given again."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    release: int | None = None

    def response(self, **more: str) -> Response:
        """The answer as it is sent."""
        media = "application/json" if self.body else None
        return Response(self.body, self.status, {**self.headers, **more}, media_type=media)


@dataclass
class WriteContext:
    """One change, under way in its transaction."""

    request: Request
    service: Service
    key: Key
    values: dict[str, Any]
    body: RequestBody
    connection: Connection

    @cached_property
    def content(self) -> dict[str, Any]:
        """The body as a JSON object."""
        return parse_object(self.body.read())

    @property
    def reason(self) -> str:
        """Why, in a word of the vocabulary, or nothing."""
        return str(self.values.get("change_reason", ""))

    def read_context(self, release: int) -> ReadContext:
        """A question about the data as this change has left it so far."""
        references = ReferenceFiller(release)
        return ReadContext(
            self.request, self.service, self.connection, release, None, {}, references
        )

    def check_revision(self, revision: int) -> None:
        """Refuse unless the caller has seen this revision.

        Raises:
            RevisionRequired: without `If-Match`, and with `*`, which would overwrite anything.
            StaleRevision: when it names another revision.
        """
        given = self.request.headers.get("if-match", "").strip()
        if given in ("", "*"):
            raise RevisionRequired(
                "say in If-Match which revision you changed: the ETag of the record as you read it"
            )
        tags = _TAG.findall(given) if _TAGS.fullmatch(given) else []
        if not any(not weak and tag.partition(".")[0] == str(revision) for weak, tag in tags):
            raise StaleRevision(
                f"If-Match is {given[:100]!r}, the record is at revision {revision}; "
                "read it again and make your change from that"
            )

    @property
    def wants_minimal(self) -> bool:
        """Whether the caller prefers to be told only that it was done."""
        preferred = self.request.headers.get("prefer", "").lower().replace(" ", "")
        return "return=minimal" in re.split("[,;]", preferred)


@dataclass(frozen=True)
class Body:
    """What a change takes: types of content, the schema for OpenAPI, an example."""

    types: tuple[str, ...]
    schema: dict[str, Any]
    most: Callable[[Settings], int] = lambda settings: settings.max_body_megabytes

    def openapi(self) -> dict[str, Any]:
        """The request body object of OpenAPI."""
        return {"required": True, "content": {t: {"schema": self.schema} for t in self.types}}


NO_BODY = Body((), {})
WriteHandler = Callable[[WriteContext], Answer]
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
    body: Body = NO_BODY,
    precheck: Precheck | None = None,
    parameters: Sequence[Parameter] = (REASON,),
    path_parameters: Sequence[dict[str, Any]] = (),
    headers: Sequence[str] = (),
    problems: Sequence[int] = (),
    scope: str = "curate",
) -> None:
    """Register an address that changes the data, with all that OpenAPI says of it."""
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
            service.authenticator.record_later(event_of(request, key, "refused", problem.status))
            raise

    told = [{"name": one, "in": "header", **HEADERS[one]} for one in headers]
    statuses = {401, 403, 422, *problems, *((400, 413, 415) if body.types else ())}
    declared = responses_for((), statuses)
    del declared[200]
    if "Prefer" in headers:
        declared[204] = {"description": "Done; `Prefer: return=minimal` left out the record."}
    router.add_api_route(
        path,
        endpoint,
        methods=[method],
        name=name,
        operation_id=name,
        summary=summary,
        description=f"{description} Needs a key whose scope is `{scope}`.",
        tags=[tag],
        status_code=status,
        response_model=shape,
        route_class_override=DescribedRoute,
        responses=declared,
        openapi_extra={
            "parameters": [*path_parameters, *told, *(p.openapi() for p in parameters)],
            "security": [{"key": [scope]}],
            **({"requestBody": body.openapi()} if body.types else {}),
        },
    )


def run_write(
    request: Request,
    service: Service,
    key: Key,
    values: dict[str, Any],
    body: RequestBody,
    handler: WriteHandler,
) -> Response:
    """Do a change and all that belongs to it in one transaction, or nothing of it."""
    with service.database.write() as connection:
        if not is_still_valid(connection, key):
            raise unauthorized()
        context = WriteContext(request, service, key, values, body, connection)
        if first := _first_answer(context):
            event = event_of(request, key, "repeat", first.status)
            connection.execute(sa.insert(audit_events), event)
            return first.response(**{"Idempotency-Replayed": "true"})
        try:
            answer = handler(context)
        except FaultyRecords as faulty:
            raise refusal(faulty.faults) from None
        _keep(context, answer)
        event = event_of(request, key, "change", answer.status, answer.release)
        connection.execute(sa.insert(audit_events), event)
    return answer.response()


def refusal(faults: Sequence[RecordFault]) -> InvalidInput:
    """The problem that faults of records make: a summary, and each with its place."""
    each = [Fault(_said(f), pointer=_pointer(f.field), line=f.line or None) for f in faults]
    return InvalidInput("; ".join(_summary(fault) for fault in faults[:3]), errors=each)


def _said(fault: RecordFault) -> str:
    return f"{fault.source}: {fault.detail}" if fault.source.startswith("/v1/") else fault.detail


def _summary(fault: RecordFault) -> str:
    line = f"line {fault.line}, " if fault.line else ""
    return f"{line}{fault.field}: {_said(fault)}"


def _pointer(path: str) -> str:
    return "" if path == "record" else "/" + path.replace(".", "/")


# -- repeats ----------------------------------------------------------------------------------


def _first_answer(context: WriteContext) -> Answer | None:
    """The answer that the same request got under the same Idempotency-Key.

    Raises:
        InvalidInput: when the key is not one, or was used for another request.
    """
    name = _repeat_key(context)
    if name is None:
        return None
    kept = idempotent_answers
    row = context.connection.execute(
        sa.select(kept).where(kept.c.principal == context.key.id, kept.c.key == name)
    ).first()
    if row is None:
        return None
    if (row.route, row.body_hash) != (_route(context), context.body.digest):
        raise _refuse_key("was used for another request; a new request needs a key of its own")
    return Answer(row.status, row.body.encode(), orjson.loads(row.headers))


def _keep(context: WriteContext, answer: Answer) -> None:
    """Keep the answer for repeats, in the transaction that it answers."""
    name = _repeat_key(context)
    if name is None:
        return
    kept = idempotent_answers
    oldest = (datetime.now(UTC) - KEPT).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    context.connection.execute(sa.delete(kept).where(kept.c.at < oldest))
    row = {
        "principal": context.key.id,
        "key": name,
        "route": _route(context),
        "body_hash": context.body.digest,
        "at": utc_now(),
        "status": answer.status,
        "headers": orjson.dumps(dict(answer.headers)).decode(),
        "body": answer.body.decode(),
    }
    context.connection.execute(sa.insert(kept), row)


def _repeat_key(context: WriteContext) -> str | None:
    name = context.request.headers.get("idempotency-key")
    if name is not None and not _REPEAT_KEY.fullmatch(name):
        raise _refuse_key("should be 1 to 255 printable ASCII characters without spaces")
    return name


def _refuse_key(what: str) -> InvalidInput:
    detail = f"the Idempotency-Key {what}"
    return InvalidInput(detail, errors=[Fault(detail, parameter="Idempotency-Key")])


def _route(context: WriteContext) -> str:
    return f"{context.request.method} {context.read_context(0).address}"
