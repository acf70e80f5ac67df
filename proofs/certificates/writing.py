"""From a verdict to its certificate: the evidence is made anew, in the form that the checker reads."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from tauomega.solvers.bdd import decide_on_diagrams
from tauomega.solvers.engine import Budget
from tauomega.solvers.miter import Miter
from tauomega.solvers.refuting import refute
from tauomega.solvers.statements import squares_count
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.counterexample import (
    BoxPoint,
    Counterexample,
    NoContextMap,
    NotABlockMap,
    NotOnto,
    Square,
)
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.definitions.interchange_over_boxes import InterchangeOverBoxes
from tauomega.theory.errors import EngineDisagreementError
from tauomega.theory.kernel.blasting import NotBlastedError
from tauomega.theory.kernel.circuit import FALSE
from tauomega.theory.kernel.commuting import Built, Commuting, build
from tauomega.theory.kernel.diagram import DiagramTooLargeError, diagram_of
from tauomega.theory.kernel.expression import Reference, substitute
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.verdict import Fails, Holds, Verdict

from .checker.checking import stated
from .checker.decoding import claim_of
from .checker.document import SCHEMA, RefusedError, canonical, digest, read_document
from .checker.refuting import check_counterexample, first_missed
from .checker.squares import NODES, check_squares, enumerable, matching, transcript_of
from .checker.statements import Question, context_map, question_of, statement_of
from .encoding import (
    NotCertifiedError,
    claim_to_json,
    items_to_json,
    parameters_of,
    set_items,
    tree_to_json,
)

__all__ = ["certificate_of", "composed", "write_file"]

Json = Any
FIRST = 5.0
"""Seconds for a clausal proof before decision diagrams are tried."""


def certificate_of(
    claim: Abstraction,
    definition: Definition,
    verdict: Verdict,
    *,
    task: str = "",
    seconds: float = 60.0,
    memory: int = 4_000_000_000,
) -> bytes:
    """The certificate of a verdict, in canonical form; the checker has yet to accept it.

    Args:
        claim: the claim that was decided.
        definition: the definition, with its parameters.
        verdict: what `check` said.
        task: the text that the claim was read from, if there is one.
        seconds: wall-clock time for making the evidence.
        memory: bytes for it.

    Raises:
        NotCertifiedError: there is no certificate for such a verdict, or not in that time.
        RefusedError: the evidence says something else than the verdict.
    """
    if verdict.question.semantics not in ("exact", "real"):
        raise NotCertifiedError(f"{verdict.question.semantics} semantics has no certificate")
    if verdict.question.tolerance:
        raise NotCertifiedError("an approximate claim has no certificate")
    found = claim_to_json(claim, definition)
    parameters = parameters_of(definition, verdict.question)
    try:
        question = question_of(claim_of(found), definition.name, parameters)
        budget = Budget(seconds, memory)
        if isinstance(definition, InterchangeOverBoxes):
            proof = _over_boxes(claim, definition, verdict, budget)
        else:
            proof = _proof(question, verdict, budget)
    except RefusedError as error:
        raise NotCertifiedError(str(error)) from error
    return _document(found, question, verdict.name, verdict.question.semantics, task, proof)


def _document(
    claim: Json, question: Question, verdict: str, semantics: str, task: str, proof: Json
) -> bytes:
    return canonical(
        {
            "schema": SCHEMA,
            "verdict": verdict,
            "definition": question.definition,
            "parameters": dict(question.parameters),
            "semantics": semantics,
            "statement": stated(question, verdict),
            "task": task,
            "claim": claim,
            "hashes": {
                "task": sha256(task.encode()).hexdigest(),
                "claim": digest(claim),
                "proof": digest(proof),
            },
            "proof": proof,
            "relies_on": list(question.relies_on),
        }
    )


def _proof(question: Question, verdict: Verdict, budget: Budget) -> Json:
    match verdict:
        case Fails(counterexample=found):
            shown = _counterexample(question, found)
            check_counterexample(question, shown)
            return {"counterexample": shown}
        case Holds():
            if not question.searched:
                return {"squares": _squares(statement_of(question), question, budget)}
            statement = statement_of(question, {})
            if enumerable(statement, question):
                return {"squares": {}, "tau_u": matching(statement, question)}
            maps = context_map(question)
            evidence = _squares(statement_of(question, maps), question, budget)
            return {"squares": evidence, "tau_u": [[n, tree_to_json(e)] for n, e in maps.items()]}
        case _:
            raise NotCertifiedError("only a proof or a counterexample has a certificate")


def _over_boxes(
    claim: Abstraction, definition: InterchangeOverBoxes, verdict: Verdict, budget: Budget
) -> Json:
    """Trees of boxes, searched and proved anew; or the inputs that refute."""
    from tauomega.bridge.boxes.certifying import BoxClaim, Proof

    if isinstance(verdict, Fails) and isinstance(verdict.counterexample, BoxPoint):
        found = verdict.counterexample
        sources = [
            [name, items_to_json(items), [str(x) for x in row]]
            for name, items, row in found.sources
        ]
        point = {"base": items_to_json(found.base), "row": [str(x) for x in found.row]}
        return {"counterexample": {"kind": "box-point", **point, "sources": sources}}
    if not isinstance(verdict, Holds):
        raise NotCertifiedError("only a proof or a counterexample has a certificate")
    policy = TauUPolicy.INPUTS if claim.tau_u is None else TauUPolicy.GIVEN
    scored = InterchangeConsistency().scored_variables(claim)
    boxes = BoxClaim(claim, definition.radius, scored, policy)
    trees = []
    for sites in boxes.subsets(definition.joint):
        settled = boxes.settle(sites, stop=lambda: budget.spent)
        proofs = [s.outcome for s in settled if isinstance(s.outcome, Proof)]
        if len(proofs) < len(settled):
            raise NotCertifiedError("some tuple of boxes was not proved in this time")
        trees.append([proof.tree.preorder() for proof in proofs])
    return {"boxes": trees}


# ---------------------------------------------------------------- squares that commute


def _squares(statement: Commuting, question: Question, budget: Budget) -> Json:
    if enumerable(statement, question, cheap=True):
        return _enumerated(statement, question)
    try:
        built = build(statement)
    except NotBlastedError as error:
        if enumerable(statement, question):
            return _enumerated(statement, question)
        linear = {"kind": "linear identity"}
        if _is_shown(statement, question, linear):
            return linear
        raise NotCertifiedError(f"no circuit: {error}") from error
    circuit, literals = built.blaster.circuit, built.literals
    if FALSE in literals:
        return {"kind": "construction"}
    clauses = circuit.clauses(literals)
    steps = refute(clauses, seconds=min(FIRST, budget.left / 2), memory=budget.memory)
    if isinstance(steps, str):
        order = _diagram(statement, built, budget)
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


def _diagram(statement: Commuting, built: Built, budget: Budget) -> Json:
    """A decision diagram as evidence, or why there is none."""
    circuit, literals = built.blaster.circuit, built.literals
    cone, free = tuple(circuit.cone(literals)), tuple(circuit.variables(literals))
    half = Budget(budget.left / 2, budget.memory)
    miter = Miter(statement, built, cone, free, squares_count(statement))
    decided = decide_on_diagrams(miter, half)
    if isinstance(decided, str):
        return decided
    if decided.model is not None:
        raise EngineDisagreementError(
            "the squares were said to commute, but a diagram is not false"
        )
    try:
        _, nodes = diagram_of(circuit, literals, decided.order, NODES)
    except DiagramTooLargeError:
        return f"its diagrams have more than {NODES:,} nodes"
    return {"kind": "decision diagram", "order": list(decided.order), "nodes": str(nodes)}


def _enumerated(statement: Commuting, question: Question) -> Json:
    try:
        count, transcript = transcript_of(statement, question)
    except RefusedError as error:
        raise EngineDisagreementError(f"the squares were said to commute, but {error}") from error
    return {"kind": "enumeration", "squares": str(count), "sha256": transcript}


# ---------------------------------------------------------------- counterexamples


def _counterexample(question: Question, found: Counterexample) -> Json:
    match found:
        case Square():
            return {
                "kind": "square",
                "context": items_to_json(found.low.context),
                "low": set_items(found.low.intervention),
                "high": set_items(found.high.intervention),
                "sources": [[name, items_to_json(items)] for name, items in found.sources],
                "image": items_to_json(_compared(question, found.image)),
                "result": items_to_json(_compared(question, found.high.result)),
            }
        case NoContextMap():
            return {
                "kind": "no context",
                "context": items_to_json(found.context),
                "separators": [[set_items(i), set_items(j)] for i, j, _ in found.separators],
            }
        case NotOnto(map=name, value=value) if name.startswith("τ") and name != "τ_U":
            missed = first_missed(question, tuple(n for n, _ in value))
            if missed is None:
                raise RefusedError("every value is taken")
            return {"kind": "missed value", "value": items_to_json(tuple(missed.items()))}
        case NotABlockMap(map="τ", variables=((variable, readers), *_)):
            return {"kind": "shared", "variable": variable, "readers": list(readers)}
        case _:
            word = type(found).__name__
            raise NotCertifiedError(f"a counterexample of the kind {word} has no certificate")


def _compared(question: Question, values: Any) -> Any:
    given = dict(values)
    return tuple((name, given[name]) for name in question.claim.tau if name in question.factors)


def _is_shown(statement: Commuting, question: Question, evidence: Json) -> bool:
    """Whether the checker takes this evidence for a statement."""
    try:
        check_squares(statement, question, evidence)
    except RefusedError:
        return False
    return True


# ---------------------------------------------------------------- composition


def composed(first: bytes, second: bytes) -> bytes:
    """The certificate that two abstractions in a row are one, from their certificates.

    Raises:
        RefusedError: they are no certificates, or not of that kind.
    """
    parts = [read_document(data) for data in (first, second)]
    below, above = (
        question_of(claim_of(p["claim"]), str(p["definition"]), p["parameters"]) for p in parts
    )
    maps = context_map(below)
    tau = {n: substitute(e, below.claim.tau) for n, e in above.claim.tau.items()}
    contexts = {n: substitute(e, maps) for n, e in context_map(above).items()}
    own = all(isinstance(e, Reference) and e.name == n for n, e in contexts.items())
    claim = {
        **parts[0]["claim"],
        "high": parts[1]["claim"]["high"],
        "tau": [[n, tree_to_json(e)] for n, e in tau.items()],
        "tau_u": None if own else [[n, tree_to_json(e)] for n, e in contexts.items()],
    }
    parameters: Mapping[str, str] = parts[1]["parameters"] | {
        "tau_u": "identity" if own else "given"
    }
    question = question_of(claim_of(claim), below.definition, parameters)
    proof = {"composition": parts}
    return _document(claim, question, "holds", parts[0]["semantics"], "", proof)


# ---------------------------------------------------------------- files


def write_file(path: Path, data: bytes) -> None:
    """Write a file so that it is there in full or not at all, whenever the process is killed."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
