"""A made-up assembly: five states, sixteen roll calls, for what is computed from votes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.testclient import TestClient

from app.db import Database
from app.records.seeds import load_seeds
from tests.conftest import Make, served, write_seeds

STATES = ("KAZ", "RUS", "USA", "GBR", "FRA")
TOPICS = "[{id: security, name: Security}, {id: arms, name: Arms, parent: security}]"
DOCUMENTS = (
    "[{id: rolls, source_type: dataset, published: 2001-01-01},"
    " {id: other, source_type: dataset, published: 2002-02-02}]"
)
#: Id, day, session, topic (or -), and how the five voted: yes, abstained, no, or was absent.
CALLS = """
r01 1995-03-01 49 arms      + + - - -
r02 1995-03-02 49 arms      + + - - 0
r03 1995-11-01 50 arms      0 + - - -
r04 1995-11-02 50 -         + + 0 0 +
r05 1996-02-01 50 security  + - - . 0
r06 1996-03-01 50 arms      + + - 0 0
r07 1996-11-01 51 -         0 0 + + +
r08 1996-11-02 51 -         + + + + +
r09 1999-11-01 54 arms      - + - - -
r10 1999-11-02 54 security  + + - - -
r11 1999-12-01 54 -         + + - + +
r12 2000-02-01 54 -         . + - - -
r13 2000-11-01 55 arms      + 0 - 0 0
r14 2000-11-02 55 -         + + - - +
r15 2000-12-01 55 arms      - - + + +
r16 2000-12-02 55 -         + + - - -
"""
_STANCES = {"+": "support", "0": "neutral", "-": "oppose"}
_NUMBERS = {"+": 1, "0": 0, "-": -1}
_ROWS = [line.split() for line in CALLS.strip().splitlines()]
QUESTIONS = "".join(
    f"- {{id: {one}, title: 'Adopt {one}?', proposition: It should be adopted., kind: vote, "
    f"date: {day}, session: '{session}', topics: {'[]' if topic == '-' else f'[{topic}]'}}}\n"
    for one, day, session, topic, *_ in _ROWS
)
OPINIONS = "".join(
    f"- {{id: {one}-{state.lower()}, holder: {state}, question: {one}, stance: {_STANCES[vote]}, "
    f"attribution: vote, stated: {day}, evidence: [{{document: rolls, record: {one}-{state}}}]}}\n"
    for one, day, _, _, *votes in _ROWS
    for state, vote in zip(STATES, votes, strict=True)
    if vote != "."
)
COUNTRIES = "".join(
    f"- {{id: {state}, name: {name}, iso3166_1_alpha3: {state}}}\n"
    for state, name in zip(
        STATES, ("Kazakhstan", "Russia", "United States", "United Kingdom", "France"), strict=True
    )
)
FILES = {
    "countries": COUNTRIES,
    "topics": TOPICS,
    "documents": DOCUMENTS,
    "questions": QUESTIONS,
    "opinions": OPINIONS,
}


def votes(
    a: str, b: str, days: tuple[str, str] = ("", "~"), topics: str = ""
) -> list[tuple[int, int]]:
    """How two states voted where both did, from the table above and nothing else."""
    i, j = STATES.index(a), STATES.index(b)
    return [
        (_NUMBERS[marks[i]], _NUMBERS[marks[j]])
        for _, day, _, topic, *marks in _ROWS
        if days[0] <= day <= days[1] and "." not in (marks[i], marks[j])
        if not topics or topic in topics.split()
    ]


@contextmanager
def assembly(make_database: Make, folder: Path) -> Iterator[TestClient]:
    """The service over the assembly."""
    with make_database("migrated") as url:
        database = Database(url)
        load_seeds(database, [write_seeds(folder / "small", **FILES)])
        database.close()
        with served(url) as client:
            yield client
