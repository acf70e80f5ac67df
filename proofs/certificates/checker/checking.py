"""A certificate accepted, with what the claim rests on, or refused.

What checks one kind of evidence is loaded when a certificate has evidence of that kind: to believe a
certificate, only what it needs has to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tauomega.theory.kernel.expression import Expression
from tauomega.theory.kernel.failure import EvaluationError
from tauomega.theory.kernel.program import ROOTS, Kind

from .asking import question_of
from .decoding import claim_of, context_maps_of
from .document import RefusedError, digest, read_document, refuse_unless
from .factors import Factor, are_apart_and_onto, are_disjoint, factor_of
from .statements import ACCURACY, OVER_BOXES, Question, context_map, first_missed, squares_asked

__all__ = ["Accepted", "check_certificate"]

KEYS = frozenset(
    {"schema", "verdict", "definition", "parameters", "semantics", "statement", "task", "claim"}
    | {"hashes", "proof", "relies_on"}
)
NESTED = 4
"""How deep compositions may be nested."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a certificate proves, and what that rests on.

    Attributes:
        verdict: `holds`, `fails` or `distance`.
        statement: the definition with its parameters, in words of the checker's own.
        shown: clause -> how it was checked.
        relies_on: theorems, with the scripts that show them.
        task: the text of the task that the claim was read from, or nothing.
    """

    verdict: str
    statement: str
    shown: tuple[tuple[str, str], ...]
    relies_on: tuple[str, ...]
    task: str


def check_certificate(data: bytes) -> Accepted:
    """Check a certificate.

    Raises:
        NotACertificateError: the bytes are no certificate.
        RefusedError: it does not prove its claim.
    """
    try:
        return _checked(read_document(data), NESTED)[0]
    except EvaluationError as error:
        raise RefusedError(f"something has no value: {error}") from None
    except RecursionError:
        raise RefusedError("it is nested too deeply") from None


def _checked(found: Mapping[str, Any], nested: int) -> tuple[Accepted, Question]:
    refuse_unless(set(found) == KEYS, f"a certificate has the keys {', '.join(sorted(KEYS))}")
    task, claim, proof = found["task"], found["claim"], found["proof"]
    refuse_unless(isinstance(task, str) and isinstance(proof, dict), "no task or no proof")
    hashes = {"claim": digest(claim), "proof": digest(proof)}
    hashes["task"] = sha256(task.encode()).hexdigest()
    refuse_unless(found["hashes"] == hashes, "a hash is not that of what stands here")
    parameters = found["parameters"]
    fits = isinstance(parameters, dict) and all(isinstance(v, str) for v in parameters.values())
    refuse_unless(fits, "parameters are strings")
    refuse_unless(found["semantics"] in ("exact", "real"), "no exact semantics")
    question = question_of(claim_of(claim), str(found["definition"]), parameters)
    verdict = str(found["verdict"])
    measured = "distance" in parameters
    fits = verdict == "distance" if measured else verdict in ("holds", "fails")
    refuse_unless(fits, "the verdict is holds or fails, or distance of one that is stated")
    statement = stated(question, verdict, found["semantics"])
    refuse_unless(found["statement"] == statement, "the statement is not that of the claim")
    refuse_unless(found["relies_on"] == list(question.relies_on), "it relies on something else")
    shown = _shown(question, verdict, dict(proof), nested)
    made = Accepted(verdict, statement, tuple(shown), question.relies_on, task)
    return made, question


def _shown(
    question: Question, verdict: str, proof: dict[str, Any], nested: int
) -> list[tuple[str, str]]:
    """How each part of a proof was checked; of a distance that it is no more, then that it is no less."""
    if question.definition == ACCURACY:
        from .shares import check_share

        return [("accuracy", check_share(question, verdict, proof))]
    refuted = verdict == "fails" or (verdict == "distance" and question.bound != "0")
    refuse_unless(("counterexample" in proof) == refuted, "no counterexample")
    found = proof.pop("counterexample", {})
    refuse_unless(isinstance(found, dict), "no counterexample")
    refuse_unless(verdict != "fails" or not proof, "more than a counterexample")
    shown = [] if verdict == "fails" else _proved(question, proof, nested)
    if refuted:
        from .refuting import check_counterexample

        shown.append(("counterexample", check_counterexample(question, found)))
    return shown


def stated(question: Question, verdict: str, semantics: str) -> str:
    """The statement of a certificate, in words."""
    parameters = ", ".join(f"{k}={v}" for k, v in sorted(question.parameters.items()))
    far = f"has distance {question.bound}"
    word = {"holds": "holds", "fails": "does not hold", "distance": far}[verdict]
    name = f"{question.definition} ({parameters}), {semantics} semantics,"
    return f"{name} {word}: {question.words}"


def _proved(question: Question, proof: Mapping[str, Any], nested: int) -> list[tuple[str, str]]:
    if set(proof) == {"composition"}:
        from .composing import check_composition, parts_of

        refuse_unless(nested > 0, f"compositions are nested deeper than {NESTED}")
        parts = [_checked(part, nested - 1) for part in parts_of(proof["composition"])]
        refuse_unless(all(made.verdict == "holds" for made, _ in parts), "a part does not hold")
        words = check_composition(question, *(asked for _, asked in parts))
        numbered = enumerate((made for made, _ in parts), 1)
        inner = [(f"part {k}: {c}", how) for k, made in numbered for c, how in made.shown]
        return [("composition", words), *inner]
    if question.definition == OVER_BOXES:
        refuse_unless(set(proof) == {"boxes"}, "no trees of boxes")
        from .boxes import check_boxes

        return [("boxes", check_boxes(question, proof["boxes"]))]
    keys = {"squares", "tau_u"} if question.searched else {"squares"}
    refuse_unless(set(proof) == keys and isinstance(proof["squares"], dict), "no proof")
    shown = [(clause, _read_off(question, clause)) for clause in question.clauses[:-1]]
    if question.searched and not proof["squares"]:
        from .matching import check_table

        return [*shown, (question.clauses[-1], check_table(question, proof["tau_u"]))]
    if question.searched:
        maps = context_maps_of(proof["tau_u"], question.claim.low)
        how = _onto(question, maps) if question.searched == "searched-onto" else "given"
        shown.append(("τ_U", f"the certificate gives it; {how}"))
    else:
        maps = context_map(question)
    refuse_unless(set(maps) == set(question.claim.high.domains(*ROOTS)), "τ_U is not complete")
    from .evidence import check_squares

    how = check_squares(squares_asked(question, maps), proof["squares"])
    return [*shown, (question.clauses[-1], how)]


def _read_off(question: Question, clause: str) -> str:
    if clause == "block map":
        refuse_unless(are_disjoint(question.factors), "two τ read one variable")
        return _listed(question.factors, "τ")
    if clause == "τ onto":
        onto = all(factor.onto for factor in question.factors.values())
        apart = are_disjoint(question.factors)
        fits = onto and (apart or first_missed(question.claim, tuple(question.factors)) is None)
        refuse_unless(fits, "τ does not take every value")
        return _listed(question.factors, "τ")
    if clause == "ω onto":
        whole = question.parameters["family"] in ("block", "all", "taumax")
        fits = whole and are_apart_and_onto(question.factors)
        refuse_unless(fits, "ω is not known to reach every high-level intervention")
        return "a block is set to anything, and its τ takes every value"
    if clause == "τ_U onto":
        return _onto(question, context_map(question))
    omega = question.claim.omega or ()
    for i, j in omega:
        for k, m in omega:
            refuse_unless(not set(i) <= set(k) or set(j) <= set(m), "ω does not preserve order")
    return f"{len(omega) ** 2:,} pairs compared"


def _onto(question: Question, maps: Mapping[str, Expression]) -> str:
    """That τ_U is onto: its factors read roots of their own, and each takes every value."""
    low, tops = (m.domains(*Kind) for m in (question.claim.low, question.claim.high))
    factors = {n: factor_of(n, e, low, tops[n]) for n, e in maps.items()}
    fits = are_apart_and_onto(factors)
    refuse_unless(fits, "τ_U is not a block map with factors that are onto")
    return _listed(factors, "τ_U")


def _listed(factors: Mapping[str, Factor], name: str) -> str:
    listed = sum(factor.listed for factor in factors.values())
    return f"{listed:,} states listed" if listed else f"by the form of {name}"
