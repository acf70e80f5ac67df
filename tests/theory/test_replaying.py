"""Counterexamples of laws replay where values are drawn, not determined by a context."""

from __future__ import annotations

import pytest

from tauomega import SCM, Abstraction, check
from tauomega.solvers import checking
from tauomega.theory.counterexample import LawGap
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.observational import Observational
from tauomega.theory.definitions.probabilistic import Probabilistic
from tauomega.theory.errors import EvaluationError
from tauomega.theory.family import Given
from tauomega.theory.policy import OmegaPolicy
from tauomega.theory.verdict import Fails


@pytest.mark.parametrize(
    "definition", [Observational(), Probabilistic(), Exact(omega=OmegaPolicy.DERIVED)]
)
def test_a_gap_of_conditional_laws_is_replayed(definition: Definition) -> None:
    """P(C = 1) is 2/3 · 1/4 + 1/3 · 3/4 = 5/12 below, and 1/2 above."""
    low = SCM.from_text(
        "S | : bool ~ {else: (2/3, 1/3)}\nC | S : bool ~ {0: (3/4, 1/4); 1: (1/4, 3/4)}"
    )
    high = SCM.from_text(
        "S | : bool ~ {else: (2/3, 1/3)}\nC | S : bool ~ {0: (1/2, 1/2); 1: (1/2, 1/2)}"
    )
    found = check(Abstraction.from_text(low, high, {"S": "S", "C": "C"}), definition)
    assert isinstance(found, Fails)
    assert found.replayed
    if isinstance(definition, Observational):
        assert isinstance(found.counterexample, LawGap)


@pytest.mark.parametrize(("share", "verdict"), [("1/3", "holds"), ("1/4", "fails")])
def test_a_gap_under_a_drawn_value_is_replayed(share: str, verdict: str) -> None:
    model = SCM.from_text("U : bool ~ 1/2\nX = U\nY = X")
    pairs = [("", ""), ("X ~ 1/3", f"X ~ {share}")]
    claim = Abstraction.from_text(model, model, {"X": "X", "Y": "Y"}, omega=pairs)
    found = check(claim, Probabilistic(Given(None)))
    assert found.name == verdict
    assert getattr(found, "replayed", True)


def test_a_replay_that_cannot_be_evaluated_is_not_taken_for_bad_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> bool:
        raise EvaluationError("no value")

    monkeypatch.setattr(checking, "replays", broken)
    low, high = SCM.from_text("U : bool ~ 1/2\nX = U"), SCM.from_text("U : bool ~ 1/3\nX = U")
    with pytest.raises(AssertionError, match="a bug of tauomega"):
        check(Abstraction.from_text(low, high, {"X": "X"}), Observational())
