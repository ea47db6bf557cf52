"""Alignment: whom a holder stands with, over all, over time, and in blocs."""

from typing import Any

from app.explorer import charts
from app.explorer.datasets import holding_opinions
from app.explorer.pages import Visit

MOST = 500
#: Lines in one chart that can still be told apart.
LINES = 5
CHOICES = ("topic", "from", "to", "as_of", "known_at", "dataset", "minimum_n", "holder_kind")


def view(visit: Visit) -> str:
    """The page."""
    chosen = visit.only(*CHOICES)
    a, b = visit.query["a"], visit.query["b"]
    _refuse_others(visit)
    return visit.render(
        "alignment.html",
        datasets=holding_opinions(visit),
        topics=visit.reading.get("/topics", sort="name", limit=500)["data"],
        countries=visit.reading.get("/countries", sort="name", fields="id,name", limit=500)["data"],
        ranking=_ranking(visit, a, chosen) if a else None,
        over_time=over_time(visit, a, b, chosen) if a and b else None,
        blocs=None if a else _blocs(visit, chosen),
    )


def _refuse_others(visit: Visit) -> None:
    """Let the API refuse what it does not know, by its own words."""
    unknown = visit.without("a", "b", *CHOICES)
    if unknown:
        visit.reading.get("/alignment", a=visit.query["a"] or "KAZ", **unknown)


def _ranking(visit: Visit, a: str, chosen: dict[str, str]) -> dict[str, Any]:
    """Everybody else, who agrees most first; who has too few common questions is only counted."""
    answer = visit.reading.show(
        "Everybody by agreement", "/alignment", a=a, **chosen, sort="-s", limit=MOST
    )
    rows = [row for row in answer["data"] if row["s"] is not None]
    return {
        "rows": rows,
        "too_few": answer["meta"]["total"] - len(rows),
        "total": answer["meta"]["total"],
        "minimum_n": answer["meta"]["minimum_n"],
        "method": answer["meta"]["method"],
        "one": rows[0]["a"] if rows else None,
    }


def over_time(visit: Visit, a: str, b: str, chosen: dict[str, str]) -> dict[str, Any] | None:
    """Agreement by year, as a chart and as its numbers."""
    others = ",".join(b.split(",")[:LINES])
    answer = visit.reading.show(
        "Agreement by year", "/alignment", a=a, b=others, **chosen, by="year", limit=MOST
    )
    rows = [row for row in answer["data"] if row["s"] is not None]
    return {"chart": charts.lines(rows), "rows": rows} if rows else None


def _blocs(visit: Visit, chosen: dict[str, str]) -> dict[str, Any]:
    answer = visit.reading.show("Blocs", "/blocs", **chosen, limit=50)
    return {"rows": answer["data"], "meta": answer["meta"]}
