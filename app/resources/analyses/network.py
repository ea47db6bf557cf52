"""Resource of the network: actors, agreements and questions, and the ties between them."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Response
from pydantic import Field

from app.analysis.graphml import Edge, Node, graphml
from app.analysis.ties import MOST_TIES, SORTS, Selection, Tie, read_ties
from app.db.tables import questions
from app.opinions.filters import OPINION_FILTERS, undated
from app.opinions.positions import position_rows
from app.records.references import Ref
from app.vocabulary import Attribution, Confidence, QuestionKind, Stance
from app.web.endpoints.operation import operation
from app.web.formats.downloads import download
from app.web.formats.media_types import MEDIA_TYPES
from app.web.formats.negotiation import negotiated_format
from app.web.formats.responses import item_response
from app.web.parameters import KNOWN_AT, word, word_of
from app.web.query.ids import resolve_filters
from app.web.requests.context import ReadContext
from app.web.response_schemas import Links, Meta, Shape

router = APIRouter()


class NetworkNode(Shape):
    """An actor, agreement or question."""

    id: Annotated[str, Field(description="Its id in this network: kind and id.")]
    ref: Annotated[Ref, Field(description="The record.")]


class NetworkTie(Shape):
    """A tie of one to another."""

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
    attribution: Annotated[
        Attribution | None,
        Field(description="For a stance: how the source comes by it; else null."),
    ]
    confidence: Annotated[
        Confidence | None,
        Field(description="For a stance: how sure the coding is; else, or unsaid, null."),
    ]
    speaker: Annotated[
        Ref | None,
        Field(
            description="For a stance: who voiced it, or whose reading it is where `attribution` "
            "is `analyst_assessment`; null where the holder did, and for other ties."
        ),
    ]


class NamedTie(NetworkTie):
    """A tie as a row of a table."""

    source_name: Annotated[str, Field(description="What the node it goes out from is called.")]
    target_name: Annotated[str, Field(description="What the node it goes to is called.")]


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


_METHOD = (
    "A tie is a party in an agreement, an office or membership, or a position: from its holder to "
    "the question, and from there to the actors the question is about. Positions on votes are "
    "ties only where `question_kind` asks for them."
)
FORMATS = ("json", "graphml", "csv", "ndjson")
_LEFT_OUT = [QuestionKind.POLICY, QuestionKind.ASSESSMENT]


def _answer(context: ReadContext) -> Response:
    resolve_filters(context, OPINION_FILTERS)
    cited: set[str] = set()
    ties = read_ties(context.rows, _selection(context), cited)
    refs = _refs(context, {node for tie in ties for node in (tie.source, tie.target)})
    ties = [tie for tie in ties if tie.source in refs and tie.target in refs]
    name = negotiated_format(context, FORMATS)
    if name == "graphml":
        return _graphml(context, refs, ties)
    if name != "json":
        rows = _rows(context, refs, ties)
        return download(context, name, "network", NamedTie, lambda _: [rows])
    nodes = [{"id": one, "ref": refs[one]} for one in sorted(refs)]
    data = {"nodes": nodes, "ties": _with_speakers(context, ties)}
    meta = context.meta(
        cited, nodes=len(refs), ties=len(ties), method=_METHOD, undated=undated(context)
    )
    return item_response(context, orjson.dumps(data), meta)


def _with_speakers(context: ReadContext, ties: Sequence[Tie]) -> list[dict[str, Any]]:
    """Ties as answers show them: speakers as refs."""
    spoke = sorted({tie.speaker for tie in ties if tie.speaker})
    refs = context.references.refs(context.connection, "actor", spoke)
    return [{**vars(tie), "speaker": refs.get(tie.speaker or "")} for tie in ties]


def _rows(context: ReadContext, refs: dict[str, Any], ties: Sequence[Tie]) -> list[bytes]:
    """The ties as rows of a table."""
    return [
        orjson.dumps(
            {
                **tie,
                "source_name": refs[tie["source"]]["name"],
                "target_name": refs[tie["target"]]["name"],
            }
        )
        for tie in _with_speakers(context, ties)
    ]


def _selection(context: ReadContext) -> Selection:
    return Selection(
        sorts=context.values.get("tie", SORTS),
        values=context.values,
        as_of=context.as_of,
        positions=_positions(context) if "stance" in context.values.get("tie", SORTS) else (),
    )


def _positions(context: ReadContext) -> list[Any]:
    """The positions that a selection of ties takes as ties."""
    kinds = context.values.get("question_kind", _LEFT_OUT)
    asked = context.rows(sa.select(questions.c.id).where(questions.c.kind.in_(kinds)))
    on = context.index.column("question").any_of([row.id for row in asked])
    some = islice(position_rows(context) & on, MOST_TIES + 1)
    return context.rows_by_id("opinion", _COLUMNS, some)


_COLUMNS = (
    "holder",
    "question",
    "stance",
    "score",
    "dataset",
    "attribution",
    "confidence",
    "speaker",
)


def _graphml(context: ReadContext, refs: dict[str, Any], ties: Sequence[Tie]) -> Response:
    nodes = [Node(one, refs[one]["name"], {"kind": refs[one]["kind"]}) for one in sorted(refs)]
    edges = [
        Edge(tie.source, tie.target, tie.relation, {n: getattr(tie, n) for n in _ATTRIBUTES})
        for tie in ties
    ]
    name = f"network_release-{context.release_shown}.graphml"
    return Response(
        graphml(nodes, edges),
        media_type=MEDIA_TYPES["graphml"],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


_ATTRIBUTES = (
    "role",
    "status",
    "stance",
    "stance_score",
    "attribution",
    "confidence",
    "speaker",
)


def _refs(context: ReadContext, nodes: Iterable[str]) -> dict[str, Any]:
    """The references of nodes, by node; that of an actor has its kind."""
    found: dict[str, Any] = {}
    by_space: dict[str, list[str]] = {}
    for node in nodes:
        space, _, one = node.partition(":")
        by_space.setdefault(space, []).append(one)
    for space, ids in sorted(by_space.items()):
        refs = context.references.refs(context.connection, space, sorted(ids))
        found |= {f"{space}:{one}": ref for one, ref in refs.items()}
    return found


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
        word_of("tie", list(SORTS), "Only ties of these sorts."),
        word(
            "question_kind",
            QuestionKind,
            "Positions on questions of these kinds. Left out: policy and assessment.",
        ),
        KNOWN_AT,
        word_of(
            "format",
            list(FORMATS),
            "`csv` and `ndjson` have a row for each tie. Left out: what `Accept` asks for, else "
            "JSON.",
            many=False,
        ),
    ),
    costly=True,
    formats=FORMATS,
)
