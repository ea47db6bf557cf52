"""The network: actors and what ties them."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import ColumnElement, Table

from app.analysis.as_of import CountsBy
from app.analysis.graphml import Edge, Node, graphml
from app.analysis.positions import positions
from app.db.tables import ACTOR_KINDS, KIND_TABLES, opinions, questions
from app.errors import Fault, InvalidInput
from app.opinions.filters import OPINION_FILTERS, opinion_conditions, undated
from app.records.conditions import refers_to
from app.records.references import Ref
from app.vocabulary import QuestionKind, Stance
from app.web.endpoints.operation import operation
from app.web.formats.negotiation import negotiated_format
from app.web.formats.responses import item_response
from app.web.parameters import KNOWN_AT, word, word_of
from app.web.problems import MEDIA_TYPES
from app.web.query.ids import resolve_filters
from app.web.requests.context import ReadContext
from app.web.response_schemas import Links, Meta, Shape

router = APIRouter()

MOST_TIES = 20_000


class NetworkNode(Shape):
    """An actor, agreement or question."""

    id: Annotated[str, Field(description="Its id in this network: kind and id.")]
    ref: Annotated[Ref, Field(description="The record.")]


class NetworkTie(Shape):
    """What ties one to another."""

    source: Annotated[str, Field(description="The node it goes out from.")]
    target: Annotated[str, Field(description="The node it goes to.")]
    relation: Annotated[
        str,
        Field(
            description="party_to, member_of, belongs_to, about; or where a holder stands on a "
            "question: for, against, neutral, ambivalent, no_position."
        ),
    ]
    role: Annotated[str | None, Field(description="As what; null where there is no role.")]
    status: Annotated[str | None, Field(description="How far it has come; null for stances.")]
    stance: Annotated[Stance | None, Field(description="For a stance; else null.")]
    stance_score: Annotated[int | None, Field(description="For a stance with a number; else null.")]


class Network(Shape):
    """Actors and what ties them."""

    nodes: Annotated[list[NetworkNode], Field(description="By id; only those that are tied.")]
    ties: Annotated[list[NetworkTie], Field(description="By source, target and relation.")]


class NetworkMeta(Meta):
    """About the network: besides, how large it is."""

    nodes: Annotated[int, Field(description="How many nodes.")]
    ties: Annotated[int, Field(description="How many ties.")]
    method: Annotated[str, Field(description="How ties are made.")]


class NetworkAnswer(Shape):
    """A network."""

    data: Network
    meta: NetworkMeta
    links: Links


Tie = dict[str, Any]

_METHOD = (
    "A tie is a party in an agreement, an office or membership, or a position: from its holder to "
    "the question, and from there to the actors the question is about. Positions on votes are "
    "ties only where `question_kind` asks for them."
)


def _answer(context: ReadContext) -> Response:
    resolve_filters(context, OPINION_FILTERS)
    cited: set[str] = set()
    ties: list[Tie] = []
    for name in context.values.get("tie", list(_TIES)):
        ties += _TIES[name](context, cited)
        _refuse_many(ties)
    ties.sort(key=lambda tie: [tie[name] or "" for name in _ORDER])
    refs = _refs(context, {tie[end] for tie in ties for end in ("source", "target")})
    ties = [tie for tie in ties if tie["source"] in refs and tie["target"] in refs]
    if negotiated_format(context, ("json", "graphml")) == "graphml":
        return _graphml(context, refs, ties)
    data = {"nodes": [{"id": one, "ref": refs[one]} for one in sorted(refs)], "ties": ties}
    meta = context.meta(
        cited, nodes=len(refs), ties=len(ties), method=_METHOD, undated=undated(context)
    )
    return item_response(context, orjson.dumps(data), meta)


def _refuse_many(ties: Sequence[Tie]) -> None:
    """Refuse a network nobody could draw, rather than cut it silently."""
    if len(ties) > MOST_TIES:
        detail = (
            f"more than {MOST_TIES} ties; narrow it by holder, country, topic or question, "
            "or by tie"
        )
        raise InvalidInput(detail, errors=[Fault(detail, parameter="tie")])


def _graphml(context: ReadContext, refs: dict[str, Any], ties: Sequence[Tie]) -> Response:
    nodes = [Node(one, refs[one]["name"], {"kind": refs[one]["kind"]}) for one in sorted(refs)]
    edges = [
        Edge(t["source"], t["target"], t["relation"], {n: t[n] for n in _ATTRIBUTES}) for t in ties
    ]
    name = f"network_release-{context.release_told}.graphml"
    return Response(
        graphml(nodes, edges),
        media_type=MEDIA_TYPES["graphml"],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


_ORDER = ("source", "target", "relation", "role")
_ATTRIBUTES = ("role", "status", "stance", "stance_score")


def _tie(source: str, target: str, relation: str, **attributes: Any) -> Tie:
    return {
        "source": source,
        "target": target,
        "relation": relation,
        **dict.fromkeys(_ATTRIBUTES),
        **attributes,
    }


def _refs(context: ReadContext, nodes: Iterable[str]) -> dict[str, Any]:
    """The records that nodes stand for; an actor's kind is told by its ref."""
    found: dict[str, Any] = {}
    by_space: dict[str, list[str]] = {}
    for node in nodes:
        space, _, one = node.partition(":")
        by_space.setdefault(space, []).append(one)
    for space, ids in sorted(by_space.items()):
        refs = context.references.refs(context.connection, space, sorted(ids))
        found |= {f"{space}:{one}": ref for one, ref in refs.items()}
    return found


