"""Page of the timeline: what happened, was agreed or was said, as exactly as it is dated."""

from app.explorer.charts import timeline_rows
from app.explorer.datasets import choose_first
from app.explorer.existence import absences
from app.explorer.pages import PageRequest

ROWS, UNDATED = 80, 200
#: The kinds of entry, what binds before what is said.
KINDS = ("agreement", "event", "opinion")
#: Filters that the form has no field for; it keeps them.
HIDDEN_FIELDS = ("actor", "agreement", "question", "document", "known_at")
TAKES = ("kind", "country", "topic", "dataset", "from", "to", "as_of", "cursor", *HIDDEN_FIELDS)


def view(page: PageRequest) -> str:
    """Return the page."""
    datasets = choose_first(page)
    counts = _counts(page)
    opened = _open(page, counts)
    show, filters = page.api.show, page.without("cursor")
    dated = show("What is dated", "/timeline", **page.query, limit=ROWS)
    undated = show("What nothing dates", "/timeline", **filters, undated="true", limit=UNDATED)
    return page.render(
        "timeline.html",
        datasets=datasets,
        topics=page.api.get("/topics", sort="name", limit=500)["data"],
        absent=absences(page, page.query["country"], page.query["actor"]),
        counts=counts,
        opened=opened,
        everything=",".join(KINDS),
        dated=dated,
        kinds=page.kinds_of([*dated["data"], *undated["data"]]),
        undated=undated,
        charts=timeline_rows.rows(dated["data"]),
        more=dated["links"]["next"],
        hidden_fields=HIDDEN_FIELDS,
    )


def _counts(page: PageRequest) -> dict[str, int]:
    """The number of entries of each kind under the other filters, dated or not."""
    filters = page.without("cursor", "kind")
    found = {
        kind: page.api.get("/timeline", **filters, kind=kind, limit=1)["meta"] for kind in KINDS
    }
    return {kind: meta["total"] + meta["undated"] for kind, meta in found.items()}


def _open(page: PageRequest, counts: dict[str, int]) -> bool:
    """Choose the kinds that a timeline opens on where none is asked for; say whether it did.

    That of an actor opens on what binds it, and no timeline on a wall of votes.
    """
    if page.query["kind"]:
        return False
    held = [kind for kind in KINDS if counts[kind]]
    if page.query["country"] or page.query["actor"]:
        chosen = held[:1]
    else:
        chosen = [one for one in held if one != "opinion" or counts[one] <= ROWS] or held
    if len(chosen) == len(held):
        return False
    page.query["kind"] = ",".join(chosen)
    return True
