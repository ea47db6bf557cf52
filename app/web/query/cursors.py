"""Cursors: the values of a row that a page begins after, tied to the query that gave them."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, Generic, TypeVar
from urllib.parse import unquote_plus

import orjson

from app.errors import Fault, InvalidInput
from app.web.parameters.query_text import canonical_query
from app.web.requests.context import ReadContext

#: Parameters that shape an answer without changing its rows or their order.
SHAPING = frozenset(
    {"cursor", "limit", "total", "facets", "fields", "format"}
    | {"holder_cursor", "question_cursor", "holder_limit", "question_limit"}
)
R = TypeVar("R")


@dataclass(slots=True)
class Cursor(Generic[R]):
    """Maker and reader of the cursors of an answer.

    Attributes:
        values_of: the values of a row that say where in the order it stands.
        checks: for each of these values, whether it is one that may be compared with.
        side: what the parameter's name begins with, where an answer is paged both ways.
        subject: what it belongs to besides the values of the query; left out: the path.
    """

    values_of: Callable[[R], Sequence[Any]]
    checks: Sequence[Callable[[Any], bool]]
    side: str = ""
    subject: Sequence[Any] | None = None

    @property
    def parameter(self) -> str:
        """The parameter that it is given as."""
        return f"{self.side}cursor"

    def read(self, context: ReadContext) -> list[Any] | None:
        """The values of the cursor that was given; None where none was.

        The seal is no secret, so what it holds is checked like any other input.

        Raises:
            InvalidInput: when it was tampered with, belongs to another query, or holds other
                values than such a cursor holds.
        """
        if self.parameter not in context.values:
            return None
        values = _opened(self._query(context), context.values[self.parameter])
        if values is not None and self._fits(values):
            return list(values)
        detail = (
            "the cursor is not one that this query gave; take `links.next` as it is (of a matrix, "
            "`next_holders` or `next_questions`), or leave the cursor out to begin at the first "
            "page"
        )
        raise InvalidInput(detail, errors=[Fault(detail, parameter=self.parameter)])

    def next_address(self, context: ReadContext, last: R) -> str:
        """The address of the same query from after a row."""
        value = orjson.dumps(list(self.values_of(last)))
        token = urlsafe_b64encode(_seal(self._query(context), value) + value).decode().rstrip("=")
        query = context.request.scope["query_string"].decode("latin-1").strip("&")
        if self.parameter in context.values or "&&" in query:
            pairs = (pair for pair in query.split("&") if pair)
            query = "&".join(pair for pair in pairs if _name_in(pair) != self.parameter)
        query = f"{query}{'&' if query else ''}{self.parameter}={token}"
        path = context.request.scope["path"]
        return f"{path}?{canonical_query(query.encode('latin-1')).decode('latin-1')}"

    def _query(self, context: ReadContext) -> bytes:
        """The query that a cursor belongs to."""
        asked = sorted((k, v) for k, v in context.values.items() if k not in SHAPING)
        subject = self.subject or (context.request.scope["path"], self.parameter)
        return orjson.dumps([*subject, asked])

    def _fits(self, values: Any) -> bool:
        if not isinstance(values, list) or len(values) != len(self.checks):
            return False
        return all(check(value) for check, value in zip(self.checks, values, strict=True))


def is_text(value: Any) -> bool:
    """Tell whether a value is a text that a database can compare with."""
    return isinstance(value, str) and "\0" not in value


def is_number(value: Any) -> bool:
    """Tell whether a value is a whole number that fits into a column."""
    return type(value) is int and abs(value) < 2**31


def is_scalar(value: Any) -> bool:
    """Tell whether a value is a text, a number or nothing."""
    return is_text(value) or value is None or type(value) in (int, float)


def _opened(query: bytes, token: str) -> Any:
    """The values that a token holds, or None where this query did not give it."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        same = urlsafe_b64encode(raw).decode().rstrip("=") == token
        if same and compare_digest(raw[:12], _seal(query, raw[12:])):
            return orjson.loads(raw[12:])
    except ValueError:
        pass
    return None


def _seal(query: bytes, value: bytes) -> bytes:
    """The digest that ties a cursor to its query: no secret, a guard against mixing things up."""
    return hashlib.blake2b(query + value, digest_size=12).digest()


def _name_in(pair: str) -> str:
    """The name in a pair of a query."""
    name = pair.partition("=")[0]
    return unquote_plus(name) if "%" in name or "+" in name else name
