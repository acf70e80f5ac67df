"""Exhaustive exact search: every place of the declared class, every interchange, in exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from tauomega.theory.scm import SCM

from ..subject import Subject
from ..valid_set import ValidSet
from .method import Answer, Budget, Data, Says

__all__ = ["ExactSearch"]


@final
@dataclass(frozen=True, slots=True)
class ExactSearch:
    """Decide every explanation of the class; propose the finest valid ones, at most `listed`.

    It says `unknown` of everything where the network was not captured.
    """

    name: ClassVar[str] = "exact-search"
    summary: ClassVar[str] = "decide every explanation of the declared class"

    listed: int = 4

    def propose(
        self, network: Subject, high: SCM, data: Data, budget: Budget
    ) -> tuple[Answer, ...]:
        """Answers that are decisions."""
        if network.exact is None:
            return ()
        valid = ValidSet(network.exact, high, network.tau, data.variables, data.map_class)
        answers = []
        for explanation in data.candidates:
            refuted = valid.refutation(explanation)
            says = Says.HOLDS if refuted is None else Says.FAILS
            answers.append(Answer(explanation, says, refuted))
        for explanation in valid.finest(self.listed):
            if explanation not in data.candidates:
                answers.append(Answer(explanation, Says.HOLDS))
        network.spend(valid.runs)
        return tuple(answers)
