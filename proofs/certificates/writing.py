"""From a verdict or a distance to its certificate: the evidence is made anew, in the form that the checker reads."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from hashlib import sha256
from typing import Any

from tauomega.solvers.distance import Distance
from tauomega.solvers.engine import Budget
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.counterexample import BoxPoint, Counterexample, Gap
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.definitions.interchange_over_boxes import InterchangeOverBoxes
from tauomega.theory.kernel.expression import Reference, substitute
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.quantity import INFINITE, Ball, Number
from tauomega.theory.verdict import Fails, Holds, Verdict

from .asked import asked_of
from .checker.asking import question_of
from .checker.checking import stated
from .checker.decoding import claim_of
from .checker.document import SCHEMA, RefusedError, canonical, digest, read_document
from .checker.refuting import check_counterexample
from .checker.statements import ACCURACY, Question, context_map, squares_asked, statement_of
from .contexts import is_listable, listed_map
from .encoding import NotCertifiedError, tree_to_json
from .proving import evidence_of, share_of
from .refutations import box_point, refutation_of

__all__ = ["certificate_of", "certificate_of_distance", "composed"]

Json = Any


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
    asked = asked_of(claim, definition, verdict.question)
    question, budget = asked.question, Budget(seconds, memory)
    try:
        if isinstance(definition, InterchangeOverBoxes):
            proof = _over_boxes(claim, definition, question, verdict, budget)
        else:
            proof = _proof(question, verdict, budget)
    except RefusedError as error:
        raise NotCertifiedError(str(error)) from error
    return _document(asked.claim, question, verdict.name, asked.semantics, task, proof)


def certificate_of_distance(
    claim: Abstraction,
    definition: Definition,
    found: Distance,
    *,
    task: str = "",
    seconds: float = 60.0,
    memory: int = 4_000_000_000,
) -> bytes:
    """The certificate of an exact distance: a square where it is attained, and the proof that none is further.

    Args:
        claim: the claim that was measured.
        definition: the definition, with its parameters.
        found: what `distance` said.
        task: the text that the claim was read from, if there is one.
        seconds: wall-clock time for making the evidence.
        memory: bytes for it.

    Raises:
        NotCertifiedError: there is no certificate for such a distance, or not in that time.
        RefusedError: the evidence says something else.
    """
    if found.value is None:
        raise NotCertifiedError("the distance was not computed")
    asked = asked_of(claim, definition, found.question, distance=_written(found.value))
    question = asked.question
    try:
        proof = _upper(question, Budget(seconds, memory))
        if question.bound != "0" and question.definition != ACCURACY:
            proof["counterexample"] = _refutation(question, found.attained or Gap((), found.value))
    except RefusedError as error:
        raise NotCertifiedError(str(error)) from error
    return _document(asked.claim, question, "distance", asked.semantics, task, proof)


def _written(value: Number) -> str:
    if isinstance(value, Ball) and value.form:
        return value.form
    if not isinstance(value, Fraction):
        word = (
            "infinite: `check` certifies the clause that fails" if value == INFINITE else "no root"
        )
        raise NotCertifiedError(
            f"only finite distances in closed form have certificates; it is {word}"
        )
    return str(value)


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
            "statement": stated(question, verdict, semantics),
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
        case Fails() if question.definition == ACCURACY:
            return _upper(question, budget)
        case Fails(counterexample=found):
            return {"counterexample": _refutation(question, found)}
        case Holds():
            return _upper(question, budget)
        case _:
            raise NotCertifiedError("only a proof or a counterexample has a certificate")


def _refutation(question: Question, found: Counterexample) -> Json:
    shown = refutation_of(question, found)
    check_counterexample(question, shown)
    return shown


def _upper(question: Question, budget: Budget) -> dict[str, Json]:
    """That squares commute, or are within the bound; or what share does not."""
    if question.definition == ACCURACY:
        return {"squares": share_of(question)}
    if question.searched and is_listable(question):
        return {"squares": {}, "tau_u": listed_map(question)}
    maps = context_map(question)
    squares = squares_asked(question, maps)
    proof = {"squares": evidence_of(statement_of(question, maps), squares, budget)}
    if question.searched:
        proof["tau_u"] = [[n, tree_to_json(e)] for n, e in maps.items()]
    return proof


def _over_boxes(
    claim: Abstraction,
    definition: InterchangeOverBoxes,
    question: Question,
    verdict: Verdict,
    budget: Budget,
) -> Json:
    """Trees of boxes, searched and proved anew; or the inputs that refute."""
    from tauomega.bridge.boxes.certifying import BoxClaim, Proof

    from .checker.boxes import over_boxes

    if isinstance(verdict, Fails) and isinstance(verdict.counterexample, BoxPoint):
        return {"counterexample": box_point(verdict.counterexample)}
    if not isinstance(verdict, Holds):
        raise NotCertifiedError("only a proof or a counterexample has a certificate")
    policy = TauUPolicy.INPUTS if claim.tau_u is None else TauUPolicy.GIVEN
    scored = InterchangeConsistency().scored_variables(claim)
    boxes = BoxClaim(claim, definition.radius, scored, policy)
    trees = []
    for on in over_boxes(question).interchanges:
        sites = tuple(switch.name.removeprefix("swap ") for switch in on)
        settled = boxes.settle(sites, stop=lambda: budget.spent)
        proofs = [s.outcome for s in settled if isinstance(s.outcome, Proof)]
        if len(proofs) < len(settled):
            raise NotCertifiedError("some tuple of boxes was not proved in this time")
        trees.append([proof.tree.preorder() for proof in proofs])
    return {"boxes": trees}


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
