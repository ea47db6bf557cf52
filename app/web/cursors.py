"""Cursors of computed answers: a place in an order, tied to the query that gave it."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode

import orjson

from app.errors import Fault, InvalidInput
from app.web.asking import Ask

#: What shapes an answer without changing its rows or their order.
SHAPING = frozenset(
    {"cursor", "limit", "format", "fields", "holder_cursor", "question_cursor"}
    | {"holder_limit", "question_limit"}
)


def following(ask: Ask, parameter: str, place: Any) -> str:
    """The address of the same query from after a place."""
    value = orjson.dumps(place)
    token = urlsafe_b64encode(_seal(ask, parameter, value) + value).decode().rstrip("=")
    kept = [(k, v) for k, v in ask.request.query_params.multi_items() if k != parameter]
    return f"{ask.request.scope['path']}?{urlencode([*kept, (parameter, token)])}"


def place_of(ask: Ask, parameter: str) -> Any:
    """The place a cursor holds; None where none was given.

    Raises:
        InvalidInput: when it was tampered with, or belongs to another query.
    """
    if parameter not in ask.values:
        return None
    token = ask.values[parameter]
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        same = urlsafe_b64encode(raw).decode().rstrip("=") == token
        if same and compare_digest(raw[:12], _seal(ask, parameter, raw[12:])):
            return orjson.loads(raw[12:])
    except ValueError:
        pass
    detail = (
        "the cursor is not one that this query gave; take the address in `links` as it is, "
        "or leave the cursor out to begin at the first page"
    )
    raise InvalidInput(detail, errors=[Fault(detail, parameter=parameter)])


def _seal(ask: Ask, parameter: str, value: bytes) -> bytes:
    """What ties a cursor to its query: not a secret, a guard against mixing things up."""
    asked = sorted((k, v) for k, v in ask.values.items() if k not in SHAPING)
    about = orjson.dumps([ask.request.scope["path"], parameter, asked])
    return hashlib.blake2b(about + value, digest_size=12).digest()
