r"""The largest distance of all squares, by bisection: can it be at least so much?

Each question is one circuit, put to decision diagrams and then to CaDiCaL. What is found is evaluated;
what is excluded rests on the proof of the last exclusion. At any time the value lies between bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from importlib.metadata import version
from typing import cast, final

from tauomega.theory.defect import Defect, Dist, Metric, Part, Sup
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Value
from tauomega.theory.kernel.blasting import Blaster, NotBlastedError, Symbol
from tauomega.theory.kernel.circuit import CircuitTooLargeError
from tauomega.theory.kernel.words import Word
from tauomega.theory.quantity import Number, lower, upper
from tauomega.theory.verdict import AlgebraicIdentity, Certified, Evidence, Trusted

from .bdd import Decided, checked_diagram, decide_on_diagrams
from .circuits import values_of
from .deadline import OverrunError
from .engine import Answer, Budget, Interrupted, Problem
from .interpreter import Interpreter
from .least import least_model
from .metrics import square_root
from .miter import Miter, assembled, miter_of, point_of
from .refuting import Solved
from .shapes import measured_squares
from .statements import NotStatedError, refusal

__all__ = ["OPTIMUM", "Optimum"]

METRICS = (Metric.DISCRETE, Metric.HAMMING, Metric.L1, Metric.SUP, Metric.EUCLIDEAN)
ON_DIAGRAMS = 5.0
"""Seconds for diagrams, before CaDiCaL is asked the same."""
CIRCUIT = "the circuit of the distance"


@final
@dataclass(frozen=True, slots=True)
class Optimum:
    """Maximises a distance of states over squares with a fixed τ_U, over finite domains."""

    @property
    def name(self) -> str:
        """`optimum`."""
        return "optimum"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts the clauses that the circuit engines do, with a metric of states in place of ≠."""
        found = measured_squares(problem.part.defect)
        if found is None or (found[1] is Metric.DISCRETE and not problem.whole):
            return "only distances over squares with a fixed τ_U are maximised"
        if found[1] not in METRICS:
            return f"{found[1].value} is no metric of states"
        return refusal(_equality(problem))

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """The exact value with a square where it is attained, or bounds where time runs out."""
        found = measured_squares(problem.part.defect)
        assert found is not None
        try:
            miter = miter_of(_equality(problem))
            search = _Search(problem, miter, found[1])
        except (NotStatedError, NotBlastedError, CircuitTooLargeError) as error:
            return Answer(reason=f"no circuit of the distance: {error}")
        return search.answer(budget)


def _equality(problem: Problem) -> Problem:
    """The problem with ≠ in place of its metric."""
    defect = problem.part.defect
    match defect:
        case Sup(variable=i, space=family, body=Sup(variable=u, space=contexts, body=Dist() as d)):
            equal: Defect = Dist(Metric.DISCRETE, d.left, d.right)
            equal = Sup(i, family, Sup(u, contexts, equal))
            return replace(problem, part=Part(problem.part.name, equal))
        case _:
            return problem


