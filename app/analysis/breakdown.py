"""Breakdown of alignment: how far holders agree over all, or by year, decade, session or topic."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from app.analysis.measures.alignment import Coefficients, align
from app.analysis.measures.directions import NO_DIRECTIONS
from app.analysis.rows import ReadRows
from app.analysis.standings import Decide, Period, Standings
from app.db.tables import links, questions, topics
from app.vocabulary import QuestionKind


class Part(NamedTuple):
    """Part of all questions that gets rows of its own.

    Attributes:
        name: its name; None for all taken together.
        period: the days that its opinions are of.
        questions: the ids of its questions; None for all.
    """

    name: str | None
    period: Period
    questions: Sequence[str] | None = None


class Comparison(NamedTuple):
    """Alignment of two holders over a part."""

    a: str
    b: str
    part: str | None
    figures: Coefficients


def compare(
    known: Standings,
    parts: Iterable[Part],
    pairs: tuple[Sequence[str], Sequence[str]],
    decide: Decide,
    *,
    within: int,
    minimum_n: int,
    keep_empty: bool,
) -> list[Comparison]:
    """Compare holders over each part, in the order of the pair and the part.

    Args:
        known: the standings of all holders.
        parts: the parts to compare over.
        pairs: the holders to compare, and those to compare each of them with.
        decide: gives the opinions that decide a position.
        within: the questions that count, as a set of their numbers.
        minimum_n: the common questions that figures need.
        keep_empty: whether a pair without a common question is kept, over all taken together.
    """
    found = []
    for part in parts:
        inside, anew = known.parted(part.period, decide)
        numbers = within if part.questions is None else within & known.numbers(part.questions)
        for a in pairs[0]:
            mine = known.combined(a, inside, anew).within(numbers)
            keep = keep_empty and part.name is None
            for b in pairs[1] if keep or any(mine) else ():
                # What is outside the part is none of `mine`, so it need not be cut off here.
                whole = known.by_holder.get(b, NO_DIRECTIONS)
                theirs = known.combined(b, inside, anew) if anew else whole
                figures = align(mine.table(theirs), minimum_n)
                if a != b and (figures.n or keep):
                    found.append(Comparison(a, b, part.name, figures))
    return sorted(found, key=lambda one: (one.a, one.b, one.part or ""))


# -- parts ------------------------------------------------------------------------------------


def by_year(years: Sequence[int], whole: Period) -> Iterator[Part]:
    """Return a part for each year, as far as it lies within a period."""
    return _spans([(f"{y:04}", f"{y:04}", f"{y:04}") for y in years], whole)


def by_decade(years: Sequence[int], whole: Period) -> Iterator[Part]:
    """Return a part for each decade, as far as it lies within a period."""
    tens = sorted({year // 10 for year in years})
    return _spans([(f"{t:03}X", f"{t:03}0", f"{t:03}9") for t in tens], whole)


def _spans(spans: Iterable[tuple[str, str, str]], whole: Period) -> Iterator[Part]:
    for name, first, last in spans:
        span = Period(max(f"{first}-01-01", whole.first), min(f"{last}-12-31", whole.last))
        if span.first <= span.last:
            yield Part(name, span)


def by_questions(questions_of: Mapping[str, Sequence[str]], whole: Period) -> Iterator[Part]:
    """Return a part for each name that some questions have: a session, or a topic."""
    return (Part(name, whole, ids) for name, ids in questions_of.items())


def read_sessions(read: ReadRows) -> dict[str, list[str]]:
    """Read the questions of each session of the body that voted."""
    found: dict[str, list[str]] = {}
    votes = questions.c.kind == QuestionKind.VOTE.value
    for question, body in read(sa.select(questions.c.id, questions.c.body).where(votes)):
        if session := orjson.loads(body)["session"]:
            found.setdefault(session, []).append(question)
    return found


def read_topics(read: ReadRows) -> dict[str, list[str]]:
    """Read the questions of each topic and of those below it: what `topic=` lets through."""
    parents = {row.id: row.parent for row in read(sa.select(topics.c.id, topics.c.parent))}
    statement = sa.select(links.c.target, questions.c.id).where(
        links.c.kind == "question",
        links.c.field == "topics",
        links.c.id == questions.c.id,
        links.c.revision == questions.c.revision,
    )
    found: dict[str, set[str]] = {}
    for topic, question in read(statement):
        while topic is not None:
            found.setdefault(topic, set()).add(question)
            topic = parents.get(topic)
    return {topic: sorted(found[topic]) for topic in sorted(found)}
