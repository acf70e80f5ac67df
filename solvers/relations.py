"""Relations of a defect that have no number: violated or not."""

from __future__ import annotations

from collections.abc import Sequence

from tauomega.theory.defect import Relation
from tauomega.theory.intervention import Compound, Hard, Intervention
from tauomega.theory.soft_order import precedes

from .engine import Problem
from .state_terms import lacks_soft_image, shared_roots

__all__ = ["violated"]


def violated(relation: Relation, values: Sequence[object], problem: Problem) -> bool:
    """Whether the relation fails of these values, or of the claim's maps."""
    claim = problem.claim
    if relation is Relation.BLOCK_MAP:
        return not problem.facts.is_block_map
    if relation is Relation.CONTEXT_BLOCKS:
        return bool(shared_roots(problem))
    if relation is Relation.SOFT_IMAGE:
        return bool(lacks_soft_image(problem, _intervention(values[0])))
    if relation is Relation.ORDER_PRESERVED:
        i, k, low, high = map(_intervention, values)
        assert claim.high is not None
        return precedes(claim.scm, i, k) and not precedes(claim.high, low, high)
    if relation in (Relation.SOLVED, Relation.SOLVED_ONCE):
        (solutions,) = values
        assert isinstance(solutions, frozenset)
        return not solutions if relation is Relation.SOLVED else len(solutions) != 1
    run, above, other_low, other_high = values
    assert isinstance(run, dict)
    assert isinstance(above, dict)
    assert isinstance(other_low, dict)
    assert isinstance(other_high, dict)
    return any(
        all(run[v] == other_low[v] for v in site) and above[name] != other_high[name]
        for name, site in claim.sites.items()
    )


def _intervention(value: object) -> Intervention:
    assert isinstance(value, Hard | Compound)
    return value
