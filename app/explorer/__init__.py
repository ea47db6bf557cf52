"""Explorer: the API's answers as HTML pages.

Server-rendered HTML and SVG; every page works without JavaScript, shows nothing that the API
cannot give, and offers the calls it was made of. `install` puts it into the application.
"""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from app.errors import NotFound
from app.explorer import (
    actor,
    alignment,
    country,
    document,
    matrix,
    pages,
    question,
    record,
    search,
    timeline,
)

CLOCKS = ("as_of", "known_at")
KNOWN = ("known_at",)

router = APIRouter(include_in_schema=False)
router.add_api_route("/assets/{state}/{name}", pages.asset, methods=["GET"])
for _path, _view, _takes, _costly in (
    ("/", matrix.view, matrix.TAKES, True),
    ("/questions/{id}", question.view, question.TAKES, False),
    ("/questions/{id}/blocs", question.blocs, KNOWN, True),
    ("/countries/{id}", country.view, country.CHOICES, True),
    ("/actors/{id}", actor.view, CLOCKS, False),
    ("/agreements/{id}", record.agreement, KNOWN, False),
    ("/events/{id}", record.event, KNOWN, False),
    ("/opinions/{id}", record.opinion, KNOWN, False),
    ("/documents/{id}", document.view, KNOWN, False),
    ("/timeline", timeline.view, timeline.TAKES, False),
    ("/alignment", alignment.view, alignment.TAKES, True),
    ("/search", search.search, ("q", "kind", "dataset", "known_at", "cursor"), False),
    ("/codebook", search.codebook, ("vocabulary",), False),
    ("/guide", search.guide, (), False),
):
    pages.register(router, _path, _view, takes=_takes, costly=_costly)

Handler = Callable[[Request, Exception], Awaitable[Response]]


def install(app: FastAPI) -> None:
    """Put the pages into an application, and a page in place of its 404 for people who browse."""
    app.include_router(router)
    otherwise = app.exception_handlers[HTTPException]

    async def on_http(request: Request, error: Exception) -> Response:
        if getattr(error, "status_code", 0) == 404 and _is_browsing(request):
            return pages.error_page(NotFound("There is no page at this address."))
        answer: Response = await otherwise(request, error)  # type: ignore[misc]  # ours is async
        return answer

    app.add_exception_handler(HTTPException, on_http)


def _is_browsing(request: Request) -> bool:
    asks_for_page = "text/html" in request.headers.get("accept", "")
    return asks_for_page and not request.url.path.startswith("/v1")
