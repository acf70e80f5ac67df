"""`estimate`: a mean that cannot be listed, from draws, with an interval; never a verdict."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from math import ceil, floor, log, sqrt
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.asking import asked_claim, asked_definition
from tauomega.theory.defect import (
    Average,
    Defect,
    Dist,
    Expected,
    Max,
    Mean,
    Metric,
    Part,
    Sampled,
    Side,
    Sup,
    Via,
    Violated,
    clauses,
)
from tauomega.theory.definition import Definition
from tauomega.theory.errors import EvaluationError, InputError, OutOfReachError, UndecidedError
from tauomega.theory.estimate import LEVEL, Estimate
from tauomega.theory.kernel import Finite, Range
from tauomega.theory.quantity import Number, lower, upper

from .averaging import monotone_value
from .deciding_facts import decide_facts
from .draws import require_determined
from .engine import Budget, Problem
from .interpreter import Interpreter
from .literal_only import require_mechanisms
from .problems import problem_of
from .sampling import context_by_law, draw_of, element_of

__all__ = ["attempted", "estimate"]

MOST_DRAWS = 10**8
DIGITS = 10**9
Environment = dict[str, object]


def estimate(
    claim: Abstraction,
    definition: Definition | str,
    *,
    draws: int,
    seed: int,
    timeout: float = 60.0,
    progress: Callable[[int, int | None], None] | None = None,
) -> Estimate:
    r"""Estimate a definition's distance where it is a mean: over contexts, interchanges or drawn interventions.

    Each draw is evaluated exactly, by the literal interpreter. What a definition requires besides (τ onto,
    blocks) is not looked at. A largest distance over contexts is no mean, and no number of draws bounds it
    from above, so it is refused.

    Args:
        claim: the claim.
        definition: a definition whose distance is a mean, or the largest of means over a listed family, or
            a mean of monotone functions of means.
        draws: how many, for each mean.
        seed: of the random numbers.
        timeout: seconds for what is decided about the claim first.
        progress: told how many draws were made, out of how many.

    Raises:
        InputError: there is no draw, or there is nothing to draw from.
        UndecidedError: the distance is no mean.

    Example:
        >>> from tauomega import load
        >>> from tauomega.theory.definitions.interchange_accuracy import InterchangeAccuracy
        >>> found = estimate(load("ce8").claim, InterchangeAccuracy(), draws=400, seed=1)
        >>> found.lo <= Fraction(1, 4) <= found.hi
        True
    """
    claim, definition = asked_claim(claim), asked_definition(definition)
    if not 1 <= draws <= MOST_DRAWS:
        raise InputError([f"{draws} draws: give a number from 1 to {MOST_DRAWS:,}"])
    if claim.scm.parameters or (claim.high is not None and claim.high.parameters):
        raise InputError(["an estimate is for one value of the parameters; write numbers for them"])
    parts = [p for p in clauses(definition.defect(claim)) if _has_mean(p.defect)]
    if len(parts) != 1:
        raise UndecidedError(
            f"the distance of {definition.name} is no mean, and no number of draws bounds a largest or a least "
            'value; ask for a mean, such as statistic = "expected" or interchange-accuracy'
        )
    require_mechanisms(definition.name, claim, parts[0].defect)
    facts = decide_facts(claim, Budget(timeout))
    problem = problem_of(claim, parts[0], facts, Fraction(0), whole=True)
    drawing = _Drawing(problem, random.Random(seed), draws, progress)  # noqa: S311  # no secret
    mean, lo, hi = drawing.interval(parts[0].defect, {}, 1 - LEVEL)
    listed = "; ".join(drawing.laws)
    return Estimate(mean, lo, hi, draws, seed, listed)


def attempted(
    claim: Abstraction,
    definition: Definition,
    *,
    draws: int,
    seed: int,
    progress: Callable[[int, int | None], None] | None = None,
) -> tuple[Estimate | None, str]:
    """An estimate, or why there is none.

    Raises:
        InputError: there is no draw, or there is nothing to draw from.
    """
    try:
        return estimate(claim, definition, draws=draws, seed=seed, progress=progress), ""
    except (UndecidedError, OutOfReachError) as error:
        return None, f"no estimate: {error}"
    except EvaluationError as error:
        raise InputError([str(error)]) from error


@final
class _Drawing:
    """The draws of one estimate: all of its means share the confidence that may be lost."""

    def __init__(
        self,
        problem: Problem,
        rng: random.Random,
        draws: int,
        progress: Callable[[int, int | None], None] | None,
    ) -> None:
        self.problem, self.rng, self.draws, self.progress = problem, rng, draws, progress
        self.interpreter = Interpreter(problem, Budget(float("inf")), {})
        self.laws: dict[str, None] = {}

    def interval(
        self, defect: Defect, env: Environment, risk: Fraction
    ) -> tuple[Fraction, Fraction, Fraction]:
        """Mean, and the ends of an interval that misses the value with this probability at most."""
        match defect:
            case Max(parts=(Part(defect=body),)):
                return self.interval(body, env, risk)
            case Via(monotone=monotone, body=body) if not isinstance(body, Dist):
                mean, lo, hi = self.interval(body, env, risk)
                ends = [monotone_value(monotone, end) for end in (mean, lo, hi)]
                return _about(ends[0]), Fraction(lower(ends[1])), Fraction(upper(ends[2]))
            case Average(parts=parts):
                found = [self.interval(p.defect, env, risk / len(parts)) for p in parts]
                mean, lo, hi = (
                    sum(ends, Fraction(0)) / len(parts) for ends in zip(*found, strict=True)
                )
                return mean, lo, hi
            case Sup(variable=name, space=space, body=body) if _has_mean(body):
                elements = list(self.interpreter.elements(space, env))
                if not elements:
                    raise InputError(["there is nothing to check: the family is empty"])
                share = risk / len(elements)
                found = [self.interval(body, env | {name: e}, share) for e in elements]
                mean, lo, hi = (max(ends) for ends in zip(*found, strict=True))
                return mean, lo, hi
            case Mean(variable=name, body=body) | Expected(variable=name, body=body):
                return self._drawn(body, env, risk, name, partial(self._element, defect))
            case Sampled(variable=name, body=body):
                require_determined(self.interpreter.blocks)
                return self._drawn(body, env, risk, name, partial(self._element, defect))
            case _:
                raise UndecidedError("a least or a largest value within a mean is not estimated")

    def _element(self, mean: Mean | Expected | Sampled) -> tuple[object, str]:
        """One element that a mean is over, by its law; and what was drawn, in words."""
        claim = self.problem.claim
        match mean:
            case Mean(space=space):
                return element_of(self.rng, claim, space)
            case Expected(side=side):
                model = claim.scm if side is Side.LOW else claim.high
                assert model is not None
                return context_by_law(self.rng, model), "contexts, by their law"
            case Sampled(draws=spec):
                what = f"interventions as the definition draws them, {spec.direction.value}"
                return draw_of(self.rng, self.interpreter.blocks, spec), what

    def _drawn(
        self,
        body: Defect,
        env: Environment,
        risk: Fraction,
        name: str,
        draw: Callable[[], tuple[object, str]],
    ) -> tuple[Fraction, Fraction, Fraction]:
        most = _most(body, self.problem)
        low = high = Fraction(0)
        for number in range(self.draws):
            element, what = draw()
            self.laws[what] = None
            value, _ = self.interpreter.value(body, env | {name: element})
            low, high = low + Fraction(lower(value)), high + Fraction(upper(value))
            if number % 1024 == 0 and self.progress is not None:
                self.progress(number, self.draws)
        mean = (low + high) / 2 / self.draws
        if _is_right_or_wrong(body):
            return mean, *_clopper_pearson(int(low), self.draws, risk)
        half = float(most) * sqrt(log(2 / float(risk)) / (2 * self.draws))
        ends = max(Fraction(0), _down(low / self.draws, half)), _up(high / self.draws, half)
        return mean, ends[0], min(ends[1], most)


def _has_mean(defect: Defect) -> bool:
    """Whether a mean stands somewhere below."""
    match defect:
        case Mean() | Expected() | Sampled():
            return True
        case Sup(body=body) | Via(body=body):
            return _has_mean(body)
        case Average(parts=parts) | Max(parts=parts):
            return all(_has_mean(part.defect) for part in parts)
        case _:
            return False


def _is_right_or_wrong(body: Defect) -> bool:
    """Whether every draw is 0 or 1."""
    match body:
        case Dist(metric=metric):
            return metric is Metric.DISCRETE
        case Via() | Violated():
            return True
        case _:
            return False


def _most(body: Defect, problem: Problem) -> Fraction:
    """The most that a draw can be, by the domains of what is compared."""
    match body:
        case Via() | Violated() | Dist(metric=Metric.DISCRETE):
            return Fraction(1)
        case Dist(metric=metric):
            widths = [_width(problem, name) for name in problem.facts.supports]
            match metric:
                case Metric.HAMMING:
                    return Fraction(len(widths))
                case Metric.L1 | Metric.EUCLIDEAN:  # the one is at most the other
                    return sum(widths, Fraction(0))
                case Metric.SUP:
                    return max(widths)
                case Metric.SQUARED:
                    return sum((w * w for w in widths), Fraction(0))
        case _:
            pass
    raise UndecidedError("what is compared has no largest distance, so no interval is known")


def _width(problem: Problem, name: str) -> Fraction:
    domain = problem.facts.high_domains[name]
    if not isinstance(domain, Finite | Range):
        raise UndecidedError(f"{name!r} has no largest value, so no interval is known")
    numbers = [Fraction(v) for v in domain if not isinstance(v, str)]
    return max(numbers) - min(numbers) if numbers else Fraction(1)


def _clopper_pearson(wrong: int, draws: int, risk: Fraction) -> tuple[Fraction, Fraction]:
    """The exact interval of a share (Clopper & Pearson (1934), Biometrika 26)."""
    from scipy.special import betaincinv

    tail = float(risk) / 2
    low = 0.0 if wrong == 0 else float(betaincinv(wrong, draws - wrong + 1, tail))
    high = 1.0 if wrong == draws else float(betaincinv(wrong + 1, draws - wrong, 1 - tail))
    return max(Fraction(0), _down(Fraction(0), -low)), min(Fraction(1), _up(Fraction(0), high))


def _down(middle: Fraction, half: float) -> Fraction:
    return Fraction(floor((middle - Fraction(half)) * DIGITS), DIGITS)


def _up(middle: Fraction, half: float) -> Fraction:
    return Fraction(ceil((middle + Fraction(half)) * DIGITS), DIGITS)


def _about(number: Number) -> Fraction:
    return (Fraction(lower(number)) + Fraction(upper(number))) / 2
