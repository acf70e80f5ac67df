"""The question that a verdict answers: definition, parameters, semantics, in words."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from fractions import Fraction
from typing import Any

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.policy import OmegaPolicy, TauUPolicy
from tauomega.theory.verdict import Question

__all__ = ["question_of"]


def question_of(
    claim: Abstraction,
    definition: Definition,
    omega: OmegaPolicy,
    tau_u: TauUPolicy,
    tolerance: Fraction,
) -> Question:
    """Name what is asked: every parameter that the definition has, and how it was read."""
    values: Any = definition
    found = {field.name: _text(getattr(values, field.name)) for field in fields(values)}
    settled = {"omega": omega.value, "tau_u": tau_u.value}
    if claim.high_interventions is not None and found.get("high_family") != "all":
        settled["high_family"] = "declared"
    parameters = tuple((name, settled.get(name, text)) for name, text in found.items())
    semantics = getattr(claim.low, "semantics", "exact")
    semantics = getattr(claim.low, "stated", semantics)  # a table of what ran is exact for engines
    sentence = definition.sentence(claim)
    if tolerance:
        sentence = f"up to {tolerance}: {sentence}"
    return Question(definition.name, parameters, semantics, sentence, tolerance)


def _text(value: object) -> str:
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):  # a set of queries
        return "; ".join(f"do({', '.join(x)}) -> {', '.join(y)}" for x, y in value)
    return str(value.value) if isinstance(value, Enum) else str(value)
