"""The explorer: the API's answers as pages, for whoever would rather look than read.

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
    finding,
    matrix,
    pages,
    question,
    record,
    timeline,
)

router = APIRouter(include_in_schema=False)
router.add_api_route("/assets/{state}/{name}", pages.asset, methods=["GET"])
pages.register(router, "/", matrix.view, costly=True)
pages.register(router, "/questions/{id}", question.view)
pages.register(router, "/questions/{id}/blocs", question.blocs, costly=True)
pages.register(router, "/countries/{id}", country.view, costly=True)
pages.register(router, "/actors/{id}", actor.view)
pages.register(router, "/agreements/{id}", record.agreement)
pages.register(router, "/events/{id}", record.event)
pages.register(router, "/opinions/{id}", record.opinion)
pages.register(router, "/timeline", timeline.view)
pages.register(router, "/alignment", alignment.view, costly=True)
pages.register(router, "/search", finding.search)
pages.register(router, "/codebook", finding.codebook)
pages.register(router, "/guide", finding.guide)
pages.register(router, "/documents/{id}", document.view)

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
