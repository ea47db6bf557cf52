"""Page of the timeline: what happened, was agreed or was said, as exactly as it is dated."""

from app.explorer import charts
from app.explorer.datasets import choose_first
from app.explorer.pages import PageRequest

ROWS, UNDATED = 80, 200
#: Filters that the form has no field for; it keeps them.
HIDDEN_FIELDS = ("actor", "agreement", "question", "document", "known_at")
TAKES = ("kind", "country", "topic", "dataset", "from", "to", "as_of", "cursor", *HIDDEN_FIELDS)


def view(page: PageRequest) -> str:
    """Return the page."""
    datasets = choose_first(page)
    show, filters = page.api.show, page.without("cursor")
    dated = show("What is dated", "/timeline", **page.query, limit=ROWS)
    undated = show("What nothing dates", "/timeline", **filters, undated="true", limit=UNDATED)
    return page.render(
        "timeline.html",
        datasets=datasets,
        topics=page.api.get("/topics", sort="name", limit=500)["data"],
        dated=dated,
        kinds=page.kinds_of([*dated["data"], *undated["data"]]),
        undated=undated,
        chart=charts.rows(dated["data"]),
        more=dated["links"]["next"],
        hidden_fields=HIDDEN_FIELDS,
    )
