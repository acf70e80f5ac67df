"""From a verdict to its certificate: the evidence is made anew, in the form that the checker reads."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from tauomega.solvers.bdd import decide_on_diagrams
from tauomega.solvers.engine import Budget
from tauomega.solvers.miter import Miter, assembled
from tauomega.solvers.refuting import refute
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
from tauomega.theory.intervention import Intervention
from tauomega.theory.kernel.blasting import NotBlastedError
from tauomega.theory.kernel.circuit import FALSE
from tauomega.theory.kernel.commuting import (
    INDEX,
    Blocks,
    Commuting,
    Interchange,
    Listed,
    Squares,
    squares_of,
)
from tauomega.theory.kernel.commuting_circuit import build
from tauomega.theory.kernel.diagram import DiagramTooLargeError, diagram_of
from tauomega.theory.kernel.expression import Reference, substitute
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.verdict import Fails, Holds, Verdict

from .checker.checking import stated
from .checker.decoding import claim_of
from .checker.document import SCHEMA, RefusedError, canonical, digest, read_document
from .checker.evidence import check_squares, transcript_of
from .checker.factors import states_of
from .checker.gates import NODES
from .checker.matching import matching
from .checker.refuting import check_counterexample, first_missed
from .checker.squares import WORK, work_of
from .checker.statements import READ_AS, Question, context_map, question_of, statement_of
from .encoding import (
    NotCertifiedError,
    claim_to_json,
    items_to_json,
    parameters_of,
    semantics_of,
    set_items,
    tree_to_json,
)

__all__ = ["certificate_of", "composed", "enumerable"]

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
    semantics = semantics_of(claim, verdict.question.semantics)
    if semantics not in ("exact", "real"):
        raise NotCertifiedError(
            f"{semantics} semantics has no certificate: the checker evaluates exactly, and what a machine "
            "may round is not among what it checks"
        )
    if verdict.question.tolerance:
        raise NotCertifiedError("an approximate claim has no certificate")
    found = claim_to_json(claim, definition)
    parameters = parameters_of(definition, verdict.question)
    if definition.name in READ_AS:
        parameters |= READ_AS[definition.name][1]
    try:
        question = question_of(claim_of(found), definition.name, parameters)
        budget = Budget(seconds, memory)
        if isinstance(definition, InterchangeOverBoxes):
            proof = _over_boxes(claim, definition, question, verdict, budget)
        else:
            proof = _proof(question, verdict, budget)
    except RefusedError as error:
        raise NotCertifiedError(str(error)) from error
    return _document(found, question, verdict.name, semantics, task, proof)


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
        case Fails(counterexample=found):
            shown = _counterexample(question, found)
            check_counterexample(question, shown)
            return {"counterexample": shown}
        case Holds():
            if not question.searched:
                statement = statement_of(question, context_map(question))
                return {"squares": _squares(statement, budget)}
            if enumerable(squares_of(statement_of(question, None)), matched=True):
                return {"squares": {}, "tau_u": matching(question)[0]}
            maps = context_map(question)
            evidence = _squares(statement_of(question, maps), budget)
            return {"squares": evidence, "tau_u": [[n, tree_to_json(e)] for n, e in maps.items()]}
        case _:
            raise NotCertifiedError("only a proof or a counterexample has a certificate")


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
        found = verdict.counterexample
        copies = [("", found.base, found.row)]
        copies += [(f"{site} from ", items, row) for site, items, row in found.sources]
        at = [[f"swap {site}", "1"] for site, _, _ in found.sources]
        for copy, items, row in copies:
            at += [[copy + n, str(v)] for n, v in items]
            at += [[f"{copy}code {n}", str(x)] for (n, _), x in zip(items, row, strict=True)]
        return {"counterexample": {"kind": "box-point", "at": at}}
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


# ---------------------------------------------------------------- squares that commute


def enumerable(squares: Squares, *, cheap: bool = False, matched: bool = False) -> bool:
    """Whether the squares are few enough to evaluate one by one; `cheap`, in about a second.

    `matched`, each context below and each above apart, as a τ_U that is listed is checked.
    """
    roots = squares.context
    tops = tuple(name for name in roots if name.startswith("above "))
    parts = (tops, tuple(n for n in roots if n not in tops)) if matched else (roots,)
    domains = {v.name: v.domain for v in squares.program.variables}
    try:
        for names in (*parts, *(switch.fields for switch in squares.switches)):
            states_of(names, domains)
        work = sum(work_of(squares, *names) for names in parts)
    except RefusedError:
        return False
    return work <= (WORK // 20 if cheap else WORK)


def _squares(statement: Commuting, budget: Budget) -> Json:
    squares = squares_of(statement)
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
        count, transcript = transcript_of(squares)
    except RefusedError as error:
        raise EngineDisagreementError(f"the squares were said to commute, but {error}") from error
    return {"kind": "enumeration", "squares": str(count), "sha256": transcript}


# ---------------------------------------------------------------- counterexamples


def _counterexample(question: Question, found: Counterexample) -> Json:
    match found:
        case Square():
            return {
                "kind": "square",
                "at": _roots_at(question, found),
                "image": items_to_json(_compared(question, found.image)),
                "result": items_to_json(_compared(question, found.high.result)),
            }
        case NoContextMap():
            return {
                "kind": "no context",
                "context": items_to_json(found.context),
                "separators": [_chosen(question, i) for i, _, _ in found.separators],
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


def _roots_at(question: Question, found: Square) -> Json:
    """A square as the roots of the statement's model that have an effect in it."""
    given = items_to_json(found.low.context)
    if not found.sources:
        return given + _chosen(question, found.low.intervention)
    for name, items in found.sources:
        given += [[f"swap {name}", "1"], *([f"{name} from {n}", str(v)] for n, v in items)]
    return given


def _chosen(question: Question, intervention: Intervention) -> Json:
    """An intervention of the family as the roots that choose it."""
    fixed = dict(set_items(intervention))
    family = statement_of(question, None).family
    match family:
        case Listed(pairs=pairs):
            shown = [{n: str(v) for n, v in low} for low, _ in pairs]
            if fixed not in shown:
                raise RefusedError("the intervention is not listed")
            return [[INDEX, str(shown.index(fixed))]]
        case Blocks(blocks=blocks, inert=inert):
            groups = [(f"do {name}", block) for name, block in blocks]
            groups += [(f"inert {name}", (name,)) for name in inert]
            found = []
            for switch, members in groups:
                if any(n in fixed for n in members):
                    found += [[switch, "1"], *([f"set {n}", fixed.pop(n, "")] for n in members)]
            if fixed:
                raise RefusedError(f"the intervention sets {', '.join(fixed)} besides whole blocks")
            return found
        case Interchange():
            raise RefusedError("an interchange without sources")


def _compared(question: Question, values: Any) -> Any:
    given = dict(values)
    return tuple((name, given[name]) for name in question.claim.tau if name in question.factors)


def _is_shown(squares: Squares, evidence: Json) -> bool:
    """Whether the checker takes this evidence for a statement."""
    try:
        check_squares(squares, evidence)
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
