"""`check`: decide a claim under a definition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.asking import asked_claim, asked_definition, asked_engines
from tauomega.theory.counterexample import Counterexample, Gap, GraphGap
from tauomega.theory.defect import BoxSwaps, Defect, Part, Swaps, clauses
from tauomega.theory.definition import Definition
from tauomega.theory.errors import EvaluationError, InputError, OutOfReachError, UndecidedError
from tauomega.theory.metric_kinds import require_metrics
from tauomega.theory.quantity import Number
from tauomega.theory.replaying import replays
from tauomega.theory.solvability import with_solvability
from tauomega.theory.verdict import (
    Bounds,
    Certified,
    ClauseResult,
    Coverage,
    Enumeration,
    Evidence,
    Fails,
    Holds,
    Question,
    Run,
    Trusted,
    Unknown,
    Verdict,
    Witness,
)

from .course import CheckInterrupted, Course, advice
from .deadline import OverrunError, deadline
from .deciding_facts import decide_facts
from .engine import Answer, Budget, Interrupted, Problem
from .explaining import explain
from .facts import Facts
from .gaps import recomputed
from .literal_only import is_quantitative, require_mechanisms
from .measuring import interchange_measures
from .portfolio import decide
from .problems import policies_of, problem_of, spaces_of
from .question import question_of
from .reductions import reduced

__all__ = ["check", "weakest"]


def check(
    claim: Abstraction,
    definition: Definition | str,
    *,
    timeout: float = 60.0,
    engines: Sequence[str] | str | None = None,
    at_most: Fraction | int = 0,
    progress: Callable[[int, int | None], None] | None = None,
    narrowed: Callable[[Number, Number], None] | None = None,
    draws: int | None = None,
    seed: int = 1,
) -> Verdict:
    r"""Decide whether a claim satisfies a definition, or its defect is at most `at_most`.

    Args:
        claim: the two models and the maps between them.
        definition: the notion, with its parameters; or its name, with the defaults.
        timeout: wall-clock seconds for everything.
        engines: names of the engines to ask, all that are named being compared; by default the
            first in the dispatch order that decides.
        at_most: the tolerance α, of the distance alone: what a definition requires besides (τ onto,
            blocks) is required exactly.
        progress: called now and then with (squares examined, squares in all or `None`).
        narrowed: called with the bounds of a distance while it is bisected.
        draws: if the verdict is unknown, estimate the distance from so many draws beside it; it stays
            unknown.
        seed: of the draws.

    Returns:
        `Holds` with its evidence, `Fails` with a replayed counterexample, or `Unknown`.

    Raises:
        InputError: the claim lacks what the definition needs, a map leaves its domain, ω is
            undefined where it is needed, a family is empty, a tolerance allows everything, …: all
            such faults that were found.
        EngineDisagreementError: two engines gave bounds that exclude each other.
        CheckInterrupted: a `KeyboardInterrupt`; it has the clauses that were decided, and how far the next had come.

    Example:
        >>> from tauomega import SCM, Abstraction
        >>> from tauomega.theory.definitions.constructive import Constructive
        >>> low = SCM.from_text("U[1..2] : bool\nX[i] = U[i]")
        >>> high = SCM.from_text("U : bool\nY = U")
        >>> claim = Abstraction.from_text(low, high, {"Y": "X[1] and X[2]"})
        >>> check(claim, Constructive()).name
        'holds'
    """
    claim, definition = asked_claim(claim), asked_definition(definition)
    verdict = _check(
        claim, definition, timeout, asked_engines(engines), at_most, progress, narrowed
    )
    if draws is None or not isinstance(verdict, Unknown):
        return verdict
    from .estimating import attempted

    estimated, reason = attempted(claim, definition, draws=draws, seed=seed, progress=progress)
    return replace(
        verdict, estimate=estimated, reason="; ".join(filter(None, (verdict.reason, reason)))
    )


def _check(
    claim: Abstraction,
    definition: Definition,
    timeout: float,
    engines: Sequence[str] | None,
    at_most: Fraction | int,
    progress: Callable[[int, int | None], None] | None,
    narrowed: Callable[[Number, Number], None] | None,
) -> Verdict:
    course = Course(progress, narrowed)
    budget = Budget(timeout, progress=course.examine, narrowed=course.narrow)
    tolerance = Fraction(at_most)
    defect = with_solvability(claim, definition.defect(claim))
    parts = list(clauses(defect))
    for part in parts:
        require_mechanisms(definition.name, claim, part.defect)
    _require_a_distance(definition, defect, tolerance)
    require_metrics(definition.name, defect)
    omega, tau_u = policies_of(claim, defect)
    question = question_of(claim, definition, omega, tau_u, tolerance)
    try:
        with deadline(budget):
            facts = decide_facts(claim, budget, supports=_needs_supports(defect))
            return _decide(claim, parts, facts, question, budget, engines, course)
    except EvaluationError as error:
        raise InputError([str(error)]) from error
    except KeyboardInterrupt as interrupt:
        if isinstance(interrupt, Interrupted):
            course.narrow(interrupt.answer.lo, interrupt.answer.hi)
        verdict = course.cut_short(question, parts, budget, "interrupted")
        raise CheckInterrupted(verdict) from None
    except OverrunError:
        reason = f"{budget.seconds:g} s are over"
    except (UndecidedError, OutOfReachError) as error:
        reason = str(error)
    return course.cut_short(question, parts, budget, reason)


def _decide(
    claim: Abstraction,
    parts: Sequence[Part],
    facts: Facts,
    question: Question,
    budget: Budget,
    engines: Sequence[str] | None,
    course: Course,
) -> Verdict:
    results = course.results
    unknown: tuple[Part, Answer, bool] | None = None
    asked: list[str] = []
    notes: list[str] = []
    proofs: list[tuple[str, Evidence]] = []
    witness: Witness | None = None
    counted: tuple[tuple[str, Fraction], ...] = ()
    relies: list[str] = list(facts.relies_on)
    for position, part in enumerate(parts):
        tolerance = question.tolerance if is_quantitative(part.defect) else Fraction(0)
        original = problem_of(claim, part, facts, tolerance)
        problem, theorems = reduced(original)
        relies += theorems
        decided = decide(problem, budget, engines)
        answer = decided.answer
        asked += [name for name in decided.engines if name not in asked]
        notes += decided.notes
        if answer.lo > tolerance:
            found = explain(problem, answer, budget)
            replayed = _replay(problem, found, answer, budget)
            failed = ClauseResult(part.name, "fails")
            rest = [ClauseResult(p.name, "not decided") for p in parts[position + 1 :]]
            run = Run(tuple(asked), budget.used, tuple(notes))
            measures = answer.measures or _measures(claim, parts, facts, budget)
            bounds = Bounds(answer.lo, answer.hi)
            used = tuple(dict.fromkeys(relies))
            every = (*results, failed, *rest)
            return Fails(question, every, found, replayed, bounds, used, measures, run)
        if answer.evidence is None:
            unknown = unknown or (part, answer, bool(decided.engines))
            course.settle(ClauseResult(part.name, "unknown"))
            continue
        proofs.append((part.name, answer.evidence))
        counted += answer.measures
        witness = answer.witness or witness
        course.settle(ClauseResult(part.name, "holds", answer.evidence))
    run = Run(tuple(asked), budget.used, tuple(notes))
    if unknown is not None:
        part, answer, accepted = unknown
        counsel = advice(question, budget, accepted=accepted)
        return _unknown(question, tuple(results), part, answer, counsel, run)
    evidence = weakest([e for _, e in proofs], tuple(dict.fromkeys(relies)))
    measures = counted or _measures(claim, parts, facts, budget)
    return Holds(question, tuple(results), evidence, witness, notes=(), measures=measures, run=run)


def _unknown(
    question: Question,
    results: tuple[ClauseResult, ...],
    part: Part,
    answer: Answer,
    counsel: str,
    run: Run,
) -> Unknown:
    """What the first clause that nobody decided leaves open."""
    # Of a mean, squares that differ may be among those examined.
    squares = not is_quantitative(part.defect)
    return Unknown(
        question,
        results,
        f"{part.name}: {answer.reason or 'no engine decided it'}",
        Bounds(answer.lo, answer.hi),
        Coverage(answer.total, answer.examined) if squares else None,
        counsel,
        answer.measures,
        run=run,
    )


def _measures(
    claim: Abstraction, parts: Sequence[Part], facts: Facts, budget: Budget
) -> tuple[tuple[str, Fraction], ...]:
    """Shares that are counted beside a verdict, which is not lost for want of them."""
    try:
        return interchange_measures(claim, parts, facts, budget)
    except OverrunError:
        return ()


def _require_a_distance(definition: Definition, defect: Defect, tolerance: Fraction) -> None:
    if tolerance < 0:
        raise InputError([f"at_most = {tolerance}: a tolerance is at least 0"])
    if tolerance >= 1 and not any(is_quantitative(part.defect) for part in clauses(defect)):
        raise InputError(
            [
                f"{definition.name} measures no distance here: its defect is 0 or 1, so at_most = "
                f"{tolerance} allows everything; give a metric, or a tolerance below 1"
            ]
        )


def _needs_supports(defect: Defect) -> bool:
    found = spaces_of(defect)
    return not (found and all(isinstance(space, Swaps | BoxSwaps) for space in found))


def _replay(problem: Problem, found: Counterexample, answer: Answer, budget: Budget) -> bool:
    """Whether the counterexample was replayed; one that contradicts itself is a bug of ours."""
    if isinstance(found, Gap | GraphGap):
        return recomputed(problem, answer, budget)
    claim = problem.claim
    point = answer.point or {}
    try:
        outcome = replays(claim, found, point.get("parameters", {}))  # type: ignore[arg-type]  # a mapping
    except (EvaluationError, InputError) as error:  # the claim was evaluated before: not its fault
        raise AssertionError(
            f"a counterexample cannot be replayed ({error}): this is a bug of tauomega: {found}"
        ) from error
    if outcome is False:
        raise AssertionError(
            f"a counterexample does not replay: this is a bug of tauomega: {found}"
        )
    return outcome is True or "float" in point  # the float engine has run the machine twice


def weakest(evidence: list[Evidence], relies_on: tuple[str, ...]) -> Evidence:
    """The evidence of a conjunction: its weakest member, with all that any of them relies on."""
    relies = tuple(dict.fromkeys((*relies_on, *(r for e in evidence for r in e.relies_on))))
    trusted = [e for e in evidence if isinstance(e, Trusted)]
    if trusted:
        return Trusted(trusted[0].engine, sum(e.queries for e in trusted), relies)
    others = [e for e in evidence if not isinstance(e, Enumeration | Certified)]
    return replace(others[-1] if others else evidence[-1], relies_on=relies)
