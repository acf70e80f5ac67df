"""What implications among definitions need of a claim: drop it, and a claim violates them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tauomega import SCM, Abstraction, check
from tauomega.theory.definitions import consequences, definitions, find_definition
from tauomega.theory.definitions.circuit import Circuit
from tauomega.theory.definitions.constructive_soft import ConstructiveSoft
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.mechanism import LISTS_NOTHING, MechanismLevel
from tauomega.theory.definitions.observational import Observational
from tauomega.theory.definitions.similar import Similar
from tauomega.theory.definitions.uniform import Uniform
from tauomega.theory.family import Given
from tauomega.theory.implying import ONTO, Relative, listed
from tauomega.theory.intervention import NOTHING
from tauomega.theory.policy import OmegaPolicy, TauUPolicy


def test_a_condition_is_of_parameters_that_the_stronger_definition_has() -> None:
    conditional = [
        (kind, condition)
        for kind in definitions()
        for condition in consequences(kind).values()
        if condition is not None
    ]
    assert len(conditional) == 7
    for strong, condition in conditional:
        plain: Any = strong()
        asked = replace(plain, **dict(condition.parameters))
        assert (
            dict(condition.parameters).items()
            <= {name: getattr(asked, name) for name in asked.__dataclass_fields__}.items()
        )


def test_a_condition_is_said_once() -> None:
    """Where both definitions list the implication, at one end alone."""
    weaker = [((k.name, r.name), r.given) for k in definitions() for r in listed(k.weaker)]
    stronger = [((r.name, k.name), r.given) for k in definitions() for r in listed(k.stronger)]
    ends = Counter(pair for pair, given in [*weaker, *stronger] if given is not None)
    assert set(ends.values()) == {1}


def test_a_new_definition_says_its_conditions_in_its_own_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that implies others, and one that an old definition implies."""
    monkeypatch.setattr(Circuit, "weaker", (Relative("observational", "none", ONTO),))
    assert consequences(Circuit) == {"observational": ONTO}
    monkeypatch.setattr(Circuit, "stronger", (Relative("cluster-dag", "none", ONTO),))
    assert consequences(find_definition("cluster-dag")) == {"circuit": ONTO}
    assert "circuit" not in consequences(Similar)


def test_a_circuit_of_a_model_that_is_similar_needs_tau_onto() -> None:
    """ω_τ(∅) is Y ← 0 where τ is constant: set to 0 above everything is similar, and left alone it is not."""
    low = SCM.from_text("U : bool ~ 1/2\nX = U")
    high = SCM.from_text("U : bool ~ 1/2\nY : bool = 1")
    claim = Abstraction.from_text(low, high, {"Y": "X and 0"})
    assert not ONTO.holds(claim)
    assert check(claim, Similar(Given((NOTHING,)))).name == "holds"
    assert check(claim, Circuit()).name == "fails"


def test_observational_needs_omega_of_nothing_to_be_nothing() -> None:
    """A searched ω may stand ∅ for Y ← 0: laws are equal under it, and not without an intervention."""
    low = SCM.from_text("U : bool ~ 1/2\nX : bool = 0")
    high = SCM.from_text("U : bool ~ 1/2\nY : bool = U")
    claim = Abstraction.from_text(low, high, {"Y": "X"})
    family = Given((NOTHING,))
    assert ONTO.holds(claim)
    assert check(claim, Exact(family, OmegaPolicy.SEARCHED)).name == "holds"
    assert check(claim, Exact(family, OmegaPolicy.DERIVED)).name == "fails"
    assert check(claim, Observational()).name == "fails"


def test_exact_needs_the_laws_of_the_contexts_to_be_those_of_tau_u() -> None:
    low = SCM.from_text("U : bool ~ 1/2\nX = U")
    high = SCM.from_text("U : bool ~ 1/3\nX = U")
    claim = Abstraction.from_text(low, high, {"X": "X"})
    condition = consequences(Uniform)["exact"]
    assert condition is not None
    assert not condition.holds(claim)
    assert check(claim, Uniform(tau_u=TauUPolicy.IDENTITY)).name == "holds"
    assert check(claim, Exact()).name == "fails"
    assert condition.holds(replace(claim, high=low))


def test_mechanisms_are_compared_where_nothing_is_set() -> None:
    """If X ← 0 alone is listed, both models give 0 under it; and they differ where nothing is set."""
    low = SCM.from_text("U : bool\nX = U")
    high = SCM.from_text("U : bool\nX : bool = 0")
    pairs = [("X = 0", "X = 0")]
    claim = Abstraction.from_text(low, high, {"X": "X"}, omega=pairs, tau_u={"U": "U"})
    assert not LISTS_NOTHING.holds(claim)
    assert check(claim, ConstructiveSoft(Given(None))).name == "holds"
    assert check(claim, MechanismLevel()).name == "fails"
    listed = replace(claim, omega=((NOTHING, NOTHING), *(claim.omega or ())))
    assert LISTS_NOTHING.holds(listed)
    assert check(listed, ConstructiveSoft(Given(None))).name == "fails"


@pytest.mark.parametrize(("values", "onto"), [("0..1", True), ("0..2", False)])
def test_onto_is_found_out_by_listing(values: str, onto: bool) -> None:
    low = SCM.from_text("U : bool\nX = U")
    high = SCM.from_text(f"U : bool\nY : {values} = U")
    assert ONTO.holds(Abstraction.from_text(low, high, {"Y": "X"})) is onto
    wide = SCM.from_text("U[1..17] : bool\nX[i] = U[i]")
    large = Abstraction.from_text(wide, low, {"X": "any(X[1..17])"})
    assert not ONTO.holds(large), "2^17 states are not listed"
