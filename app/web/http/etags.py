"""Strong ETags, made of exactly what decides the bytes of an answer.

That is the release, the code, the address the service is known by, and the representation: the
question, the format and the compression. So a digest in `If-None-Match` can only come from an
earlier 200 to the same question and state, however that was worded. Before it an ETag has an item's
revision, or a collection's release: `"7.…"`; then comes the release, so that nobody who knows it is
answered from an earlier one.
"""

import hashlib
from collections.abc import Sequence

from starlette.types import Scope

from app import __version__
from app.settings import Settings
from app.web.http.compression import LEAST_BYTES, chosen_encoding
from app.web.http.representations import Representation


def joined_headers(headers: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers by name; one that is given in several lines means them all (RFC 9110 §5.3)."""
    once = dict(headers)
    if len(once) == len(headers):
        return once
    joined: dict[bytes, bytes] = {}
    for name, value in headers:
        joined[name] = joined[name] + b", " + value if name in joined else value
    return joined


def service_identity(settings: Settings) -> bytes:
    """The code and the address of this service, on which answers depend besides the data."""
    return f"{__version__}\n{settings.public_url}".encode()


def digest_of(identity: bytes, release: int, representation: Representation) -> bytes:
    """The digest of all that decides the bytes of an answer, after the release it is of."""
    path, query, *chosen = representation
    address = (path.encode("utf-8", "surrogateescape"), query)
    parts = (b"%d" % release, identity, *address, *(one.encode() for one in chosen))
    digest = hashlib.blake2b(b"\n".join(parts), digest_size=12).hexdigest()
    return b"%d-%s" % (release, digest.encode())


def record_etag(scope: Scope, path: str, revision: int, release: int, size: int) -> str:
    """The ETag that a GET of a record by the same caller has, for the answer to a change of it.

    Args:
        scope: the change.
        path: the path of the record.
        revision: its revision.
        release: the release that the change made.
        size: how many bytes the answer to the GET has, unless it is packed.
    """
    accepted = joined_headers(scope["headers"]).get(b"accept-encoding", b"")
    encoding = chosen_encoding(accepted) if size >= LEAST_BYTES else ""
    representation = Representation(path, b"", "", encoding)
    identity = service_identity(scope["app"].state.service.settings)
    return f'"{revision}.{digest_of(identity, release, representation).decode()}"'


def matching_etag(if_none_match: bytes, digest: bytes) -> bytes | None:
    """The ETag in `If-None-Match` whose digest is this one, if one is."""
    for etag in if_none_match.split(b'"')[1::2]:
        first, _, last = etag.partition(b".")
        if last == digest and first.isdigit():
            return b'"%s"' % etag
    return None


def newest_release_in(if_none_match: bytes) -> int:
    """The newest release that an answer named in `If-None-Match` is of; 0 where none is said."""
    found = (etag.partition(b".")[2].partition(b"-")[0] for etag in if_none_match.split(b'"')[1::2])
    return max((int(one) for one in found if one.isdigit() and len(one) < 12), default=0)


def weakened(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of a file; where it was compressed, its ETag is of its content, not its bytes."""
    if not any(name == b"content-encoding" for name, _ in headers):
        return headers
    return [(name, b"W/" + value if name == b"etag" else value) for name, value in headers]
