"""Interchange accuracy as a fraction, beside what the network scores without any interchange."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import Dist, Part, Sup, Swaps
from tauomega.theory.policy import Depth, OmegaPolicy, Sources, TauUPolicy
from tauomega.theory.quantity import upper

from .engine import Budget, Measurer, Problem
from .facts import Facts
from .interpreter import Interpreter, OutOfTimeError
from .portfolio import get_engine
from .ranging import swaps

__all__ = ["MEASURES", "interchange_measures"]

LIMIT = 100_000
MEASURES = ("interchange accuracy", "without interchange")


def interchange_measures(
    claim: Abstraction, parts: Sequence[Part], facts: Facts, budget: Budget
) -> tuple[tuple[str, Fraction], ...]:
    r"""Interchange accuracy (Geiger et al. (2024), Def. 5) and the accuracy at source = base.

    The first is over all $N^{k+1}$ tuples of a base and a source for each of the k sites, all sites at
    once; the second over the N tuples whose sources equal the base. Only where the runs are exact, and
    at most 10^5 unless an engine counts them.
    """
    match parts:
        case [Part(defect=Sup(space=Swaps(), body=Dist() as square)) as part, *_]:
            pass
        case _:
            return ()
    semantics = getattr(claim.low, "semantics", "exact")
    if semantics not in ("exact", "real"):
        return ()
    tau_u = TauUPolicy.GIVEN if claim.tau_u is not None else TauUPolicy.IDENTITY
    problem = Problem(claim, part, facts, OmegaPolicy.DERIVED, tau_u, semantics)
    count = claim.scm.context_count()
    if count is None or claim.scm.parameters:
        return ()
    runner = get_engine("integer")
    if isinstance(runner, Measurer) and runner.accepts(problem) is None:
        return runner.measures(problem)
    if count ** (len(claim.sites) + 1) > LIMIT:
        return ()
    try:
        return _literal(problem, square, budget)
    except OutOfTimeError:
        return ()


def _literal(problem: Problem, square: Dist, budget: Budget) -> tuple[tuple[str, Fraction], ...]:
    claim = problem.claim
    interpreter = Interpreter(problem, budget, {})
    contexts = [tuple(c.values()) for c in claim.scm.contexts()]
    same = tuple((c, c) for c in contexts)
    found = []
    for name, sources in zip(MEASURES, (Sources(), Sources("listed", same)), strict=True):
        wrong = total = 0
        for swap in swaps(claim, Depth(None), sources):
            if len(swap.sources) == len(claim.sites):
                value, _ = interpreter.value(square, {"x": swap})
                wrong, total = wrong + int(upper(value)), total + 1
        found.append((name, 1 - Fraction(wrong, total)))
    return tuple(found)
