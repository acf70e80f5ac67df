"""The graphs of small models, seen through blocks: edges, and pairs of variables that share noise."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import combinations
from typing import NamedTuple

__all__ = ["Graph", "projected", "quotient"]

Edge = tuple[int, int]
Parents = tuple[frozenset[int], ...]


class Graph(NamedTuple):
    """Directed edges and pairs with a common hidden cause, the smaller end first."""

    edges: frozenset[Edge]
    shared: frozenset[Edge]


@cache
def projected(parents: Parents, kept: frozenset[int]) -> Graph:
    """The graph on the kept variables, the others marginalised.

    `parents[k]` are the variables that k depends on; -1 stands for the context, a common hidden cause.
    """
    reach: dict[int, frozenset[int]] = {}

    def visible(k: int) -> frozenset[int]:
        if k not in reach:
            found: set[int] = set()
            for parent in parents[k]:
                found |= {parent} if parent in kept or parent == -1 else visible(parent)
            reach[k] = frozenset(found)
        return reach[k]

    edges = frozenset((p, k) for k in kept for p in visible(k) if p != -1)
    hidden = sorted(k for k in kept if -1 in visible(k))
    return Graph(edges, frozenset(combinations(hidden, 2)))


def quotient(graph: Graph, owner: Mapping[int, int]) -> Graph | None:
    """The graph between blocks, or `None` where it has a cycle."""
    edges = frozenset((owner[a], owner[b]) for a, b in graph.edges if owner[a] != owner[b])
    pairs = (sorted((owner[a], owner[b])) for a, b in graph.shared)
    shared = frozenset((a, b) for a, b in pairs if a != b)
    return None if _has_cycle(edges) else Graph(edges, shared)


def _has_cycle(edges: frozenset[Edge]) -> bool:
    left = set(edges)
    while left:
        sources = {a for a, _ in left} - {b for _, b in left}
        if not sources:
            return True
        left = {(a, b) for a, b in left if a not in sources}
    return False
