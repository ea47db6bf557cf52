"""Resource of questions, on which there are positions."""

from fastapi import APIRouter

from app.db.tables import questions
from app.index.columns import day_of
from app.records.conditions import about_topics
from app.vocabulary import QuestionKind
from app.web.endpoints.records import register
from app.web.parameters import identifier, word
from app.web.query.filters import Filter, equal, linked

router = APIRouter()

COLLECTION = register(
    router,
    "question",
    tag="Questions and positions",
    about="What there is to have a position on; the proposition alone fixes the direction.",
    absence="A question without opinions is one on which nobody is recorded here.",
    filters=(
        Filter(
            identifier(
                "topic", "Questions of these topics, and of those below them.", "troop-deployment"
            ),
            about_topics,
            "topic",
        ),
        linked(
            "question",
            identifier("subject", "Questions about these actors.", "KAZ"),
            "subjects",
            space="actor",
        ),
        equal(
            identifier("agreement", "Questions about these agreements.", "partnership-for-peace"),
            questions.c.agreement,
            "agreement",
        ),
        equal(word("kind", QuestionKind, "Policy, assessment or vote."), questions.c.kind),
    ),
    sorts={"date": day_of("date")},
)
