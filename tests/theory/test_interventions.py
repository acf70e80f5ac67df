"""Interventions beyond hard ones: text, meaning, order, composition, and who refuses them."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product

import pytest

from tauomega import check
from tauomega.proofs.testing.quotients import finite_domain
from tauomega.proofs.testing.random_claims import random_intervention, random_scm
from tauomega.solvers.portfolio import engine_names
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.uniform import Uniform
from tauomega.theory.errors import InputError, NotSolvableError
from tauomega.theory.family import Given
from tauomega.theory.intervening import intervened, new_parents
from tauomega.theory.intervention import (
    NOTHING,
    Compound,
    Edge,
    Hard,
    Intervention,
    Interventional,
    Soft,
    Stochastic,
)
from tauomega.theory.intervention_algebra import annihilates, commute, compose, same
from tauomega.theory.kernel import Declaration, FiniteLaw, Reference, Value, complete
from tauomega.theory.laws import law_of
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.scm import SCM
from tauomega.theory.soft_order import precedes, restriction
from tauomega.theory.verdict import Fails, Holds, Unknown

MODEL = SCM.from_text(
    "U : 0..3 ~ uniform\ninput A : bool ~ 1/3\nX = U\nY : 0..4 = X + A\nC : {red, green} = red"
)


@pytest.mark.parametrize(
    ("text", "kind", "at_u_3_a_1"),
    [
        ("X = 1", Hard, {"A": 1, "X": 1, "Y": 2, "C": "red"}),
        ("X := 2 * A", Compound, {"A": 1, "X": 2, "Y": 3, "C": "red"}),
        ("X := (self + 3) mod 4", Compound, {"A": 1, "X": 2, "Y": 3, "C": "red"}),
        ("X -> Y = 0", Compound, {"A": 1, "X": 3, "Y": 1, "C": "red"}),
        ("A := not self, X = 0", Compound, {"A": 0, "X": 0, "Y": 0, "C": "red"}),
        ("A -> Y = 0, X -> Y = 2", Compound, {"A": 1, "X": 3, "Y": 2, "C": "red"}),
        (
            "C := if X == 3 then green else self",
            Compound,
            {"A": 1, "X": 3, "Y": 4, "C": "green"},
        ),
    ],
)
def test_each_form_reads_prints_and_runs(
    text: str, kind: type, at_u_3_a_1: dict[str, object]
) -> None:
    found = MODEL.intervention(text)
    assert isinstance(found, kind)
    assert MODEL.intervention(str(found)) == found
    assert MODEL.run({"U": 3, "A": 1}, found) == at_u_3_a_1


def test_a_stochastic_intervention_has_a_law_and_no_solution() -> None:
    draw = MODEL.intervention("X ~ (1/2, 1/2, 0, 0), A = 0")
    law = {dict(state)["Y"]: p for state, p in law_of(MODEL, draw).items()}
    assert {k: str(p) for k, p in law.items()} == {0: "1/2", 1: "1/2"}
    with pytest.raises(ArithmeticError, match="'X' has a law and no mechanism"):
        MODEL.run({"U": 0, "A": 0}, draw)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("X := self + 1", "the rule of 'X' leaves its domain: the value is 4, outside 0..3"),
        ("X := 3, X = 1", "'X' is changed twice"),
        ("Y = 1, X -> Y = 0", "'Y' is changed twice"),
        ("X -> Y = 0, X -> Y = 1", "the edge X -> Y is changed twice"),
        ("C -> Y = red", "'C' is no parent of 'Y', so there is no edge C -> Y"),
        ("X -> Y = 9", "X -> Y = 9 is outside the domain 0..3"),
        ("U := 1", "unknown variable 'U'"),
        ("X := min(Y, 3)", "makes the mechanisms a cycle: X -> Y -> X; the model is acyclic"),
        ("X ~ 1/3", "one probability is the law of a bool"),
        ("X := red", "the rule of 'X' leaves its domain"),
        ("X ~ (1/2, 1/2, 1/2, 1/2)", "these sum to 2"),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        MODEL.intervention(text)
    assert message in str(error.value)


def test_new_parents_are_named() -> None:
    assert new_parents(MODEL.program, MODEL.intervention("X := 2 * A, C := self")) == {"X": {"A"}}
    assert new_parents(MODEL.program, MODEL.intervention("X := U, X -> Y = 0")) == {}


# ---------------------------------------------------------------- order


def test_the_order_of_soft_interventions_is_by_allowed_states() -> None:
    """Massidda et al. (2023), Defs. 6-8: X := 2*A allows X in {0, 2}; X = 2 allows less."""
    even, two, none = map(MODEL.intervention, ("X := 2 * A", "X = 2", "X := self"))
    three = MODEL.intervention("X = 3")
    assert precedes(MODEL, even, two)
    assert not precedes(MODEL, two, even)
    assert not precedes(MODEL, even, three)
    assert precedes(MODEL, NOTHING, even)
    assert precedes(MODEL, NOTHING, none)
    assert precedes(MODEL, none, NOTHING)  # it allows every value of X
    assert len(restriction(MODEL, even)) == 2 * len(restriction(MODEL, two))


def test_on_hard_interventions_it_is_the_order_of_partial_assignments() -> None:
    rng = random.Random(3)
    for _ in range(200):
        model = random_scm(rng)
        i, k = (random_hard(rng, model) for _ in range(2))
        assert (i <= k) == (restriction(model, k) <= restriction(model, i))


def values(model: SCM, name: str) -> list[Value]:
    return list(finite_domain(model, name))


def random_hard(rng: random.Random, model: SCM) -> Hard:
    names = rng.sample(model.endogenous, k=rng.randint(0, len(model.endogenous)))
    return Hard(tuple((n, rng.choice(values(model, n))) for n in names))


# ---------------------------------------------------------------- meaning, against plain twins


def rewritten(model: SCM, intervention: Intervention) -> SCM:
    """The model whose own mechanisms are those that hold under the intervention."""
    rules = intervened(model.program, intervention).rules
    declared = []
    for v in model.variables:
        rule = rules.get(v.name, v.mechanism)
        assert not isinstance(rule, FiniteLaw)
        declared.append(Declaration(v.name, v.kind, v.domain, v.law, rule))  # type: ignore[arg-type]  # an expression
    return SCM(complete(declared))


@pytest.mark.parametrize("seed", range(3))
def test_running_under_an_intervention_is_running_the_rewritten_model(seed: int) -> None:
    rng = random.Random(seed)
    kinds: set[type] = set()
    for _ in range(60):
        model = random_scm(rng, variables=3)
        i = random_intervention(rng, model)
        assert model.intervention(str(i)) == i
        kinds |= {type(c) for c in i.changes} if isinstance(i, Compound) else {Hard}
        changed = rewritten(model, i)
        for context in model.contexts():
            assert model.run(context, i) == changed.run(context)
            assert model.step(model.run(context, i), context, i) == model.run(context, i)
        assert law_of(model, i) == law_of(changed)
    assert kinds == {Hard, Soft, Interventional, Edge}


@pytest.mark.parametrize("seed", range(3))
def test_composition_is_one_after_the_other(seed: int) -> None:
    """The composed intervention acts as the second on what the first made of the model."""
    rng = random.Random(seed)
    composed = 0
    for _ in range(120):
        model = random_scm(rng, variables=3)
        i, k = random_intervention(rng, model), random_intervention(rng, model)
        if any(isinstance(c, Edge) for j in (i, k) for c in getattr(j, "changes", ())):
            continue  # an edge is a variable of the expanded model: there the last write wins
        both = compose(model, i, k)
        first = rewritten(model, i)
        composed += 1
        for context in model.contexts():
            assert model.run(context, both) == first.run(context, k)
    assert composed > 30


# ---------------------------------------------------------------- intervention algebras


def test_hard_and_soft_interventions_are_an_algebra_and_steering_is_not() -> None:
    """Geiger et al. (2025): steering, X := self + 3, is not left-annihilative."""
    model = SCM.from_text("U, V : real\nX = U\nY = X + V")
    steer, more, other = map(
        model.intervention, ("X := self + 3", "X := self + 4", "Y := 2 * self")
    )
    assert same(model, compose(model, steer, more), model.intervention("X := self + 7"))
    assert commute(model, steer, more)
    assert not annihilates(model, steer, more)
    assert commute(model, steer, other)
    for text in ("X = 5", "X := 2 * U"):
        assert annihilates(model, steer, model.intervention(text))
    assert not commute(model, steer, model.intervention("X = 5"))
    assert str(compose(model, model.intervention("X = 5"), steer)) == "X = 8"


def test_a_projection_is_an_algebra_of_one() -> None:
    """Concept erasure: an idempotent interventional overwrites itself."""
    model = SCM.from_text("U : 0..3\nX = U")
    erase = model.intervention("X := 2 * floor(self / 2)")
    assert annihilates(model, erase, erase)
    assert not annihilates(model, erase, model.intervention("X := (self + 1) mod 4"))


def test_laws_and_edges_compose() -> None:
    draw, flip = MODEL.intervention("X ~ (1, 0, 0, 0)"), MODEL.intervention("X := 3 - self")
    assert compose(MODEL, draw, flip) == Compound((Stochastic("X", FiniteLaw((0, 0, 0, 1))),))  # type: ignore[arg-type]  # 0 and 1
    assert annihilates(MODEL, flip, draw)
    one, two = MODEL.intervention("X -> Y = 1"), MODEL.intervention("X -> Y = 2")
    assert annihilates(MODEL, one, two)
    assert commute(MODEL, one, MODEL.intervention("A -> Y = 0"))
    with pytest.raises(InputError, match="no single change"):
        compose(MODEL, one, MODEL.intervention("Y := 4 - self"))


# ---------------------------------------------------------------- decided, or refused by name


FIXED = Uniform(Given(), tau_u=TauUPolicy.IDENTITY)


def claim() -> Abstraction:
    return Abstraction(MODEL, MODEL, {n: Reference(n) for n in MODEL.endogenous})


def pairs(*texts: str) -> Abstraction:
    omega = tuple((MODEL.intervention(t), MODEL.intervention(t)) for t in texts)
    return Abstraction(MODEL, MODEL, {n: Reference(n) for n in MODEL.endogenous}, omega=omega)


@pytest.mark.parametrize("engine", [n for n in engine_names() if n != "enumerate"])
def test_every_other_engine_refuses_by_name(engine: str) -> None:
    given = pairs("", "X := 2 * A", "X -> Y = 0")
    verdict = check(given, Uniform(Given()), engines=[engine], timeout=10)
    assert isinstance(verdict, Unknown)
    assert f"{engine}: reads hard interventions only, and others are listed" in verdict.reason


def test_a_given_omega_on_soft_interventions_is_decided_and_replayed() -> None:
    assert isinstance(check(pairs("", "X := 2 * A", "X -> Y = 0"), FIXED), Holds)
    soft, other = MODEL.intervention("X := 2 * A"), MODEL.intervention("X := 3 * A")
    wrong = Abstraction(MODEL, MODEL, claim().tau, omega=((soft, other),))
    verdict = check(wrong, FIXED)
    assert isinstance(verdict, Fails)
    assert verdict.replayed


def test_laws_under_stochastic_interventions_are_compared_and_contexts_are_not() -> None:
    given = pairs("", "X ~ (1/2, 1/2, 0, 0)")
    assert isinstance(check(given, Exact(Given())), Holds)
    with pytest.raises(InputError, match="draws 'X' from a law"):
        check(given, Uniform(Given()))


def test_a_derived_omega_asks_for_a_list() -> None:
    with pytest.raises(InputError, match="ω_τ is defined on hard interventions"):
        family = Given((MODEL.intervention("X := 2 * A"),))
        check(claim(), replace(FIXED, family=family))


# ---------------------------------------------------------------- cyclic models


def test_solutions_of_cyclic_models() -> None:
    """theory.md A.3, CE16."""
    none = SCM.from_text("cyclic\nX : bool = not Y\nY : bool = X")
    two = SCM.from_text("cyclic\nX : bool = Y\nY : bool = X")
    assert none.solutions({}) == ()
    assert none.solutions({}, none.intervention("X = 0")) == ({"X": 0, "Y": 0},)
    assert len(two.solutions({})) == 2
    assert two.run({}, two.intervention("X = 1")) == {"X": 1, "Y": 1}
    with pytest.raises(NotSolvableError, match="no solution at the one context"):
        none.run({})
    assert SCM.from_text(str(two)) == two


def test_guessing_at_cuts_finds_what_going_through_all_states_finds() -> None:
    rng = random.Random(11)
    counts: set[int] = set()
    for _ in range(150):
        model = random_cyclic(rng)
        for context in model.contexts():
            plain = [s for s in all_states(model) if model.step(s, context) == s]
            found = list(model.solutions(context))
            assert sorted(map(str, found)) == sorted(map(str, plain))
            counts.add(len(found))
    assert {0, 1, 2} <= counts


def random_cyclic(rng: random.Random) -> SCM:
    names = ["X", "Y", "Z"]
    lines = ["cyclic", "U : bool ~ 1/3"]
    for name in names:
        parents = rng.sample([*names, "U"], k=2)
        rows = "; ".join(f"{a}, {b}: {rng.randint(0, 1)}" for a in (0, 1) for b in (0, 1))
        lines.append(f"{name} : bool = table({', '.join(parents)}) {{{rows}}}")
    return SCM.from_text("\n".join(lines))


def all_states(model: SCM) -> list[dict[str, int]]:
    return [
        dict(zip(model.endogenous, v, strict=True))
        for v in product((0, 1), repeat=len(model.endogenous))
    ]
