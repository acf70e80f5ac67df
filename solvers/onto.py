"""Whether each factor of a block map takes every value, literally."""

from __future__ import annotations

from itertools import product
from math import prod

from tauomega.theory.errors import OutOfReachError
from tauomega.theory.kernel import Finite, Range, Value, evaluate
from tauomega.theory.kernel.reaching import interval_of

from .engine import Problem
from .omega import any_value

__all__ = ["factors_are_onto", "missed_by_factor"]

LIMIT = 2**20


def factors_are_onto(problem: Problem) -> bool:
    """Whether every τ_j is onto; `False` also where that is out of reach."""
    try:
        return all(missed_by_factor(problem, name) is None for name in problem.facts.supports)
    except OutOfReachError:
        return False


def missed_by_factor(problem: Problem, name: str) -> tuple[Value] | None:
    """The first value that the τ of a high-level variable misses, in a 1-tuple, or `None`.

    Raises:
        OutOfReachError: its block has infinitely many states, or more than 2^20.
    """
    claim, facts = problem.claim, problem.facts
    block = facts.supports[name]
    interval = interval_of(claim.tau[name], {v: claim.scm.domain(v) for v in block})
    if interval is not None and _covers(interval, facts.high_domains[name]):
        return None
    domains = [claim.scm.domain(v) for v in block]
    finite = [d for d in domains if isinstance(d, Finite | Range)]
    if len(finite) < len(domains) or prod(d.size for d in finite) > LIMIT:
        raise OutOfReachError(f"states of the block of {name!r}", 2**63, LIMIT)
    base = {v: any_value(claim.scm.domain(v)) for v in claim.scm.endogenous}
    missing = dict.fromkeys(facts.high_domains[name])
    for values in product(*finite):
        missing.pop(evaluate(claim.tau[name], base | dict(zip(block, values, strict=True))), None)
        if not missing:
            return None
    return (next(iter(missing)),)


def _covers(interval: Range, target: Finite | Range) -> bool:
    ends = (target.low, target.high) if isinstance(target, Range) else target.values
    return all(value in interval for value in ends)
