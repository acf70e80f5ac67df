"""Interchange accuracy as a fraction, beside what the network scores without any interchange."""

from __future__ import annotations

from fractions import Fraction

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import Defect, Dist, Max, Part, Sup, Swaps
from tauomega.theory.policy import Depth, OmegaPolicy, Sources, TauUPolicy

from .engine import Budget, Problem
from .facts import Facts
from .interpreter import Interpreter, OutOfTimeError
from .ranging import swaps

__all__ = ["interchange_measures"]

LIMIT = 100_000


def interchange_measures(
    claim: Abstraction, defect: Defect, facts: Facts, budget: Budget
) -> tuple[tuple[str, Fraction], ...]:
    r"""Interchange accuracy (Geiger et al. (2024), Def. 5) and the accuracy at source = base.

    The first is over all $N^{k+1}$ tuples of a base and a source for each of the k sites, all sites at
    once; the second over the N tuples whose sources equal the base. Only where the runs are exact and
    at most 10^5.
    """
    match defect:
        case Max(parts=(Part(defect=Sup(space=Swaps(), body=Dist() as square)), *_)):
            pass
        case _:
            return ()
    if getattr(claim.low, "semantics", "exact") not in ("exact", "real"):
        return ()
    count = claim.scm.context_count()
    sites = len(claim.sites)
    if count is None or count ** (sites + 1) > LIMIT or claim.scm.parameters:
        return ()
    tau_u = TauUPolicy.GIVEN if claim.tau_u is not None else TauUPolicy.IDENTITY
    part = Part("accuracy", square)
    problem = Problem(claim, part, facts, OmegaPolicy.DERIVED, tau_u)
    interpreter = Interpreter(problem, budget, {})
    contexts = [tuple(c.values()) for c in claim.scm.contexts()]
    same = tuple((c, c) for c in contexts)
    found = []
    try:
        for name, sources in (
            ("interchange accuracy", Sources()),
            ("without interchange", Sources("listed", same)),
        ):
            wrong = total = 0
            for swap in swaps(claim, Depth(None), sources):
                if len(swap.sources) == sites:
                    value, _ = interpreter.value(square, {"x": swap})
                    wrong, total = wrong + int(value), total + 1
            found.append((name, 1 - Fraction(wrong, total)))
    except OutOfTimeError:
        return ()
    return tuple(found)
