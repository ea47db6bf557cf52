"""Which data a view begins with, where several bodies of data hold opinions."""

from typing import Any

from app.explorer.pages import Visit


def holding_opinions(visit: Visit) -> list[Any]:
    """The datasets that hold opinions, the one a reader can take in first."""
    found = visit.reading.get("/datasets", limit=500)["data"]
    holding = [one for one in found if one["counts"].get("opinions")]
    return sorted(holding, key=lambda one: (one["counts"]["opinions"], one["id"]))


def begin(visit: Visit) -> list[Any]:
    """Begin with the first of them where the address asks for nothing at all."""
    datasets = holding_opinions(visit)
    if not visit.query and len(datasets) > 1:
        visit.query["dataset"] = datasets[0]["id"]
    return datasets
