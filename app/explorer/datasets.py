"""Dataset that a page begins with, where several hold opinions."""

from typing import Any

from app.explorer.pages import PageRequest


def holding_opinions(page: PageRequest) -> list[Any]:
    """Read the datasets that hold opinions, the one that a reader can take in first."""
    found = page.api.get("/datasets", limit=500)["data"]
    holding = [one for one in found if one["counts"].get("opinions")]
    return sorted(holding, key=lambda one: (one["counts"]["opinions"], one["id"]))


def choose_first(page: PageRequest) -> list[Any]:
    """Choose the first of them where the address has no query, and return all."""
    datasets = holding_opinions(page)
    if not page.query and len(datasets) > 1:
        page.query["dataset"] = datasets[0]["id"]
    return datasets
