"""Evidence that squares commute about their circuit, which the kernel makes anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tauomega.theory.kernel.blasting import NotBlastedError
from tauomega.theory.kernel.circuit import FALSE, Circuit
from tauomega.theory.kernel.commuting import Squares
from tauomega.theory.kernel.commuting_circuit import build

from .document import RefusedError, digest, refuse_unless

__all__ = ["NODES", "check_gates"]

NODES = 2**20
"""Nodes that a decision diagram may have."""


def check_gates(squares: Squares, kind: str, evidence: Mapping[str, Any]) -> str:
    """Check that the two ways round are one circuit; what was checked, in words.

    Raises:
        RefusedError: there is no circuit, or the evidence does not show it.
    """
    try:
        built = build(squares)
    except (NotBlastedError, ValueError) as error:
        raise RefusedError(f"no {kind}: {error}") from None
    circuit, literals = built.blaster.circuit, built.literals
    if kind == "construction":
        refuse_unless(FALSE in literals, "the two sides are not the same gates")
        return "construction: the two ways round every square are the same gates"
    if kind == "clausal proof":
        return _refuted(circuit.clauses(literals), evidence)
    return _false(circuit, literals, evidence)


def _refuted(clauses: Sequence[Sequence[int]], evidence: Mapping[str, Any]) -> str:
    from tauomega.theory.kernel.clausal import ProofError, check_refutation

    steps = evidence["steps"]
    same = evidence["clauses"] == digest([list(c) for c in clauses])
    refuse_unless(same, "a proof of other clauses")
    refuse_unless(isinstance(steps, list) and all(map(_is_step, steps)), "no list of steps")
    try:
        check_refutation(clauses, steps)
    except ProofError as error:
        raise RefusedError(f"no clausal proof: {error}") from None
    return f"clausal proof of {len(steps):,} steps from {len(clauses):,} clauses, made here anew"


def _false(circuit: Circuit, literals: Sequence[int], evidence: Mapping[str, Any]) -> str:
    from tauomega.theory.kernel.diagram import DiagramTooLargeError, diagram_of

    order = evidence["order"]
    refuse_unless(isinstance(order, list) and all(map(_is_number, order)), "no order")
    try:
        root, nodes = diagram_of(circuit, literals, order, NODES)
    except (DiagramTooLargeError, ValueError) as error:
        raise RefusedError(f"no decision diagram: {error}") from None
    refuse_unless(root == FALSE, "the diagram is not false")
    refuse_unless(evidence["nodes"] == str(nodes), "the diagram has another size")
    return f"decision diagram of {nodes:,} nodes, built again"


def _is_number(value: object) -> bool:
    return type(value) is int and abs(value) < 2**31 and value != 0


def _is_step(step: object) -> bool:
    match step:
        case [[*clause], [*hints]]:
            return all(map(_is_number, clause)) and all(type(h) is int for h in hints)
    return False
