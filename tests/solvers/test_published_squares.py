"""Published numbers of notions on single contexts; each says where it stands."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product

import pytest

from tauomega import SCM, Abstraction, Fails, check, distance, load
from tauomega.proofs.testing.random_claims import random_claim
from tauomega.solvers.bottleneck import BOTTLENECK
from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.engine import Budget
from tauomega.solvers.enumeration import ENUMERATE
from tauomega.solvers.gaps import recomputed
from tauomega.solvers.problems import problem_of
from tauomega.theory.defect import Metric, clauses
from tauomega.theory.definitions.approximate import Approximate
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.definitions.invariance import Invariance
from tauomega.theory.definitions.similar import Similar
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.errors import InputError
from tauomega.theory.family import Given
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.policy import Depth, TauUPolicy, Undefined
from tauomega.theory.quantity import INFINITE, Ball

SINGLE = "U : 0..0"


# ---------------------------------------------------------------- Beckers, Eberhardt & Halpern (2019)


def test_example_5_3_is_the_root_of_two_away() -> None:
    """Beckers, Eberhardt & Halpern (2019), Example 5.3 (CE19): α = √2, exactly."""
    task = load("ce19")
    found = distance(task.claim, task.definition).value
    assert isinstance(found, Ball)
    assert "√2" == found.form
    assert found.lo**2 < 2 < found.hi**2
    verdict = check(task.claim, task.definition)
    assert isinstance(verdict, Fails)
    assert verdict.replayed
    assert check(task.claim, task.definition, at_most=Fraction(141422, 10**5)).name == "holds"
    assert check(task.claim, task.definition, at_most=Fraction(141421, 10**5)).name == "fails"


def similar_models() -> dict[tuple[tuple[int, ...], ...], SCM]:
    """Every recursive model of A, B, C over one context, by its solutions under all interventions."""
    found: dict[tuple[tuple[int, ...], ...], SCM] = {}
    for order in permutations("ABC"):
        first, second, third = order
        for rows in product(
            product((0, 1), repeat=1), product((0, 1), repeat=2), product((0, 1), repeat=4)
        ):
            lines = [
                SINGLE,
                f"{first} : bool = {rows[0][0]}",
                f"{second} : bool = if {first} == 1 then {rows[1][1]} else {rows[1][0]}",
                f"{third} : bool = table({first}, {second}) {{0, 0: {rows[2][0]}; 0, 1: {rows[2][1]}; "
                f"1, 0: {rows[2][2]}; 1, 1: {rows[2][3]}}}",
            ]
            model = SCM.from_text("\n".join(lines))
            key = tuple(
                tuple(int(model.run({"U": 0}, i)[name]) for name in "ABC") for i in settings()
            )
            found.setdefault(key, model)
    return found


def settings() -> list[Hard]:
    return [NOTHING, *(Hard(((name, v),)) for name in "AB" for v in (0, 1))]


def test_no_model_similar_to_the_low_one_of_example_5_3_is_abstracted() -> None:
    """The same example: A ≺ B and B ≺ A would be needed. Without the interventions on B one exists."""
    claim = load("ce19").claim
    every, some = Given(tuple(settings())), Given(tuple(settings()[:3]))
    verdicts = {"all": 0, "without B": 0}
    for model in similar_models().values():
        other = Abstraction(model, claim.high, claim.tau)
        verdicts["all"] += check(other, TauAbstraction(every)).name == "holds"
        verdicts["without B"] += check(other, TauAbstraction(some)).name == "holds"
    assert 0 == verdicts["all"]
    assert 0 < verdicts["without B"]


def example_5_4(y1: str, y2: str) -> Abstraction:
    low = SCM.from_text("U : bool\nX1 = U\nX2 = X1\nX3 = X2")
    high = SCM.from_text(f"V : bool\nY1 : 0..3 = {y1}\nY2 : bool = {y2}")
    return Abstraction.from_text(low, high, {"Y1": "2 * X1 + X3", "Y2": "X2"})


def test_the_only_model_above_example_5_4_is_cyclic() -> None:
    """Beckers, Eberhardt & Halpern (2019), Example 5.4 (CE20): Y1 ≺ Y2 ≺ Y1.

    A high-level model over these blocks exists and is unique (abstract invariance), but each of its two
    variables depends on the other; no recursive model with the same variables is abstracted.
    """
    claim = example_5_4("3 * V", "Y1 >= 2")
    verdict = check(Abstraction(claim.low, None, claim.tau), Invariance())
    assert verdict.name == "holds"
    for y1, y2 in [("3 * V", "Y1 >= 2"), ("2 * V + Y2", "V"), ("3 * V", "V")]:
        assert check(example_5_4(y1, y2), Constructive()).name == "fails"
    only = Given((NOTHING,))
    assert check(example_5_4("3 * V", "Y1 >= 2"), TauAbstraction(only)).name == "holds"


def test_a_permutation_of_contexts_hides_a_distance() -> None:
    """Prop. 3.4 as printed says d_Id ≤ α iff d_max ≤ α (erratum E2): X = U and X = ¬U refute "only if"."""
    low, high = SCM.from_text("U : bool\nX = U"), SCM.from_text("U : bool\nX = not U")
    claim = Abstraction.from_text(low, high, {"X": "X"})
    assert 0 == distance(claim, Approximate(metric=Metric.L1)).value
    assert 1 == distance(claim, Similar(metric=Metric.L1)).value


# ---------------------------------------------------------------- merges and relabellings


def test_variables_merge_before_values() -> None:
    """CE23: the merge of S's values 1 and 2 is right for [Y ≥ 1] and wrong for Y."""
    low = SCM.from_text("U[1..2] : bool ~ 1/2\nX[i] = U[i]\nY = X[1] + X[2]")
    for target, expected in (("Y >= 1", "holds"), ("Y", "fails")):
        claim = Abstraction.from_text(low, None, {"S": "X[1] + X[2] >= 1", "T": target})
        assert check(claim, Invariance()).name == expected


