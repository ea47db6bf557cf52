"""Page of alignment: whom a holder agrees with, over all, over time, and in blocs."""

from typing import Any

from app.errors import Fault
from app.explorer.charts import agreement_lines
from app.explorer.datasets import holding_opinions
from app.explorer.existence import absences
from app.explorer.pages import PageRequest
from app.web.parameters import refuse

MOST = 500
#: Lines in one chart that can still be told apart.
LINES = 5
#: How many years blocs are of, where nobody chooses.
YEARS = 10
CHOICES = ("topic", "from", "to", "as_of", "known_at", "dataset", "minimum_n", "holder_kind")
TAKES = ("a", "b", *CHOICES)


def view(page: PageRequest) -> str:
    """Return the page."""
    a, b = _pair(page)
    years = None if a else _last_years(page)
    filters = page.only(*CHOICES)
    return page.render(
        "alignment.html",
        datasets=holding_opinions(page),
        years=years,
        absent=absences(page, a, b),
        topics=page.api.get("/topics", sort="name", limit=500)["data"],
        countries=page.api.get("/countries", sort="name", fields="id,name", limit=500)["data"],
        ranking=_ranking(page, a, filters) if a else None,
        over_time=over_time(page, a, b, filters) if a and b else None,
        blocs=None if a else _blocs(page, filters),
    )


def _last_years(page: PageRequest) -> tuple[str, str] | None:
    """Begin with the last years before the end of the period; return them where nobody chose.

    Blocs of all years together put holders beside each other that never were there at once.
    """
    if page.query["from"]:
        return None
    last = min(filter(None, (page.query["to"], page.query["as_of"])), default=_last_day(page))
    if not last or int(last[:4]) <= YEARS:
        return None
    page.query["from"] = f"{int(last[:4]) - YEARS + 1:04}-01-01"
    return page.query["from"][:4], last[:4]


def _last_day(page: PageRequest) -> str | None:
    """The last day that an opinion is dated to."""
    filters = page.only("topic", "dataset", "holder_kind", "known_at")
    newest = page.api.get("/opinions", **filters, sort="-stated", fields="stated", limit=1)["data"]
    stated = newest[0]["stated"] if newest else None
    return (stated["latest"] or stated["earliest"]) if stated else None


def _pair(page: PageRequest) -> tuple[str, str]:
    """The holder to rank by, and those to compare with over time.

    Raises:
        InvalidInput: when there is only the second, or the first is several.
    """
    a, b = page.query["a"], page.query["b"]
    if "," in a:
        refuse([Fault("one ranking is by one holder; ask the API for several", parameter="a")])
    if b and not a:
        page.api.get("/alignment", b=b)
    return a, b


def _ranking(page: PageRequest, a: str, filters: dict[str, str]) -> dict[str, Any]:
    """The others, who agrees most first; who has too few common questions is only counted."""
    answer = page.api.show(
        "Everybody by agreement", "/alignment", a=a, **filters, sort="-s", limit=MOST
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


def over_time(page: PageRequest, a: str, b: str, filters: dict[str, str]) -> dict[str, Any] | None:
    """Return agreement by year, as a chart and as its numbers."""
    others = ",".join(b.split(",")[:LINES])
    answer = page.api.show(
        "Agreement by year", "/alignment", a=a, b=others, **filters, by="year", limit=MOST
    )
    rows = [row for row in answer["data"] if row["s"] is not None]
    return (
        {"charts": agreement_lines.lines(rows, others.split(",")), "rows": rows} if rows else None
    )


def _blocs(page: PageRequest, filters: dict[str, str]) -> dict[str, Any]:
    answer = page.api.show("Blocs", "/blocs", **filters, limit=50)
    return {"rows": answer["data"], "meta": answer["meta"]}
