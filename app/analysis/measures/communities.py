"""Communities of a weighted graph, by Louvain's method (Blondel et al. 2008).

Each node begins alone and moves to the community of a neighbour while that raises modularity
(Newman 2004); then each community becomes one node, and it begins anew. The order in which nodes
are visited matters, so a few fixed orders are tried and the partition of greatest modularity is
taken: the same graph gives the same communities in every run.

A library's way (networkx) takes ten times as long, because it makes a graph of objects at each
step, and to group 190 states was the dearest question of the service.

References:
    Blondel, Guillaume, Lambiotte and Lefebvre 2008, «Fast unfolding of communities in large
    networks», J. Stat. Mech. P10008.
    Newman 2004, «Analysis of weighted networks», Physical Review E 70:056131.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from random import Random
from typing import TypeAlias

#: The weight of the tie to each neighbour, by node; a tie is in both its nodes' mappings.
Graph: TypeAlias = Sequence[Mapping[int, float]]

#: The number of orders that are tried.
STARTS = 8
#: A gain below this is rounding, and no reason to move.
LEAST_GAIN = 1e-12


def communities(graph: Graph) -> list[list[int]]:
    """Part the nodes of a graph, numbered from 0, into communities; none of them is empty.

    Args:
        graph: positive weights; a node without ties is a community of its own.
    """
    orders = map(Random, range(STARTS))
    found = [_louvain(graph, order) for order in orders]
    return max(found, key=lambda parts: modularity(graph, parts))


def modularity(graph: Graph, parts: Sequence[Sequence[int]]) -> float:
    """Newman's modularity of a partition, at most 1: Σ (weight within / m − (degree / 2m)²)."""
    degrees = [sum(ties.values()) for ties in graph]
    twice = sum(degrees)
    if not twice:
        return 0.0
    home = {node: number for number, part in enumerate(parts) for node in part}
    within = sum(
        weight
        for node, ties in enumerate(graph)
        for other, weight in ties.items()
        if home[node] == home[other]
    )
    shares = (sum(degrees[node] for node in part) / twice for part in parts)
    return within / twice - sum(share * share for share in shares)


def _louvain(graph: Graph, chance: Random) -> list[list[int]]:
    parts = [[node] for node in range(len(graph))]
    own = [0.0] * len(graph)  # of a node that stands for several: twice the weight within
    while True:
        home = _moved(graph, own, chance)
        numbers = {community: number for number, community in enumerate(dict.fromkeys(home))}
        if len(numbers) == len(graph):
            return parts
        home = [numbers[community] for community in home]
        joined: list[list[list[int]]] = [[] for _ in numbers]
        for part, community in zip(parts, home, strict=True):
            joined[community].append(part)
        parts = [sorted(chain.from_iterable(some)) for some in joined]
        graph, own = _as_one(graph, own, home, len(numbers))


def _moved(graph: Graph, own: Sequence[float], chance: Random) -> list[int]:
    """The community of each node, once no node gains by moving."""
    degrees = [sum(ties.values()) + itself for ties, itself in zip(graph, own, strict=True)]
    twice = sum(degrees) or 1.0
    home, totals = list(range(len(graph))), degrees.copy()
    towards = [dict(ties) for ties in graph]  # the weight to each community
    order = list(range(len(graph)))
    chance.shuffle(order)
    moving = True
    while moving:
        moving = False
        for node in order:
            here, share = home[node], degrees[node] / twice
            totals[here] -= degrees[node]
            best, most = here, towards[node].get(here, 0.0) - totals[here] * share
            for community, weight in towards[node].items():
                gain = weight - totals[community] * share
                if gain > most + LEAST_GAIN:
                    best, most = community, gain
            totals[best] += degrees[node]
            if best != here:
                home[node], moving = best, True
                _follow(graph[node], towards, here, best)
    return home


def _follow(
    ties: Mapping[int, float], towards: Sequence[dict[int, float]], here: int, there: int
) -> None:
    """Bring forward the neighbours' weights to the communities that a node left and joined."""
    for other, weight in ties.items():
        theirs = towards[other]
        left = theirs.pop(here) - weight
        if left > LEAST_GAIN:
            theirs[here] = left
        theirs[there] = theirs.get(there, 0.0) + weight


def _as_one(
    graph: Graph, own: Sequence[float], home: Sequence[int], number: int
) -> tuple[list[dict[int, float]], list[float]]:
    """The graph whose nodes are the communities of another one."""
    joined: list[dict[int, float]] = [{} for _ in range(number)]
    within = [0.0] * number
    for node, ties in enumerate(graph):
        mine = home[node]
        within[mine] += own[node]
        for other, weight in ties.items():
            theirs = home[other]
            if theirs == mine:
                within[mine] += weight
            else:
                joined[mine][theirs] = joined[mine].get(theirs, 0.0) + weight
    return joined, within
