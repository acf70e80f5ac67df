"""The largest distance by bisection, against the literal interpreter and where listing ends."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction

import pytest

from tauomega import SCM, Abstraction, check, distance
from tauomega.proofs.testing.questions import circuit_question
from tauomega.solvers.deadline import OverrunError
from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.distance import MeasuringInterrupted
from tauomega.solvers.engine import Budget, Problem
from tauomega.solvers.enumeration import ENUMERATE
from tauomega.solvers.gaps import recomputed
from tauomega.solvers.optimum import OPTIMUM
from tauomega.solvers.problems import problem_of
from tauomega.theory.defect import Metric, clauses
from tauomega.theory.definitions.approximate import Approximate
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.errors import EvaluationError, InputError
from tauomega.theory.family import Block
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.quantity import Number
from tauomega.theory.verdict import Certified, Fails, Holds, Unknown

METRICS = (Metric.HAMMING, Metric.L1, Metric.SUP, Metric.EUCLIDEAN)


def measured(seed: int, count: int) -> Iterator[Problem]:
    """Distances over the squares of random claims."""
    rng = random.Random(seed)
    while count:
        claim, definition = circuit_question(rng)
        if not isinstance(definition, TauAbstraction):
            continue
        approximate = Approximate(
            definition.family,
            rng.choice(METRICS),
            definition.omega,
            definition.tau_u,
            definition.undefined,
        )
        try:
            part = list(clauses(approximate.defect(claim)))[-1]
            problem = problem_of(
                claim, part, decide_facts(claim, Budget(5)), Fraction(0), whole=True
            )
        except InputError:
            continue
        if OPTIMUM.accepts(problem) is None and ENUMERATE.accepts(problem) is None:
            yield problem
            count -= 1


@pytest.mark.parametrize("seed", range(4))
def test_the_maximum_is_the_one_that_the_literal_interpreter_finds(seed: int) -> None:
    compared = positive = 0
    for problem in measured(seed, 10):
        try:
            expected = ENUMERATE.bounds(problem, Budget(5))
            found = OPTIMUM.bounds(problem, Budget(10))
        except (InputError, EvaluationError):  # a label where numbers are compared
            continue
        if found.value is None:
            assert found.reason
            continue
        assert found.value == expected.value
        assert recomputed(problem, found, Budget(5))
        compared += 1
        positive += found.lo > 0
    assert compared > 3
    assert positive > 0


def votes(n: int, wrong: str) -> Abstraction:
    """n voters counted below by a chain and above at once; below, some ballots count too much."""
    chain = "\n".join(f"K[{i}] : 0..{i} = K[{i - 1}] + X[{i}]" for i in range(2, n + 1))
    head = f"U[1..{n}] : bool\nX[1..{n}] : bool\nX[i] = U[i]\n"
    low = f"{head}K[1] : 0..1 = X[1]\n{chain}\nT : 0..{n + 9} = K[{n}] + {wrong}"
    high = f"{head}T : 0..{n + 9} = sum(X[1..{n}])"
    below, above = SCM.from_text(low), SCM.from_text(high)
    return Abstraction.from_text(below, above, {name: name for name in above.endogenous})


IDENTITY = Approximate(Block(), Metric.L1, tau_u=TauUPolicy.IDENTITY)


def test_a_largest_error_over_2_to_the_50_squares_is_found_with_its_square() -> None:
    n = 20
    trap = f"(if all(X[1..5]) and not any(X[6..{n}]) then 7 else 2*X[{n}])"
    seen: list[tuple[Number, Number]] = []
    found = distance(
        votes(n, trap), IDENTITY, timeout=60, narrowed=lambda lo, hi: seen.append((lo, hi))
    )
    assert found.value == 7
    assert isinstance(found.evidence, Certified)
    assert all(f"{k}" in found.where["context"] for k in (0, 1))
    assert seen
    assert all(lo <= 7 <= hi for lo, hi in seen)  # type: ignore[operator]  # rationals
    widths = [hi - lo for lo, hi in seen]  # type: ignore[operator]  # rationals
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("late", [KeyboardInterrupt, OverrunError])
def test_bounds_are_not_lost_when_a_search_is_stopped(late: type[BaseException]) -> None:
    seen: list[tuple[Number, Number]] = []

    def stop(low: Number, high: Number) -> None:
        seen.append((low, high))
        if low != 0:
            raise late

    claim = votes(20, "(if all(X[1..5]) and not any(X[6..20]) then 7 else 2*X[20])")
    if late is OverrunError:
        found = distance(claim, IDENTITY, narrowed=stop)
    else:
        with pytest.raises(MeasuringInterrupted) as caught:
            distance(claim, IDENTITY, narrowed=stop)
        found = caught.value.found
    assert found.value is None
    assert (found.bounds.lo, found.bounds.hi) == seen[-1]
    assert found.bounds.lo > 0
    assert "context" in found.where
    assert "the distance is between" in found.reason


def test_a_tolerance_is_decided_where_no_list_of_squares_is_possible() -> None:
    claim = votes(20, "2*X[20]")
    assert isinstance(check(claim, IDENTITY, at_most=2), Holds)
    verdict = check(claim, IDENTITY, at_most=Fraction(3, 2))
    assert isinstance(verdict, Fails)
    assert verdict.replayed
    assert verdict.bounds.lo == 2


def test_what_is_not_maximised_in_time_has_bounds() -> None:
    n = 14
    a = " + ".join(f"{2 ** (i - 1)}*A[{i}]" for i in range(1, n + 1))
    b = " + ".join(f"{2 ** (i - 1)}*B[{i}]" for i in range(1, n + 1))
    text = f"A[1..{n}], B[1..{n}] : bool\nP : 0..{4**n} = "
    low, high = (
        SCM.from_text(f"{text}({a})*({b}) mod 1009"),
        SCM.from_text(f"{text}({b})*({a}) mod 997"),
    )
    claim = Abstraction.from_text(low, high, {"P": "P mod 1024"}, tau_u=None)
    definition = Approximate(Block(), Metric.L1, tau_u=TauUPolicy.IDENTITY)
    facts = decide_facts(claim, Budget(10))
    part = list(clauses(definition.defect(claim)))[-1]
    problem = problem_of(claim, part, facts, Fraction(0), whole=True)
    answer = OPTIMUM.bounds(problem, Budget(1.0))
    assert answer.lo <= answer.hi
    assert answer.value is None
    assert not isinstance(answer, Unknown)
    assert answer.reason


@pytest.mark.parametrize("metric", [Metric.TV, Metric.KL])
def test_metrics_of_laws_are_refused_by_name(metric: Metric) -> None:
    problem = next(measured(1, 1))
    definition = Approximate(Block(), metric, tau_u=TauUPolicy.IDENTITY)
    claim = problem.claim
    if claim.tau_u is not None:
        claim = Abstraction(claim.low, claim.high, claim.tau)
    part = list(clauses(definition.defect(claim)))[-1]
    asked = problem_of(claim, part, problem.facts, Fraction(0), whole=True)
    assert OPTIMUM.accepts(asked) == f"{metric.value} is no metric of states"
