"""CaDiCaL on the clauses of a circuit; its refutation is checked by the kernel, if time allows."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import final

from tauomega.theory.verdict import Certified, Trusted

from .bits import held, opened, refuted
from .engine import Answer, Budget, Problem
from .miter import DRAWS
from .refuting import Solved
from .statements import refusal

__all__ = ["SAT", "Sat"]


@final
@dataclass(frozen=True, slots=True)
class Sat:
    """Decides any circuit, given time, in a child process.

    Random squares come first, `draws` of them.
    """

    draws: int = DRAWS

    @property
    def name(self) -> str:
        """`sat`."""
        return "sat"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts squares with a fixed τ_U, and interchanges, over finite domains."""
        return refusal(problem)

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """The exact value, unless time runs out."""
        miter = opened(problem, budget, self.draws)
        if isinstance(miter, Answer):
            return miter
        clauses = miter.circuit.clauses(miter.literals)
        memory = budget.memory * 4
        with Solved(clauses, 0.95 * budget.left, memory) as solved:
            if solved.failure:
                return Answer(reason=solved.failure)
            if solved.model is not None:
                free = frozenset(f for f in miter.free if f in solved.model)
                return refuted(problem, miter, free, budget)
            steps = solved.checked(0.9 * budget.left, memory)
        if isinstance(steps, int):
            return held(miter, Certified("clausal proof", steps))
        return held(miter, Trusted(f"CaDiCaL 1.9.5 (python-sat {version('python-sat')})"))


SAT = Sat()
"""The engine."""
