"""A clausal certificate as files that public checkers read: DIMACS clauses and a DRUP proof."""

from __future__ import annotations

from typing import Any

from tauomega.theory.kernel.clausal import Clause
from tauomega.theory.kernel.commuting_circuit import build

from .checker.asking import question_of
from .checker.decoding import claim_of, context_maps_of
from .checker.document import RefusedError
from .checker.statements import context_map, squares_asked

__all__ = ["clauses_and_proof"]


def clauses_and_proof(document: Any) -> tuple[str, str]:
    """The clauses of a certificate in DIMACS form, made from its claim, and its proof in DRUP form.

    Raises:
        RefusedError: its evidence is no clausal proof.
    """
    evidence = document["proof"].get("squares") or {}
    if evidence.get("kind") != "clausal proof":
        raise RefusedError("its evidence is no clausal proof")
    parameters = document["parameters"]
    question = question_of(claim_of(document["claim"]), document["definition"], parameters)
    given = document["proof"].get("tau_u")
    low = question.claim.low
    maps = context_map(question) if given is None else context_maps_of(given, low)
    built = build(squares_asked(question, maps))
    clauses = built.blaster.circuit.clauses(built.literals)
    names = max(abs(f) for clause in clauses for f in clause)
    header = f"p cnf {names} {len(clauses)}\n"
    return header + _lines(clauses), _lines([clause for clause, _ in evidence["steps"]])


def _lines(clauses: list[Clause] | list[tuple[int, ...]]) -> str:
    return "".join(" ".join(map(str, (*clause, 0))) + "\n" for clause in clauses)
