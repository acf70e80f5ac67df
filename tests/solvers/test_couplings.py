"""Distances under maps and couplings of contexts: the linear program, and the repairs of Prop. 4.5."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import pytest

from tauomega import SCM, Abstraction, Fails, check, distance, load
from tauomega.proofs.testing.random_claims import random_claim
from tauomega.solvers.couplings import least_over_couplings, least_over_maps
from tauomega.theory.defect import Metric
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.circuit import Circuit
from tauomega.theory.definitions.counterfactual import Counterfactual
from tauomega.theory.definitions.exceedance import Exceedance
from tauomega.theory.definitions.probabilistic import Probabilistic
from tauomega.theory.definitions.probabilistic_approximate import (
    Matching,
    ProbabilisticApproximate,
    Weighting,
)
from tauomega.theory.definitions.similar import Similar, Statistic
from tauomega.theory.errors import InputError
from tauomega.theory.policy import Undefined
from tauomega.theory.quantity import INFINITE, Ball, Number, lower, upper

MAP, ONE, EACH = Matching.MAP, Matching.COUPLING, Matching.COUPLING_EACH


def value(claim: Abstraction, definition: Definition) -> Number:
    found = distance(claim, definition)
    assert found.value is not None, found.reason
    return found.value


# ---------------------------------------------------------------- Beckers, Eberhardt & Halpern (2019)


def test_ce2_refutes_proposition_4_5_and_its_repairs_hold() -> None:
    """CE2, erratum E2: Def. 4.3 holds, Def. 4.4's distance is 1; 0 with a coupling for each i, 1/2 with one."""
    task = load("ce2_map")
    family = task.definition.family  # type: ignore[attr-defined]
    found = {m: value(task.claim, ProbabilisticApproximate(family, matching=m)) for m in Matching}
    assert {MAP: 1, ONE: Fraction(1, 2), EACH: 0} == found
    assert check(task.claim, Probabilistic(family)).name == "holds"
    assert check(task.claim, Counterfactual(family)).name == "fails"


def test_two_independent_coins_halve_the_distance() -> None:
    """CE2's variant X = U1, Y = X xor U2: 1/2."""
    low = SCM.from_text("U1, U2 : bool ~ 1/2\nX = U1\nY = X xor U2")
    high = SCM.from_text("U1, U2 : bool ~ 1/2\nX = U1\nY = U2")
    claim = Abstraction.from_text(low, high, {"X": "X", "Y": "Y"})
    task = load("ce2_map")
    family = task.definition.family  # type: ignore[attr-defined]
    assert Fraction(1, 2) == value(claim, ProbabilisticApproximate(family))
    assert 0 == value(claim, ProbabilisticApproximate(family, matching=EACH))


def test_no_map_may_push_one_law_to_the_other() -> None:
    """Erratum E2: the minimum of Def. 4.4 ranges over nothing; a coupling always exists."""
    claim = load("unequal_coins").claim
    assert INFINITE == value(claim, ProbabilisticApproximate())
    found = distance(claim, ProbabilisticApproximate())
    assert found.reason == (
        "squares: no map of contexts pushes the low-level law to the high-level one; ask for "
        'matching = "coupling", which always exists'
    )
    assert 0 == value(claim, ProbabilisticApproximate(matching=ONE))
    verdict = check(claim, ProbabilisticApproximate(), at_most=1000)
    assert isinstance(verdict, Fails)
    assert verdict.replayed


def test_the_mean_over_interventions_with_one_image_is_less_than_the_worst() -> None:
    """Def. 4.8: of three settings of X that stand for Y = 1, one is wrong half of the time."""
    low = SCM.from_text("U : bool ~ 1/2\nX : 0..3 = 0\nZ = if X == 3 then U else X >= 1")
    high = SCM.from_text("V : bool ~ 1/2\nY : bool = 0\nZ = Y")
    claim = Abstraction.from_text(low, high, {"Y": "X >= 1", "Z": "Z"})
    worst, mean = (value(claim, ProbabilisticApproximate(weighting=w)) for w in Weighting)
    assert (Fraction(1, 2), Fraction(1, 6)) == (worst, mean)


# ---------------------------------------------------------------- the order of the three


def questions(seed: int, count: int) -> list[Abstraction]:
    rng = random.Random(seed)
    found: list[Abstraction] = []
    while len(found) < count:
        claim = random_claim(rng)
        try:
            if (
                check(claim, Probabilistic(undefined=Undefined.EXCLUDE)).clauses[0].verdict
                == "holds"
            ):
                found.append(claim)
        except InputError:
            continue
    return found


