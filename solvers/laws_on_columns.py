"""Equality of laws, exactly, on columns: integer weights over a common denominator."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
import numpy.typing as npt

from tauomega.theory.defect import Interventions
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.kernel import Finite, FiniteLaw, Range
from tauomega.theory.scm import SCM
from tauomega.theory.verdict import INFINITE, Enumeration

from .engine import Answer, Budget, Problem
from .grids import Chunk, context_chunk, family_chunks
from .machine import Machine
from .settled import nothing_to_check

__all__ = ["context_weights", "law_gap"]

Array = npt.NDArray[Any]
ONE, ZERO = Fraction(1), Fraction(0)
LIMIT = 2**22


def context_weights(model: SCM) -> tuple[Array, int]:
    """Integer weights of the contexts, lexicographically, and their sum.

    The array holds 64-bit integers where the sum fits, Python integers otherwise.
    """
    weights: Array = np.ones(1, dtype=object)
    total = 1
    for name in model.roots:
        law, domain = model[name].law, model.domain(name)
        assert isinstance(law, FiniteLaw)
        assert isinstance(domain, Finite | Range)
        common = lcm(*(p.denominator for p in law.probabilities))
        numerators = [int(p * common) for p in law.probabilities]
        total *= common
        kind: Any = np.int64 if total < 2**62 else object
        factors = np.array(numerators, dtype=kind)
        weights = np.multiply.outer(weights.astype(kind), factors).reshape(-1)
    if total >= 2**62:
        weights = weights.astype(object)
    return weights, total


def law_gap(
    problem: Problem, machine: Machine, space: Interventions | None, budget: Budget
) -> Answer:
    """Compare τ of each low-level law with the high-level law under ω.

    The empty intervention alone is meant where there is no family.
    """
    scm, high = problem.claim.scm, problem.claim.high
    assert high is not None
    assert machine.high is not None
    below, above = scm.context_count(), high.context_count()
    assert below is not None
    assert above is not None
    if below + above > LIMIT:
        raise OutOfReachError("contexts to weigh", below + above, LIMIT)
    low_weights, low_total = context_weights(scm)
    high_weights, high_total = context_weights(high)
    low_contexts, high_contexts = context_chunk(scm, 0, below), context_chunk(high, 0, above)
    chunks = [Chunk({}, {}, 1)] if space is None else family_chunks(problem, space, 64)
    examined = 0
    for chunk in chunks:
        low = np.broadcast_to(
            machine.code(machine.image(machine.low.run(low_contexts, chunk.low))),
            (chunk.count, below),
        )
        up = np.broadcast_to(
            machine.code(machine.high.run(high_contexts, chunk.high)), (chunk.count, above)
        )
        for row in range(chunk.count):
            if budget.spent:
                return Answer(examined=examined, reason=f"{budget.seconds:g} s are over")
            examined += below
            left, right = _sums(low[row], low_weights), _sums(up[row], high_weights)
            for code in sorted(left.keys() | right.keys()):
                if left.get(code, 0) * high_total != right.get(code, 0) * low_total:
                    p = Fraction(left.get(code, 0), low_total)
                    q = Fraction(right.get(code, 0), high_total)
                    point: dict[str, object] = {"event": (machine.state(problem, code), p, q)}
                    if space is not None:
                        point["i"] = chunk.intervention(scm, row)
                    return Answer(ONE, INFINITE, examined, point=point)
        if budget.progress is not None:
            budget.progress(examined, None)
    if not examined:
        assert space is not None
        raise nothing_to_check(space.family)
    return Answer(ZERO, ZERO, examined, examined, Enumeration(examined, "weighed runs"))


def _sums(codes: Array, weights: Array) -> dict[int, int]:
    """The total weight of each code, exactly."""
    found, where = np.unique(codes, return_inverse=True)
    if weights.dtype == object:
        totals = [0] * len(found)
        for position, weight in zip(where.reshape(-1).tolist(), weights.tolist(), strict=True):
            totals[position] += weight
        return dict(zip(found.tolist(), totals, strict=True))
    sums = np.zeros(len(found), dtype=np.int64)
    np.add.at(sums, where.reshape(-1), weights)
    return {code: total for code, total in zip(found.tolist(), sums.tolist(), strict=True) if total}
