"""Dataset that a page begins with, where several hold opinions."""

from typing import Any

from app.explorer.pages import PageRequest


def holding_opinions(page: PageRequest) -> list[Any]:
    """Read the datasets that hold opinions: the deployment's home first, then as they came.

    What comes later never takes the place of what readers know, however small or large it is.
    """
    found = page.api.get("/datasets", limit=500)["data"]
    holding = [one for one in found if one["counts"].get("opinions")]
    if len(holding) < 2:
        return holding
    home = page.settings.home_dataset
    return sorted(holding, key=lambda one: (one["id"] != home, _loaded_at(page, one), one["id"]))


def _loaded_at(page: PageRequest, dataset: dict[str, Any]) -> str:
    """The moment a dataset was first recorded here, whatever was changed of it since."""
    if dataset["revision"] == 1:
        return str(dataset["recorded_at"])
    revisions = page.api.get(f"/datasets/{dataset['id']}/revisions")["data"]
    return min(str(one["at"]) for one in revisions)


def choose_first(page: PageRequest) -> list[Any]:
    """Choose the first of them where the address has no query, and return all."""
    datasets = holding_opinions(page)
    if not page.query and len(datasets) > 1:
        page.query["dataset"] = datasets[0]["id"]
    return datasets
