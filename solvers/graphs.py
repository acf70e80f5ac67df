"""The graphs of the two models of a claim, and whether the blocks of τ map one to the other.

An edge is a parent that a mechanism or a law reads and depends on; where a mechanism is too large to look
through (2^12 cases), one that it reads. Low-level variables that no τ reads are marginalised: a path through
them is an edge, and a common one behind two blocks is a confounder, as a shared exogenous variable is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from math import prod

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import Relation
from tauomega.theory.definition import high_model
from tauomega.theory.kernel import ConditionalLaw, Finite, Kind, Range, Value, evaluate, free_names
from tauomega.theory.scm import SCM

from .engine import Problem
from .facts import Facts

__all__ = ["cluster_faults", "graph_faults", "graph_map_faults", "parents_of"]

CASES = 2**12
Edge = tuple[str, str]


def graph_faults(problem: Problem, relation: Relation) -> list[str]:
    """What is wrong with the graphs, under either of the two relations."""
    faults = cluster_faults if relation is Relation.CLUSTER_GRAPH else graph_map_faults
    return faults(problem.claim, problem.facts)


def cluster_faults(claim: Abstraction, facts: Facts) -> list[str]:
    """What is wrong with the graph above as the cluster graph of the one below."""
    high = high_model(claim)
    owner = _owners(facts)
    low, shared = _projected(claim.scm, owner)
    quotient = {(owner[a], owner[b]) for a, b in low if owner[a] != owner[b]}
    confounded = {frozenset((owner[a], owner[b])) for a, b in shared if owner[a] != owner[b]}
    names = {name: name for name in high.endogenous}
    above, hidden = _projected(high, names)
    faults = []
    cycle = _cycle(quotient)
    if cycle:
        faults.append(f"the blocks form a cycle: {' -> '.join(cycle)}")
    faults += [f"{a} -> {b} above has no edge below" for a, b in sorted(above - quotient)]
    faults += [f"{a} -> {b} below has no edge above" for a, b in sorted(quotient - above)]
    for pair in sorted(map(tuple, map(sorted, {frozenset(e) for e in hidden} - confounded))):
        faults.append(f"{' <-> '.join(pair)} above share noise that their blocks do not")
    for pair in sorted(map(tuple, map(sorted, confounded - {frozenset(e) for e in hidden}))):
        faults.append(f"{' <-> '.join(pair)} share noise below and not above")
    return faults


def graph_map_faults(claim: Abstraction, facts: Facts) -> list[str]:
    """What keeps the blocks from being a homomorphism of graphs without loops, of Markovian models."""
    high = high_model(claim)
    owner = _owners(facts)
    low, shared = _projected(claim.scm, owner)
    names = {name: name for name in high.endogenous}
    above, hidden = _projected(high, names)
    faults = [
        f"{a} -> {b} lies inside the block of {owner[a]}"
        for a, b in sorted(low)
        if owner[a] == owner[b]
    ]
    faults += [
        f"{a} -> {b} below has no edge {owner[a]} -> {owner[b]} above"
        for a, b in sorted(low)
        if owner[a] != owner[b] and (owner[a], owner[b]) not in above
    ]
    cycle = _cycle(above)
    if cycle:
        faults.append(f"the graph above has a cycle: {' -> '.join(cycle)}")
    faults += [f"{a} <-> {b} share noise below" for a, b in sorted(shared)]
    faults += [f"{a} <-> {b} share noise above" for a, b in sorted(hidden)]
    return faults


def parents_of(model: SCM, name: str) -> frozenset[str]:
    """The variables, exogenous ones included, that a variable depends on directly."""
    variable = model[name]
    if isinstance(variable.law, ConditionalLaw):
        parents = variable.law.parents
        return frozenset(p for p in parents if _law_depends(model, variable.law, p))
    if variable.kind is Kind.INPUT or variable.mechanism is None:
        return frozenset()
    read = sorted(free_names(variable.mechanism) - set(model.parameters))
    domains = [model.domain(n) for n in read]
    finite = [d for d in domains if isinstance(d, Finite | Range)]
    small = len(finite) == len(domains) and prod(d.size for d in finite) <= CASES
    if not small or model.parameters:
        return frozenset(read)
    table = {
        values: evaluate(variable.mechanism, dict(zip(read, values, strict=True)))
        for values in product(*finite)
    }
    return frozenset(n for k, n in enumerate(read) if _depends(table, k))


def _law_depends(model: SCM, law: ConditionalLaw, parent: str) -> bool:
    domains = [model.domain(n) for n in law.parents]
    finite = [d for d in domains if isinstance(d, Finite | Range)]
    if len(finite) < len(domains) or prod(d.size for d in finite) > CASES:
        return True
    table = {
        values: law.at(dict(zip(law.parents, values, strict=True))) for values in product(*finite)
    }
    return _depends(table, law.parents.index(parent))


def _depends(table: Mapping[tuple[Value, ...], object], place: int) -> bool:
    seen: dict[tuple[Value, ...], object] = {}
    for values, image in table.items():
        rest = values[:place] + values[place + 1 :]
        if seen.setdefault(rest, image) != image:
            return True
    return False


def _owners(facts: Facts) -> dict[str, str]:
    return {v: name for name, block in facts.supports.items() for v in block}


def _projected(model: SCM, kept: dict[str, str]) -> tuple[set[Edge], set[Edge]]:
    """Edges between kept variables, and pairs with a common cause that is not kept."""
    reach: dict[str, frozenset[str]] = {}
    for name in model.order:
        found: set[str] = set()
        for parent in parents_of(model, name):
            if parent in kept or parent not in reach:
                found.add(parent)
            else:
                found |= reach[parent]
        variable = model[name]
        random = isinstance(variable.law, ConditionalLaw) or variable.kind is Kind.INPUT
        own_noise = random and name not in kept
        reach[name] = frozenset(found | ({f"noise of {name}"} if own_noise else set()))
    edges = {(p, name) for name in kept for p in reach[name] if p in kept}
    return edges, set(_confounded(reach, kept))


def _confounded(reach: dict[str, frozenset[str]], kept: dict[str, str]) -> Iterator[Edge]:
    hidden = {name: reach[name] - set(kept) for name in kept}
    for a, b in combinations(sorted(kept), 2):
        if hidden[a] & hidden[b]:
            yield a, b


def _cycle(edges: set[Edge]) -> list[str]:
    import networkx as nx

    try:
        return [a for a, _ in nx.find_cycle(nx.DiGraph(sorted(edges)))] or []
    except nx.NetworkXNoCycle:
        return []
