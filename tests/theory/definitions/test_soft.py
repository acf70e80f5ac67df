"""Soft abstraction (Massidda et al. 2023): the paper's examples, plain twins, implications."""

from __future__ import annotations

import random
from collections import Counter
from itertools import product

import pytest

from tauomega import check, load
from tauomega.proofs.testing.random_claims import random_soft_claim
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.counterexample import Gap, NotABlockMap
from tauomega.theory.definitions.constructive_soft import ConstructiveSoft
from tauomega.theory.definitions.low_soft import LowSoft
from tauomega.theory.definitions.soft import SoftAbstraction
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.definitions.uniform import Uniform
from tauomega.theory.errors import InputError
from tauomega.theory.family import Given
from tauomega.theory.intervention import NOTHING, Hard, Intervention
from tauomega.theory.kernel import Finite, Range, evaluate
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.scm import SCM
from tauomega.theory.soft_omega import explicit_omega
from tauomega.theory.soft_order import precedes
from tauomega.theory.verdict import Fails


def test_example_1_parity() -> None:
    """MGIB23, Example 1: X2 := 2*E2 stands for Y2 = 1, and for nothing that leaves Y2 free."""
    assert check(load("mgib_1").claim, LowSoft()).name == "holds"
    assert check(load("mgib_1").claim, SoftAbstraction()).name == "holds"
    wrong = check(load("mgib_1_copied").claim, LowSoft())
    assert isinstance(wrong, Fails)
    assert {c.name: c.verdict for c in wrong.clauses}["allowed states"] == "fails"


def test_examples_2_and_3_runs_do_not_determine_omega_and_steps_do() -> None:
    """MGIB23, Examples 2-3 and Theorem 10."""
    same, other = load("mgib_2").claim, load("mgib_2_other").claim
    assert same.omega != other.omega
    assert [check(c, LowSoft()).name for c in (same, other)] == ["holds", "holds"]
    assert check(same, SoftAbstraction()).name == "holds"
    refuted = check(other, SoftAbstraction())
    assert isinstance(refuted, Fails)
    assert isinstance(refuted.counterexample, Gap)
    assert ("state", "Y1 = 0, Y2 = 0, Y3 = 0") in refuted.counterexample.where
    assert refuted.replayed


def test_example_4_a_hard_intervention_is_a_soft_one_above() -> None:
    """MGIB23, Example 4: holding the low bit of a half adder is Y3 := 2*Y1*Y2 + 1."""
    claim = load("mgib_4").claim
    assert claim.high is not None
    assert claim.tau_u is not None
    found = explicit_omega(claim, claim.tau_u, claim.scm.intervention("X4 = 1"))
    printed = claim.high.intervention("Y3 := 2 * Y1 * Y2 + 1")
    for y1, y2 in product((0, 1), repeat=2):
        state = {"Y1": y1, "Y2": y2, "Y3": 0}
        context = {"V1": 0, "V2": 0}
        assert claim.high.step(state, context, found) == claim.high.step(state, context, printed)
    assert check(claim, load("mgib_4").definition).name == "holds"


def test_erratum_a_tau_abstraction_with_hard_interventions_need_not_be_soft() -> None:
    """MGIB23 says "and vice versa"; theory.md A.3, CE13: a chain inside a block."""
    claim = load("ce13").claim
    assert check(claim, TauAbstraction(Given((NOTHING,)))).name == "holds"
    assert check(claim, SoftAbstraction(Given((NOTHING,)))).name == "fails"


def test_shared_noise_is_soft_and_not_constructive() -> None:
    claim = load("soft_shared").claim
    family = Given((NOTHING,))
    assert check(claim, SoftAbstraction(family)).name == "holds"
    refuted = check(claim, ConstructiveSoft(family))
    assert isinstance(refuted, Fails)
    assert isinstance(refuted.counterexample, NotABlockMap)
    assert refuted.counterexample.variables == (("E1", ("V1", "V2")),)
    assert refuted.replayed


def test_new_parents_and_a_searched_alignment_are_refused() -> None:
    claim = load("mgib_4").claim
    family = Given((claim.scm.intervention("X4 := X3"),))
    with pytest.raises(InputError, match="'X4' read 'X3', no parent of it"):
        check(claim, ConstructiveSoft(family))
    bare = Abstraction(claim.low, claim.high, claim.tau)
    with pytest.raises(InputError, match="matches contexts by a fixed τ_U"):
        check(bare, ConstructiveSoft(Given((NOTHING,)), TauUPolicy.SEARCHED))


