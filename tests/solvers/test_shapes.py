"""Fast engines take a clause by what it compares, not by what it ranges over."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import pytest

from tauomega import SCM, Abstraction, check
from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.engine import Budget
from tauomega.solvers.portfolio import engine_names, get_engine
from tauomega.solvers.problems import problem_of
from tauomega.theory.abstraction import Abstraction as Claim
from tauomega.theory.defect import (
    HIGH,
    LOW,
    OMEGA,
    TAU,
    TAU_U,
    ApplyMap,
    Contexts,
    Defect,
    Dist,
    Interventions,
    Metric,
    Part,
    Run,
    Sup,
    Term,
    Var,
)
from tauomega.theory.definition import Role
from tauomega.theory.family import Block
from tauomega.theory.implying import Related
from tauomega.theory.verdict import Fails

CONTEXT, SETTING = Var("u"), Var("i")
BELOW = Run(LOW, CONTEXT, SETTING)
ABOVE = Run(HIGH, ApplyMap(TAU_U, CONTEXT), ApplyMap(OMEGA, SETTING))
LOOKALIKES: dict[str, tuple[Term, Term]] = {
    "no map below": (BELOW, ABOVE),
    "nobody intervenes below": (ApplyMap(TAU, Run(LOW, CONTEXT)), ABOVE),
    "nobody intervenes above": (ApplyMap(TAU, BELOW), Run(HIGH, ApplyMap(TAU_U, CONTEXT))),
    "both above": (Run(HIGH, ApplyMap(TAU_U, CONTEXT)), ABOVE),
    "the other way round": (ABOVE, ApplyMap(TAU, BELOW)),
}
CLAIM = Abstraction.from_text(
    SCM.from_text("U : bool\nX = U\nZ = not X"), SCM.from_text("U : bool\nY = U"), {"Y": "X"}
)


def squares(left: Term, right: Term, metric: Metric = Metric.DISCRETE) -> Defect:
    body = Sup("u", Contexts(LOW), Dist(metric, left, right))
    return Sup("i", Interventions(Block()), body)


@pytest.mark.parametrize("name", LOOKALIKES)
def test_what_only_looks_like_a_square_is_left_to_the_literal_interpreter(name: str) -> None:
    facts = decide_facts(CLAIM, Budget(5))
    problem = problem_of(CLAIM, Part("squares", squares(*LOOKALIKES[name])), facts, Fraction(0))
    for engine in engine_names():
        accepted = get_engine(engine).accepts(problem) is None
        assert accepted == (engine == "enumerate"), engine


def test_a_square_is_taken_whatever_its_variables_are_called() -> None:
    facts = decide_facts(CLAIM, Budget(5))
    body = Dist(
        Metric.DISCRETE,
        ApplyMap(TAU, Run(LOW, Var("c"), Var("k"))),
        Run(HIGH, ApplyMap(TAU_U, Var("c")), ApplyMap(OMEGA, Var("k"))),
    )
    defect = Sup("k", Interventions(Block()), Sup("c", Contexts(LOW), body))
    problem = problem_of(CLAIM, Part("squares", defect), facts, Fraction(0))
    for engine in ("table", "bits", "bdd", "sat", "smt"):
        assert get_engine(engine).accepts(problem) is None, engine


@dataclass(frozen=True)
class Inert:
    """Interventions above change nothing: false of any model in which something is set."""

    name: ClassVar[str] = "inert"
    statement: ClassVar[str] = "no intervention changes the high-level run"
    source: ClassVar[str] = "this test"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = ""
    fails_on: ClassVar[str] = ""

    def defect(self, claim: Claim) -> Defect:
        return squares(*LOOKALIKES["both above"])

    def sentence(self, claim: Claim) -> str:
        return self.statement


def test_a_users_definition_is_decided_as_it_is_written() -> None:
    """Read as τ-squares, which commute here, it would hold."""
    assert isinstance(check(CLAIM, Inert()), Fails)
