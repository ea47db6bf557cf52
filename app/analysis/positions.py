"""Positions: where a holder stands on a question, decided among the opinions about it.

Of the opinions let through, the latest by date decides. Vague dates are intervals, so several can
be the latest: all that overlap the one that ends last. Where those differ in direction the
position is `conflicting`, and the better attributed wins, then the later recorded. Else, and where
that leaves several, the one that ends last decides, then the one that begins last, the better
attributed, the more confident, the weaker stance (nothing is made stronger than what its sources
agree on), and the first by id. `changed` says that an earlier opinion differed from the outcome,
and `since` goes back to the first of the unbroken run of opinions that agree with it. An opinion
that nothing dates may be from any time, so it overlaps all others.

Nearly every holder has one opinion on a question, and there the position is that opinion. So the
positions of any choice of opinions are those rows of the index whose subject no other row has, and
of the others the rows that decide.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from pyroaring import BitMap

from app.dates import OPEN_END, OPEN_START
from app.vocabulary import Confidence, Stance

#: A direction that is neither for nor against nor between: it differs from each of them.
_TORN = 9
#: How much doubt there is about the coding; where nobody said, most.
_DOUBT = {one.value: number for number, one in enumerate(Confidence)}


class Candidate(NamedTuple):
    """An opinion, as far as it matters for a position: columns of its row."""

    row_id: int
    id: str
    holder: str
    question: str
    stance: str
    score: int | None
    attribution_rank: int
    confidence: str | None
    release: int
    counts_earliest: str
    counts_latest: str

    @property
    def first(self) -> str:
        """The first day that it may be of."""
        return self.counts_earliest or OPEN_START

    @property
    def last(self) -> str:
        """The last day that it may be of."""
        return self.counts_latest or OPEN_END

    @property
    def direction(self) -> int | None:
        """For (1), against (-1), neither (0), torn, or none that a number could tell."""
        return direction_of(self.score, self.stance)

    @property
    def preference(self) -> tuple[int, int, int, str]:
        """Which of equally late ones decides: the least."""
        doubt = _DOUBT.get(self.confidence or "", len(_DOUBT))
        return self.attribution_rank, doubt, abs(self.score or 0), self.id


def direction_of(score: int | None, stance: str) -> int | None:
    """For (1), against (-1), neither (0), torn, or None for what has no direction."""
    if score is None:
        return _TORN if stance == Stance.AMBIVALENT.value else None
    return (score > 0) - (score < 0)


class Decision(NamedTuple):
    """The opinion that decides, the one that began its run, and what is open about it."""

    decides: Candidate
    since: Candidate
    conflicting: bool
    changed: bool


#: Reads the candidates of some rows.
ReadCandidates: TypeAlias = Callable[[Sequence[int]], Iterable[Candidate]]


def decide(opinions: Sequence[Candidate]) -> Decision:
    """Decide the position of a holder on a question.

    Args:
        opinions: those of the holder on the question that count, at least one.
    """
    if len(opinions) == 1:
        return Decision(opinions[0], opinions[0], conflicting=False, changed=False)
    latest = max(opinions, key=lambda one: (one.last, one.first))
    contending = [one for one in opinions if one.last >= latest.first]
    directions = {one.direction for one in contending} - {None}
    conflicting = len(directions) > 1
    decides = _first(contending, conflicting=conflicting)
    differing = [
        one for one in opinions if one.last < latest.first and one.stance != decides.stance
    ]
    differed_until = max((one.last for one in differing), default="")
    run = [one for one in opinions if one.stance == decides.stance and one.first > differed_until]
    since = min(run or [decides], key=lambda one: (one.first, one.last, one.id))
    return Decision(decides, since, conflicting, bool(differing))


def deciding(rows: BitMap, shared: BitMap, read: ReadCandidates) -> BitMap:
    """The rows of opinions that decide a position.

    Args:
        rows: the opinions that count.
        shared: opinions whose holder and question other opinions may have, too.
        read: reads the candidates of rows.
    """
    several = rows & shared
    if not several:
        return rows
    decided = (decide(found).decides.row_id for found in by_subject(read(list(several))))
    return (rows - several) | BitMap(decided)


def by_subject(candidates: Iterable[Candidate]) -> Iterable[list[Candidate]]:
    """Part opinions by holder and question."""
    found: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for one in candidates:
        found[one.holder, one.question].append(one)
    return found.values()


def _first(contending: Sequence[Candidate], *, conflicting: bool) -> Candidate:
    """The one of the latest opinions that decides."""
    if conflicting:
        best = min((one.attribution_rank, -one.release) for one in contending)
        contending = [one for one in contending if (one.attribution_rank, -one.release) == best]
    last = max((one.last, one.first) for one in contending)
    return min(
        (one for one in contending if (one.last, one.first) == last),
        key=lambda one: one.preference,
    )
