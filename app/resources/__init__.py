"""Public resources: one file each, and here the list of them."""

from fastapi import APIRouter

from app.records.kinds import KINDS
from app.resources.analyses import (
    alignment,
    blocs,
    contradictions,
    country_profile,
    divides,
    matrix,
    network,
    positions,
    timeline,
)
from app.resources.curation import (
    changes,
    document_texts,
    imports,
    record_writes,
    revisions,
)
from app.resources.discovery import codebook, exports, index, reconciliation, search
from app.resources.records import (
    actors,
    agreements,
    countries,
    datasets,
    documents,
    events,
    groups,
    opinions,
    organizations,
    people,
    questions,
    topics,
)

RESOURCES: tuple[APIRouter, ...] = (
    index.router,
    codebook.router,
    search.router,
    countries.router,
    organizations.router,
    people.router,
    groups.router,
    actors.router,
    agreements.router,
    topics.router,
    questions.router,
    opinions.router,
    positions.router,
    events.router,
    documents.router,
    datasets.router,
    alignment.router,
    matrix.router,
    blocs.router,
    divides.router,
    contradictions.router,
    timeline.router,
    network.router,
    country_profile.router,
    record_writes.router,
    revisions.router,
    changes.router,
    exports.router,
    reconciliation.router,
    imports.router,
    document_texts.router,
)


def _refuse_unlisted() -> None:
    """Check that every kind of record has its list."""
    names = {
        route.name for router in RESOURCES for route in router.routes if hasattr(route, "name")
    }
    for kind in KINDS.values():
        if f"list_{kind.path}" not in names:
            raise ValueError(
                f"app/resources/__init__.py: RESOURCES has no resource of the kind {kind.name!r}"
            )


_refuse_unlisted()
