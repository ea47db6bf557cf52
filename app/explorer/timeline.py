"""The timeline: what happened, was agreed or was said, each as exactly as it is dated."""

from app.explorer import charts
from app.explorer.datasets import begin
from app.explorer.pages import Visit

ROWS, UNDATED = 80, 200
#: Filters that the form has no field for; it keeps them.
KEPT = ("actor", "agreement", "question", "document", "known_at")
TAKES = ("kind", "country", "topic", "dataset", "from", "to", "as_of", "cursor", *KEPT)


def view(visit: Visit) -> str:
    """The page."""
    datasets = begin(visit)
    show, asked = visit.reading.show, visit.without("cursor")
    dated = show("What is dated", "/timeline", **visit.query, limit=ROWS)
    undated = show("What nothing dates", "/timeline", **asked, undated="true", limit=UNDATED)
    return visit.render(
        "timeline.html",
        datasets=datasets,
        topics=visit.reading.get("/topics", sort="name", limit=500)["data"],
        dated=dated,
        kinds=visit.kinds_of([*dated["data"], *undated["data"]]),
        undated=undated,
        chart=charts.rows(dated["data"]),
        more=dated["links"]["next"],
        kept=KEPT,
    )
