"""Streams: long results sent by parts, bounded in number, their connection always given back.

A stream holds a database connection for as long as its reader reads. Readers that stall must not
use up what everybody else reads through, so only so many streams are open at once, and one that
its reader leaves is closed at once.
"""

from collections.abc import Generator, Mapping
from typing import Any

import anyio
import anyio.to_thread
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.errors import Problem
from app.web.requests.concurrency_limiter import BoundedLimiter


class CutShort(Exception):
    """The rest of a result could not be made: its reader is cut off, lest it look whole."""


class Stream(StreamingResponse):
    """A result by parts, each made in a thread.

    The first part is made before the head is sent: what is wrong is still a problem then, and the
    tag is of the state of the data that the parts are of. What goes wrong later cuts the answer
    short.

    Args:
        streams: bounds how many streams are open at once.
        parts: makes the parts; it is closed however the answer ends.
        media_type: the media type.
        headers: more headers.
    """

    def __init__(
        self,
        streams: BoundedLimiter,
        parts: Generator[Any, None, None],
        *,
        media_type: str,
        headers: Mapping[str, str],
    ) -> None:
        """Make the answer; nothing is read before it is sent."""
        self._streams, self._parts = streams, parts
        super().__init__(parts, media_type=media_type, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the result within the bound of open streams.

        Raises:
            Unavailable: when as many streams as the service takes are open.
        """
        self._streams.acquire_nowait(self)
        try:
            first = await anyio.to_thread.run_sync(next, self._parts, None)
            self.body_iterator = _each(self._parts, first)
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self._parts.close)
            self._streams.release(self)


async def _each(parts: Generator[Any, None, None], first: Any) -> Any:
    """The parts, each fetched in a thread."""
    part = first
    while part is not None:
        yield part
        try:
            part = await anyio.to_thread.run_sync(next, parts, None)
        except Problem as problem:  # nobody can be answered with it any more
            raise CutShort(problem.detail) from problem
