"""The counterexample models of the field: every stated verdict, with every engine that accepts it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tauomega import check, load
from tauomega.solvers.portfolio import engine_names
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.counterexample import NotSolvable
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.definitions.invariance import Invariance
from tauomega.theory.definitions.observational import Observational
from tauomega.theory.definitions.strong import Strong
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.definitions.uniform import Uniform
from tauomega.theory.errors import InputError
from tauomega.theory.family import All, Block, Given, Reach, Single, TauMax
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.policy import Depth, HighFamily, OmegaPolicy, Sources, TauUPolicy
from tauomega.theory.replaying import replays
from tauomega.theory.scm import SCM
from tauomega.theory.verdict import Fails, Verdict

DERIVED = OmegaPolicy.DERIVED
ONLY = Given((NOTHING,))
X0, X1 = Hard((("X", 0),)), Hard((("X", 1),))

# example, definition, verdict, counterexample. theory.md A.3 gives the models and the verdicts.
STATED: list[tuple[str, Definition, str, str]] = [
    ("ce1", Observational(), "holds", ""),
    ("ce1", Exact(ONLY, DERIVED), "holds", ""),
    ("ce1", Exact(Given((NOTHING, X0)), DERIVED), "fails", "LawGap"),
    ("ce1", Exact(Block(), DERIVED), "fails", "LawGap"),
    ("ce2", Exact(Given((NOTHING, X0, X1)), DERIVED), "holds", ""),
    ("ce2", Exact(Given((NOTHING, X0, X1))), "holds", ""),
    ("ce2", Uniform(Given((NOTHING, X0, X1))), "fails", "NoContextMap"),
    ("ce2", Uniform(Given((NOTHING, X1))), "fails", "NoContextMap"),
    ("ce2", Uniform(Given((X0, X1))), "fails", "NoContextMap"),
    ("ce2", TauAbstraction(Given((NOTHING, X0, X1))), "fails", "NoContextMap"),
    ("ce3", Uniform(Given((NOTHING, X0, X1))), "holds", ""),
    ("ce3", Exact(Given((NOTHING, X0, X1))), "holds", ""),
    ("ce3", TauAbstraction(Given((NOTHING, X0, X1))), "fails", "NotOnto"),
    ("ce3", Strong(Given((NOTHING, X0, X1))), "fails", "NotOnto"),
    ("ce4", TauAbstraction(ONLY), "holds", ""),
    ("ce4", Strong(ONLY), "fails", "NotOnto"),
    ("ce4", Strong(Block()), "fails", "NoContextMap"),
    ("ce4", TauAbstraction(All()), "fails", "NoContextMap"),
    ("ce5", Strong(TauMax()), "holds", ""),
    ("ce5", TauAbstraction(TauMax()), "holds", ""),
    ("ce5", Constructive(TauMax()), "fails", "NotABlockMap"),
    ("ce5", Constructive(Block()), "fails", "NotABlockMap"),
    ("ce6", Constructive(Block()), "holds", ""),
    ("ce6", Constructive(TauMax()), "fails", "NoContextMap"),
    ("ce6", Strong(TauMax()), "fails", "NoContextMap"),
    ("ce7", Constructive(Reach(1)), "holds", ""),
    ("ce7", Constructive(Reach(None)), "holds", ""),
    ("ce7", Constructive(Block()), "fails", "NoContextMap"),
    ("ce7", Constructive(Single(1)), "fails", "NoContextMap"),
    ("ce7_interchange", InterchangeConsistency(joint=Depth(None)), "holds", ""),
    ("ce8", InterchangeConsistency(), "holds", ""),
    ("ce8", InterchangeConsistency(joint=Depth(2)), "fails", "Square"),
    ("ce8", InterchangeConsistency(joint=Depth(None)), "fails", "Square"),
    ("ce9", InterchangeConsistency(Sources("forward")), "holds", ""),
    ("ce9", InterchangeConsistency(), "fails", "Square"),
    ("ce14", Invariance(), "fails", "Collision"),
    ("ce17", Exact(Given()), "fails", "NotMonotone"),
    ("ce17_monotone", Exact(Given()), "holds", ""),
    ("ce20", Constructive(Block()), "holds", ""),
    ("ce20", Invariance(), "holds", ""),
    ("ce20_recursive", Constructive(Block()), "fails", "NoContextMap"),
    ("ce20_recursive", Constructive(Given((NOTHING,))), "holds", ""),
    ("ce22", Constructive(Block()), "holds", ""),
    ("ce22", Constructive(TauMax()), "fails", "NoContextMap"),
    ("ce22_internal", Constructive(TauMax()), "holds", ""),
    ("voting", Constructive(Block()), "holds", ""),
    ("voting", Constructive(TauMax()), "holds", ""),
    ("rare_context", TauAbstraction(), "fails", "CountGap"),
    ("rare_context", Uniform(), "holds", ""),
    ("copies_not", Invariance(), "holds", ""),
    ("biased_coin", Observational(), "fails", "LawGap"),
]


def claim_of(name: str) -> Abstraction:
    return load(name).claim


def identified(row: tuple[str, Definition, str, str]) -> str:
    return f"{row[0]}-{row[1].name}-{getattr(row[1], 'family', '')}-{row[2]}"


@pytest.mark.parametrize("row", STATED, ids=identified)
def test_each_stated_verdict_comes_out(row: tuple[str, Definition, str, str]) -> None:
    name, definition, expected, kind = row
    verdict = check(claim_of(name), definition)
    assert verdict.name == expected
    if isinstance(verdict, Fails):
        assert type(verdict.counterexample).__name__ == kind


@pytest.mark.parametrize("engine", engine_names())
@pytest.mark.parametrize("row", STATED, ids=identified)
def test_each_engine_agrees_or_declines(row: tuple[str, Definition, str, str], engine: str) -> None:
    name, definition, expected, _ = row
    verdict = check(claim_of(name), definition, engines=[engine], timeout=20)
    assert verdict.name in (expected, "unknown")


def test_the_literal_interpreter_decides_all_of_them() -> None:
    undecided = [
        identified((name, definition, expected, kind))
        for name, definition, expected, kind in STATED
        if check(claim_of(name), definition, engines=["enumerate"]).name != expected
    ]
    assert undecided == []


def test_only_a_missed_high_intervention_is_not_replayed_and_says_so() -> None:
    """An ω that misses part of I_H is seen only by going through the whole family again."""
    words = [
        (name, type(verdict.counterexample).__name__)
        for name, definition, expected, _ in STATED
        if expected == "fails"
        and isinstance(verdict := check(claim_of(name), definition), Fails)
        and not verdict.replayed
    ]
    assert words == [("ce4", "NotOnto")]


def test_every_counterexample_replays() -> None:
    for name, definition, expected, _ in STATED:
        if expected == "fails":
            claim = claim_of(name)
            verdict = check(claim, definition)
            assert isinstance(verdict, Fails)
            assert replays(claim, verdict.counterexample) is not False, name


def test_a_joint_interchange_that_fails_scores_48_of_64() -> None:
    """theory.md A.3, CE8."""
    verdict = check(claim_of("ce8"), InterchangeConsistency(joint=Depth(None)))
    assert dict(verdict.measures)["interchange accuracy"] * 64 == 48


def test_an_ambiguous_omega_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"'Z' has one value only.*CE15"):
        check(claim_of("ce15"), TauAbstraction())


def test_a_cyclic_model_without_a_solution_is_no_vacuous_truth() -> None:
    """theory.md A.3, CE16: no solution below, two above; do(X = 0) is solved on both sides."""
    for definition in (TauAbstraction(), Uniform(), Constructive(Single(1)), Observational()):
        verdict = check(claim_of("ce16"), definition)
        assert isinstance(verdict, Fails)
        found = verdict.counterexample
        assert isinstance(found, NotSolvable)
        assert (found.intervention, found.solutions, verdict.replayed) == (NOTHING, 0, True)
    solved = check(claim_of("ce16"), TauAbstraction(Given((X0,)), tau_u=TauUPolicy.IDENTITY))
    assert solved.name == "holds"
    upwards = check(replaced_low(claim_of("ce16")), TauAbstraction(Given((NOTHING,))))
    assert isinstance(upwards, Fails)
    found = upwards.counterexample
    assert isinstance(found, NotSolvable)
    assert (found.solutions, found.above) == (2, True)


def replaced_low(claim: Abstraction) -> Abstraction:
    """The same claim with a solvable low-level model."""
    low = SCM.from_text("cyclic\nX : bool = 1\nY : bool = X")
    return Abstraction(low, claim.high, claim.tau)


def test_a_block_family_needs_a_block_map() -> None:
    with pytest.raises(InputError, match=r"needs a block map, but several τ read 'X1'"):
        check(claim_of("ce5"), Strong(Block()))


# ---------------------------------------------------------------- wrong deciders are caught


def strong_as_tau_abstraction(claim: Abstraction, definition: Definition) -> Verdict:
    if isinstance(definition, Strong):
        definition = TauAbstraction(definition.family)
    return check(claim, definition)


def strong_as_uniform(claim: Abstraction, definition: Definition) -> Verdict:
    if isinstance(definition, Strong):
        definition = Uniform(definition.family)
    return check(claim, definition)


def onto_contexts_forgotten(claim: Abstraction, definition: Definition) -> Verdict:
    from tauomega.theory.policy import TauUPolicy

    if isinstance(definition, TauAbstraction):
        definition = replace(definition, tau_u=TauUPolicy.SEARCHED)
    return check(claim, definition)


def silent_dropped(claim: Abstraction, definition: Definition) -> Verdict:
    if isinstance(getattr(definition, "family", None), TauMax):
        claim = Abstraction(claim.low, claim.high, claim.tau, omega=claim.omega)
        definition = replace(definition, family=Block())  # type: ignore[type-var]
    return check(claim, definition)


def block_for_taumax(claim: Abstraction, definition: Definition) -> Verdict:
    if isinstance(definition, Constructive) and isinstance(definition.family, TauMax):
        definition = replace(definition, family=Block())
    return check(claim, definition)


def derived_for_given(claim: Abstraction, definition: Definition) -> Verdict:
    if claim.omega is not None and hasattr(definition, "omega"):
        listed = Given(tuple(i for i, _ in claim.omega))
        claim = Abstraction(claim.low, claim.high, claim.tau)
        definition = replace(definition, family=listed, omega=DERIVED)  # type: ignore[type-var]
    return check(claim, definition)


@pytest.mark.parametrize(
    "decider",
    [
        strong_as_tau_abstraction,
        strong_as_uniform,
        onto_contexts_forgotten,
        silent_dropped,
        block_for_taumax,
        derived_for_given,
    ],
)
def test_a_wrong_decider_contradicts_a_stated_verdict(decider: object) -> None:
    wrong = 0
    for name, definition, expected, _ in STATED:
        try:
            found = decider(claim_of(name), definition).name  # type: ignore[operator]
        except InputError:
            found = "input"
        wrong += found != expected
    assert wrong > 0


def test_the_declared_high_interventions_must_be_reached() -> None:
    claim = claim_of("ce4")
    declared = replace_high(claim, (NOTHING, Hard((("Y1", 1),))))
    verdict = check(declared, TauAbstraction(ONLY))
    assert isinstance(verdict, Fails)
    assert type(verdict.counterexample).__name__ == "NotOnto"


def replace_high(claim: Abstraction, declared: tuple[Hard, ...]) -> Abstraction:
    return Abstraction(claim.low, claim.high, claim.tau, high_interventions=declared)


def test_i_h_all_is_what_makes_strong_strong() -> None:
    verdict = check(claim_of("ce4"), TauAbstraction(ONLY, high_family=HighFamily.ALL))
    assert verdict.name == check(claim_of("ce4"), Strong(ONLY)).name == "fails"
