"""`distance`: the exact value of a definition's defect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import ClassVar, final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.asking import asked_claim, asked_definition
from tauomega.theory.counterexample import Gap
from tauomega.theory.defect import Couplings, Defect, Inf, Sup, clauses
from tauomega.theory.definition import Definition
from tauomega.theory.errors import EvaluationError, InputError, OutOfReachError, UndecidedError
from tauomega.theory.estimate import Estimate
from tauomega.theory.metric_kinds import require_metrics
from tauomega.theory.quantity import INFINITE, Number, greatest, lower, upper
from tauomega.theory.reports.readable import Readable
from tauomega.theory.solvability import with_solvability
from tauomega.theory.verdict import (
    Bounds,
    Certified,
    Enumeration,
    Evidence,
    Question,
    Run,
    Trusted,
)

from .bottleneck import BOTTLENECK
from .deadline import OverrunError, deadline
from .deciding_facts import decide_facts
from .engine import Answer, Budget, Engine, Interrupted, Problem
from .enumeration import ENUMERATE
from .gaps import gap_at
from .literal_only import is_quantitative, require_mechanisms
from .optimum import OPTIMUM
from .portfolio import get_engine
from .problems import policies_of, problem_of
from .question import question_of
from .sizes import is_small

__all__ = ["Distance", "MeasuringInterrupted", "distance"]

ZERO = Fraction(0)


NO_MAP = (
    "no map of contexts pushes the low-level law to the high-level one; ask for "
    'matching = "coupling", which always exists'
)


@final
@dataclass(frozen=True, slots=True)
class Distance(Readable):
    """The exact value of a distance: a rational, a certified ball, or ∞.

    Attributes:
        value: the value; `None` if it was not computed, for the `reason`.
        question: definition, parameters, semantics and sentence.
        where: where it is attained, by names; empty for an infimum. Of what was not computed in
            time, where the lower bound is attained.
        attained: the same as it was found; of a value only.
        evidence: what it rests on: complete enumeration, or the proof that no square is further.
        bounds: what is known of it where it was not computed in time.
        reason: why there is no value; or which requirement fails, where the value is ∞.
        estimate: from draws, if it was asked for and there is no value.
    """

    REPORT: ClassVar[str] = "tauomega.solvers.distance_text:report"

    value: Number | None
    question: Question
    where: Mapping[str, str] = field(default_factory=dict)
    attained: Gap | None = field(default=None, compare=False)
    evidence: Evidence | None = None
    reason: str = ""
    bounds: Bounds = Bounds()
    estimate: Estimate | None = None
    run: Run = field(default=Run(), compare=False)

    def __float__(self) -> float:
        """The value, rounded; for printing only."""
        if self.value is None:
            raise ValueError(f"there is no value: {self.reason}")
        if isinstance(self.value, Fraction | float):
            return float(self.value)
        return float((self.value.lo + self.value.hi) / 2)


class MeasuringInterrupted(KeyboardInterrupt):
    """An interrupt that brings the bounds that were known by then, as a distance without a value."""

    def __init__(self, found: Distance) -> None:
        super().__init__(found.reason)
        self.found = found


def distance(
    claim: Abstraction,
    definition: Definition | str,
    *,
    timeout: float = 60.0,
    progress: Callable[[int, int | None], None] | None = None,
    narrowed: Callable[[Number, Number], None] | None = None,
    draws: int | None = None,
    seed: int = 1,
) -> Distance:
    r"""How far a claim is from satisfying a definition, exactly.

    The requirements that are properties and no distances (τ onto, blocks) must hold; if one fails, the
    distance is ∞, and the reason says which. For a definition without a distance the value is 0 or 1.

    Args:
        claim: the claim.
        definition: any definition; those with a `metric` measure in it.
        timeout: seconds.
        progress: told how many distances were computed.
        narrowed: told the bounds between which the value is known to lie, while it is bisected.
        draws: if it is not computed exactly in time, estimate it from so many draws; never otherwise.
        seed: of the draws.

    Raises:
        InputError: the claim lacks what the definition needs, or a family is empty.
        MeasuringInterrupted: a `KeyboardInterrupt` that came when bounds were known; it has them.

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
    claim, definition = asked_claim(claim), asked_definition(definition)
    found = _exactly(claim, definition, timeout, progress, narrowed)
    if found.value is not None or draws is None:
        return found
    from .estimating import attempted

    estimated, reason = attempted(claim, definition, draws=draws, seed=seed, progress=progress)
    return replace(
        found, estimate=estimated, reason="; ".join(filter(None, (found.reason, reason)))
    )


