"""Strategies draw well-formed values and shrink to the textbook; laws find what is to be found."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from tauomega.bridge.network import Network
from tauomega.proofs.testing.laws import Law, definition_laws, renamed, verdict_of
from tauomega.proofs.testing.quotients import Blocks
from tauomega.proofs.testing.strategies import (
    claims,
    domains,
    families,
    interventions,
    models,
    networks,
    quotients,
)
from tauomega.proofs.testing.worked_example import OnTheOutput
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.invariance import Invariance
from tauomega.theory.definitions.observational import Observational
from tauomega.theory.family import All, Block, Reach, Single, TauMax
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Finite, Range
from tauomega.theory.policy import OmegaPolicy
from tauomega.theory.scm import SCM

FIND = settings(
    max_examples=3000,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
FEW = settings(max_examples=25, parent=FIND)


def shrinks_to(
    claims: st.SearchStrategy[Abstraction],
    wanted: Callable[[Abstraction], bool],
    textbook: Callable[[Abstraction], bool],
) -> bool:
    """Whether the smallest claim found is the textbook's, from one of three starting points.

    A local minimum can stop the shrinker, and a verdict that a busy machine leaves open can mislead it.
    """
    starts = (Random(seed) for seed in range(3))
    return any(textbook(find(claims, wanted, settings=FIND, random=r)) for r in starts)


def separates(strong: Definition, weak: Definition) -> Callable[[Abstraction], bool]:
    """Whether a claim has the weak property and lacks the strong one."""
    return lambda claim: (verdict_of(claim, weak), verdict_of(claim, strong)) == ("holds", "fails")


def sizes(model: SCM | None) -> tuple[int | None, ...]:
    """Numbers of values of the endogenous variables, and of contexts."""
    assert model is not None
    return (*(len(list(model.domain(n))) for n in model.endogenous), model.context_count())  # type: ignore[arg-type]  # finite


# ---------------------------------------------------------------- shrinking


def test_what_separates_observational_from_exact_shrinks_to_ce1() -> None:
    """Two binary variables each and τ the identity, as in CE1; one context does."""

    def is_ce1(claim: Abstraction) -> bool:
        same = {"X0": "X0", "X1": "X1"} == claim.tau_text
        return same and (2, 2, 1) == sizes(claim.scm) == sizes(claim.high)

    strong = Exact(Block(), OmegaPolicy.DERIVED)
    assert shrinks_to(claims(), separates(strong, Observational()), is_ce1)


@pytest.mark.slow
def test_what_separates_block_from_taumax_shrinks_to_ce6() -> None:
    """Two binary variables below, one above, τ true at one of the four states: a conjunction."""

    def is_ce6(claim: Abstraction) -> bool:
        if (2, 2, 1) != sizes(claim.scm) or (2, 1) != sizes(claim.high):
            return False
        values = [claim.read({"X0": a, "X1": b})["Y0"] for a in (0, 1) for b in (0, 1)]
        return sum(v == 1 for v in values) in (1, 3)

    strong, weak = Constructive(TauMax()), Constructive(Block())
    assert shrinks_to(claims(), separates(strong, weak), is_ce6)


@pytest.mark.slow
def test_what_no_high_level_model_fits_shrinks_to_ce14() -> None:
    """A variable with three values, two of them merged, and another that tells those two apart."""

    def claim_of(found: Blocks) -> Abstraction:
        return Abstraction(found.low, None, dict(zip(found.names, found.tau, strict=True)))

    def is_ce14(claim: Abstraction) -> bool:
        if sizes(claim.scm) not in ((3, 2, 1), (3, 3, 1)):
            return False
        return len({claim.read({"X0": v, "X1": 0})["Y0"] for v in range(3)}) == 2

    drawn = quotients().map(claim_of)
    assert shrinks_to(drawn, lambda c: verdict_of(c, Invariance()) == "fails", is_ce14)


# ---------------------------------------------------------------- well-formed, and registered


@FEW
@given(st.data())
def test_what_is_drawn_is_well_formed(data: st.DataObject) -> None:
    model = data.draw(models())
    intervention = data.draw(interventions(model))
    assert intervention.targets <= set(model.endogenous)
    for context in model.contexts():
        assert set(model.run(context, intervention)) == set(model.endogenous)
    assert list(data.draw(domains()))
    assert str(data.draw(families()))


@FEW
@given(st.from_type(SCM), st.from_type(Abstraction))
def test_types_are_registered(model: SCM, claim: Abstraction) -> None:
    assert isinstance(model, SCM)
    assert claim.high is not None


@pytest.mark.parametrize("kind", [Hard, Finite, Range, Block, Reach, Single, TauMax, All, Network])
def test_small_types_are_registered(kind: type) -> None:
    @FEW
    @given(st.from_type(kind))
    def run(value: object) -> None:
        assert isinstance(value, kind)

    run()


@pytest.mark.parametrize("verdict", ["holding", "failing"])
def test_claims_that_hold_and_claims_that_fail(verdict: str) -> None:
    wanted = {"holding": "holds", "failing": "fails"}[verdict]

    @FEW
    @given(claims(**{verdict: Constructive()}))
    def run(claim: Abstraction) -> None:
        assert wanted == verdict_of(claim, Constructive())

    run()


@FEW
@given(networks())
def test_small_relu_networks_run_exactly(network: object) -> None:
    assert isinstance(network, Network)
    assert all(value == int(value) for value in network.run([1, 0]).values())


@FEW
@given(claims())
def test_renaming_keeps_the_verdict(claim: Abstraction) -> None:
    assert verdict_of(claim, Constructive()) == verdict_of(renamed(claim), Constructive())


# ---------------------------------------------------------------- laws


def law_of(definition: Definition, ending: str) -> Law:
    return next(law for law in definition_laws(definition) if law.name.endswith(ending))


def test_the_worked_example_is_not_closed_under_composition() -> None:
    finding = law_of(OnTheOutput(), "composition").search(examples=600)
    assert finding.counterexample is not None
    first, second = finding.counterexample
    assert ["holds", "holds", "fails"] == [
        verdict_of(claim, OnTheOutput()) for claim in (first, second, first >> second)
    ]


def test_the_worked_example_satisfies_identity_and_renaming() -> None:
    for ending in ("identity", "renaming", "block ⇒ single:1"):
        law_of(OnTheOutput(), ending).check(examples=100)


def test_constructive_passes_its_laws_and_fails_the_converse_ones() -> None:
    for ending in ("identity", "composition", "constructive ⇒ uniform", "taumax ⇒ block"):
        law_of(Constructive(), ending).check(examples=60)
    with pytest.raises(AssertionError, match="refuted by"):
        law_of(Constructive(), "uniform ⇒ constructive").check()


def test_a_law_whose_hypothesis_is_never_met_is_not_a_pass() -> None:
    never: Callable[[object], None] = lambda case: None  # noqa: E731
    law = Law("vacuous", st.just(()), never)
    with pytest.raises(
        AssertionError, match="not tested, for it says something of none of the claims"
    ):
        law.check(examples=5)
