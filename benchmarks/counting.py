"""This service with every total counted anew, as for a list that nobody asked for in this release.

Else there is no measuring it: the addresses of a benchmark come again and again, and the second
time their totals are known.
"""

from collections.abc import Callable
from typing import Any

from app.asgi import app
from app.web.requests.context import ReadContext

__all__ = ["app"]

_kept = ReadContext.kept


def _counted(context: ReadContext, key: Any, make: Callable[[], Any]) -> Any:
    return make() if key[0] == "total" else _kept(context, key, make)


ReadContext.kept = _counted  # type: ignore[method-assign]
