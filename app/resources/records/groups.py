"""Resource of groups: holders that a source does not name, regions, states taken together."""

from fastapi import APIRouter

from app.db.tables import groups
from app.vocabulary import GroupClassification
from app.web.endpoints.records import register
from app.web.parameters import identifier, word
from app.web.query.filters import equal

router = APIRouter()

COLLECTION = register(
    router,
    "group",
    tag="Actors",
    about="Holders that a source does not name («most analysts»), regions, and groupings.",
    absence="A group has no members here: the source does not say who they are.",
    filters=(
        equal(
            word("classification", GroupClassification, "What kind of group."),
            groups.c.classification,
        ),
        equal(
            identifier("country", "The state it belongs to.", "KAZ"), groups.c.country, "country"
        ),
    ),
)
