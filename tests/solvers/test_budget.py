"""Sizes beyond reach end in `unknown`, with what was covered and what to do next."""

from __future__ import annotations

from tauomega import SCM, Abstraction, check
from tauomega.theory.definitions.similar import Similar
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.family import All, Block
from tauomega.theory.verdict import Unknown

HEAD = "U[1..40] : bool\nX[i] = U[i]\nW = sum(X[1..40]) > 20"
BIG = SCM.from_text(HEAD)


def test_a_family_of_4_to_the_42_squares_is_unknown_with_its_coverage() -> None:
    claim = Abstraction.from_text(BIG, BIG, {name: name for name in BIG.endogenous})
    verdict = check(claim, Similar(All()), timeout=1.0, engines=["table"])
    assert isinstance(verdict, Unknown)
    assert "1 s are over" in verdict.reason
    assert verdict.coverage is not None
    assert verdict.coverage.examined > 0
    assert "--timeout" in verdict.advice


def test_a_searched_context_map_over_too_many_contexts_is_unknown() -> None:
    high = SCM.from_text(HEAD.replace("X[i] = U[i]", "X[i] = not U[i]"))  # no copy forces τ_U
    claim = Abstraction.from_text(BIG, high, {name: name for name in BIG.endogenous})
    verdict = check(claim, TauAbstraction(Block()), timeout=1.0)
    assert isinstance(verdict, Unknown)


def test_a_searched_context_map_over_reals_asks_for_one() -> None:
    low = SCM.from_text("U : real\nX = U")
    high = SCM.from_text("V : real\nY = V")
    claim = Abstraction.from_text(low, high, {"Y": "X"})
    verdict = check(claim, TauAbstraction(Block()))
    assert isinstance(verdict, Unknown)
    assert "it must be given: write [abstraction.tau_u]" in verdict.reason
    named = Abstraction.from_text(low, high, {"Y": "X"}, tau_u={"V": "U"})
    assert check(named, TauAbstraction(Block())).name == "holds"
