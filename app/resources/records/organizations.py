"""Resource of organizations: alliances, missions, assemblies, ministries, newspapers."""

from fastapi import APIRouter

from app.db.tables import organizations
from app.index.columns import day_of
from app.web.endpoints.records import register
from app.web.parameters import identifier
from app.web.query.filters import equal

router = APIRouter()

COLLECTION = register(
    router,
    "organization",
    tag="Actors",
    about="Alliances, missions, assemblies, ministries, armed groups, newspapers.",
    absence="A null date or parent means that no source held here states it.",
    filters=(
        equal(
            identifier("classification", "What it is, such as alliance or ministry.", "alliance"),
            organizations.c.classification,
        ),
        equal(
            identifier("country", "The state it belongs to.", "KAZ"),
            organizations.c.country,
            "country",
        ),
    ),
    sorts={"founded": day_of("founded"), "dissolved": day_of("dissolved")},
)
