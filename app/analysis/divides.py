"""Divides: how far the holders of each question are apart, and the reasons of both camps."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

import orjson
import sqlalchemy as sa
from pyroaring import BitMap

from app.analysis.measures.polarization import SCALES, agreement_a, frequencies
from app.analysis.rows import ReadRows
from app.analysis.standings import Columns
from app.db.tables import questions
from app.records.references import MARK
from app.vocabulary import QuestionKind

#: The number of holders by score.
Counts: TypeAlias = dict[int, int]
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


class Member(NamedTuple):
    """Member of a camp: who, and what the source says of its position beyond that of a vote."""

    holder: str
    report: Report | None


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
    on_scale: Counts = Counter()
    for score, number in counts.items():
        on_scale[max(scale[0], min(scale[-1], score))] += number
    found = frequencies(on_scale, scale)
    return Polarization(
        question, kind, found, agreement_a(found) if sum(found) >= minimum_n else None
    )


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


def gather_camps(deciding: Iterable[Sequence[Any]]) -> dict[tuple[str, int], list[Member]]:
    """Gather the holders for, against and neither, by question and direction, in order.

    Args:
        deciding: the holder, question, opinion, score and body of each opinion that decides.
    """
    camps: dict[tuple[str, int], list[Member]] = defaultdict(list)
    for holder, question, opinion, score, body in sorted(deciding, key=itemgetter(0)):
        if score is not None:
            direction = (score > 0) - (score < 0)
            camps[question, direction].append(Member(holder, _report(holder, opinion, body)))
    return camps


def _report(holder: str, opinion: str, text: str) -> Report | None:
    if _NO_REASONS in text and _BY_VOTE in text:  # nearly all: nothing more to say
        return None
    body = orjson.loads(text)
    known = {name: body[name] for name in SURENESS}
    of = {"holder": f"{MARK}actor:{holder}"}
    reasons = [{**of, **reason, "opinion": opinion, **known} for reason in body["reasons"]]
    return Report({**of, "opinion": opinion, **known}, reasons)


#: How the JSON of an opinion says that it has no reasons, and that it is a vote.
_NO_REASONS, _BY_VOTE = '"reasons":[]', '"attribution":"vote"'
