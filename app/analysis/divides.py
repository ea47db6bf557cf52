"""Divides: how far the holders of each question are apart, and the reasons of both camps."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import orjson
import sqlalchemy as sa

from app.analysis.measures.alignment import DIRECTIONS
from app.analysis.measures.directions import Directions, count_each
from app.analysis.measures.polarization import SCALES, agreement_a, frequencies
from app.analysis.positions import keyed, positions
from app.analysis.rows import Conditions, ReadRows
from app.db.tables import opinions, questions
from app.records.references import MARK
from app.vocabulary import QuestionKind

#: The number of holders by score.
Counts: TypeAlias = dict[int, int]
#: The reasons that a holder gives on a question, by both.
Reasons: TypeAlias = dict[tuple[str, str], list[dict[str, Any]]]


class Polarization(NamedTuple):
    """Polarization of the holders of one question.

    Attributes:
        question: the id of the question.
        kind: its kind, which decides its scale.
        frequencies: the number of holders at each place of the scale.
        agreement: van der Eijk's A; None where too few hold a position.
    """

    question: str
    kind: QuestionKind
    frequencies: tuple[int, ...]
    agreement: float | None

    @property
    def n(self) -> int:
        """Return the number of holders."""
        return sum(self.frequencies)

    @property
    def scale(self) -> tuple[int, ...]:
        """Return the scores that a position on the question can have."""
        return SCALES[self.kind]


def measure(question: str, kind: QuestionKind, counts: Counts, minimum_n: int) -> Polarization:
    """Measure how far the holders of a question are apart."""
    scale = SCALES[kind]
    # A scale may be coarser than the scores on it: a vote has no strong yes.
    scores = (score for score, number in counts.items() for score in [score] * number)
    found = frequencies((max(scale[0], min(scale[-1], score)) for score in scores), scale)
    return Polarization(
        question, kind, found, agreement_a(found) if sum(found) >= minimum_n else None
    )


def count_directions(
    ids: Sequence[str], by_holder: Mapping[str, Directions]
) -> Iterator[tuple[str, Counts]]:
    """Count the holders that took each direction, by question: all there is to a vote.

    Args:
        ids: the questions, in the order of their numbers.
        by_holder: the directions of the holders.
    """
    sides = [count_each(sets, len(ids)) for sets in zip(*by_holder.values(), strict=True)]
    for question, *numbers in zip(ids, *sides, strict=True):
        if any(numbers):
            yield question, dict(zip(DIRECTIONS, numbers, strict=True))


def count_scores(read: ReadRows, where: Conditions) -> dict[str, Counts]:
    """Count the holders with each score, by question, of all that is no vote."""
    not_votes = sa.select(questions.c.id).where(questions.c.kind != QuestionKind.VOTE.value)
    derived = positions([*where, opinions.c.question.in_(not_votes)]).c
    statement = sa.select(derived.question, derived.score, sa.func.count())
    counts: dict[str, Counts] = defaultdict(dict)
    for question, score, number in read(statement.group_by(derived.question, derived.score)):
        if score is not None:
            counts[question][score] = number
    return counts


def read_question_kinds(read: ReadRows) -> dict[str, QuestionKind]:
    """Read the kind of each question."""
    by_word = {kind.value: kind for kind in QuestionKind}
    rows = read(sa.select(questions.c.id, questions.c.kind))
    return {row.id: by_word[row.kind] for row in rows}


def read_reasons(read: ReadRows, where: Conditions, ids: Sequence[str]) -> Reasons:
    """Read the reasons in the opinions that decide positions on some questions."""
    o = opinions.c
    reasoned = sa.select(o.id, o.holder, o.question, o.body).where(
        *where, o.question.in_(ids), o.body.not_like('%"reasons":[]%')
    )
    rows = {row.id: row for row in read(reasoned)}
    keys = sorted({(row.holder, row.question) for row in rows.values()})
    derived = positions([*where, *keyed(keys)]).c
    deciding = read(sa.select(derived.last_id)) if keys else []
    return {
        (row.holder, row.question): [
            {"holder": f"{MARK}actor:{row.holder}", **reason, "opinion": row.id}
            for reason in orjson.loads(row.body)["reasons"]
        ]
        for row in (rows[one.last_id] for one in deciding if one.last_id in rows)
    }
