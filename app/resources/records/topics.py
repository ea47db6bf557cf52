"""Resource of topics: subjects, as a small tree."""

from fastapi import APIRouter

from app.db.tables import topics
from app.web.endpoints.records import register
from app.web.parameters import identifier
from app.web.query.filters import equal

router = APIRouter()

COLLECTION = register(
    router,
    "topic",
    tag="Questions and positions",
    about="Subjects, as a small tree.",
    absence="A topic without a parent is at the top.",
    filters=(
        equal(
            identifier("parent", "Topics below these.", "regional-security"),
            topics.c.parent,
            "topic",
        ),
    ),
)
