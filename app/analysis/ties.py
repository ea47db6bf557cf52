"""Ties: what joins actors, agreements and questions into a network.

A tie is a party in an agreement, an office or membership, or a position: from its holder to the
question, and from there to the actors that the question is about. Nodes are named by the space of
their id and the id, as `actor:KAZ`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import ColumnElement

from app.analysis.as_of import CountsBy
from app.analysis.rows import ReadRows
from app.db.tables import ACTOR_KINDS, KIND_TABLES, questions
from app.errors import Fault, InvalidInput
from app.records.conditions import refers_to
from app.vocabulary import Stance

MOST_TIES = 20_000


@dataclass(frozen=True)
class Selection:
    """Selection of ties.

    Attributes:
        sorts: the sorts of tie, of `SORTS`.
        values: what the filters `dataset`, `document`, `holder` and `country` ask for.
        as_of: the day by which parties and members count, or none.
        positions: holder, question, stance, score, dataset, attribution, confidence and speaker
            of each position.
    """

    sorts: Sequence[str]
    values: Mapping[str, Any]
    as_of: str | None
    positions: Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Tie:
    """Tie from one node to another; what a sort of tie does not have is None."""

    source: str
    target: str
    relation: str
    role: str | None = None
    status: str | None = None
    stance: str | None = None
    stance_score: int | None = None
    attribution: str | None = None
    confidence: str | None = None
    speaker: str | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Return what ties are ordered by."""
        return self.source, self.target, self.relation, self.role or ""


def read_ties(read: ReadRows, selection: Selection, cited: set[str]) -> list[Tie]:
    """Read the ties of a selection, in order.

    Args:
        read: reads rows.
        selection: which ties.
        cited: takes the datasets that ties come from.

    Raises:
        InvalidInput: when there are more than can be drawn; none are left out silently.
    """
    ties: list[Tie] = []
    for sort in selection.sorts:
        ties += _READERS[sort](read, selection, cited)
        _refuse_many(ties)
    return sorted(ties, key=lambda tie: tie.key)


def _refuse_many(ties: Sequence[Tie]) -> None:
    if len(ties) > MOST_TIES:
        detail = (
            f"more than {MOST_TIES} ties; narrow it by holder, country, topic or question, "
            "or by tie"
        )
        raise InvalidInput(detail, errors=[Fault(detail, parameter="tie")])


# -- parties and members ----------------------------------------------------------------------


def _party_ties(read: ReadRows, selection: Selection, cited: set[str]) -> list[Tie]:
    counts = CountsBy(read, selection.as_of)
    return [
        Tie(
            _node(party["actor"]),
            f"agreement:{one}",
            "party_to",
            role=party["role"],
            status=party["status"],
        )
        for one, body in _records(read, selection, "agreement", "parties", cited)
        for party in body["parties"]
        if counts(party["start"] or body["signed"], body["evidence"])
    ]


def _member_ties(read: ReadRows, selection: Selection, cited: set[str]) -> list[Tie]:
    counts = CountsBy(read, selection.as_of)
    return [
        Tie(
            f"actor:{one}",
            _node(membership["organization"]),
            "member_of",
            role=membership["role"],
            status=membership["status"],
        )
        for kind in ACTOR_KINDS[:3]
        for one, body in _records(read, selection, kind, "memberships", cited)
        for membership in body["memberships"]
        if counts(membership["start"], membership["evidence"])
    ]


def _node(mark: str) -> str:
    """The node of a record that a mark refers to."""
    return mark[1:]


def _records(
    read: ReadRows, selection: Selection, kind: str, field: str, cited: set[str]
) -> list[tuple[str, dict[str, Any]]]:
    """The records of a kind that the filters let through, by id."""
    table = KIND_TABLES[kind].c
    conditions = _conditions(selection.values, kind, field)
    statement = sa.select(table.id, table.dataset, table.body).where(*conditions)
    rows = read(statement.order_by(table.id))
    found = [(row.id, orjson.loads(row.body)) for row in rows]
    cited.update(row.dataset for row, (_, body) in zip(rows, found, strict=True) if body[field])
    return found


def _conditions(values: Mapping[str, Any], kind: str, field: str) -> list[ColumnElement[bool]]:
    table = KIND_TABLES[kind].c
    conditions: list[ColumnElement[bool]] = []
    if "dataset" in values:
        conditions.append(table.dataset.in_(values["dataset"]))
    if "document" in values:
        conditions.append(refers_to(kind, "evidence", values["document"]))
    for name in ("holder", "country"):
        if name in values:
            own = table.country if name == "country" and "country" in table else table.id
            tied = refers_to(kind, field, values[name])
            conditions.append(sa.or_(tied, own.in_(values[name])))
    return conditions


# -- positions --------------------------------------------------------------------------------

_RELATIONS = {
    Stance.STRONG_SUPPORT.value: "for",
    Stance.SUPPORT.value: "for",
    Stance.OPPOSE.value: "against",
    Stance.STRONG_OPPOSE.value: "against",
}


def _stance_ties(read: ReadRows, selection: Selection, cited: set[str]) -> list[Tie]:
    """The ties of holders to questions, and of those to their subjects."""
    cited.update(dataset for *_, dataset, _, _, _ in selection.positions)
    stances = [
        Tie(
            f"actor:{holder}",
            f"question:{question}",
            str(_RELATIONS.get(stance, stance)),
            stance=stance,
            stance_score=score,
            attribution=attribution,
            confidence=confidence,
            speaker=speaker,
        )
        for holder, question, stance, score, _, attribution, confidence, speaker in (
            selection.positions
        )
    ]
    _refuse_many(stances)
    asked = {question for _, question, *_ in selection.positions}
    return stances + _subject_ties(read, sorted(asked), cited)


def _subject_ties(read: ReadRows, ids: list[str], cited: set[str]) -> list[Tie]:
    table = questions.c
    rows = read(sa.select(table.id, table.dataset, table.body).where(table.id.in_(ids)))
    cited.update(row.dataset for row in rows)
    return [
        Tie(f"question:{row.id}", _node(subject["actor"]), "about", role=subject["role"])
        for row in rows
        for subject in orjson.loads(row.body)["subjects"]
    ]


_Reader = Callable[[ReadRows, Selection, set[str]], list[Tie]]
_READERS: Mapping[str, _Reader] = {
    "party": _party_ties,
    "member": _member_ties,
    "stance": _stance_ties,
}
#: The sorts of tie.
SORTS = tuple(_READERS)
