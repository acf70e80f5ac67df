"""Equality of laws, exactly, on columns: sums of integer weights, each with its denominator."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tauomega.theory.defect import Interventions
from tauomega.theory.definition import high_model
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.verdict import INFINITE, Enumeration

from .engine import Answer, Budget, Problem
from .exact_sums import ContextWeights
from .grids import Chunk, context_chunk, family_chunks
from .machine import Machine
from .settled import nothing_to_check

__all__ = ["law_gap"]

ONE, ZERO = Fraction(1), Fraction(0)
LIMIT = 2**22


def law_gap(
    problem: Problem, machine: Machine, space: Interventions | None, budget: Budget
) -> Answer:
    """Compare τ of each low-level law with the high-level law under ω.

    The empty intervention alone is meant where there is no family.

    Raises:
        InputError: the family is empty.
        OutOfReachError: more than 2^22 contexts, of both models together.
    """
    scm, high = problem.claim.scm, high_model(problem.claim)
    assert machine.high is not None
    below, above = scm.context_count(), high.context_count()
    assert below is not None
    assert above is not None
    if below + above > LIMIT:
        raise OutOfReachError("contexts to weigh", below + above, LIMIT)
    low_weights, high_weights = ContextWeights.of(scm), ContextWeights.of(high)
    low_total, high_total = low_weights.total, high_weights.total
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
            left, right = low_weights.sums(low[row]), high_weights.sums(up[row])
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
