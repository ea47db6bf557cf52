"""Resource of events: visits, signatures, talks, statements, exercises, deployments, leaks."""

from fastapi import APIRouter

from app.db.tables import events
from app.index.columns import day_of
from app.vocabulary import EventType
from app.web.endpoints.records import register
from app.web.parameters import day_parameter, identifier, word
from app.web.query.filters import equal, linked, overlapping

router = APIRouter()

COLLECTION = register(
    router,
    "event",
    tag="Agreements and events",
    about="Visits, signatures, talks, statements, exercises, deployments, leaks, clashes.",
    absence="A null date means that nothing dates it; a vague date stays vague.",
    filters=(
        linked(
            "event",
            identifier("participant", "Events that these took part in.", "KAZ"),
            "participants",
            space="actor",
        ),
        equal(word("event_type", EventType, "What kind of event."), events.c.event_type),
        overlapping(
            day_parameter("from", "On or after that day, perhaps.", "1996-01-01"),
            events.c.date_earliest,
            events.c.date_latest,
            start=True,
        ),
        overlapping(
            day_parameter("to", "On or before that day, perhaps.", "1996-12-31"),
            events.c.date_earliest,
            events.c.date_latest,
            start=False,
        ),
        equal(
            identifier(
                "agreement",
                "Events of these agreements.",
                "us-kazakhstan-talks-on-troops-for-afghanistan",
            ),
            events.c.agreement,
            "agreement",
        ),
    ),
    sorts={"date": day_of("date")},
)
