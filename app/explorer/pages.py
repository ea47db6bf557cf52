"""Pages: their requests, their templates and their registration, whatever they show.

A page's address is its whole state: its query is the API's own, and a form of it is a GET form.
"""

import hashlib
import shlex
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.errors import MOST_HINTS, Fault, NotFound, Problem, nearest
from app.explorer import labels
from app.explorer.api import ApiClient, Call, query_of
from app.explorer.charts.timeline_rows import entry_title
from app.settings import Settings
from app.web.endpoints.operation import respond
from app.web.parameters import refuse
from app.web.parameters.query_text import pairs_of
from app.web.requests.context import ReadContext

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
ASSETS = {path.name: path.read_bytes() for path in sorted((HERE / "static").iterdir())}
#: Names the state of the assets in their addresses, so that browsers may keep them for ever.
ASSETS_STATE = hashlib.sha256(b"\n".join(ASSETS.values())).hexdigest()[:12]


@cache
def _templates() -> "Environment":
    """The templates, loaded for the first page: a service that shows none starts without them."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "page_address": labels.page_address,
        "label": labels.label,
        "when": labels.when,
        "figure": labels.figure,
        "number": labels.number,
        "total": labels.total,
        "entry_title": entry_title,
        "zip": zip,
    }
    templates.globals |= {
        "assets": f"/assets/{ASSETS_STATE}",
        "scale": labels.SCALE,
        "stance_label": labels.stance_label,
        "attributions": labels.ATTRIBUTIONS,
        "definition": labels.definition,
    }
    return templates


class Query(dict[str, str]):
    """Query of an address by name; a name that is not there has no text."""

    def __missing__(self, _name: str) -> str:
        """Return no text."""
        return ""


@dataclass
class PageRequest:
    """Request for one page.

    Attributes:
        request: the request for it.
        api: reads what it shows.
        query: its query, by name; values by commas, as the API takes them.
        settings: the deployment's settings.
    """

    request: Request
    api: ApiClient
    query: Query
    settings: Settings

    @property
    def public_url(self) -> str:
        """Return the address the service is known by."""
        return self.settings.public_url

    @property
    def id(self) -> str:
        """Return the id in the page's path."""
        return str(self.request.path_params["id"])

    def only(self, *names: str) -> dict[str, str]:
        """Return the part of the query that has these names."""
        return {name: self.query[name] for name in names if name in self.query}

    def without(self, *names: str) -> dict[str, str]:
        """Return the query without these names."""
        return {name: value for name, value in self.query.items() if name not in names}

    def with_query(self, **changes: str | None) -> str:
        """Return the address of this page with some of its query changed."""
        return _address(self.request.url.path, query_of({**self.query, **changes}))

    def with_dataset(self, ids: str) -> str:
        """Return the address of this page from its beginning, of other datasets."""
        chosen = {name: text for name, text in self.query.items() if not name.endswith("cursor")}
        return _address(self.request.url.path, query_of({**chosen, "dataset": ids}))

    def at(self, path: str) -> str:
        """Return the address of another page with the same query."""
        return _address(path, query_of(self.query))

    def render(self, template: str, **context: Any) -> str:
        """Return the page that a template makes."""
        return (
            _templates()
            .get_template(template)
            .render(
                page=self,
                calls=self.api.calls,
                meta=self.api.meta,
                query=self.query,
                snippets=self._snippets,
                **{"kinds": {}, **context},
            )
        )

    def kinds_of(self, positions: Iterable[Any]) -> dict[str, str]:
        """Read the kinds of the questions that positions, or opinions, are on, by id."""
        questions = {one["question"]["id"] for one in positions if one["question"]}
        found = self.api.batch("/questions", questions, **self.only("known_at"), fields="id,kind")
        return {one["id"]: one["kind"] for one in found}

    def _snippets(self, call: Call) -> list[tuple[str, str]]:
        """A call in each language that it can be written in."""
        url = self.public_url.rstrip("/") + call.address
        table = self.public_url.rstrip("/") + call.as_format("csv")
        quoted, quoted_table = orjson.dumps(url).decode(), orjson.dumps(table).decode()
        python = f"import httpx\n\nanswer = httpx.get({quoted}).raise_for_status().json()"
        r = f"answer <- jsonlite::fromJSON({quoted})"
        if "csv" in call.formats:
            python = (
                f"import pandas as pd\n\nrows = pd.read_csv({quoted_table}, keep_default_na=False)"
            )
            r = f"rows <- readr::read_csv({quoted_table})"
        return [("URL", url), ("curl", f"curl -s {shlex.quote(url)}"), ("Python", python), ("R", r)]


def _address(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


class Redirect(Exception):
    """Says that the page is at another address."""

    def __init__(self, address: str) -> None:
        """Keep the address."""
        self.address = address


View = Callable[[PageRequest], str]


def register(
    router: APIRouter, path: str, view: View, *, takes: Collection[str] = (), costly: bool = False
) -> None:
    """Register a page at an address.

    Args:
        router: where it is registered.
        path: its path.
        view: makes the page.
        takes: the parameters it takes; others are refused, as the API refuses them.
        costly: whether it is made beside the event loop, bounded in number.
    """

    async def endpoint(request: Request) -> Response:
        def shown(context: ReadContext) -> Response:
            page = PageRequest(request, ApiClient(context), query, context.service.settings)
            return HTMLResponse(view(page))

        try:
            query = _query(request, takes)
            answer = await respond(request, {}, shown, costly=costly)
        except Problem as problem:
            return error_page(problem)
        except Redirect as elsewhere:
            return RedirectResponse(elsewhere.address, status_code=308)
        return answer

    router.add_api_route(path, endpoint, methods=["GET"], include_in_schema=False)


def _query(request: Request, takes: Collection[str]) -> Query:
    """The query by name, without what a form sent empty.

    Raises:
        InvalidInput: when it has a parameter that the page does not take.
    """
    query = Query()
    for name, value in pairs_of(request.scope["query_string"]):
        if value.strip():
            query[name] = f"{query[name]},{value.strip()}".strip(",")
    unknown = sorted(set(query).difference(takes))
    hints = [f"; {nearest(name, takes)}" for name in unknown[:MOST_HINTS]]
    details = [
        f"unknown parameter {name[:100]!r}{hint}"
        for name, hint in zip_longest(unknown, hints, fillvalue="")
    ]
    refuse(Fault(text, parameter=name[:100]) for name, text in zip(unknown, details, strict=True))
    return query


def error_page(problem: Problem) -> Response:
    """Return the page that says what was wrong and where to go on."""
    page = (
        _templates()
        .get_template("error.html")
        .render(problem=problem, page=None, calls=[], meta=None, query=Query())
    )
    return HTMLResponse(page, status_code=problem.status, headers=problem.headers)


def asset(request: Request) -> Response:
    """Return a file of the pages; browsers may keep it while its address names its state."""
    name = request.path_params["name"]
    if name not in ASSETS:
        raise NotFound("no such file")
    current = request.path_params["state"] == ASSETS_STATE
    caching = "public, max-age=31536000, immutable" if current else "no-cache"
    return Response(
        ASSETS[name], media_type=MEDIA[Path(name).suffix], headers={"Cache-Control": caching}
    )
