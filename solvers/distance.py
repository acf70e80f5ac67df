"""`distance`: the exact value of a definition's defect."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import clauses
from tauomega.theory.definition import Definition
from tauomega.theory.errors import EvaluationError, InputError, UndecidedError
from tauomega.theory.quantity import INFINITE, Number, greatest
from tauomega.theory.verdict import Enumeration, Question, Run

from .checking import policies_of, problem_of
from .deciding_facts import decide_facts
from .engine import Budget
from .enumeration import ENUMERATE
from .gaps import gap_at
from .literal_only import is_quantitative, require_mechanisms
from .question import question_of

__all__ = ["Distance", "distance"]


@final
@dataclass(frozen=True, slots=True)
class Distance:
    """The exact value of a distance: a rational, a certified ball, or ∞.

    Attributes:
        value: the value; `None` if it was not computed, for the `reason`.
        question: definition, parameters, semantics and sentence.
        where: where it is attained, by names; empty for an infimum.
        evidence: the complete enumeration that it rests on.
        reason: why there is no value; or which requirement fails, where the value is ∞.
    """

    value: Number | None
    question: Question
    where: Mapping[str, str] = field(default_factory=dict)
    evidence: Enumeration | None = None
    reason: str = ""
    run: Run = field(default=Run(), compare=False)

    def __float__(self) -> float:
        """The value, rounded; for printing only."""
        if self.value is None:
            raise ValueError(f"there is no value: {self.reason}")
        if isinstance(self.value, Fraction | float):
            return float(self.value)
        return float((self.value.lo + self.value.hi) / 2)


def distance(
    claim: Abstraction,
    definition: Definition,
    *,
    timeout: float = 60.0,
    progress: Callable[[int, int | None], None] | None = None,
) -> Distance:
    r"""How far a claim is from satisfying a definition, exactly.

    The requirements that are properties and no distances (τ onto, blocks) must hold; if one fails, the
    distance is ∞, and the reason says which. For a definition without a distance the value is 0 or 1.

    Args:
        claim: the claim.
        definition: any definition; those with a `metric` measure in it.
        timeout: seconds.
        progress: told how many distances were computed.

    Raises:
        InputError: the claim lacks what the definition needs, or a family is empty.

    Example:
        >>> from tauomega import SCM, Abstraction
        >>> from tauomega.theory.definitions.probabilistic import Probabilistic
        >>> from tauomega.theory.defect import Metric
        >>> low = SCM.from_text("U : bool ~ 1/2\nX = U")
        >>> high = SCM.from_text("V : bool ~ 1/3\nX = V")
        >>> claim = Abstraction.from_text(low, high, {"X": "X"})
        >>> distance(claim, Probabilistic(metric=Metric.TV)).value
        Fraction(1, 6)
    """
    budget = Budget(timeout, progress=progress)
    defect = definition.defect(claim)
    parts = list(clauses(defect))
    for part in parts:
        require_mechanisms(definition.name, claim, part.defect)
    omega, tau_u = policies_of(claim, defect)
    question = question_of(claim, definition, omega, tau_u, Fraction(0))
    measured = any(is_quantitative(part.defect) for part in parts)
    values: list[Number] = []
    examined, where = 0, {}
    try:
        facts = decide_facts(claim, budget)
        for part in parts:
            problem = problem_of(claim, part, facts, Fraction(0), whole=True)
            refusal = ENUMERATE.accepts(problem)
            if refusal is not None:
                return Distance(None, question, reason=f"{part.name}: {refusal}")
            answer = ENUMERATE.bounds(problem, budget)
            if answer.value is None:
                return Distance(None, question, reason=f"{part.name}: {answer.reason}")
            examined += answer.examined
            required = measured and not is_quantitative(part.defect)
            if required and answer.value != 0:
                return Distance(INFINITE, question, reason=f"{part.name} fails")
            values.append(answer.value)
            if greatest(values) == answer.value and answer.point:
                where = dict(gap_at(problem, answer).where)
    except EvaluationError as error:
        raise InputError([str(error)]) from error
    except UndecidedError as error:
        return Distance(None, question, reason=str(error))
    run = Run((ENUMERATE.name,), time.monotonic() - budget.start)
    evidence = Enumeration(examined, "distances")
    return Distance(greatest(values), question, where, evidence, run=run)