# ---------------------------------------------------------------- plain twins


def states(model: SCM) -> list[dict[str, object]]:
    domains = [model.domain(n) for n in model.endogenous]
    assert all(isinstance(d, Finite | Range) for d in domains)
    points = product(*domains)  # type: ignore[arg-type]  # finite
    return [dict(zip(model.endogenous, p, strict=True)) for p in points]


def read(claim: Abstraction, state: dict[str, object]) -> dict[str, object]:
    return {n: evaluate(e, state) for n, e in claim.tau.items()}  # type: ignore[arg-type]  # values


def allowed(model: SCM, i: Intervention) -> set[tuple[object, ...]]:
    """Every state whose targets have values that their mechanisms take together, at some state."""
    seen = set()
    for u in model.contexts():
        for x in states(model):
            after = model.step(x, u, i)  # type: ignore[arg-type]  # values
            seen.add(tuple(after[t] for t in sorted(i.targets)))
    return {
        tuple(x.values()) for x in states(model) if tuple(x[t] for t in sorted(i.targets)) in seen
    }


def plain(claim: Abstraction) -> tuple[bool, bool]:
    """Whether a claim with τ_U the identity and a given ω is low-soft, and soft, by the definitions."""
    low, high = claim.scm, claim.high
    assert high is not None
    assert claim.omega is not None
    below = states(low)
    onto = {tuple(read(claim, x).values()) for x in below} == {
        tuple(y.values()) for y in states(high)
    }
    keep = squares = steps = True
    for i, j in claim.omega:
        image = {
            tuple(read(claim, dict(zip(low.endogenous, x, strict=True))).values())
            for x in allowed(low, i)
        }
        keep &= image == allowed(high, j)
        for u in low.contexts():
            squares &= read(claim, low.run(u, i)) == high.run(u, j)  # type: ignore[arg-type]  # values
            steps &= all(
                read(claim, low.step(x, u, i)) == high.step(read(claim, x), u, j)  # type: ignore[arg-type]  # values
                for x in below
            )
    return onto and keep and squares, onto and keep and steps


def compare(seed: int, count: int) -> Counter[str]:
    """Verdicts against plain loops, and the implications among them, on random claims."""
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    for _ in range(count):
        claim = random_soft_claim(rng)
        low_soft = check(claim, LowSoft()).name
        soft = check(claim, SoftAbstraction()).name
        constructive = check(claim, ConstructiveSoft()).name
        assert (low_soft == "holds", soft == "holds") == plain(claim), (seed, claim)
        assert {low_soft, soft, constructive} <= {"holds", "fails"}
        if constructive == "holds":
            assert soft == "holds"
        if soft == "holds":
            assert low_soft == "holds"
            _check_omega_is_unique_and_explicit(claim)
        if low_soft == "holds":
            assert check(claim, Uniform(Given())).name == "holds"
        hard = [i for i, j in claim.omega or () if isinstance(i, Hard) and isinstance(j, Hard)]
        if soft == "holds" and hard:
            pairs = tuple((i, j) for i, j in claim.omega or () if i in hard)
            only = Abstraction(claim.low, claim.high, claim.tau, tau_u=claim.tau_u, omega=pairs)
            assert check(only, TauAbstraction(Given())).name == "holds"
        seen.update((f"low-soft {low_soft}", f"soft {soft}", f"constructive {constructive}"))
    return seen


def _check_omega_is_unique_and_explicit(claim: Abstraction) -> None:
    """MGIB23, App. A.4 and Theorem 14: ω preserves order, and is the explicit map on every state."""
    high = claim.high
    assert high is not None
    assert claim.omega is not None
    assert claim.tau_u is not None
    for i, j in claim.omega:
        explicit = explicit_omega(claim, claim.tau_u, i)
        for u in high.contexts():
            for y in states(high):
                assert high.step(y, u, explicit) == high.step(y, u, j)  # type: ignore[arg-type]  # values
        for k, m in claim.omega:
            if precedes(claim.scm, i, k):
                assert precedes(high, j, m)


def test_verdicts_are_those_of_plain_loops_and_the_implications_hold() -> None:
    seen = compare(1, 60)
    assert min(seen[f"{name} {v}"] for name in ("low-soft", "soft") for v in ("holds", "fails")) > 5


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 15))
def test_on_500_random_claims(seed: int) -> None:
    assert sum(compare(seed, 100).values()) == 300
