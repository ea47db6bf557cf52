"""Idempotency: the stored result of a write, for its repeats under the same Idempotency-Key."""

import re
from datetime import UTC, datetime, timedelta

import orjson
import sqlalchemy as sa

from app.db import utc_now
from app.db.tables import idempotent_answers
from app.errors import Fault, InvalidInput
from app.web.endpoints.write_context import WriteContext, WriteResult

#: How long the first result under an Idempotency-Key is stored.
RETENTION = timedelta(days=7)
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


def first_result(context: WriteContext) -> WriteResult | None:
    """Return the result that the same request had under the same Idempotency-Key, if it had one.

    Raises:
        InvalidInput: when the key is not one, or was used for another request.
    """
    name = _idempotency_key(context)
    if name is None:
        return None
    table = idempotent_answers
    row = context.connection.execute(
        sa.select(table).where(table.c.principal == context.key.id, table.c.key == name)
    ).first()
    if row is None:
        return None
    if (row.route, row.body_hash) != (_route(context), context.body.digest):
        raise _refuse_key("was used for another request; a new request needs a key of its own")
    return WriteResult(row.status, row.body.encode(), orjson.loads(row.headers))


def store_result(context: WriteContext, result: WriteResult) -> None:
    """Store the result of a write for its repeats, in the transaction of the write."""
    name = _idempotency_key(context)
    if name is None:
        return
    table = idempotent_answers
    oldest = (datetime.now(UTC) - RETENTION).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    context.connection.execute(sa.delete(table).where(table.c.at < oldest))
    row = {
        "principal": context.key.id,
        "key": name,
        "route": _route(context),
        "body_hash": context.body.digest,
        "at": utc_now(),
        "status": result.status,
        "headers": orjson.dumps(dict(result.headers)).decode(),
        "body": result.body.decode(),
    }
    context.connection.execute(sa.insert(table), row)


def _idempotency_key(context: WriteContext) -> str | None:
    name = context.request.headers.get("idempotency-key")
    if name is not None and not _IDEMPOTENCY_KEY.fullmatch(name):
        raise _refuse_key("should be 1 to 255 printable ASCII characters without spaces")
    return name


def _refuse_key(fault: str) -> InvalidInput:
    detail = f"the Idempotency-Key {fault}"
    return InvalidInput(detail, errors=[Fault(detail, parameter="Idempotency-Key")])


def _route(context: WriteContext) -> str:
    return f"{context.request.method} {context.read_context(0).address}"
