"""Sizes beyond reach end in `unknown`, with what was covered and what to do next."""

from __future__ import annotations

from itertools import count

import pytest

from tauomega import SCM, Abstraction, check
from tauomega.solvers.course import CheckInterrupted
from tauomega.solvers.deadline import OverrunError
from tauomega.solvers.engine import Budget
from tauomega.theory.definitions.similar import Similar
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.family import All, Block, Reach
from tauomega.theory.verdict import Fails, Unknown

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


def test_an_interrupt_brings_what_was_known() -> None:
    claim = Abstraction.from_text(BIG, BIG, {name: name for name in BIG.endogenous})

    def stop(examined: int, total: int | None) -> None:
        if examined > 2**20:
            raise KeyboardInterrupt

    with pytest.raises(CheckInterrupted) as caught:
        check(claim, Similar(All()), progress=stop, engines=["table"])
    verdict = caught.value.verdict
    assert isinstance(verdict, Unknown)
    assert [clause.verdict for clause in verdict.clauses] == ["not decided"]
    assert "squares: interrupted; " in verdict.reason
    assert "squares were examined" in verdict.reason


def test_clauses_that_were_decided_stay_decided_when_the_time_is_over() -> None:
    scm = SCM.from_text("U[1..6] : bool\nX[i] = U[i]\nW = sum(X[1..6]) > 3")
    claim = Abstraction.from_text(scm, scm, {name: name for name in scm.endogenous})

    def stop(examined: int, total: int | None) -> None:
        raise OverrunError

    verdict = check(claim, TauAbstraction(Block()), progress=stop, engines=["table"])
    assert isinstance(verdict, Unknown)
    assert [clause.verdict for clause in verdict.clauses] == ["holds", "not decided"]


def test_a_square_that_was_found_is_not_lost_when_the_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All contexts of the first intervention would be looked at for the least one."""
    polls = count()
    monkeypatch.setattr(Budget, "spent", property(lambda _: next(polls) >= 3))
    low, high = (
        SCM.from_text(f"U[1..17] : bool\nX[i] = U[i]\nW = sum(X[1..17]) > {n}") for n in (9, 8)
    )
    claim = Abstraction.from_text(low, high, {name: name for name in low.endogenous})
    verdict = check(claim, Similar(All()), engines=["table"])
    assert isinstance(verdict, Fails)
    assert verdict.replayed
    assert next(polls) > 3


def test_where_no_engine_accepts_a_clause_more_time_is_not_advised() -> None:
    """The two general engines say why; what each of the others declined is in the notes."""
    low = SCM.from_text("U1, U2 : real\nX1 = U1\nX2 = U2")
    high = SCM.from_text("V : real\nY = V")
    claim = Abstraction.from_text(low, high, {"Y": "X1 + X2"}, tau_u={"V": "U1 + U2"})
    verdict = check(claim, Similar(Reach()))
    assert isinstance(verdict, Unknown)
    assert verdict.reason == (
        "squares: no engine accepts it (enumerate: a root has infinitely many values; smt: the family "
        "reach is not put to z3)"
    )
    assert verdict.advice.startswith("more time will not help; try another --family, or finite")
    assert any(note.startswith("table: ") for note in verdict.run.notes)
