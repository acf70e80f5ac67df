"""Evidence that squares commute, made in the form that the checker reads."""

from __future__ import annotations

from typing import Any

from tauomega.solvers.bdd import decide_on_diagrams
from tauomega.solvers.engine import Budget
from tauomega.solvers.miter import Miter, assembled
from tauomega.solvers.refuting import refute
from tauomega.theory.errors import EngineDisagreementError
from tauomega.theory.kernel.blasting import NotBlastedError
from tauomega.theory.kernel.circuit import FALSE
from tauomega.theory.kernel.commuting import Commuting, Squares, squares_of
from tauomega.theory.kernel.commuting_circuit import build
from tauomega.theory.kernel.diagram import DiagramTooLargeError, diagram_of

from .checker.document import RefusedError, digest
from .checker.evidence import check_squares, transcript_of
from .checker.factors import states_of
from .checker.gates import NODES
from .checker.squares import WORK, work_of
from .checker.statements import Question, context_map, statement_of
from .encoding import NotCertifiedError

__all__ = ["enumerable", "evidence_of", "share_of"]

Json = Any
FIRST = 5.0
"""Seconds for a clausal proof before decision diagrams are tried."""


def enumerable(squares: Squares, *, cheap: bool = False) -> bool:
    """Whether the squares are few enough to evaluate one by one; `cheap`, in about a second."""
    domains = {v.name: v.domain for v in squares.program.variables}
    try:
        for names in (squares.context, *(switch.fields for switch in squares.switches)):
            states_of(names, domains)
        work = work_of(squares, *squares.context)
    except RefusedError:
        return False
    return work <= (WORK // 20 if cheap else WORK)


def share_of(question: Question) -> Json:
    """The transcript of all interchanges of a share."""
    squares = squares_of(statement_of(question, context_map(question)))
    count, transcript, _ = transcript_of(squares, share=True)
    return {"kind": "enumeration", "squares": str(count), "sha256": transcript}


def evidence_of(statement: Commuting, squares: Squares, budget: Budget) -> Json:
    """Evidence that the squares of a statement commute, or are within a bound.

    Raises:
        NotCertifiedError: there is none, or not in that time.
        EngineDisagreementError: they do not.
    """
    if enumerable(squares, cheap=True):
        return _enumerated(squares)
    try:
        built = build(squares)
    except NotBlastedError as error:
        if enumerable(squares):
            return _enumerated(squares)
        linear = {"kind": "linear identity"}
        if _is_shown(squares, linear):
            return linear
        raise NotCertifiedError(f"no circuit: {error}") from error
    circuit, literals = built.blaster.circuit, built.literals
    if FALSE in literals:
        return {"kind": "construction"}
    clauses = circuit.clauses(literals)
    steps = refute(clauses, seconds=min(FIRST, budget.left / 2), memory=budget.memory)
    if isinstance(steps, str):
        order = _diagram(assembled(statement, squares, built), budget)
        if not isinstance(order, str):
            return order
        steps = refute(clauses, seconds=budget.left, memory=budget.memory)
        if isinstance(steps, str):
            raise NotCertifiedError(f"no proof was found: {steps}; {order}")
    return {
        "kind": "clausal proof",
        "clauses": digest([list(clause) for clause in clauses]),
        "steps": [[list(clause), list(hints)] for clause, hints in steps],
    }


def _diagram(miter: Miter, budget: Budget) -> Json:
    """A decision diagram as evidence, or why there is none."""
    decided = decide_on_diagrams(miter, Budget(budget.left / 2, budget.memory))
    if isinstance(decided, str):
        return decided
    if decided.model is not None:
        raise EngineDisagreementError(
            "the squares were said to commute, but a diagram is not false"
        )
    try:
        _, nodes = diagram_of(miter.circuit, miter.literals, decided.order, NODES)
    except DiagramTooLargeError:
        return f"its diagrams have more than {NODES:,} nodes"
    return {"kind": "decision diagram", "order": list(decided.order), "nodes": str(nodes)}


def _enumerated(squares: Squares) -> Json:
    try:
        count, transcript, _ = transcript_of(squares)
    except RefusedError as error:
        raise EngineDisagreementError(f"the squares were said to commute, but {error}") from error
    return {"kind": "enumeration", "squares": str(count), "sha256": transcript}


def _is_shown(squares: Squares, evidence: Json) -> bool:
    """Whether the checker takes this evidence for a statement."""
    try:
        check_squares(squares, evidence)
    except RefusedError:
        return False
    return True
