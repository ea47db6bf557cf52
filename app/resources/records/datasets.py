"""Resource of datasets: bodies of data that were loaded together."""

from fastapi import APIRouter

from app.web.endpoints.records import register

router = APIRouter()

COLLECTION = register(
    router,
    "dataset",
    tag="Sources",
    about="Bodies of data that were loaded together, with licence, citation and counts.",
    absence="A kind that is not in `counts` has no record in the dataset.",
)
