"""The journal: one line of JSON for each request, as `app.logs` would write it.

It is put together by hand and written once for all requests of a turn of the event loop: for an
answer that is kept the line was most of the work.
"""

import asyncio
import logging
import sys
import time

import orjson

from app.logs import log

_LINE = (
    '{"request_id":"%s","status":%d,"ms":%.1f,"method":"%s","path":%s,'
    '"event":"request","level":"info","timestamp":"%s.%06dZ"}\n'
)


class Journal:
    """Writes the lines of requests to standard error, where the level lets them through."""

    def __init__(self) -> None:
        """Look at the level that logging was configured with."""
        self._on = log.isEnabledFor(logging.INFO)
        self._lines: list[str] = []
        self._second, self._told = -1, ""

    def note(self, request_id: str, method: str, path: str, status: int, seconds: float) -> None:
        """Write a line about a request that has ended, when the event loop comes round."""
        if not self._on:
            return
        if not self._lines:
            asyncio.get_running_loop().call_soon(self.write)
        second, fraction = divmod(time.time_ns() // 1000, 1_000_000)
        if second != self._second:
            self._second = second
            self._told = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        ms, shown = seconds * 1000, orjson.dumps(path).decode()
        self._lines.append(_LINE % (request_id, status, ms, method, shown, self._told, fraction))

    def write(self) -> None:
        """Write what waits."""
        lines, self._lines = self._lines, []
        sys.stderr.buffer.write("".join(lines).encode())
        sys.stderr.buffer.flush()
