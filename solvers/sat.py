"""CaDiCaL on the clauses of a circuit; what it proves is a clausal proof, which the kernel checks."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from importlib.metadata import version
from typing import Any, final

from tauomega.theory.verdict import Evidence, Trusted

from .bits import refuted
from .child import Answered, Crashed, run_in_child
from .engine import Answer, Budget, Problem
from .miter import Miter, drawn_model, miter_of
from .statements import NotStatedError, refusal

__all__ = ["SAT", "Sat"]

ZERO = Fraction(0)


@final
@dataclass(frozen=True, slots=True)
class Sat:
    """Decides any circuit, given time, in a child process."""

    @property
    def name(self) -> str:
        """`sat`."""
        return "sat"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts squares with a fixed τ_U, and interchanges, over finite domains."""
        return refusal(problem)

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """The exact value, unless time runs out."""
        try:
            miter = miter_of(problem)
        except NotStatedError as error:
            return Answer(reason=str(error))
        model = drawn_model(miter)
        if model is not None:
            return refuted(problem, miter, model, budget)
        outcome = run_in_child(
            partial(_solve, miter), seconds=0.95 * budget.left, memory=budget.memory * 4
        )
        match outcome:
            case Answered(value=list() as found):
                return refuted(problem, miter, frozenset(found), budget)
            case Answered(value=str()):
                evidence: Evidence = Trusted(f"CaDiCaL 1.9.5 (python-sat {version('python-sat')})")
                return Answer(ZERO, ZERO, miter.squares, miter.squares, evidence)
            case Answered() | Crashed():
                reason = outcome.reason if isinstance(outcome, Crashed) else "no answer"
                return Answer(reason=f"CaDiCaL stopped: {reason}")
            case _:
                return Answer(reason=f"{budget.seconds:g} s are over")


def _solve(miter: Miter) -> Any:
    """In the child: the true variables of a satisfying assignment, or `unsatisfiable`."""
    from pysat.solvers import Solver

    clauses = miter.circuit.clauses(miter.literals)
    with Solver(name="cadical195", bootstrap_with=clauses) as solver:
        if not solver.solve():
            return "unsatisfiable"
        free = set(miter.free)
        return [f for f in solver.get_model() if f in free]


SAT = Sat()
"""The engine."""
