"""CaDiCaL on a formula that grows: demands are added as literals of one circuit, solved in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, final

from tauomega.theory.kernel.circuit import TRUE, Circuit

from ..engine import Budget

__all__ = ["GrowingFormula", "OutOfTimeError"]

CONFLICTS = 5000


class OutOfTimeError(Exception):
    """The budget was spent before the solver answered."""


@final
class GrowingFormula:
    """Clauses of a circuit's gates, with what is required of them; a context manager.

    `clauses` is all that was added, in order: the formula that a proof is about.
    """

    def __init__(self, circuit: Circuit, clauses: Iterable[tuple[int, ...]]) -> None:
        from pysat.solvers import Cadical195

        self.circuit = circuit
        self.clauses: list[tuple[int, ...]] = []
        self._defined = {TRUE}
        self._solver: Any = Cadical195()
        self.add([(TRUE,), *clauses])

    def __enter__(self) -> GrowingFormula:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._solver.delete()

    def add(self, clauses: Iterable[Sequence[int]]) -> None:
        """Add clauses; the gates that they mention are defined first."""
        for clause in clauses:
            for f in clause:
                if abs(f) not in self._defined:
                    self.define(f)
            self._put(tuple(clause))

    def define(self, literal: int) -> None:
        """Add the definitions of a literal's gates."""
        pending = [abs(literal)]
        while pending:
            number = pending.pop()
            if number in self._defined:
                continue
            self._defined.add(number)
            for clause in self.circuit.definition(number):
                self._put(clause)
                pending += [abs(f) for f in clause if abs(f) not in self._defined]

    def _put(self, clause: tuple[int, ...]) -> None:
        self.clauses.append(clause)
        self._solver.add_clause(clause)

    def solve(self, assumptions: Sequence[int], budget: Budget) -> Callable[[int], bool] | None:
        """What an assignment makes true, or `None` if there is none.

        Raises:
            OutOfTimeError: the budget is spent.
        """
        while True:
            if budget.spent:
                raise OutOfTimeError
            self._solver.conf_budget(CONFLICTS)
            answer = self._solver.solve_limited(assumptions=list(assumptions))
            if answer is False:
                return None
            if answer is True:
                true = {f for f in self._solver.get_model() if f > 0}
                return lambda f: (abs(f) in true) == (f > 0)
