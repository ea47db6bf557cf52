"""Cursors: a place in an order, tied to the query that gave it."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from hmac import compare_digest
from typing import Any
from urllib.parse import unquote_plus

import orjson

from app.errors import Fault, InvalidInput
from app.web.requests.context import ReadContext

#: What shapes an answer without changing its rows or their order.
SHAPING = frozenset(
    {"cursor", "limit", "format", "fields", "holder_cursor", "question_cursor"}
    | {"holder_limit", "question_limit"}
)
#: Whether a value may stand at its place in a cursor, one check for each.
Checks = Sequence[Callable[[Any], bool]]


def a_text(value: Any) -> bool:
    """Whether it is a text that a database can compare with."""
    return isinstance(value, str) and "\0" not in value


def a_number(value: Any) -> bool:
    """Whether it is a whole number that fits into a column."""
    return type(value) is int and abs(value) < 2**31


def a_scalar(value: Any) -> bool:
    """Whether it is a text, a number or nothing."""
    return a_text(value) or value is None or type(value) in (int, float)


def token_of(about: bytes, place: Any) -> str:
    """A place as an opaque text, sealed with what it is about."""
    value = orjson.dumps(place)
    return urlsafe_b64encode(_seal(about, value) + value).decode().rstrip("=")


def opened(about: bytes, parameter: str, token: str, checks: Checks) -> list[Any]:
    """The place that a token holds.

    The seal is no secret, so what it holds is checked like any other input.

    Args:
        about: what it was sealed with.
        parameter: which parameter it was given as.
        token: what was given.
        checks: what each value of the place must be.

    Raises:
        InvalidInput: when it was tampered with, belongs to another query, or names no place.
    """
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        same = urlsafe_b64encode(raw).decode().rstrip("=") == token
        if same and compare_digest(raw[:12], _seal(about, raw[12:])):
            place = orjson.loads(raw[12:])
            if _fits(place, checks):
                return list(place)
    except ValueError:
        pass
    detail = (
        "the cursor is not one that this query gave; take `links.next` as it is (of a matrix, "
        "`next_holders` or `next_questions`), or leave the cursor out to begin at the first page"
    )
    raise InvalidInput(detail, errors=[Fault(detail, parameter=parameter)])


def _fits(place: Any, checks: Checks) -> bool:
    if not isinstance(place, list) or len(place) != len(checks):
        return False
    return all(check(value) for check, value in zip(checks, place, strict=True))


def _seal(about: bytes, value: bytes) -> bytes:
    """What ties a cursor to its query: not a secret, a guard against mixing things up."""
    return hashlib.blake2b(about + value, digest_size=12).digest()


# -- of computed answers ----------------------------------------------------------------------


def following(context: ReadContext, parameter: str, place: Any) -> str:
    """The address of the same query from after a place."""
    return address_after(context, parameter, token_of(_about(context, parameter), place))


def address_after(context: ReadContext, parameter: str, token: str) -> str:
    """The address of the same query with another cursor."""
    query = context.request.scope["query_string"].decode("latin-1").strip("&")
    if parameter in context.values or "&&" in query:
        query = "&".join(one for one in query.split("&") if one and _name_of(one) != parameter)
    return f"{context.request.scope['path']}?{query}{'&' if query else ''}{parameter}={token}"


def _name_of(pair: str) -> str:
    """The name in a pair of a query."""
    name = pair.partition("=")[0]
    return unquote_plus(name) if "%" in name or "+" in name else name


def place_of(context: ReadContext, parameter: str, checks: Checks) -> list[Any] | None:
    """The place a cursor holds, its values checked; None where none was given.

    Raises:
        InvalidInput: when it was tampered with, belongs to another query, or names no place.
    """
    if parameter not in context.values:
        return None
    return opened(_about(context, parameter), parameter, context.values[parameter], checks)


def _about(context: ReadContext, parameter: str) -> bytes:
    asked = sorted((k, v) for k, v in context.values.items() if k not in SHAPING)
    return orjson.dumps([context.request.scope["path"], parameter, asked])
