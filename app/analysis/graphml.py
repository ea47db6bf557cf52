"""GraphML of a network, for Gephi, networkx, igraph and yEd.

Several ties may join the same two actors (party to an agreement, member of an organization, for or
against a proposition), so the graph is directed and has parallel edges, each with an id of its own:
Gephi merges edges whose ids are the same.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

Value: TypeAlias = str | int | float | bool | None


class Node(NamedTuple):
    """Node of a network; `label` is the name that a drawing shows."""

    id: str
    label: str
    attributes: Mapping[str, Value]


class Edge(NamedTuple):
    """Edge from one node to another."""

    source: str
    target: str
    relation: str
    attributes: Mapping[str, Value]


def graphml(nodes: Iterable[Node], edges: Iterable[Edge]) -> str:
    """Write nodes and edges as a GraphML document (UTF-8), in the order given.

    GraphML has no null: an attribute that is None is left out, which readers show as missing.

    Raises:
        ValueError: an edge to a node that is not there.
    """
    import networkx as nx

    graph = nx.MultiDiGraph()
    for node in nodes:
        graph.add_node(node.id, **{"label": node.label, **_stated(node.attributes)})
    for number, edge in enumerate(edges):
        if missing := {edge.source, edge.target} - set(graph):
            raise ValueError(f"an edge names {sorted(missing)[0]}, which is not a node")
        stated = {"relation": edge.relation, **_stated(edge.attributes)}
        graph.add_edge(edge.source, edge.target, key=f"e{number}", **stated)
    return _written(graph)


def _written(graph: Any) -> str:
    from networkx.readwrite.graphml import GraphMLWriter

    # The writer in plain Python, not `write_graphml`, which takes lxml where that happens to be
    # installed: the same data gives the same bytes everywhere.
    writer = GraphMLWriter(graph, encoding="utf-8", prettyprint=True, infer_numeric_types=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{str(writer).strip()}\n'


def _stated(attributes: Mapping[str, Value]) -> dict[str, str | int | float | bool]:
    # A word of a vocabulary is written as plain text: the writer knows exact types only.
    return {
        name: str(value) if isinstance(value, str) else value
        for name, value in attributes.items()
        if value is not None
    }
