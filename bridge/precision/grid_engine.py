"""Interchange claims under `exact-grid`: an audit, then exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from tauomega.solvers.engine import Answer, Budget, Problem

from ..integer_engine import INTEGER
from ..network_model import NetworkModel
from .grid import audit_grid
from .semantics import ExactGrid

__all__ = ["GRID", "GridEngine"]


@final
@dataclass(frozen=True, slots=True)
class GridEngine:
    """Decides where no sum rounds: the real answer is then every machine's."""

    @property
    def name(self) -> str:
        """`grid`."""
        return "grid"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts interchanges on a network under `exact-grid`."""
        if problem.semantics != str(ExactGrid()):
            return f"decides {ExactGrid()}; {problem.semantics} is another semantics"
        return INTEGER.accepts(replace(problem, semantics="real"))

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """The exact answer, if the audit passes; else nothing, and which layer does not fit."""
        model = problem.claim.low
        assert isinstance(model, NetworkModel)
        points = [tuple(context.values()) for context in model.as_scm().contexts()]
        audit = audit_grid(model.network, [model.row(point) for point in points])
        if not audit.exact:
            return Answer(reason=f"sums may round: {'; '.join(audit.faults)}")
        answer = INTEGER.bounds(replace(problem, semantics="real"), budget)
        if answer.evidence is None:
            return answer
        relies = f"the grid audit: {audit}, so that no order of summation rounds"
        evidence = replace(answer.evidence, relies_on=(*answer.evidence.relies_on, relies))
        return replace(answer, evidence=evidence)


GRID = GridEngine()
