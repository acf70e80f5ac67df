"""Values, contexts, interventions and evidence as words and short lines."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from ..counterexample import Values
from ..intervention import Compound, Intervention
from ..kernel.domain import Value
from ..verdict import (
    AlgebraicIdentity,
    Certified,
    Enumeration,
    Evidence,
    Fails,
    Holds,
    Trusted,
    TwoEngines,
    Unknown,
    Verdict,
)

__all__ = [
    "count_words",
    "evidence_words",
    "headline",
    "intervention_words",
    "number_words",
    "parameter_words",
    "relied_on",
    "value_words",
    "values_words",
]

LONG = 14
"""Characters above which an exact number is shown rounded; `--json` has it exactly."""


def number_words(number: int | Fraction | float) -> str:
    """The number, exactly if it is short, else rounded and marked `≈`."""
    if number == float("inf"):
        return "∞"
    exact = str(number)
    return exact if len(exact) <= LONG else f"≈{float(number):.6g}"


def count_words(count: int) -> str:
    """`1,024`; of what has more than 15 digits, the power of two below it."""
    return f"{count:,}" if count < 10**15 else f"more than 2^{count.bit_length() - 1}"


def value_words(value: Value) -> str:
    """A number or a label."""
    return value if isinstance(value, str) else number_words(value)


def values_words(values: Values) -> str:
    """`X1 = 0, X2 = 1`."""
    return ", ".join(f"{name} = {value_words(value)}" for name, value in values) or "(nothing)"


def intervention_words(intervention: Intervention) -> str:
    """`do(X1 = 0)`, or `no intervention`."""
    if isinstance(intervention, Compound):
        return intervention.describe()
    if not intervention.items:
        return "no intervention"
    return f"do({values_words(intervention.items)})"


def evidence_words(evidence: Evidence) -> str:
    """What a proof is made of, after "by" or "on"."""
    match evidence:
        case Certified(kind=kind, size=size, what=what, unchecked=unchecked):
            but = f" but for {unchecked}" if unchecked else ""
            return f"by a {kind} of {size:,} {what}, checked by the kernel{but}"
        case Enumeration(count=count, what=what):
            return f"by complete enumeration of {count_words(count)} {what}"
        case AlgebraicIdentity(identity=identity):
            return f"by the identity {identity}, for all values of its variables"
        case TwoEngines(engines=(first, second)):
            return f"by two independent engines, {first} and {second}"
        case Trusted(engine=engine, queries=queries):
            return f"on {engine}'s word ({queries:,} {'query' if queries == 1 else 'queries'})"
        case _:
            assert_never(evidence)


def parameter_words(verdict: Verdict) -> str:
    """`family=block, omega=derived; exact semantics`."""
    parameters = ", ".join(f"{name}={value}" for name, value in verdict.question.parameters)
    semantics = f"{verdict.question.semantics} semantics"
    return f"{parameters}; {semantics}" if parameters else semantics


def headline(verdict: Verdict) -> str:
    """The verdict in one sentence: definition, parameters, semantics, quantifiers, evidence."""
    question = verdict.question
    about = f"{question.definition} ({parameter_words(verdict)})"
    claim = question.sentence
    match verdict:
        case Holds(evidence=evidence):
            return f"{about}, {evidence_words(evidence)}: {claim}."
        case Fails():
            return f"{about}, refuted: {claim}."
        case Unknown(reason=reason):
            return f"{about}, neither proved nor refuted: {claim}. What stood in the way: {reason}."
        case _:
            assert_never(verdict)


def relied_on(verdict: Verdict) -> tuple[str, ...]:
    """The theorems that the verdict leans on, each once, in order."""
    found: list[str] = []
    for clause in verdict.clauses:
        found += clause.evidence.relies_on if clause.evidence is not None else ()
    match verdict:
        case Holds(evidence=evidence):
            found += evidence.relies_on
        case Fails(relies_on=relies_on):
            found += relies_on
        case Unknown():
            pass
        case _:
            assert_never(verdict)
    return tuple(dict.fromkeys(found))