@final
class _Search:
    """Bisection over the numerators that the distance (or its square) can have."""

    def __init__(self, problem: Problem, miter: Miter, metric: Metric) -> None:
        self.problem, self.miter, self.metric = problem, miter, metric
        blaster = miter.built.blaster
        self.total = _distance(blaster, miter.built.sides, metric)
        self.fault = blaster.circuit.any(blaster.faults)
        self.low, self.high = 0, self.total.high
        self.best: frozenset[int] | None = None
        self.evidence: Evidence = AlgebraicIdentity(
            "the distance is within the bounds of its terms"
        )

    def at_least(self, numerator: int) -> Miter:
        """The circuit that is true where the distance is at least so much, or has no value."""
        built = self.miter.built
        words, circuit = built.blaster.words, built.blaster.circuit
        bound = words.constant(Fraction(numerator, self.total.denominator))
        wanted = circuit.lor(self.fault, -words.less(self.total, bound))
        bounded = replace(built, literals=(wanted, *built.literals[1:]))
        return assembled(self.miter.statement, self.miter.asked, bounded)

    def answer(self, budget: Budget) -> Answer:
        """Bisect; then the least square of the largest distance, and its distance, evaluated."""
        first = self.at_least(0)
        model, _, reason = _decided(first, budget)
        if model is None:
            return Answer(reason=reason or "no square is in the family")
        self.best, reason = model, ""
        self.low = self._numerator(model)
        try:
            while self.low < self.high and not reason:
                self._tell(budget)
                middle = (self.low + self.high + 1) // 2
                model, evidence, reason = _decided(self.at_least(middle), budget)
                if model is not None:
                    self.best, self.low = model, self._numerator(model)
                elif evidence is not None:
                    self.high, self.evidence = middle - 1, evidence
        except OverrunError:
            reason = f"{budget.seconds:g} s are over"
        except KeyboardInterrupt as error:
            raise Interrupted(self._found(budget, "interrupted")) from error
        return self._found(budget, reason)

    def _found(self, budget: Budget, reason: str) -> Answer:
        assert self.best is not None
        minimal = False
        if not reason:
            self.best, minimal = least_model(self.at_least(self.low), self.best, budget)
        point = self._point(self.best)
        value = self._value(point)
        squares, tolerance = self.miter.squares, self.problem.tolerance
        if reason:
            high = upper(self._number(self.high))
            told = f"the distance is between {value} and {self._number(self.high)}: {reason}"
            return Answer(lower(value), high, 1, squares, point=point, minimal=False, reason=told)
        low, high = lower(value), upper(value)
        evidence = replace(self.evidence, relies_on=(*self.evidence.relies_on, CIRCUIT))
        return Answer(
            low,
            high,
            squares,
            squares,
            evidence if high <= tolerance or self.problem.whole else None,
            point=point,
            minimal=minimal,
            value=value,
        )

    def _tell(self, budget: Budget) -> None:
        if budget.narrowed is not None:
            budget.narrowed(self._number(self.low), self._number(self.high))

    def _number(self, numerator: int) -> Number:
        number = Fraction(numerator, self.total.denominator)
        return square_root(number) if self.metric is Metric.EUCLIDEAN else number

    def _numerator(self, model: frozenset[int]) -> int:
        """The distance that the circuit has at an assignment."""
        circuit = self.miter.circuit
        bits = self.total.bits
        values = values_of(circuit, circuit.cone(bits), dict.fromkeys(model, 1), 1)
        seen = [values[f] if f > 0 else 1 - values[-f] for f in bits]
        return sum(bit << k for k, bit in enumerate(seen[:-1]))

    def _point(self, model: frozenset[int]) -> dict[str, object]:
        """The square, by the names that the clause gives its variables."""
        found = point_of(self.miter, model, self.problem)
        match self.problem.part.defect:
            case Sup(variable=i, body=Sup(variable=u)):
                point = {i: found["i"], u: found["u"], "image": (found["i"], found["j"])}
            case _:
                raise AssertionError("accepts() admitted another shape")
        return point | ({"parameters": found["parameters"]} if "parameters" in found else {})

    def _value(self, point: dict[str, object]) -> Number:
        """The distance there, by the literal interpreter."""
        given = {
            name: thing for name, thing in point.items() if name not in ("image", "parameters")
        }
        parameters = cast("Mapping[str, Value]", point.get("parameters", {}))
        interpreter = Interpreter(self.problem, Budget(60), parameters)
        low, high = cast("tuple[Hard, Hard]", point["image"])
        interpreter.images[low] = high
        body = self.problem.part.defect
        while isinstance(body, Sup):
            body = body.body
        return interpreter.value(body, given)[0]


def _distance(blaster: Blaster, pairs: Sequence[tuple[Symbol, Symbol]], metric: Metric) -> Word:
    """The distance of two states as a number; for the Euclidean one, its square."""
    words = blaster.words
    if metric in (Metric.DISCRETE, Metric.HAMMING):
        differ = [-blaster.equal(a, b) for a, b in pairs]
        if metric is Metric.DISCRETE:
            return words.truth(blaster.circuit.any(differ))
        return words.add([words.constant(0), *map(words.truth, differ)])
    gaps = []
    for a, b in pairs:
        gap = words.add((blaster.word(a), words.negated(blaster.word(b))))
        gaps.append(words.maximum(gap, words.negated(gap)))
    if metric is Metric.SUP:
        return reduce(words.maximum, gaps, words.constant(0))
    if metric is Metric.EUCLIDEAN:
        gaps = [words.product(gap, gap) for gap in gaps]
    return words.add([words.constant(0), *gaps])


def _decided(miter: Miter, budget: Budget) -> tuple[frozenset[int] | None, Evidence | None, str]:
    """An assignment that makes a circuit true, or the proof that there is none, or why neither."""
    if miter.collapsed:
        return (
            None,
            Certified("circuit that is false as built", len(miter.circuit.gates), "gates"),
            "",
        )
    diagrams = Budget(min(ON_DIAGRAMS, 0.5 * budget.left), budget.memory)
    found = decide_on_diagrams(miter, diagrams)
    if isinstance(found, Decided):
        if found.model is not None:
            return found.model, None, ""
        return None, checked_diagram(miter, found.order, budget), ""
    memory = budget.memory * 4
    with Solved(miter.circuit.clauses(miter.literals), 0.95 * budget.left, memory) as solved:
        if solved.failure:
            return None, None, solved.failure
        if solved.model is not None:
            return frozenset(f for f in miter.free if f in solved.model), None, ""
        steps = solved.checked(0.9 * budget.left, memory)
    if isinstance(steps, int):
        return None, Certified("clausal proof", steps), ""
    return None, Trusted(f"CaDiCaL 1.9.5 (python-sat {version('python-sat')})"), ""


OPTIMUM = Optimum()
"""The engine."""