def test_outputs_do_not_show_a_relabelled_intermediate() -> None:
    """CE21, experiment 3 of the CAE code: m = 2x against m' = 3x with z repaired."""
    low = SCM.from_text("input X : 0..1\nM = 2 * X\nZ = M + 3")
    high = SCM.from_text("input X : 0..1\nM : {0, 2, 3} = 3 * X\nZ : {3, 5, 13/3} = M * 2 / 3 + 3")
    claim = Abstraction.from_text(low, high, {"Z": "Z"}, sites={"M": ["M"]})
    assert check(claim, InterchangeConsistency(joint=Depth(None))).name == "holds"
    mapped = Abstraction.from_text(low, high, {"M": "M", "Z": "Z"})
    same = TauUPolicy.INPUTS
    family = Given((NOTHING,))
    assert (
        check(mapped, TauAbstraction(family, tau_u=same, undefined=Undefined.EXCLUDE)).name
        == "fails"
    )


# ---------------------------------------------------------------- the assignment against its meaning


def questions(seed: int, count: int) -> list[tuple[Abstraction, Approximate]]:
    rng = random.Random(seed)
    found: list[tuple[Abstraction, Approximate]] = []
    while len(found) < count:
        claim = random_claim(rng)
        metric = rng.choice((Metric.HAMMING, Metric.L1, Metric.EUCLIDEAN, Metric.SUP))
        tau_u = rng.choice((TauUPolicy.SEARCHED, TauUPolicy.SEARCHED_ONTO))
        definition = Approximate(metric=metric, tau_u=tau_u, undefined=Undefined.EXCLUDE)
        try:
            facts = decide_facts(claim, Budget())
        except InputError:
            continue
        assert claim.high is not None
        count_maps = (claim.high.context_count() or 0) ** (claim.scm.context_count() or 0)
        if facts.is_block_map and count_maps <= 300:
            found.append((claim, definition))
    return found


@pytest.mark.parametrize(("seed", "count"), [(0, 60), pytest.param(1, 600, marks=pytest.mark.slow)])
def test_the_assignment_is_the_least_over_all_maps_of_contexts(seed: int, count: int) -> None:
    compared, beyond = 0, 0
    for claim, definition in questions(seed, count):
        part = list(clauses(definition.defect(claim)))[-1]
        problem = problem_of(claim, part, decide_facts(claim, Budget()), Fraction(0), whole=True)
        try:
            literal = ENUMERATE.bounds(problem, Budget())
        except InputError:
            continue
        found = BOTTLENECK.bounds(problem, Budget())
        assert (literal.lo, literal.hi) == (found.lo, found.hi), claim
        compared += 1
        if found.lo > 0:
            beyond += 1
            assert recomputed(problem, found, Budget())
            if found.lo < INFINITE:
                assert not recomputed(
                    problem, replace(found, value=Fraction(found.hi) + 1), Budget()
                )
    assert compared > count // 2
    assert beyond > compared // 12


def test_fewer_contexts_below_than_above_are_infinitely_far() -> None:
    task = load("rare_context")
    found = distance(task.claim, Approximate())
    assert INFINITE == found.value
    verdict = check(task.claim, Approximate(), at_most=10**6)
    assert isinstance(verdict, Fails)
    assert verdict.replayed
