"""Resource of datasets: bodies of data that were loaded together."""

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter

from app.db.tables import releases
from app.web.endpoints.citations import register_citation
from app.web.endpoints.records import register
from app.web.formats.citations import Source, dataset_source
from app.web.requests.context import ReadContext

router = APIRouter()

COLLECTION = register(
    router,
    "dataset",
    tag="Sources",
    about="Bodies of data that were loaded together, with licence, citation and counts.",
    absence="A kind that is not in `counts` has no record in the dataset.",
)


def _cited(context: ReadContext, dataset: str, body: dict[str, Any]) -> Source:
    """A dataset as the release that is shown has it."""
    shown = context.release_shown
    made = sa.select(releases.c.at, releases.c.hash).where(releases.c.id == shown)
    [(at, seal)] = context.rows(made)
    return dataset_source(dataset, body, shown, at, seal)


register_citation(
    router,
    "dataset",
    _cited,
    name="get_dataset_citation",
    description=(
        "Text, CSL-JSON, BibTeX or RIS, by `format` or `Accept`, of the dataset as it stands at "
        "this release, or at that of `known_at`: with the number, the moment and the hash of the "
        "release, so that the same state can be asked for again."
    ),
)
