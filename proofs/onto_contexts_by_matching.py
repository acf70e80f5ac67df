"""An onto compatible map of contexts exists iff a matching covers the contexts above.

Statement: Let u and w be joined iff their responses agree. A compatible τ_U exists iff every u is joined
to some w; an onto one iff moreover some matching covers all w.
Source: Beckers, Eberhardt & Halpern (2019), Def. 2.5, arXiv:1906.11583; the procedure ours.
Shown: for all bipartite relations of up to 4 contexts below and 3 above, against all maps. Dropping
"covers all w" leaves maps that are not onto.
Not shown: more contexts, which is Hall's theorem.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import networkx as nx

from tauomega.proofs.theorem import Step, Theorem, dropped, every, main

__all__ = ["THEOREM"]

Relation = tuple[tuple[bool, ...], ...]
"""relation[u][w]: the responses agree."""


def relations() -> Iterator[Relation]:
    """All relations of up to 4 contexts below and up to 3 above, with at most 12 pairs."""
    for below, above in product(range(1, 5), range(1, 4)):
        rows = list(product((False, True), repeat=above))
        yield from product(rows, repeat=below)


def compatible_maps(relation: Relation) -> Iterator[tuple[int, ...]]:
    """All τ_U along the relation."""
    yield from product(*([w for w, joined in enumerate(row) if joined] for row in relation))


def some_onto(relation: Relation) -> bool:
    """By trying all maps."""
    above = len(relation[0])
    return any(len(set(t)) == above for t in compatible_maps(relation))


def covered(relation: Relation) -> bool:
    """By a maximum matching."""
    graph: nx.Graph[tuple[str, int]] = nx.Graph()
    top = [("w", w) for w in range(len(relation[0]))]
    graph.add_nodes_from(top)
    graph.add_nodes_from(("u", u) for u in range(len(relation)))
    pairs = [(u, w) for u, row in enumerate(relation) for w, joined in enumerate(row) if joined]
    graph.add_edges_from((("u", u), ("w", w)) for u, w in pairs)
    found = nx.bipartite.hopcroft_karp_matching(graph, top_nodes=top)
    return all(w in found for w in top)


def decided(relation: Relation) -> bool:
    """Every context below has a partner, and a matching covers those above."""
    return some_onto(relation) == (all(map(any, relation)) and covered(relation))


def without_cover(relation: Relation) -> bool:
    """Partners alone would give an onto map."""
    return some_onto(relation) == all(map(any, relation))


def without_partners(relation: Relation) -> bool:
    """A covering matching alone would give a total map."""
    return some_onto(relation) == covered(relation)


def prove() -> Iterator[Step]:
    """The criterion, and each half of it alone."""
    what = "onto compatible τ_U iff partners and a covering matching: up to 4 × 3 contexts"
    yield every(what, relations(), decided)
    yield dropped("a matching covers all w", relations(), without_cover)
    yield dropped("every u has a partner", relations(), without_partners)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
