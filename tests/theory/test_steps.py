"""Marginalise, merge variables, merge values (Geiger et al. 2025, Prop. 40)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from itertools import product

import pytest

from tauomega import check
from tauomega.proofs.testing.quotients import finite_domain
from tauomega.proofs.testing.random_claims import random_blocks, random_claim, random_scm
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.decomposing import decompose
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.invariance import Invariance
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.scm import SCM
from tauomega.theory.steps import NotMergeableError, marginalise, merge_values, merge_variables

KEPT = Constructive(Block(), tau_u=TauUPolicy.IDENTITY)
SUM = "U1, U2 : bool ~ 1/2\nX1 = U1\nX2 = U2\nY = X1 + X2"


def test_value_merge_after_variable_merge() -> None:
    """theory.md A.3, CE23: merging {1, 2} of the sum is possible iff Y is merged too."""
    sums = merge_variables(SCM.from_text(SUM), {"S": ["X1", "X2"]})
    assert sums.high is not None
    counted = merge_values(sums.high, {"S": "if S == 0 then 0 else (if S == 3 then 2 else 1)"})
    assert counted.high is not None
    assert check(sums >> counted, KEPT).name == "holds"
    both = merge_values(counted.high, {"S": "S >= 1", "Y": "Y >= 1"})
    assert check(sums >> counted >> both, KEPT).name == "holds"
    with pytest.raises(NotMergeableError, match="'Y' becomes 1 at S = 1 and 2 at S = 2") as error:
        merge_values(counted.high, {"S": "S >= 1"})
    assert error.value.states == ({"S": 1}, {"S": 2})


@pytest.mark.parametrize("seed", range(2))
def test_each_step_is_a_constructive_abstraction(seed: int) -> None:
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    for _ in range(40):
        model = random_scm(rng, variables=4, inputs=0.3)
        names = list(model.endogenous)
        rng.shuffle(names)
        for kind in ("gone", "variables", "values"):
            try:
                claim = taken(kind, model, names)
            except InputError:
                seen[f"{kind} refused"] += 1
                continue
            seen[kind] += 1
            assert check(claim, Constructive(Block(), tau_u=TauUPolicy.GIVEN)).name == "holds"
    assert min(seen["gone"], seen["variables"], seen["values"]) > 30
    assert seen["values refused"] > 0


def taken(kind: str, model: SCM, names: list[str]) -> Abstraction:
    if kind == "gone":
        return marginalise(model, names[:1])
    if kind == "variables":
        return merge_variables(model, {"S": names[:2]})
    return merge_values(model, {names[0]: f"{names[0]} == 0"})


def same(first: SCM, second: SCM) -> bool:
    """Whether two models with the same names do the same at every state and context."""
    names = [n for n in first.endogenous]  # noqa: C416 - a list to shuffle nothing
    assert set(names) == set(second.endogenous)
    assert set(first.roots) == set(second.roots)
    for context in first.contexts():
        for values in product(*(finite_domain(first, n) for n in names)):
            state = dict(zip(names, values, strict=True))
            if first.step(state, context) != second.step(state, context):
                return False
    return True


def compare(seed: int, count: int) -> Counter[str]:
    """The steps lead to the claim's own model iff the claim holds with the contexts kept."""
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    while sum(seen.values()) < count:
        claim = random_claim(rng)
        assert claim.high is not None
        if set(claim.high.roots) != set(claim.scm.roots):
            continue
        try:
            verdict = check(claim, KEPT).name
        except InputError:
            continue
        try:
            first, second, third = decompose(claim)
        except InputError:  # no block map, blocks in a circle, or no model at all
            assert verdict == "fails"
            seen["refused"] += 1
            continue
        whole = first >> second >> third
        assert whole.high is not None
        assert all(whole.read(s) == claim.read(s) for s in map(claim.scm.run, claim.scm.contexts()))
        domains = {n: whole.high.domain(n) for n in whole.high.endogenous}
        onto = all(domains[n] == claim.high.domain(n) for n in domains)
        assert (verdict == "holds") == (onto and same(whole.high, claim.high)), claim
        seen[verdict] += 1
    return seen


def test_every_constructive_abstraction_is_three_steps() -> None:
    """theory.md B, row 32."""
    seen = compare(3, 60)
    assert min(seen["holds"], seen["fails"] + seen["refused"]) > 5


def invariance(seed: int, count: int) -> Counter[str]:
    """The values can be merged iff the abstract invariance condition holds."""
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    while sum(seen.values()) < count:
        drawn = random_blocks(rng)
        claim = Abstraction(drawn.low, None, dict(zip(drawn.names, drawn.tau, strict=True)))
        try:
            expected = check(claim, Invariance()).name
        except InputError:  # a constant τ has no ω
            continue
        try:
            decompose(claim)
            found = "holds"
        except NotMergeableError:
            found = "fails"
        except InputError as error:  # the quotient is cyclic, or some τ is constant
            assert any(w in str(error) for w in ("form a cycle", "is empty", "is kept"))
            continue
        assert found == expected, (seed, claim)
        seen[found] += 1
    return seen


def test_values_merge_iff_the_invariance_condition_holds() -> None:
    seen = invariance(4, 80)
    assert min(seen["holds"], seen["fails"]) > 5


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40, 45))
def test_it_is_on_500_random_claims(seed: int) -> None:
    assert sum(compare(seed, 100).values()) == 100
    assert sum(invariance(seed, 100).values()) == 100


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (lambda m: marginalise(m, ["Q"]), "'Q' is no endogenous variable"),
        (lambda m: marginalise(m, ["X1", "X2", "Y"]), "at least one variable is kept"),
        (lambda m: merge_variables(m, {"S": ["X1"], "R": ["X1"]}), "in the blocks 'S' and 'R'"),
        (lambda m: merge_variables(m, {"Y": ["X1"]}), "the name 'Y' is taken"),
        (lambda m: merge_values(m, {"Y": "X1"}), "reads X1"),
    ],
)
def test_what_is_no_step_is_said(step: Callable[[SCM], Abstraction], message: str) -> None:
    with pytest.raises(InputError, match=message):
        step(SCM.from_text(SUM))


def test_a_path_that_comes_back_makes_a_cycle() -> None:
    model = SCM.from_text("U : bool\nX = U\nY = X\nZ = Y")
    with pytest.raises(InputError, match="form a cycle: S -> Y -> S"):
        merge_variables(model, {"S": ["X", "Z"]})
