"""The limit: an ASGI application that sends bytes it was given, and does nothing else.

`RAW_ANSWERS` names a pickle of `{path and query: (headers, body)}`: the answers of the service.
"""

import os
import pickle
from pathlib import Path
from typing import Any

ANSWERS = pickle.loads(Path(os.environ["RAW_ANSWERS"]).read_bytes())
OK = {
    address: {"type": "http.response.start", "status": 200, "headers": headers}
    for address, (headers, _) in ANSWERS.items()
}
BODIES = {
    address: {"type": "http.response.body", "body": body} for address, (_, body) in ANSWERS.items()
}
UNCHANGED = {
    address: {
        "type": "http.response.start",
        "status": 304,
        "headers": [h for h in headers if h[0] not in (b"content-length", b"content-type")],
    }
    for address, (headers, _) in ANSWERS.items()
}
NOTHING = {"type": "http.response.body", "body": b""}


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Send what was stored for the address."""
    if scope["type"] != "http":
        return
    address = f"{scope['path']}?{scope['query_string'].decode()}"
    if any(name == b"if-none-match" for name, _ in scope["headers"]):
        await send(UNCHANGED[address])
        await send(NOTHING)
        return
    await send(OK[address])
    await send(BODIES[address])
