"""Hard questions end in time, and a question that is too large ends without its size being built."""

from __future__ import annotations

import pytest

from tauomega import SCM, Abstraction, check
from tauomega.proofs.testing import overrun
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.kernel import circuit
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.verdict import Unknown


@pytest.mark.slow
def test_a_sample_of_hard_cases_is_ended_by_its_budget(capsys: pytest.CaptureFixture[str]) -> None:
    """A minute beyond it, for a busy machine's sake; the command itself allows half a second."""
    code = overrun.main(["--cases", "32", "--seed", "20261125", "--allowed", "60"])
    shown = capsys.readouterr().out
    assert code == 0, shown


@pytest.mark.parametrize("kind", range(len(overrun.KINDS)), ids=list(overrun.KINDS))
def test_every_kind_of_hard_case_is_well_formed(kind: int) -> None:
    hard = overrun.case(2, kind)
    assert hard.definition.defect(hard.claim) is not None


def test_a_circuit_larger_than_its_limit_is_unknown_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(circuit, "LARGEST", 5_000)
    factors = "*".join(f"U[{i}]" for i in range(1, 5))
    model = SCM.from_text(f"U[1..4] : 0..65535\nP : 0..{2**64} = {factors}")
    claim = Abstraction.from_text(model, model, {"P": "P"})
    definition = TauAbstraction(tau_u=TauUPolicy.IDENTITY)
    verdict = check(claim, definition, engines=["factors", "bdd"], timeout=10)
    assert isinstance(verdict, Unknown)
    assert "it needs more than 5,000 gates" in verdict.reason
