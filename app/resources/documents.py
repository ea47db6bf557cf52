"""The sources: what they are, what cites them, and whether a quote stands in them."""

from fastapi import APIRouter

from app.db.tables import documents
from app.vocabulary import SourceType
from app.web.listing import equal, overlapping
from app.web.parameters import day_parameter, text_parameter, word
from app.web.stored import register

router = APIRouter()

COLLECTION = register(
    router,
    "document",
    tag="Sources",
    about="The sources that records cite. Their texts are not part of the data.",
    absence="Title, author and publisher are null where the file does not state them.",
    example="kazakhstan-nato-analysis",
    filters=(
        equal(text_parameter("publisher", "Who published it.", "UN"), documents.c.publisher),
        equal(word("source_type", SourceType, "What kind of source."), documents.c.source_type),
        overlapping(
            day_parameter("published_from", "Published on or after that day, perhaps.", "2005-01-01"),
            documents.c.published_earliest,
            documents.c.published_latest,
            start=True,
        ),
        overlapping(
            day_parameter("published_to", "Published on or before that day, perhaps.", "2006-12-31"),
            documents.c.published_earliest,
            documents.c.published_latest,
            start=False,
        ),
    ),
    sorts={"published": documents.c.published_earliest},
)
