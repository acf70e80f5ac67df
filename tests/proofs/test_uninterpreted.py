"""Theories in two readings: the unbounded proof, and small models with and without a hypothesis."""

from __future__ import annotations

import pytest
import z3

from tauomega.proofs import uninterpreted
from tauomega.proofs.theorem import Kind
from tauomega.proofs.uninterpreted import Theory, World, proof


def inverse(world: World) -> Theory:
    """A map with a left inverse is injective; primes in names are allowed."""
    low, high = world.sort("A'"), world.sort("B")
    there, back = world.function("f'", low, high), world.function("g", high, low)
    injective = world.forall(low, low, body=lambda a, b: z3.Implies(there(a) == there(b), a == b))
    return Theory(
        {"left inverse": world.forall(low, body=lambda a: back(there(a)) == a)}, injective
    )


def test_a_proof_is_followed_by_a_model_and_by_counterexamples() -> None:
    steps = list(proof("injective", inverse, drop=("left inverse",)))
    assert [s.kind for s in steps] == [Kind.PROVED, Kind.SATISFIABLE, Kind.DROPPED]
    assert all(s.right for s in steps)
    assert "f'" in steps[2].seen


def test_a_false_statement_is_not_proved() -> None:
    def wrong(world: World) -> Theory:
        stated = inverse(world)
        return Theory({}, stated.conclusion)

    first, *_ = proof("injective", wrong)
    assert not first.right


@pytest.mark.parametrize(
    ("answer", "right"), [("unsat", True), ("unknown (TIMEOUT)", True), ("sat", False)]
)
def test_what_cvc5_says_is_said_and_a_model_of_its_own_spoils_the_proof(
    answer: str, right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uninterpreted, "cvc5_says", lambda _: answer)
    first, *_ = proof("injective", inverse)
    assert first.right is right
    assert f"cvc5: {answer}" in first.seen


def test_names_are_written_as_smt_lib_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(uninterpreted, "cvc5_says", written.append)
    list(proof("injective", inverse))
    assert "'" not in written[0]
