"""Changing data: the same four operations on every stored kind, made from one table of kinds.

What is written has the shape of seed files and of answers alike, and goes through the same checks
into the same store. What was read can be written back: what the service itself says of a record is
ignored. The answer is the record as a GET would now give it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter
from json_merge_patch import merge

from app.db.releases import current_release
from app.db.tables import ACTOR_KINDS, KIND_TABLES
from app.errors import Conflict, Fault, InvalidInput, StaleRevision, with_article
from app.records.faults import FaultyRecords, SourceLocation
from app.records.kinds import KINDS, Kind, written
from app.records.storage.change import Change
from app.records.storage.citers import MOST_CITERS, citers
from app.records.validation import GivenRecord, validate
from app.settings import Settings
from app.web.endpoints.operation import path_id, problems_of_id
from app.web.endpoints.preconditions import check_if_match
from app.web.endpoints.records import item_text, read_row
from app.web.endpoints.write_context import WriteContext, WriteResult
from app.web.endpoints.write_operation import NO_BODY, AcceptedBody, write_operation
from app.web.http.etags import record_etag
from app.web.http.request_body import JSON
from app.web.request_schemas import input_ref, new_ref, patch_ref
from app.web.requests.context import ReadContext
from app.web.response_schemas import Item, stored

router = APIRouter()
MERGE_PATCH = "application/merge-patch+json"
MOST_MEGABYTES = 1


def create(kind: Kind, context: WriteContext) -> WriteResult:
    """Make a record that is not there yet."""
    given = _validated(kind, context.content)
    _refuse_taken(context, kind, given.record.id)
    return _put(context, given, status=201)


def replace(kind: Kind, context: WriteContext) -> WriteResult:
    """Put a whole record in the place of another; with `If-None-Match: *`, of none."""
    if context.request.headers.get("if-none-match", "").strip() == "*":
        return _create_at(kind, context)
    row = _row_to_change(kind, context)
    return _put(context, _validated(kind, _addressed(context.content, row.id)))


def update(kind: Kind, context: WriteContext) -> WriteResult:
    """Change some members of a record (RFC 7396)."""
    row = _row_to_change(kind, context)
    before = written(kind, row.id, row.dataset, row.body)
    return _put(context, _validated(kind, _addressed(merge(before, context.content), row.id)))


def delete(kind: Kind, context: WriteContext) -> WriteResult:
    """Remove a record that nothing cites."""
    row = _row_to_change(kind, context)
    _refuse_cited(context, kind, row.id)
    under_way = _change(context)
    under_way.remove(kind, row.id)
    return WriteResult(204, release=under_way.commit_release().release)


def _create_at(kind: Kind, context: WriteContext) -> WriteResult:
    content = _addressed(context.content, context.request.path_params["id"])
    given = _validated(kind, content)
    try:
        _refuse_taken(context, kind, given.record.id)
    except Conflict as taken:
        raise StaleRevision(f"If-None-Match is '*', but {taken.detail}") from None
    return _put(context, given, status=201)


def _row_to_change(kind: Kind, context: WriteContext) -> Any:
    """The record at the address, once it is certain that the caller has seen this revision."""
    reading = context.read_context(current_release(context.connection))
    row = read_row(reading, kind, context.request.path_params["id"])
    check_if_match(context.request, row.revision)
    return row


def _addressed(content: dict[str, Any], record_id: str) -> dict[str, Any]:
    """The content of the record at an address, which it may name itself but not otherwise."""
    given = content.get("id", record_id)
    if given != record_id:
        detail = f"the record says {given!r:.100}, its address {record_id!r}; an id never changes"
        raise InvalidInput(detail, errors=[Fault(detail, pointer="/id")])
    return {**content, "id": record_id}


def _validated(kind: Kind, content: dict[str, Any]) -> GivenRecord:
    found = validate(kind, content, SourceLocation("body", 0))
    if isinstance(found, GivenRecord):
        return found
    raise FaultyRecords(found)


def _refuse_taken(context: WriteContext, kind: Kind, record_id: str) -> None:
    """Actors of all four kinds share one space of ids, so that an id says who by itself."""
    for name in ACTOR_KINDS if kind.name in ACTOR_KINDS else (kind.name,):
        table = KIND_TABLES[name]
        if context.connection.execute(sa.select(table.c.id).where(table.c.id == record_id)).first():
            address = f"/v1/{KINDS[name].path}/{record_id}"
            raise Conflict(
                f"{record_id!r} is already the id of {with_article(name)}: {address}",
                errors=[Fault(f"{address} has this id", pointer="/id")],
            )


def _refuse_cited(context: WriteContext, kind: Kind, record_id: str) -> None:
    found = citers(context.connection, kind, record_id)
    if found:
        number = f"{len(found)} or more" if len(found) == MOST_CITERS else len(found)
        raise Conflict(
            f"{number} records cite {kind.name} {record_id!r}; change or remove them first",
            errors=[Fault(f"/v1/{citer.path}/{citer.id} cites it") for citer in found],
        )


def _change(context: WriteContext) -> Change:
    return Change(context.connection, origin="api", by=context.key.author, reason=context.reason)


def _put(context: WriteContext, given: GivenRecord, *, status: int = 200) -> WriteResult:
    """Store a record and answer with it, as a GET would now give it."""
    under_way = _change(context)
    under_way.put([given])
    release = under_way.commit_release().release
    reading = context.read_context(release)
    row = read_row(reading, given.kind, given.record.id)
    return _answer(context, reading, f"/v1/{given.kind.path}/{row.id}", row, status)


def _answer(
    context: WriteContext, reading: ReadContext, address: str, row: Any, status: int
) -> WriteResult:
    text = item_text(reading, row, address)
    scope, release = context.request.scope, reading.release
    headers = {"ETag": record_etag(scope, address, row.revision, release, len(text))}
    if status == 201:
        headers["Location"] = address
    if context.wants_minimal:
        headers["Preference-Applied"] = "return=minimal"
        return WriteResult(status if status == 201 else 204, b"", headers, release)
    return WriteResult(status, text, headers, release)


# -- addresses --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Operation:
    """One way to change a record.

    Attributes:
        verb: what its name in OpenAPI begins with.
        at_item: whether it is at the address of a record, else at that of the list.
        about: what it does, for OpenAPI.
    """

    verb: str
    method: str
    status: int
    work: Callable[[Kind, WriteContext], WriteResult]
    at_item: bool
    body: Callable[[Kind], AcceptedBody] | None
    headers: tuple[str, ...]
    problems: tuple[int, ...]
    about: str


def _new(kind: Kind) -> AcceptedBody:
    return AcceptedBody((JSON,), new_ref(kind), _most)


def _whole(kind: Kind) -> AcceptedBody:
    return AcceptedBody((JSON,), input_ref(kind), _most)


def _patch(kind: Kind) -> AcceptedBody:
    return AcceptedBody((MERGE_PATCH, JSON), patch_ref(kind), _most)


def _most(settings: Settings) -> int:
    """A record is no longer than a line of an import, so that every export can be imported."""
    return min(MOST_MEGABYTES, settings.max_body_megabytes)


OPERATIONS = (
    Operation(
        "create", "POST", 201, create, False, _new,
        ("Idempotency-Key", "Prefer"), (409,),
        "409 means that its id is taken, 422 that it is not valid or refers to what is not there.",
    ),
    Operation(
        "replace", "PUT", 200, replace, True, _whole,
        ("If-Match", "If-None-Match", "Idempotency-Key", "Prefer"), (404, 412, 428),
        "What was read can be written back; `id` may be left out. `If-None-Match: *` in the place "
        "of `If-Match` makes a record that is not there yet (201).",
    ),
    Operation(
        "update", "PATCH", 200, update, True, _patch,
        ("If-Match", "Idempotency-Key", "Prefer"), (404, 412, 428),
        "RFC 7396: a member that is given replaces, null removes, a list is replaced as a whole.",
    ),
    Operation(
        "delete", "DELETE", 204, delete, True, None,
        ("If-Match", "Idempotency-Key"), (404, 409, 412, 428),
        "409 lists the records that cite it. Its revisions stay readable.",
    ),
)  # fmt: skip


def _register(kind: Kind, operation: Operation) -> None:
    shape: Any = stored(kind.record)
    answered = Item[shape]
    write_operation(
        router,
        operation.method,
        f"/{kind.path}/{{id}}" if operation.at_item else f"/{kind.path}",
        partial(operation.work, kind),
        name=f"{operation.verb}_{kind.name}",
        summary=f"{operation.verb.capitalize()} one {kind.name}",
        description=operation.about,
        tag="Curation",
        status=operation.status,
        shape=None if operation.status == 204 else answered,
        body=operation.body(kind) if operation.body else NO_BODY,
        path_parameters=(path_id(kind.name, kind.example_id),) if operation.at_item else (),
        headers=operation.headers,
        problems=(*operation.problems, *(problems_of_id(kind.name) if operation.at_item else ())),
    )


for _kind in KINDS.values():
    for _operation in OPERATIONS:
        _register(_kind, _operation)
