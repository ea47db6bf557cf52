"""Imports: many records of many kinds in one change, all or nothing.

A line is `{"kind": "opinion", "record": {…}}`, the record as every other address takes it. The
body goes to a file as it arrives, and every line is checked before the transaction begins, so that
a faulty import holds up nobody. In the transaction the lines are read once more and stored by
parts: memory depends on the number of records, not on their size.

An import overwrites nothing that its maker has not seen: a record that is there already must give
its `revision`, as an export does. The same record again changes nothing.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from app.db.releases import current_release
from app.errors import Problem, nearest
from app.records.faults import MOST_FAULTS, FaultyRecords, RecordFault, SourceLocation
from app.records.kinds import KINDS, PATHS, Kind
from app.records.storage.change import Change, Outcome
from app.records.validation import GivenRecord, validate
from app.web.endpoints.write_context import WriteContext, WriteResult
from app.web.endpoints.write_operation import REASON, AcceptedBody, invalid_records, write_operation
from app.web.formats.responses import enveloped
from app.web.http.request_body import RequestBody, parse_object
from app.web.parameters import word_of
from app.web.response_schemas import Item, Shape

router = APIRouter()
LONGEST_LINE = 1 << 20
NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl")


class Import(Shape):
    """The outcome of an import, or with `dry_run` its outcome if it were done."""

    dry_run: Annotated[bool, Field(description="Whether it was only tried.")]
    release: Annotated[int, Field(description="The release it made or would make, or that stands.")]
    added: Annotated[dict[str, int], Field(description="Records that are new, by kind.")]
    changed: Annotated[dict[str, int], Field(description="Records that were changed, by kind.")]
    unchanged: Annotated[int, Field(description="Records that were there just so.")]


def precheck(body: RequestBody) -> None:
    """Check every line by itself.

    Raises:
        InvalidInput: with every fault of every line, up to a thousand.
    """
    faults: list[RecordFault] = []
    for found in _read(body):
        if not isinstance(found, GivenRecord):
            faults += found
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise invalid_records(faults[:MOST_FAULTS])


def work(context: WriteContext) -> WriteResult:
    """Store every record, or with `dry_run` see that they could be stored."""
    dry_run = "dry_run" in context.values
    attempt = context.connection.begin_nested()
    under_way = Change(
        context.connection, origin="api", by=context.key.author, reason=context.reason
    )
    under_way.put(given for given in _read(context.body) if isinstance(given, GivenRecord))
    outcome = under_way.commit_release()
    attempt.rollback() if dry_run else attempt.commit()
    release = None if dry_run else outcome.release
    return WriteResult(200, _told(context, outcome, dry_run=dry_run), release=release)


def _told(context: WriteContext, outcome: Outcome, *, dry_run: bool) -> bytes:
    data = Import(
        dry_run=dry_run,
        release=outcome.release,
        added=outcome.added,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
    )
    reading = context.read_context(current_release(context.connection))
    return enveloped(data.model_dump_json().encode(), reading.meta(set()), self=reading.address)


def _read(body: RequestBody) -> Iterator[GivenRecord | list[RecordFault]]:
    """The records of the lines, or what is wrong with them; empty lines do not count."""
    for number, line in enumerate(body.lines(LONGEST_LINE), start=1):
        if line.strip() or len(line) > LONGEST_LINE:
            try:
                yield _record(line, SourceLocation("line", number))
            except FaultyRecords as faulty:
                yield faulty.faults


def _record(line: bytes, location: SourceLocation) -> GivenRecord | list[RecordFault]:
    if len(line) > LONGEST_LINE:
        raise _fault(location, f"the line is longer than {LONGEST_LINE} bytes")
    try:
        given = parse_object(line)
    except Problem as problem:
        raise _fault(location, problem.detail) from None
    content = given.get("record")
    if not isinstance(content, dict) or set(given) != {"kind", "record"}:
        raise _fault(location, 'a line is {"kind": "opinion", "record": {…}}')
    found = validate(_kind(given["kind"], location), content, location)
    if isinstance(found, GivenRecord):
        return GivenRecord(found.kind, found.record, location, _seen(content, location))
    return found


def _seen(content: dict[str, Any], location: SourceLocation) -> int:
    """The revision that a record was made from; 0 where none is given."""
    seen = content.get("revision", 0)
    if seen is None:
        return 0
    if type(seen) is not int or seen < 0:
        raise _fault(location, f"{seen!r:.60} should be the number of a revision", "revision")
    return seen


def _kind(name: Any, location: SourceLocation) -> Kind:
    kind = KINDS.get(name) or PATHS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise _fault(
            location, f"{name!r:.60} is not a kind; {nearest(str(name)[:60], KINDS)}", "kind"
        )
    return kind


def _fault(location: SourceLocation, detail: str, field: str = "record") -> FaultyRecords:
    return FaultyRecords([RecordFault(location.source, location.line, field, detail)])


write_operation(
    router,
    "POST",
    "/imports",
    work,
    name="create_import",
    summary="Import many records",
    description=(
        'NDJSON: each line is `{"kind": "opinion", "record": {…}}`, of any kinds, in any order. '
        "All or nothing: every fault is told with its line. A record that is there already must "
        "give the `revision` it was made from, one that was removed comes back without one; the "
        "same record again changes nothing."
    ),
    tag="Curation",
    status=200,
    shape=Item[Import],
    body=AcceptedBody(
        NDJSON,
        {"type": "string", "description": "Lines of JSON."},
        lambda settings: settings.max_import_megabytes,
    ),
    precheck=precheck,
    parameters=(
        word_of("dry_run", ["true"], "Only say what it would do; left out: do it.", many=False),
        REASON,
    ),
    headers=("Idempotency-Key",),
)
