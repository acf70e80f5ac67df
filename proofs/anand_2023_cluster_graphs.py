"""What is separated in a cluster graph is separated in every graph that it summarises, and conversely.

Statement: Let the quotient of a DAG by a partition of its variables be acyclic. Clusters that are
d-separated in the quotient, after cutting edges into or out of clusters as the do-calculus asks, are
d-separated in the DAG; and what is not separated in a quotient is connected in some DAG with it.
Source: Anand, Ribeiro, Tian & Bareinboim (2023), cluster DAGs, soundness and completeness; here without
bidirected edges.
Shown: all DAGs on four variables up to their order, all partitions into three clusters, all separations
of two clusters given a set of others, with edges into one and out of either cut or not. A cyclic quotient is refused;
the separations of a DAG that its quotient does not show are counted.
Not shown: latent confounding, larger graphs.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import networkx as nx

from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]

Graph = frozenset[tuple[int, int]]
NODES, CLUSTERS = 4, 3
PAIRS = list(combinations(range(NODES), 2))


def graphs() -> Iterator[Graph]:
    """All DAGs whose edges go from smaller to larger numbers."""
    for chosen in product((False, True), repeat=len(PAIRS)):
        yield frozenset(edge for edge, kept in zip(PAIRS, chosen, strict=True) if kept)


def partitions() -> Iterator[tuple[int, ...]]:
    """The cluster of every variable; all three are used."""
    for labels in product(range(CLUSTERS), repeat=NODES):
        if set(labels) == set(range(CLUSTERS)):
            yield labels


def quotient(graph: Graph, labels: tuple[int, ...]) -> Graph:
    """Edges between different clusters."""
    found = ((labels[a], labels[b]) for a, b in graph)
    return frozenset(edge for edge in found if edge[0] != edge[1])


def digraph(edges: Graph, nodes: int) -> nx.DiGraph[int]:
    """As networkx has it."""
    made: nx.DiGraph[int] = nx.DiGraph()
    made.add_nodes_from(range(nodes))
    made.add_edges_from(edges)
    return made


def queries() -> Iterator[tuple[int, int, frozenset[int], int | None, int | None]]:
    """X, Y, what is given, the cluster whose incoming edges are cut, and whose outgoing ones."""
    for x, y in combinations(range(CLUSTERS), 2):
        rest = [c for c in range(CLUSTERS) if c not in (x, y)]
        for given in (frozenset[int](), frozenset(rest)):
            for into, out in product((None, x), (None, x, y)):
                yield x, y, given, into, out


def separated(
    graph: Graph,
    labels: tuple[int, ...],
    query: tuple[int, int, frozenset[int], int | None, int | None],
) -> bool:
    """d-separation of clusters, after the cuts; edges inside a cluster stay."""
    x, y, given, into, out = query
    kept = frozenset(
        (a, b)
        for a, b in graph
        if labels[a] == labels[b] or (labels[b] != into and labels[a] != out)
    )
    sets = [{v for v, c in enumerate(labels) if c in chosen} for chosen in ({x}, {y}, given)]
    return bool(nx.is_d_separator(digraph(kept, len(labels)), *sets))


def prove() -> Iterator[Step]:
    """Soundness, completeness, and a quotient that is cyclic."""
    asked = list(queries())
    identity = tuple(range(CLUSTERS))
    known: dict[Graph, list[bool]] = {}
    shown: dict[Graph, list[bool]] = {}
    cases, wrong, hidden, cyclic = 0, "", 0, ""
    for graph, labels in product(graphs(), partitions()):
        above = quotient(graph, labels)
        if not nx.is_directed_acyclic_graph(digraph(above, CLUSTERS)):
            cyclic = cyclic or f"edges {sorted(graph)}, clusters {labels}"
            continue
        if above not in known:
            known[above] = [separated(above, identity, query) for query in asked]
        below = [separated(graph, labels, query) for query in asked]
        cases += len(asked)
        if any(a and not b for a, b in zip(known[above], below, strict=True)):
            wrong = wrong or f"edges {sorted(graph)}, clusters {labels}"
        hidden += sum(b and not a for a, b in zip(known[above], below, strict=True))
        earlier = shown.get(above, [True] * len(asked))
        shown[above] = [a and b for a, b in zip(earlier, below, strict=True)]
    what = "separated in the quotient ⇒ separated in the DAG"
    yield Step(Kind.PROVED, what, not wrong and cases > 0, Scope.UP_TO_SIZE, wrong, cases)
    complete = all(shown[above] == known[above] for above in known)
    what = "not separated in a quotient ⇒ connected in some DAG with it"
    yield Step(Kind.PROVED, what, complete, Scope.UP_TO_SIZE, "", len(known) * len(asked))
    yield instance(Kind.DROPPED, "acyclic quotient", bool(cyclic), cyclic)
    seen = f"{hidden:,} separations of single DAGs are not in their quotients"
    yield instance(Kind.DROPPED, "in every DAG (in one of them)", hidden > 0, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
