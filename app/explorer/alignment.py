"""Alignment: whom a holder stands with, over all, over time, and in blocs."""

from typing import Any

from app.errors import Fault
from app.explorer import charts
from app.explorer.datasets import holding_opinions
from app.explorer.pages import Visit
from app.web.parameters import refuse

MOST = 500
#: Lines in one chart that can still be told apart.
LINES = 5
CHOICES = ("topic", "from", "to", "as_of", "known_at", "dataset", "minimum_n", "holder_kind")
TAKES = ("a", "b", *CHOICES)


def view(visit: Visit) -> str:
    """The page."""
    chosen = visit.only(*CHOICES)
    a, b = _pair(visit)
    return visit.render(
        "alignment.html",
        datasets=holding_opinions(visit),
        topics=visit.reading.get("/topics", sort="name", limit=500)["data"],
        countries=visit.reading.get("/countries", sort="name", fields="id,name", limit=500)["data"],
        ranking=_ranking(visit, a, chosen) if a else None,
        over_time=over_time(visit, a, b, chosen) if a and b else None,
        blocs=None if a else _blocs(visit, chosen),
    )


def _pair(visit: Visit) -> tuple[str, str]:
    """Whom to rank by, and with whom over time.

    Raises:
        InvalidInput: when there is only the second, or the first is several.
    """
    a, b = visit.query["a"], visit.query["b"]
    if "," in a:
        refuse([Fault("one ranking is by one holder; ask the API for several", parameter="a")])
    if b and not a:
        visit.reading.get("/alignment", b=b)
    return a, b


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
    return {"chart": charts.lines(rows, others.split(",")), "rows": rows} if rows else None


def _blocs(visit: Visit, chosen: dict[str, str]) -> dict[str, Any]:
    answer = visit.reading.show("Blocs", "/blocs", **chosen, limit=50)
    return {"rows": answer["data"], "meta": answer["meta"]}
