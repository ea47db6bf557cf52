"""Representation: the one of an address's answers that a request chooses, however it is worded.

Answers are stored and tagged by it. The question is brought to one spelling, format and encoding
are negotiated; so `*/*`, a browser's list and no `Accept` at all are one question where the same
bytes answer them.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from app.web.formats.media_types import most_wanted, offered_formats
from app.web.http.compression import chosen_encoding
from app.web.parameters.query_text import canonical_query

#: Requests whose words are longer than this are negotiated each time, so that what is remembered
#: of all of them is bounded in bytes, too.
LONGEST_REMEMBERED = 2_000
_REMEMBERED = 4_096
#: Gives the formats of an address; none where it does not choose by `Accept`.
FormatsOf = Callable[[str], Sequence[str]]


class Representation(NamedTuple):
    """The choices that decide the bytes of an answer, besides the data and the code.

    Attributes:
        path: the path.
        query: the query in its one spelling.
        format: the format that `Accept` chose; empty where it has no choice, or none is right.
        encoding: the compression that `Accept-Encoding` chose; empty for none.
    """

    path: str
    query: bytes
    format: str
    encoding: str

    @property
    def plain(self) -> "Representation":
        """The same without compression."""
        return self._replace(encoding="")


class Negotiator:
    """Finds the representation that a request chooses.

    Args:
        formats_of: the formats of each address.
    """

    def __init__(self, formats_of: FormatsOf) -> None:
        """Remember nothing yet."""
        self._formats_of = formats_of
        self._remembered = lru_cache(_REMEMBERED)(self._negotiated)

    def representation(
        self, path: str, query: bytes, headers: Mapping[bytes, bytes]
    ) -> Representation:
        """The representation that a request with these headers chooses."""
        accept = headers.get(b"accept", b"")
        encodings = headers.get(b"accept-encoding", b"")
        if len(path) + len(query) + len(accept) + len(encodings) > LONGEST_REMEMBERED:
            return self._negotiated(path, query, accept, encodings)
        return self._remembered(path, query, accept, encodings)

    def _negotiated(
        self, path: str, query: bytes, accept: bytes, encodings: bytes
    ) -> Representation:
        asked = canonical_query(query) if path.startswith("/v1") else query
        names = {pair.partition(b"=")[0] for pair in asked.split(b"&")}
        formats = () if b"format" in names else self._formats_of(path)
        offered = offered_formats(tuple(formats), sparse=b"fields" in names)
        chosen = most_wanted(accept.decode("latin-1"), offered) if len(offered) > 1 else ""
        return Representation(path, asked, chosen or "", chosen_encoding(encodings))
