"""Query text: its pairs, and the one spelling that equal questions have."""

from urllib.parse import parse_qsl, quote

from app.errors import InvalidInput

MOST_PAIRS = 1000
#: What an address may say as it is.
_SAFE = "!$'()*,-./:;@_~"


def canonical_query(query: bytes) -> bytes:
    """A query in one spelling: by name, those of a name as they were, encoded alike.

    One that cannot be read, or is longer than any need be, is left for its refusal.
    """
    if b"%" in query or b"+" in query:
        query = _encoded_alike(query)
    if b"&" not in query or query.count(b"&") >= MOST_PAIRS:
        return query
    pairs = [pair for pair in query.split(b"&") if pair]
    pairs.sort(key=_place)
    return b"&".join(pairs)


def _place(pair: bytes) -> tuple[bool, bytes]:
    """The place of a pair: by its name, and cursors last, where a page's address changes."""
    name = pair.partition(b"=")[0]
    return name.endswith(b"cursor"), name


def _encoded_alike(query: bytes) -> bytes:
    if query.count(b"&") >= MOST_PAIRS:
        return query
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        return query
    said = (f"{quote(name, safe=_SAFE)}={quote(value, safe=_SAFE)}" for name, value in pairs)
    return "&".join(said).encode("ascii")


def pairs_of(query_string: bytes) -> list[tuple[str, str]]:
    """The names and values of a query string, in order.

    Raises:
        InvalidInput: when it is no text, or longer than any query need be.
    """
    try:
        text = query_string.decode("ascii")
        if text.count("&") >= MOST_PAIRS:
            raise InvalidInput(f"a query has at most {MOST_PAIRS} values between its &s")
        if "%" in text or "+" in text:
            return parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as fault:
        raise InvalidInput("the query is not UTF-8 text, percent-encoded") from fault
    # The same where nothing is encoded, without decoding each name and each value.
    return [pair.partition("=")[::2] for pair in text.split("&") if pair]
