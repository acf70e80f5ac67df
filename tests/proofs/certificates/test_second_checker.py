"""A public checker by other people, dratify with its Rust engine, agrees with ours on clausal proofs."""

from __future__ import annotations

import json

import cdclkit  # registers the native engine
import dratify
import pytest

from tauomega.proofs.certificates.checker.document import RefusedError
from tauomega.proofs.certificates.exporting import clauses_and_proof
from tauomega.proofs.certificates.writing import certificate_of
from tauomega.proofs.testing.scaling import scaled
from tauomega.solvers.checking import check


def certified(family: str, size: int) -> bytes:
    member = scaled(family, size)
    verdict = check(member.claim, member.definition)
    return certificate_of(member.claim, member.definition, verdict)


def accepts(clauses: str, proof: str, engine: str) -> bool:
    formula = dratify.parse_dimacs(clauses)
    return bool(dratify.check_proof(formula, proof, check_rat=False, engine=engine).ok)


@pytest.mark.parametrize(
    ("family", "size"), [("adder", 40), ("majority", 15), ("layers", 20), ("ternary", 12)]
)
def test_it_accepts_what_ours_accepts_and_not_half_of_it(family: str, size: int) -> None:
    assert cdclkit.__version__
    clauses, proof = clauses_and_proof(json.loads(certified(family, size)))
    assert accepts(clauses, proof, "native")
    assert not accepts(clauses, proof[: len(proof) // 2].rpartition("\n")[0] + "\n", "native")
    head, *lines = clauses.splitlines()
    lines.pop()  # the claim that the squares do not commute: without it, the gates can be satisfied
    weaker = "\n".join([" ".join([*head.split()[:3], str(len(lines))]), *lines]) + "\n"
    assert not accepts(weaker, proof, "native")


def test_its_two_engines_agree_on_a_small_proof() -> None:
    clauses, proof = clauses_and_proof(json.loads(certified("adder", 8)))
    assert accepts(clauses, proof, "python")
    assert accepts(clauses, proof, "native")


def test_what_has_no_clausal_proof_is_not_exported() -> None:
    with pytest.raises(RefusedError, match="no clausal proof"):
        clauses_and_proof({"proof": {"counterexample": {}}})
