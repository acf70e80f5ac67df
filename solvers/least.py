"""The least square that does not commute: fewest targets, then the first ones, then least values.

Every step is one question to an incremental SAT solver: can this bit be as wished, after all before it?
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pysat.solvers import Solver

from .child import Answered, run_in_child
from .engine import Budget
from .miter import Miter

__all__ = ["least_in_child", "least_model"]


def least_model(miter: Miter, model: frozenset[int], budget: Budget) -> tuple[frozenset[int], bool]:
    """The least satisfying assignment, and whether it was found; else the given one, and `False`."""
    outcome = run_in_child(
        partial(least_in_child, miter), seconds=0.9 * budget.left, memory=budget.memory
    )
    if isinstance(outcome, Answered) and outcome.value is not None:
        return frozenset(outcome.value), True
    return model, False


def least_in_child(miter: Miter) -> Any:
    """In the child: the true variables of the least satisfying assignment."""
    words = miter.built.blaster.words
    choices = [f for _, f in miter.choices]
    total = words.add([words.constant(0), *(words.truth(f) for f in choices)])
    limits = [-words.less(words.constant(k), total) for k in range(len(choices) + 1)]
    clauses = miter.circuit.clauses(miter.literals, (*limits, *choices))
    defined = {abs(f) for clause in clauses for f in clause}
    with Solver(name="cadical195", bootstrap_with=clauses) as solver:
        fixed = next(([f] for f in limits if solver.solve(assumptions=[f])), None)
        if fixed is None:
            return None
        best = set(solver.get_model())
        wishes = [*choices, *(-f for bits in miter.fields for f in reversed(bits))]
        for f in wishes:
            if abs(f) not in defined:
                continue
            if f not in best:
                if solver.solve(assumptions=[*fixed, f]):
                    best = set(solver.get_model())
                else:
                    f = -f
            fixed.append(f)
    return sorted(f for f in fixed if f > 0)
