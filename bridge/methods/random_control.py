"""A control that guesses."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from tauomega.theory.scm import SCM

from ..explanation import Explanation, Units
from ..subject import Subject
from .method import Answer, Budget, Data, Says

__all__ = ["RandomControl"]


@final
@dataclass(frozen=True, slots=True)
class RandomControl:
    """A fair coin for every candidate, and a random single unit for each variable."""

    name: ClassVar[str] = "random"
    summary: ClassVar[str] = "control: answers and places at random"

    def propose(
        self, network: Subject, high: SCM, data: Data, budget: Budget
    ) -> tuple[Answer, ...]:
        """Guesses."""
        rng = Random(budget.seed)  # noqa: S311  # a control, not a key
        answers = [
            Answer(explanation, rng.choice((Says.HOLDS, Says.FAILS)))
            for explanation in data.candidates
        ]
        units = [(k, j) for k, width in enumerate(network.widths) for j in range(width)]
        if len(units) >= len(data.variables):
            chosen = rng.sample(units, len(data.variables))
            guess = Explanation(
                tuple((n, Units(k, (j,))) for n, (k, j) in zip(data.variables, chosen, strict=True))
            )
            if guess not in data.candidates:
                answers.append(Answer(guess, Says.HOLDS))
        return tuple(answers)
