"""The counterexample of two normal laws: the first mean or covariance that differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from tauomega.theory.counterexample import MomentGap
from tauomega.theory.definition import high_model
from tauomega.theory.gaussian import moments
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Value

from .engine import Problem

__all__ = ["moment_gap"]


def moment_gap(problem: Problem, point: Mapping[str, object]) -> MomentGap:
    """Means first, in the order of τ, then covariances; computed again in plain fractions."""
    claim = problem.claim
    high = high_model(claim)
    i, j = cast("Hard", point["i"]), cast("Hard", point["j"])
    parameters = cast("Mapping[str, Value]", point.get("parameters", {}))
    own = [{n: parameters[n] for n in model.parameters} for model in (claim.scm, high)]
    below = moments(claim.scm, i, read=claim.tau, parameters=own[0])
    above = moments(high, j, parameters=own[1])
    names = list(claim.tau)
    for name in names:
        if below.mean[name] != above.mean[name]:
            return MomentGap(i, j, (name,), below.mean[name], above.mean[name], minimal=False)
    for a in names:
        for b in names:
            if below.covariance[a, b] != above.covariance[a, b]:
                values = below.covariance[a, b], above.covariance[a, b]
                return MomentGap(i, j, (a, b), *values, minimal=False)
    raise AssertionError("the engine says that these laws differ")
