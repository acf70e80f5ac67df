"""How far a check has come, so that one that is cut short says what it knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import final

from tauomega.theory.defect import Part
from tauomega.theory.quantity import Number, lower, upper
from tauomega.theory.verdict import Bounds, ClauseResult, Question, Run, Unknown

from .engine import Budget

__all__ = ["CheckInterrupted", "Course", "advice"]


class CheckInterrupted(KeyboardInterrupt):
    """An interrupt that brings what was known by then: `verdict`, which is `Unknown`."""

    def __init__(self, verdict: Unknown) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


@final
@dataclass(slots=True)
class Course:
    """The clauses that are settled, and the way through the next one.

    `told` and `shown` are the listeners of the budget; see `Budget.progress` and `Budget.narrowed`.
    """

    told: Callable[[int, int | None], None] | None = None
    shown: Callable[[Number, Number], None] | None = None
    results: list[ClauseResult] = field(default_factory=list)
    examined: int = 0
    bounds: Bounds = Bounds()

    def examine(self, examined: int, total: int | None) -> None:
        """So many squares of the clause were examined."""
        self.examined = examined
        if self.told is not None:
            self.told(examined, total)

    def narrow(self, lo: Number, hi: Number) -> None:
        """The distance of the clause lies between these."""
        self.bounds = Bounds(lower(lo), upper(hi))
        if self.shown is not None:
            self.shown(lo, hi)

    def settle(self, result: ClauseResult) -> None:
        """Go on to the next clause."""
        self.results.append(result)
        self.examined, self.bounds = 0, Bounds()

    def cut_short(
        self, question: Question, parts: Sequence[Part], budget: Budget, reason: str
    ) -> Unknown:
        """The verdict as far as it is known. How many squares were examined says nothing of the rest."""
        left = parts[len(self.results) :]
        results = (*self.results, *(ClauseResult(part.name, "not decided") for part in left))
        if left and self.examined:
            reason = f"{left[0].name}: {reason}; {self.examined:,} squares were examined"
        run = Run((), budget.used)
        return Unknown(
            question, results, reason, self.bounds, advice=advice(question, budget), run=run
        )


def advice(question: Question, budget: Budget, *, accepted: bool = True) -> str:
    """What to try: when the time was too short, or when no engine accepts such a clause."""
    family = any(name == "family" for name, _ in question.parameters)
    if accepted:
        smaller = ", or a smaller --family" if family else ""
        return f"try a longer --timeout (it was {budget.seconds:g}s){smaller}"
    another = "another --family, or " if family else ""
    return (
        f"more time will not help; try {another}finite domains in place of real ones (X : 0..3); "
        f"tauomega definitions {question.definition} says who decides it"
    )
