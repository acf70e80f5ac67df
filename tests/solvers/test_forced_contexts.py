"""A τ_U that has no choice: the same verdict as a search over all maps, and claims beyond any search."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from tauomega import SCM, Abstraction, check
from tauomega.proofs.testing.questions import problems_of
from tauomega.proofs.testing.quotients import Blocks, finite_domain, quotient_claim
from tauomega.proofs.testing.random_claims import random_scm, random_table
from tauomega.solvers.engine import Budget
from tauomega.solvers.enumeration import ENUMERATE
from tauomega.solvers.portfolio import get_engine
from tauomega.solvers.reductions.forced_contexts import THEOREM, forced, rewrite
from tauomega.theory.counterexample import Square
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.errors import InputError
from tauomega.theory.family import All, Block, Single, TauMax
from tauomega.theory.kernel import Declaration, Kind, Reference, complete
from tauomega.theory.policy import TauUPolicy, Undefined
from tauomega.theory.verdict import Fails, Holds


def copied_claim(rng: random.Random) -> Abstraction | None:
    """A claim above whose roots are copied; it holds over blocks, or a mechanism above was changed."""
    model = random_scm(rng, variables=rng.randint(1, 3))
    declared = [Declaration(v.name, v.kind, v.domain, v.law, v.mechanism) for v in model.variables]
    copies = {f"C{k}": root for k, root in enumerate(model.roots)}
    declared += [
        Declaration(name, Kind.ENDOGENOUS, model.domain(root), None, Reference(root))
        for name, root in copies.items()
    ]
    low = SCM(complete(declared))
    names = [*copies, *model.endogenous]
    tau = tuple(Reference(name) for name in names)
    domains = tuple(finite_domain(low, name) for name in names)
    try:
        claim = quotient_claim(Blocks(low, tuple((n,) for n in names), tau, domains))
    except InputError:
        return None
    if claim is None or claim.high is None:
        return None
    above = []
    for v, name in zip(claim.high.variables, [*model.roots, *names], strict=True):
        mechanism = Reference(copies[name]) if name in copies else v.mechanism
        above.append(Declaration(v.name, v.kind, v.domain, v.law, mechanism))
    if rng.random() < 0.5 and len(names) > len(copies):
        victim = rng.randrange(len(model.roots) + len(copies), len(above))
        parents = [(root, finite_domain(claim.high, root)) for root in claim.high.roots[:2]]
        target = finite_domain(claim.high, above[victim].name)
        above[victim] = replace(above[victim], mechanism=random_table(rng, parents, target))
    return Abstraction(low, SCM(complete(above)), claim.tau)


def test_one_forced_map_is_as_good_as_all_maps() -> None:
    """Random claims: a search over all maps by the table, and the one map literally."""
    compared: Counter[str] = Counter()
    rng = random.Random(11)
    for _ in range(60):
        claim = copied_claim(rng)
        if claim is None:
            continue
        family = rng.choice((Block(), All(), TauMax(), Single(1)))
        policy = rng.choice((TauUPolicy.SEARCHED, TauUPolicy.SEARCHED_ONTO))
        definition = TauAbstraction(family, None, policy, undefined=Undefined.EXCLUDE)
        problem = list(problems_of((claim, definition)))[-1]
        one = forced(problem)
        if one is None:
            continue
        before = get_engine("table").bounds(problem, Budget(5))
        after = ENUMERATE.bounds(one, Budget(5))
        assert (before.lo > 0) == (after.lo > 0)
        assert (before.evidence is None) == (after.evidence is None)
        compared["fails" if after.lo > 0 else "holds"] += 1
    assert compared["holds"] > 5, compared
    assert compared["fails"] > 5, compared


def voters(n: int, needed: int) -> Abstraction:
    low = SCM.from_text(f"U[1..{n}] : bool\nX[i] = U[i]\nW = sum(X[1..{n}]) >= {n // 2 + 1}")
    high = SCM.from_text(f"T0 : 0..{n}\nT = T0\nW = T >= {needed}")
    return Abstraction.from_text(low, high, {"T": f"sum(X[1..{n}])", "W": "W"})


def test_61_voters_and_a_count_of_votes_with_no_map_of_contexts_given() -> None:
    verdict = check(voters(61, 31), Constructive(), timeout=60)
    assert isinstance(verdict, Holds)
    assert THEOREM in verdict.evidence.relies_on
    refuted = check(voters(61, 30), Constructive(), timeout=60)
    assert isinstance(refuted, Fails)
    assert refuted.replayed
    assert isinstance(refuted.counterexample, Square)
    assert THEOREM in refuted.relies_on


@pytest.mark.parametrize(
    ("high", "why"),
    [
        ("T0 : 0..40\nT = T0\nV0 : bool\nW = T >= 21", "a root that nothing copies"),
        ("T0 : 0..40\nT = 40 - T0\nW = T >= 21", "a root that is read, but not copied"),
    ],
)
def test_a_map_with_a_choice_is_left_alone(high: str, why: str) -> None:
    low = SCM.from_text("U[1..40] : bool\nX[i] = U[i]\nW = sum(X[1..40]) >= 21")
    claim = Abstraction.from_text(low, SCM.from_text(high), {"T": "sum(X[1..40])", "W": "W"})
    problem = list(problems_of((claim, TauAbstraction())))[-1]
    assert rewrite(problem) is None, why


def test_a_composition_that_would_explode_is_left_alone() -> None:
    """Each variable reads the one before twice: the tree of the last has 2^60 leaves."""
    lines = ["U[1..60] : bool", "X[1] = U[1]"]
    lines += [
        f"X[{i}] = (X[{i - 1}] and U[{i}]) or (not X[{i - 1}] and not U[{i}])" for i in range(2, 61)
    ]
    low, high = SCM.from_text("\n".join(lines)), SCM.from_text("V : bool\nY = V")
    claim = Abstraction.from_text(low, high, {"Y": "X[60]"})
    problem = list(problems_of((claim, TauAbstraction())))[-1]
    assert forced(problem) is None
