"""Resource of people: persons, with their offices as of the documents."""

from fastapi import APIRouter

from app.db.tables import people
from app.web.endpoints.records import register
from app.web.parameters import identifier
from app.web.query.filters import equal, linked

router = APIRouter()

COLLECTION = register(
    router,
    "person",
    tag="Actors",
    about="Persons, with the offices they held as of the documents that say so.",
    absence="An office without an end is one whose end no source held here states.",
    filters=(
        equal(
            identifier("country", "The state a person belongs to.", "KAZ"),
            people.c.country,
            "country",
        ),
        linked(
            "person",
            identifier(
                "organization", "Who holds or held an office there.", "kazakhstan-defense-ministry"
            ),
            "memberships",
            space="actor",
        ),
    ),
)
