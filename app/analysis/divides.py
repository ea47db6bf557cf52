"""Divides: how far the holders of each question are apart, and the reasons of both camps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import orjson
import sqlalchemy as sa
from pyroaring import BitMap

from app.analysis.measures.alignment import DIRECTIONS
from app.analysis.measures.directions import Directions, count_each
from app.analysis.measures.polarization import SCALES, agreement_a, frequencies
from app.analysis.rows import ReadRows
from app.analysis.standings import Columns
from app.db.tables import questions
from app.records.references import MARK
from app.vocabulary import QuestionKind

#: The number of holders by score.
Counts: TypeAlias = dict[int, int]
#: What the deciding opinion of a holder on a question says, by both.
Reported: TypeAlias = dict[tuple[str, str], "Report"]
#: How the answer comes by it: what tells a holder's word from somebody's reading.
SURENESS = ("attribution", "confidence", "speaker")


class Report(NamedTuple):
    """Report of a position.

    Attributes:
        position: the holder, how the source comes by the position, and the opinion.
        reasons: the reasons it gives, each with the same.
    """

    position: dict[str, Any]
    reasons: list[dict[str, Any]]


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


def count_scores(columns: Columns, rows: BitMap) -> Iterator[tuple[str, Counts]]:
    """Count the holders with each score, by question.

    Args:
        columns: gives the columns of the index.
        rows: the opinions that decide positions.
    """
    for question, group in columns("question").groups(rows):
        counts = columns("score").counts(group)
        if counts:
            yield str(question), {int(score): number for score, number in counts.items()}


def read_question_kinds(read: ReadRows) -> dict[str, QuestionKind]:
    """Read the kind of each question."""
    by_word = {kind.value: kind for kind in QuestionKind}
    rows = read(sa.select(questions.c.id, questions.c.kind))
    return {row.id: by_word[row.kind] for row in rows}


def gather_reports(deciding: Iterable[Sequence[Any]]) -> Reported:
    """Gather what the opinions that decide positions say of them.

    Args:
        deciding: the id, holder, question and body of each.
    """
    return {
        (holder, question): _report(opinion, holder, orjson.loads(body))
        for opinion, holder, question, body in deciding
        if not (_NO_REASONS in body and _BY_VOTE in body)  # nearly all: nothing more to say
    }


def _report(opinion: str, holder: str, body: dict[str, Any]) -> Report:
    known = {name: body[name] for name in SURENESS}
    of = {"holder": f"{MARK}actor:{holder}"}
    reasons = [{**of, **reason, "opinion": opinion, **known} for reason in body["reasons"]]
    return Report({**of, "opinion": opinion, **known}, reasons)


#: How the JSON of an opinion says that it has no reasons, and that it is a vote.
_NO_REASONS, _BY_VOTE = '"reasons":[]', '"attribution":"vote"'