@pytest.mark.parametrize(("seed", "count"), [(0, 12), pytest.param(1, 500, marks=pytest.mark.slow)])
def test_maps_are_couplings_and_the_zeros_are_the_notions_on_laws(seed: int, count: int) -> None:
    """coupling-each ≤ coupling ≤ map; 0 iff equal laws, iff equal joint laws (the repairs of 4.5)."""
    exclude = Undefined.EXCLUDE
    nonzero = 0
    for claim in questions(seed, count):
        each, one, best = (
            value(claim, ProbabilisticApproximate(matching=m, undefined=exclude))
            for m in (EACH, ONE, MAP)
        )
        assert lower(each) <= upper(one)
        assert lower(one) <= upper(best)
        assert each == value(claim, Probabilistic(metric=Metric.TV, undefined=exclude))
        assert (each == 0) == (check(claim, Probabilistic(undefined=exclude)).name == "holds")
        assert (one == 0) == (check(claim, Counterfactual(undefined=exclude)).name == "holds")
        nonzero += each != 0
    assert nonzero > count // 20


@pytest.mark.parametrize(("seed", "count"), [(0, 40), pytest.param(1, 600, marks=pytest.mark.slow)])
def test_the_program_has_the_value_that_highs_finds(seed: int, count: int) -> None:
    """An independent solver, in floating point, on random programs; maps by listing all of them."""
    from scipy.optimize import linprog

    rng = random.Random(seed)
    for _ in range(count):
        p, q = random_law(rng), random_law(rng)
        forms = [
            [[Fraction(rng.randint(0, 4), rng.randint(1, 3)) for _ in q] for _ in p]
            for _ in range(rng.randint(1, 4))
        ]
        rows = [[*(c for row in form for c in row), -1] for form in forms]
        marginals = [
            [int(k // len(q) == u) for k in range(len(p) * len(q))] + [0] for u in range(len(p))
        ]
        marginals += [
            [int(k % len(q) == w) for k in range(len(p) * len(q))] + [0] for w in range(len(q))
        ]
        plain = linprog(
            [0.0] * (len(p) * len(q)) + [1.0],
            A_ub=[[float(c) for c in row] for row in rows],
            b_ub=[0.0] * len(rows),
            A_eq=marginals,
            b_eq=[float(x) for x in (*p, *q)],
        )
        assert float(lower(least_over_couplings(forms, p, q))) == pytest.approx(plain.fun, abs=1e-7)
        assert least_over_maps(forms, p, q) == listed(forms, p, q)


def random_law(rng: random.Random) -> list[Fraction]:
    weights = [rng.randint(0, 2) for _ in range(rng.randint(1, 4))]
    total = sum(weights) or 1
    return [Fraction(w, total) for w in weights] if sum(weights) else [Fraction(1)]


def listed(
    forms: Sequence[Sequence[Sequence[Fraction]]], p: Sequence[Fraction], q: Sequence[Fraction]
) -> Fraction | float:
    best: Fraction | float = INFINITE
    for images in product(range(len(q)), repeat=len(p)):
        pushed = [sum(p[u] for u in range(len(p)) if images[u] == w) for w in range(len(q))]
        if pushed == list(q):
            cost = max(sum(p[u] * form[u][w] for u, w in enumerate(images)) for form in forms)
            best = min(best, Fraction(cost))
    return best


def test_costs_that_are_enclosures_give_an_enclosure() -> None:
    root = Ball(Fraction(14142135, 10**7), Fraction(14142136, 10**7), "√2")
    half = [Fraction(1, 2)] * 2
    found = least_over_couplings([[[root, Fraction(2)], [Fraction(2), root]]], half, half)
    assert isinstance(found, Ball)
    assert (root.lo, root.hi) == (found.lo, found.hi)


# ---------------------------------------------------------------- d_β and circuits


def test_markov_bounds_how_often_models_are_far_apart() -> None:
    """Def. 4.2: XOR and OR differ in one case of four; d_β ≤ E d / β."""
    claim = load("xor_almost").claim
    expected = value(claim, Similar(metric=Metric.HAMMING, statistic=Statistic.EXPECTED))
    for beta in (Fraction(1, 2), Fraction(1), Fraction(3, 2)):
        often = value(claim, Exceedance(beta))
        assert often == (1 if beta <= 1 else 0)  # the worst intervention sets X = Y = 1
        assert lower(often) <= Fraction(lower(expected)) / beta or beta > 1
    assert Fraction(1, 4) == value(claim, Circuit())
    assert Fraction(1, 4) == value(claim, Circuit(weighted=True))


def test_a_threshold_of_nothing_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        check(load("xor_almost").claim, Exceedance(Fraction(0)))
    assert str(caught.value) == "beta = 0: solutions are always at least 0 apart; give more"


def test_a_weighted_circuit_error_needs_laws() -> None:
    low = SCM.from_text("U : bool\nX = U")
    claim = Abstraction.from_text(low, low, {"X": "X"})
    assert 0 == value(claim, Circuit())
    with pytest.raises(InputError) as caught:
        check(claim, Circuit(weighted=True))
    assert str(caught.value) == "weighted = true needs a law for 'U'; write ~ uniform"
