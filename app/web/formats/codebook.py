"""The codebook: every vocabulary of the API as data, with its definitions and their source."""

from typing import Annotated, Any

from pydantic import Field

from app.errors import problems
from app.vocabulary import REGION_NAMES, VOCABULARIES
from app.web.response_schemas import Shape


class Term(Shape):
    """One word of a vocabulary."""

    vocabulary: Annotated[str, Field(description="The vocabulary.")]
    term: Annotated[str, Field(description="The word, as data and filters have it.")]
    definition: Annotated[str, Field(description="What it means.")]
    score: Annotated[int | None, Field(description="For a stance, its number; else null.")]
    source: Annotated[str, Field(description="Whose vocabulary it is.")]


def _terms() -> list[dict[str, Any]]:
    """Every vocabulary as data: the words, the regions, the problems."""
    words = [
        (name, word.value, word.definition, getattr(word, "score", None), source)
        for name, (vocabulary, source) in VOCABULARIES.items()
        for word in vocabulary
    ]
    regions = [("m49_region", code, name, None, "UN M49") for code, name in REGION_NAMES.items()]
    kinds = [("problem", p.code, f"{p.status}: {p.title}.", None, "positions") for p in problems()]
    return [dict(zip(Term.model_fields, row, strict=True)) for row in (*words, *regions, *kinds)]


CODEBOOK = _terms()
