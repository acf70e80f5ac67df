"""A certificate accepted, with what the claim rests on, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tauomega.theory.kernel.failure import EvaluationError

from .composing import check_composition
from .decoding import claim_of, expressions_of, refuse_unless
from .document import SCHEMA, RefusedError, digest, read_document
from .factors import factor_of
from .refuting import check_counterexample
from .squares import check_squares, check_table, domains_of
from .statements import OVER_BOXES, Question, are_disjoint, context_map, question_of, statement_of

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
        verdict: `holds` or `fails`.
        statement: the definition with its parameters, in words of the checker's own.
        shown: clause -> how it was checked.
        relies_on: theorems, with the scripts that show them.
        unchecked: what the checker takes as given.
        task: the text of the task that the claim was read from, or nothing.
    """

    verdict: str
    statement: str
    shown: tuple[tuple[str, str], ...]
    relies_on: tuple[str, ...]
    unchecked: tuple[str, ...]
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
    hashes = {
        "task": sha256(task.encode()).hexdigest(),
        "claim": digest(claim),
        "proof": digest(proof),
    }
    refuse_unless(found["hashes"] == hashes, "a hash is not that of what stands here")
    parameters = found["parameters"]
    refuse_unless(
        isinstance(parameters, dict) and all(isinstance(v, str) for v in parameters.values()),
        "parameters are strings",
    )
    refuse_unless(found["semantics"] in ("exact", "real"), "no exact semantics")
    question = question_of(claim_of(claim), str(found["definition"]), parameters)
    verdict = found["verdict"]
    statement = stated(question, verdict)
    refuse_unless(found["statement"] == statement, "the statement is not that of the claim")
    refuse_unless(found["relies_on"] == list(question.relies_on), "it relies on something else")
    if verdict == "fails":
        refuse_unless(set(proof) == {"counterexample"}, "no counterexample")
        refuse_unless(isinstance(proof["counterexample"], dict), "no counterexample")
        shown = [("counterexample", check_counterexample(question, proof["counterexample"]))]
    else:
        refuse_unless(verdict == "holds", "the verdict is holds or fails")
        shown = _proved(question, proof, nested)
    unchecked = (
        f"that the claim ({len(task):,} characters of text, sha256 {hashes['task'][:12]}…) was read rightly: "
        "verify reads it again, with the parser",
        "that the definition in words is the one that was meant",
    )
    return (
        Accepted(verdict, statement, tuple(shown), question.relies_on, unchecked, task),
        question,
    )


def stated(question: Question, verdict: object) -> str:
    """The statement of a certificate, in words."""
    parameters = ", ".join(f"{k}={v}" for k, v in sorted(question.parameters.items()))
    word = "holds" if verdict == "holds" else "does not hold"
    return f"{question.definition} ({parameters}) {word}: {question.words}"


def _proved(question: Question, proof: Mapping[str, Any], nested: int) -> list[tuple[str, str]]:
    if set(proof) == {"composition"}:
        parts = proof["composition"]
        refuse_unless(nested > 0, f"compositions are nested deeper than {NESTED}")
        refuse_unless(isinstance(parts, list) and len(parts) == 2, "a composition has two parts")
        refuse_unless(
            all(isinstance(p, dict) and p.get("schema") == SCHEMA for p in parts), "no parts"
        )
        (a, first), (b, second) = (_checked(part, nested - 1) for part in parts)
        refuse_unless(a.verdict == b.verdict == "holds", "a part does not hold")
        words = check_composition(question, first, second)
        inner = [(f"part {k}: {c}", how) for k, p in ((1, a), (2, b)) for c, how in p.shown]
        return [("composition", words), *inner]
    if question.definition == OVER_BOXES:
        from .boxes import check_boxes  # what other claims do not need is not loaded

        refuse_unless(set(proof) == {"boxes"}, "no trees of boxes")
        return [("boxes", check_boxes(question, proof["boxes"]))]
    searched = bool(question.searched)
    refuse_unless(set(proof) == ({"squares", "tau_u"} if searched else {"squares"}), "no proof")
    shown = []
    for clause in question.clauses:
        if clause not in ("squares", "interchange"):
            shown.append((clause, _read_off(question, clause)))
    if searched and proof["squares"] == {}:
        how = check_table(statement_of(question, {}), question, proof["tau_u"])
        return [*shown, (question.clauses[-1], how)]
    maps = None
    if searched:
        domains = domains_of(question.claim.low, question.claim.high)
        maps = expressions_of(proof["tau_u"], domains)
        how = _onto(question, maps) if question.searched == "searched-onto" else "given"
        shown.append(("τ_U", f"the certificate gives it; {how}"))
    refuse_unless(isinstance(proof["squares"], dict), "no evidence")
    statement = statement_of(question, maps)
    how = check_squares(statement, question, proof["squares"])
    return [*shown, (question.clauses[-1], how)]


def _read_off(question: Question, clause: str) -> str:
    factors = question.factors
    listed = sum(factor.listed for factor in factors.values())
    how = f"{listed:,} states listed" if listed else "by the form of τ"
    if clause == "block map":
        refuse_unless(are_disjoint(factors), "two τ read one variable")
        return how
    if clause == "τ onto":
        fits = are_disjoint(factors) and all(factor.onto for factor in factors.values())
        refuse_unless(fits, "τ is not a block map with factors that are onto")
        return how
    if clause == "τ_U onto":
        return _onto(question, context_map(question))
    omega = question.claim.omega or ()
    for i, j in omega:
        for k, m in omega:
            refuse_unless(not set(i) <= set(k) or set(j) <= set(m), "ω does not preserve order")
    return f"{len(omega) ** 2:,} pairs compared"


def _onto(question: Question, maps: Mapping[str, Any]) -> str:
    """That τ_U is onto: its factors read roots of their own and are onto, or all contexts are listed."""
    low = domains_of(question.claim.low, question.claim.high)
    tops = {v.name: v.domain for v in question.claim.high.variables}
    factors = {n: factor_of(n, e, low, tops[n]) for n, e in maps.items()}
    refuse_unless(
        are_disjoint(factors) and all(factor.onto for factor in factors.values()),
        "τ_U is not a block map with factors that are onto",
    )
    listed = sum(factor.listed for factor in factors.values())
    return f"{listed:,} states listed" if listed else "by the form of τ_U"
