"""The linear engine: against plain runs, against z3, against matrices; the paper's identities."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from tauomega import check, load
from tauomega.proofs.testing.random_linear import random_block, random_high, random_linear_claim
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.counterexample import MomentGap, NotOnto, Square
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.observational import Observational
from tauomega.theory.definitions.t_abstraction import TAbstraction
from tauomega.theory.definitions.uniform import Uniform
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block, Given, Single
from tauomega.theory.gaussian import moments
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.kernel import Expression, Value, evaluate, free_names
from tauomega.theory.linear import LinearBlock, concretise, noise_map
from tauomega.theory.policy import OmegaPolicy, TauUPolicy
from tauomega.theory.scm import SCM
from tauomega.theory.symbolic.expression_to_sympy import symbol_of, to_sympy
from tauomega.theory.verdict import AlgebraicIdentity, Fails, Holds


def somewhere(rng: random.Random) -> Value:
    return rng.choice((-2, -1, 0, 1, 2, Fraction(1, 3)))


def plain_gap(rng: random.Random, claim: Abstraction, tries: int = 20) -> bool:
    """Whether some random square over whole blocks does not commute, by running both models."""
    low, high = claim.scm, claim.high
    assert high is not None
    assert claim.tau_u is not None
    for _ in range(tries):
        u = {name: somewhere(rng) for name in low.roots}
        w = {name: evaluate(e, u) for name, e in claim.tau_u.items()}
        state = {name: somewhere(rng) for name in low.endogenous}
        chosen = [n for n in high.endogenous if rng.random() < 0.4]
        i = Hard(tuple((v, state[v]) for n in chosen for v in free_names(claim.tau[n])))
        j = Hard(tuple((n, evaluate(claim.tau[n], state)) for n in chosen))
        if claim.read(low.run(u, i)) != high.run(w, j):
            return True
    return False


def compare(seed: int, count: int) -> Counter[str]:
    """Verdicts on random claims: a false one is replayed, a true one survives random runs."""
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    for _ in range(count):
        claim = random_linear_claim(rng)
        verdict = check(claim, TAbstraction(), engines=["linear"])
        gap = plain_gap(rng, claim)
        if isinstance(verdict, Holds):
            assert not gap, (seed, claim)
            assert isinstance(verdict.evidence, AlgebraicIdentity)
        else:
            assert isinstance(verdict, Fails)
            assert isinstance(verdict.counterexample, Square | NotOnto)
            assert verdict.replayed or isinstance(verdict.counterexample, NotOnto)
        single = check(claim, Constructive(Single(len(claim.tau))), engines=["linear"])
        assert single.name == verdict.name
        seen[verdict.name] += 1
    return seen


def test_true_claims_survive_runs_and_false_ones_are_replayed() -> None:
    seen = compare(0, 60)
    assert min(seen["holds"], seen["fails"]) > 15


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30, 35))
def test_on_500_random_claims(seed: int) -> None:
    assert sum(compare(seed, 100).values()) == 100


@pytest.mark.parametrize("seed", range(2))
def test_z3_agrees(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(8):
        claim = random_linear_claim(rng, variables=2)
        names = [check(claim, TAbstraction(), engines=[e]).name for e in ("linear", "smt")]
        assert names[1] in (names[0], "unknown")


# ---------------------------------------------------------------- Massidda et al. (2024)


def test_the_example_and_the_broken_row() -> None:
    """theory.md, section 6.2: m = 4; with rows (2, 0), (1, 1) there is no weight (CE18)."""
    assert isinstance(check(load("linear_blocks").claim, TAbstraction()), Holds)
    broken = load("ce18").claim
    for weight in ("3", "4", "7/2"):
        high = SCM.from_text(f"U1, U2 : real\nY1 = U1\nY2 = {weight} * Y1 + U2")
        claim = Abstraction(broken.low, high, broken.tau, tau_u=broken.tau_u)
        verdict = check(claim, TAbstraction())
        assert isinstance(verdict, Fails)
        assert verdict.replayed


def test_lemma_l_holds_for_all_weights() -> None:
    """Blocks of two, with parameters for t, for the weight within, and for the effect."""
    text = (
        "param a, b, w, m, c : real\nE[1..4] : real\nX1 = E[1]\nX2 = E[2]\n"
        "X3 = m * a * c * X1 + m * b * c * X2 + E[3]\n"
        "X4 = m * a * (1 - c * (1 + w)) * X1 + m * b * (1 - c * (1 + w)) * X2 + w * X3 + E[4]"
    )
    low = SCM.from_text(text)
    high = SCM.from_text("param m : real\nU1, U2 : real\nY1 = U1\nY2 = m * Y1 + U2")
    tau = {"Y1": "X1 + X2", "Y2": "X3 + X4"}
    # t = (1, 1): a = b = 1 is needed, so with free a and b the identity fails, with a witness
    tau_u = {"U1": "E[1] + E[2]", "U2": "E[3] + E[4]"}
    verdict = check(Abstraction.from_text(low, high, tau, tau_u=tau_u), TAbstraction())
    assert isinstance(verdict, Fails)
    assert verdict.replayed
    fixed = SCM.from_text(
        "param m, c : real\nE[1..4] : real\nX1 = E[1]\nX2 = E[2]\n"
        "X3 = m * c * X1 + m * c * X2 + E[3]\n"
        "X4 = m * (1 - 2 * c) * X1 + m * (1 - 2 * c) * X2 + X3 + E[4]"
    )
    tau_u = {"U1": "E[1] + E[2]", "U2": "2 * E[3] + E[4]"}
    claim = Abstraction.from_text(fixed, high, tau, tau_u=tau_u)
    assert isinstance(check(claim, TAbstraction()), Holds)


def test_commuting_noise_without_blocks_is_not_enough() -> None:
    """theory.md, row 28: W = 0, T = I, m = 1, FT = ΓG with Γ a shear; do(X1) has no effect below."""
    claim = load("linear_shear").claim
    assert isinstance(check(claim, Uniform(Given((NOTHING,)))), Holds)
    assert isinstance(check(claim, TAbstraction()), Fails)


def test_every_concretisation_is_a_t_abstraction_and_its_noise_map_is_the_one() -> None:
    """theory.md, row 27: it exists iff s is not zero."""
    rng = random.Random(5)
    for _ in range(40):
        high = random_high(rng, variables=3)
        claim = concretise(high, {name: random_block(rng) for name in high.endogenous})
        assert isinstance(check(claim, TAbstraction()), Holds)
        again = Abstraction.from_text(
            claim.low,
            high,
            claim.tau_text,
            tau_u=noise_map(Abstraction(claim.low, high, claim.tau)),
        )
        assert isinstance(check(again, TAbstraction()), Holds)
    cancels = LinearBlock((Fraction(1), Fraction(-1)), ((Fraction(0),) * 2,) * 2)
    within = ((Fraction(0), Fraction(1)), (Fraction(0), Fraction(0)))
    assert list(LinearBlock((Fraction(1), Fraction(-1)), within).spread) == [0, -1]
    assert list(cancels.spread) == [1, -1]
    zero = LinearBlock((Fraction(0),), ((Fraction(0),),))
    with pytest.raises(InputError, match="s of the block of 'Y0' is zero"):
        concretise(random_high(rng, variables=1), {"Y0": zero})


def test_the_identity_is_that_of_closed_forms() -> None:
    """FT = ΓG, with all constants, in sympy: the engine says holds exactly then."""
    rng = random.Random(9)
    seen: Counter[bool] = Counter()
    for _ in range(25):
        claim = random_linear_claim(rng)
        low, high = claim.scm, claim.high
        assert high is not None
        assert claim.tau_u is not None
        tau, gamma = in_sympy(claim.tau), in_sympy(claim.tau_u)
        left = {y: e.subs(closed(low)) for y, e in tau.items()}
        right = {y: e.subs(gamma) for y, e in closed(high).items()}
        holds = isinstance(check(claim, Uniform(Given((NOTHING,))), engines=["linear"]), Holds)
        assert holds == all((left[y] - right[y]).expand() == 0 for y in left)
        seen[holds] += 1
    assert min(seen[True], seen[False]) > 5


def in_sympy(maps: Mapping[str, Expression]) -> dict[Any, Any]:
    return {symbol_of(n): to_sympy(e) for n, e in maps.items()}


def closed(model: SCM) -> dict[Any, Any]:
    return {symbol_of(str(n)): e for n, e in model.solution().items()}


# ---------------------------------------------------------------- laws


GAUSS = "E, F : real ~ normal(1, 4)\nX = E\nY = 2 * X + F"


def gaussian(high: str, tau: dict[str, str]) -> Abstraction:
    return Abstraction.from_text(SCM.from_text(GAUSS), SCM.from_text(high), tau)


def test_means_and_covariances_are_exact() -> None:
    found = moments(SCM.from_text(GAUSS))
    assert [found.mean["Y"], found.covariance["X", "Y"], found.covariance["Y", "Y"]] == [3, 8, 20]
    held = moments(SCM.from_text(GAUSS), Hard((("X", 5),)))
    assert [held.mean["Y"], held.covariance["X", "Y"], held.covariance["Y", "Y"]] == [11, 0, 4]


@pytest.mark.parametrize(
    ("high", "definition", "expected", "names"),
    [
        ("V : real ~ normal(3, 20)\nY = V", Observational(), "holds", ()),
        ("V : real ~ normal(3, 19)\nY = V", Observational(), "fails", ("Y", "Y")),
        ("V : real ~ normal(2, 20)\nY = V", Observational(), "fails", ("Y",)),
        ("V : real ~ normal(3, 20)\nY = V", Exact(Block(), OmegaPolicy.DERIVED), "holds", ()),
    ],
)
def test_laws_of_linear_gaussian_models(
    high: str, definition: Definition, expected: str, names: tuple[str, ...]
) -> None:
    verdict = check(gaussian(high, {"Y": "Y"}), definition)
    assert verdict.name == expected
    if isinstance(verdict, Fails):
        assert isinstance(verdict.counterexample, MomentGap)
        assert verdict.counterexample.names == names
        assert verdict.replayed


def test_equal_laws_at_rest_and_different_ones_under_interventions() -> None:
    """CE1 in linear form: the reverse arrow fits the joint law, and do(X) refutes it."""
    high = "V : real ~ normal(3, 20)\nW : real ~ normal(-1/5, 4/5)\nY = V\nX = 2/5 * Y + W"
    claim = gaussian(high, {"X": "X", "Y": "Y"})
    assert isinstance(check(claim, Observational()), Holds)
    refuted = check(claim, Exact(Block(), OmegaPolicy.DERIVED))
    assert isinstance(refuted, Fails)
    assert isinstance(refuted.counterexample, MomentGap)
    assert refuted.replayed


def test_what_is_not_linear_is_left_to_others_by_name() -> None:
    low = SCM.from_text("E : real\nX = E\nY = X * X")
    claim = Abstraction.identity(low)
    verdict = check(claim, Constructive(tau_u=TauUPolicy.IDENTITY), engines=["linear"])
    assert verdict.name == "unknown"
    assert "the mechanism of 'Y' is not linear" in verdict.reason  # type: ignore[union-attr]  # unknown
    with pytest.raises(InputError, match="mechanism of 'Y' of the low-level model is not linear"):
        check(claim, TAbstraction())
    bare = load("linear_blocks").claim
    with pytest.raises(InputError, match=r"write \[abstraction.tau_u\] U1 = "):
        check(Abstraction(bare.low, bare.high, bare.tau), TAbstraction())
