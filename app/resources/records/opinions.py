"""Resource of opinions: stances that were recorded, each with its place in a source."""

from fastapi import APIRouter

from app.db.tables import opinions
from app.index.columns import day_of
from app.opinions.filters import OPINION_FILTERS, STANCE, undated
from app.web.endpoints.records import register
from app.web.query.filters import DATASET, equal

router = APIRouter()

COLLECTION = register(
    router,
    "opinion",
    tag="Questions and positions",
    about=(
        "The evidence level: this holder was reported, at this place of this document, to hold "
        "this stance."
    ),
    absence="A holder without an opinion on a question is not recorded, which is not neutrality.",
    filters=(
        *(one for one in OPINION_FILTERS if one.parameter is not DATASET),
        equal(STANCE, opinions.c.stance),
    ),
    sorts={"name": opinions.c.id, "stated": day_of("stated")},
    undated=undated,
)
