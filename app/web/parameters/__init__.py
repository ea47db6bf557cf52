"""Parameters: of paths and queries, how each is read, and what a caller may have meant."""

from app.web.parameters.parameter import (
    AS_OF,
    ID_SCHEMA,
    KNOWN_AT,
    MIN_RELEASE,
    NAME_SCHEMA,
    Parameter,
    day_parameter,
    identifier,
    integer,
    is_id,
    paragraph_number,
    parse_query,
    refuse,
    text_parameter,
    word,
    word_of,
)

__all__ = [
    "AS_OF",
    "ID_SCHEMA",
    "KNOWN_AT",
    "MIN_RELEASE",
    "NAME_SCHEMA",
    "Parameter",
    "day_parameter",
    "identifier",
    "integer",
    "is_id",
    "paragraph_number",
    "parse_query",
    "refuse",
    "text_parameter",
    "word",
    "word_of",
]