# -- ties -------------------------------------------------------------------------------------


def _node(mark: str) -> str:
    """The node that a mark stands for."""
    return mark[1:]


def _records(
    context: ReadContext, kind: str, field: str, cited: set[str]
) -> list[tuple[str, dict[str, Any]]]:
    """The records of a kind that the filters let through, by id."""
    table = KIND_TABLES[kind]
    conditions = _narrowed(context, kind, field, table)
    columns = (table.c.id, table.c.dataset, table.c.body)
    rows = context.rows(sa.select(*columns).where(*conditions).order_by(table.c.id))
    found = [(row.id, orjson.loads(row.body)) for row in rows]
    cited.update(row.dataset for row, (_, body) in zip(rows, found, strict=True) if body[field])
    return found


def _narrowed(
    context: ReadContext, kind: str, field: str, table: Table
) -> list[ColumnElement[bool]]:
    values = context.values
    conditions: list[ColumnElement[bool]] = []
    if "dataset" in values:
        conditions.append(table.c.dataset.in_(values["dataset"]))
    if "document" in values:
        conditions.append(refers_to(kind, "evidence", values["document"]))
    for name in ("holder", "country"):
        if name in values:
            own = table.c.country if name == "country" and "country" in table.c else table.c.id
            tied = refers_to(kind, field, values[name])
            conditions.append(sa.or_(tied, own.in_(values[name])))
    return conditions


def _parties(context: ReadContext, cited: set[str]) -> list[Tie]:
    begun = CountsBy(context.rows, context.as_of)
    return [
        _tie(
            _node(party["actor"]),
            f"agreement:{one}",
            "party_to",
            role=party["role"],
            status=party["status"],
        )
        for one, body in _records(context, "agreement", "parties", cited)
        for party in body["parties"]
        if begun(party["start"] or body["signed"], body["evidence"])
    ]


def _members(context: ReadContext, cited: set[str]) -> list[Tie]:
    found, begun = [], CountsBy(context.rows, context.as_of)
    for kind in ACTOR_KINDS[:3]:
        for one, body in _records(context, kind, "memberships", cited):
            found += [
                _tie(
                    f"actor:{one}",
                    _node(membership["organization"]),
                    "member_of",
                    role=membership["role"],
                    status=membership["status"],
                )
                for membership in body["memberships"]
                if begun(membership["start"], membership["evidence"])
            ]
    return found


_RELATION = {
    Stance.STRONG_SUPPORT.value: "for",
    Stance.SUPPORT.value: "for",
    Stance.OPPOSE.value: "against",
    Stance.STRONG_OPPOSE.value: "against",
}


def _stances(context: ReadContext, cited: set[str]) -> list[Tie]:
    kinds = context.values.get("question_kind", [QuestionKind.POLICY, QuestionKind.ASSESSMENT])
    asked = sa.select(questions.c.id).where(questions.c.kind.in_(kinds))
    derived = positions([*opinion_conditions(context), opinions.c.question.in_(asked)]).c
    statement = sa.select(
        derived.holder, derived.question, derived.stance, derived.score, derived.dataset
    ).limit(MOST_TIES + 1)
    rows = context.rows(statement)
    cited.update(row.dataset for row in rows)
    stances = [_stance(row) for row in rows]
    _refuse_many(stances)
    return stances + _subjects(context, sorted({row.question for row in rows}), cited)


def _stance(row: Any) -> Tie:
    relation = str(_RELATION.get(row.stance, row.stance))
    return _tie(
        f"actor:{row.holder}",
        f"question:{row.question}",
        relation,
        stance=row.stance,
        stance_score=row.score,
    )


def _subjects(context: ReadContext, ids: list[str], cited: set[str]) -> list[Tie]:
    table = questions.c
    rows = context.rows(sa.select(table.id, table.dataset, table.body).where(table.id.in_(ids)))
    cited.update(row.dataset for row in rows)
    return [
        _tie(f"question:{row.id}", _node(subject["actor"]), "about", role=subject["role"])
        for row in rows
        for subject in orjson.loads(row.body)["subjects"]
    ]


_TIES = {"party": _parties, "member": _members, "stance": _stances}

operation(
    router,
    "/network",
    _answer,
    name="get_network",
    summary="Show who is tied to whom",
    description=(
        "Actors and what ties them: party to an agreement, member of an organization or holder of "
        "an office, for or against a proposition. `format=graphml` is for Gephi, networkx, igraph "
        "and yEd. A tie that is missing is not recorded. More ties than can be drawn are refused, "
        "never cut."
    ),
    tag="Analysis",
    shape=NetworkAnswer,
    parameters=(
        *(one.parameter for one in OPINION_FILTERS),
        word_of("tie", list(_TIES), "Only ties of these sorts."),
        word(
            "question_kind",
            QuestionKind,
            "Positions on questions of these kinds. Left out: policy and assessment.",
        ),
        KNOWN_AT,
        word_of(
            "format",
            ["json", "graphml"],
            "Left out: what `Accept` asks for, else JSON.",
            many=False,
        ),
    ),
    costly=True,
    formats=("json", "graphml"),
)
