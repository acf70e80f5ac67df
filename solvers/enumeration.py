"""The engine that runs the literal interpreter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from tauomega.theory.defect import BoxSwaps
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.quantity import INFINITE, Number, greatest, lower, upper
from tauomega.theory.verdict import Enumeration

from .engine import Answer, Budget, Problem
from .interpreter import Interpreter, OutOfTimeError
from .literal_only import is_quantitative
from .parameters import assignments, has_finite_parameters

__all__ = ["ENUMERATE", "Enumerate"]

MOST_CONTEXTS = 2**18


@final
@dataclass(frozen=True, slots=True)
class Enumerate:
    """The literal interpreter as an engine, for finite contexts and parameters."""

    @property
    def name(self) -> str:
        """`enumerate`."""
        return "enumerate"

    def accepts(self, problem: Problem) -> str | None:
        """Refuses infinite contexts, infinite parameters, and machine arithmetic."""
        if problem.semantics not in ("exact", "real"):
            return f"evaluates exactly; {problem.semantics} is another semantics"
        if isinstance(getattr(problem.part.defect, "space", None), BoxSwaps):
            return "a box holds infinitely many inputs"
        claim = problem.claim
        models = [claim.scm] + ([claim.high] if claim.high is not None else [])
        counts = [model.context_count() for model in models]
        if None in counts:
            return "a root has infinitely many values"
        if any(count is not None and count > MOST_CONTEXTS for count in counts):
            return f"there are more than {MOST_CONTEXTS:,} contexts to list"
        if not has_finite_parameters(claim):
            return "a parameter has infinitely many values"
        return None

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """The exact value, for all parameter values."""
        examined = 0
        best: Answer | None = None
        values: list[Number] = []
        stopped = False
        for parameters in assignments(problem.claim):
            interpreter = Interpreter(problem, budget, parameters)
            try:
                value, point = interpreter.value(problem.part.defect, {})
            except (OutOfTimeError, OutOfReachError) as stop:
                reason = str(stop) or f"{budget.seconds:g} s are over"
                return Answer(examined=examined + interpreter.examined, reason=reason)
            examined += interpreter.examined
            values.append(value)
            if best is None or upper(value) > best.hi:
                point = point | ({"parameters": dict(parameters)} if parameters else {})
                best = Answer(lower(value), upper(value), point=point)
            if lower(value) > problem.tolerance and not problem.whole:
                stopped = bool(parameters)  # at other values of the parameters it may be larger
                break
        assert best is not None
        number = greatest(values)
        low, high = lower(number), upper(number)
        if low > problem.tolerance:
            most = INFINITE if stopped else high
            return Answer(low, most, examined, examined, point=best.point, value=number)
        if high > problem.tolerance:
            reason = f"the value {number} is not told apart from {problem.tolerance}"
            return Answer(low, high, examined, examined, reason=reason, value=number)
        what = "distances" if is_quantitative(problem.part.defect) else "squares"
        evidence = Enumeration(examined, what)
        return Answer(low, high, examined, examined, evidence, point=best.point, value=number)


ENUMERATE = Enumerate()