def _exactly(
    claim: Abstraction,
    definition: Definition,
    timeout: float,
    progress: Callable[[int, int | None], None] | None,
    narrowed: Callable[[Number, Number], None] | None,
) -> Distance:
    budget = Budget(timeout, progress=progress, narrowed=narrowed)
    defect = with_solvability(claim, definition.defect(claim))
    parts = list(clauses(defect))
    for part in parts:
        require_mechanisms(definition.name, claim, part.defect)
    require_metrics(definition.name, defect)
    omega, tau_u = policies_of(claim, defect)
    question = question_of(claim, definition, omega, tau_u, Fraction(0))
    measured = any(is_quantitative(part.defect) for part in parts)
    values: list[Number] = []
    asked: list[str] = []
    proofs: list[Evidence] = []
    examined = 0
    attained: Gap | None = None
    try:
        with deadline(budget):
            facts = decide_facts(claim, budget)
            for part in parts:
                problem = problem_of(claim, part, facts, Fraction(0), whole=True)
                try:
                    answer, name = _measured(problem, budget)
                except Interrupted as stopped:
                    known = _unknown(question, problem, stopped.answer, is_last=part is parts[-1])
                    raise MeasuringInterrupted(known) from stopped
                asked += [name] if name and name not in asked else []
                if answer.value is None:
                    return _unknown(question, problem, answer, is_last=part is parts[-1])
                examined += answer.examined
                proofs += (
                    [answer.evidence] if isinstance(answer.evidence, Certified | Trusted) else []
                )
                required = measured and not is_quantitative(part.defect)
                if required and answer.value != 0:
                    return Distance(INFINITE, question, reason=f"{part.name} fails")
                if answer.value == INFINITE and _is_over_maps(part.defect):
                    return Distance(INFINITE, question, reason=f"{part.name}: {NO_MAP}")
                values.append(answer.value)
                if greatest(values) == answer.value and answer.point:
                    attained = gap_at(problem, answer)
    except EvaluationError as error:
        raise InputError([str(error)]) from error
    except (UndecidedError, OutOfReachError) as error:
        return Distance(None, question, reason=str(error))
    except OverrunError:
        return Distance(None, question, reason=f"{timeout:g} s are over")
    run = Run(tuple(asked), budget.used)
    evidence: Evidence = Enumeration(examined, "distances")
    if proofs:
        evidence = next((e for e in proofs if isinstance(e, Trusted)), proofs[-1])
    value = greatest(values)
    where = {} if attained is None else dict(attained.where)
    bounds = Bounds(lower(value), upper(value))
    return Distance(value, question, where, attained, evidence, run=run, bounds=bounds)


def _unknown(question: Question, problem: Problem, answer: Answer, *, is_last: bool) -> Distance:
    """What is known of a distance that was not computed: bounds, and where the lower one is attained."""
    low, high = (answer.lo, answer.hi) if is_last else (ZERO, INFINITE)
    where = dict(gap_at(problem, answer).where) if is_last and answer.point else {}
    reason = f"{problem.part.name}: {answer.reason}"
    return Distance(None, question, where, reason=reason, bounds=Bounds(low, high))


def _is_over_maps(defect: Defect) -> bool:
    match defect:
        case Inf(space=Couplings(maps=maps)):
            return maps
        case Sup(body=body):
            return _is_over_maps(body)
        case _:
            return False


def _measured(problem: Problem, budget: Budget) -> tuple[Answer, str]:
    """The value of one clause and the engine that found it: literally where that is quick."""
    engines: list[Engine] = [OPTIMUM, get_engine("factors"), get_engine("table")]
    engines.insert(0 if is_small(problem) else len(engines), ENUMERATE)
    engines[:0] = [BOTTLENECK, get_engine("bijections")]
    reasons = []
    for engine in engines:
        refusal = engine.accepts(problem)
        answer = Answer(reason=refusal) if refusal else engine.bounds(problem, budget)
        if answer.value is None and answer.evidence is not None:
            answer = replace(answer, value=ZERO)  # a property that holds
        elif answer.value is None and answer.lo >= 1 and not is_quantitative(problem.part.defect):
            answer = replace(answer, value=Fraction(1))
        if answer.value is not None or budget.spent or answer.lo > 0:
            return answer, engine.name
        reasons.append(f"{engine.name}: {answer.reason}")
    return Answer(reason="; ".join(reasons)), ""
