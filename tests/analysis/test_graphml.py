"""GraphML that networkx reads back whole, and that is well-formed for Gephi."""

from collections import Counter
from xml.etree import ElementTree

import networkx as nx
import pytest

from app.analysis.graphml import Edge, Node, graphml
from app.vocabulary import PartyRole

NODES = [
    Node("KAZ", "Kazakhstan", {"kind": "country", "founded": None, "weight": 1}),
    Node("nato", "NATO «North» & <Atlantic>", {"kind": "organization", "weight": 2.5}),
    Node("csto", 'Ұжымдық "ОДКБ"', {"kind": "organization"}),
]
EDGES = [
    Edge("KAZ", "nato", "party", {"role": PartyRole.PARTNER, "start": None, "current": True}),
    Edge("KAZ", "nato", "stance", {"score": 1}),
    Edge("KAZ", "csto", "party", {"role": "member"}),
]


def test_networkx_reads_back_every_node_and_tie() -> None:
    graph = nx.parse_graphml(graphml(NODES, EDGES), force_multigraph=True)
    assert dict(graph.nodes(data=True)) == {
        "KAZ": {"label": "Kazakhstan", "kind": "country", "weight": 1.0},
        "nato": {"label": "NATO «North» & <Atlantic>", "kind": "organization", "weight": 2.5},
        "csto": {"label": 'Ұжымдық "ОДКБ"', "kind": "organization"},
    }
    assert sorted(graph.edges(data=True), key=str) == [
        ("KAZ", "csto", {"relation": "party", "role": "member"}),
        ("KAZ", "nato", {"relation": "party", "role": "partner", "current": True}),
        ("KAZ", "nato", {"relation": "stance", "score": 1}),
    ]


def test_two_ties_of_the_same_actors_keep_ids_of_their_own() -> None:
    ids = [edge.get("id") for edge in document().iter() if edge.tag.endswith("}edge")]
    assert len(ids) == len(set(ids)) == len(EDGES)


def test_an_attribute_has_one_type_throughout() -> None:
    keys = [key for key in document().iter() if key.tag.endswith("}key")]
    named = Counter((key.get("for"), key.get("attr.name")) for key in keys)
    assert set(named.values()) == {1}
    types = {key.get("attr.name"): key.get("attr.type") for key in keys}
    assert (types["weight"], types["current"]) == ("double", "boolean")


def test_the_same_network_gives_the_same_text() -> None:
    assert graphml(NODES, EDGES) == graphml(iter(NODES), iter(EDGES))


def test_an_empty_network_is_a_document_too() -> None:
    assert len(nx.parse_graphml(graphml([], []))) == 0


def test_a_tie_to_nobody_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="names sco, which is not a node"):
        graphml(NODES, [Edge("KAZ", "sco", "party", {})])


def document() -> ElementTree.Element:
    return ElementTree.fromstring(graphml(NODES, EDGES).encode())
