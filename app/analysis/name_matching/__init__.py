"""Name matching: the actors that a text may mean, and what each word of it tells."""

from app.analysis.name_matching.actors import (
    HOLDING,
    LEAST_SCORE,
    SURE,
    Match,
    NamedActor,
    NameIndex,
    find_beginning,
    find_matches,
    of_countries,
    people_named,
    read_country_names,
    read_names,
)

__all__ = [
    "HOLDING",
    "LEAST_SCORE",
    "SURE",
    "Match",
    "NameIndex",
    "NamedActor",
    "find_beginning",
    "find_matches",
    "of_countries",
    "people_named",
    "read_country_names",
    "read_names",
]
